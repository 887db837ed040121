import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { listOf } from '../../rig/recorded.ts';
import type { ListSetting } from '../../src/lists/list.ts';
import { lists } from '../../src/lists/lists.ts';
import { defaultSettings } from '../../src/settings/read.ts';

function readBack(value: readonly ListSetting[]): unknown {
  const read = lists.read(parse(lists.print(value)).lists);
  return read.ok ? read.value : read.complaint;
}

/** What is wrong with a list, as `place: message`. */
function complaint(...tables: unknown[]): string {
  const read = lists.read(tables);
  if (read.ok) throw new Error('it was taken');
  return `${read.complaint.path.join('.')}: ${read.complaint.message}`;
}

const GOOD = { name: 'BL', zone: 'bl.test', answers: [{ client: 1 }] };

describe('lists', () => {
  test('of the program can be printed and read again', () => {
    expect(readBack(defaultSettings().lists)).toEqual(defaultSettings().lists);
  });

  test('of any kind can be printed and read again', () => {
    const points = fc.integer({ min: -10000, max: 10000 }).map((value) => value / 100);
    const answer = fc.record(
      {
        match: fc.constantFrom('', 'any', '127.0.0.2', '127.0.0.[4..7;10]', '127.0.1.&8'),
        name: fc.constantFrom('', 'XBL', 'a-b'),
        client: points,
        sender: points,
        helo: points,
        client_name: points,
        group: fc.constantFrom('', 'policy', 'a "b"'),
        dial_up: fc.boolean(),
        counts: fc.boolean(),
      },
      { requiredKeys: ['client'] },
    );
    const list = fc.record(
      {
        name: fc.constantFrom('BL', 'dynamic', 'x.y_z:1/2'),
        zone: fc.constantFrom('bl.test', '_x.bl.test'),
        enabled: fc.boolean(),
        ask_although_dead: fc.boolean(),
        family: fc.constantFrom('any', 'ipv4', 'ipv6'),
        miss: points,
        subject: fc.constantFrom('name', 'organisation'),
        answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
      },
      { requiredKeys: ['name', 'zone', 'answers'] },
    );
    fc.assert(
      fc.property(fc.uniqueArray(list, { selector: (item) => item.name, minLength: 1 }), (tables) => {
        const made = tables.map(listOf);
        expect(readBack(made)).toEqual(made);
      }),
    );
  });

  test.each([
    ['0: lacks its part name', { zone: 'bl.test', answers: [{ client: 1 }] }],
    ['0: lacks its part zone', { name: 'BL', answers: [{ client: 1 }] }],
    ['0.answers: wants one answer at least, such as [{ client = 3.5 }]', { name: 'BL', zone: 'bl.test' }],
    ['0.answers: wants one answer at least, such as [{ client = 3.5 }]', { ...GOOD, answers: [] }],
    ['0.name: wants a name of letters, digits and _.:/-', { ...GOOD, name: 'a b' }],
    ['0.zone: wants a zone such as "bl.example.org"', { ...GOOD, zone: 'bl..test' }],
    ['0.family: wants "any" or "ipv4" or "ipv6", not the text "ipv5"', { ...GOOD, family: 'ipv5' }],
    ['0.answers.0: wants a score: client, sender, helo or client_name', { ...GOOD, answers: [{ match: '127.0.0.2' }] }],
    ['0.answers.1.client: wants a number, not the text "x"', { ...GOOD, answers: [{ client: 1 }, { client: 'x' }] }],
    ['0.answers.0: wants a table, not 1', { ...GOOD, answers: [1] }],
    ['0: wants a table, not the text "x"', 'x'],
  ])('are refused: %s', (message, table) => {
    expect(complaint(table)).toBe(message);
  });

  test('are refused if a part is unknown, and the known ones are named', () => {
    expect(complaint({ ...GOOD, mis: 1 })).toMatch(/^0\.mis: is no part of a list; known are name, zone/);
    expect(complaint({ ...GOOD, answers: [{ hit: 1 }] })).toMatch(/^0\.answers\.0\.hit: is no part of an answer/);
    expect(complaint({ ...GOOD, answers: [{ client: 1, match: '127.0.0' }] })).toMatch(
      /^0\.answers\.0\.match: wants four/,
    );
  });

  test('must have names that differ', () => {
    expect(complaint(GOOD, { ...GOOD, zone: 'other.test' })).toBe('1.name: is the second list with the name "BL"');
  });
});
