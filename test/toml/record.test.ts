import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { flag, integer, text } from '../../src/toml/kinds.ts';
import { assignments, defaulted, needed, optional, readRecord } from '../../src/toml/record.ts';

const PARTS = {
  name: needed(text(), 'The name.'),
  times: defaulted(integer(1, 10), 3, 'How often.'),
  loud: optional(flag, 'Whether it is heard.'),
};

function read(toml: string): unknown {
  const result = readRecord('a bell', PARTS, parse(toml));
  return result.ok ? result.value : `${result.complaint.path.join('.')}: ${result.complaint.message}`;
}

describe('a table of parts', () => {
  test('has the values that it gives, the defaults of others, and lacks what may be missing', () => {
    expect(read('name = "a"')).toStrictEqual({ name: 'a', times: 3 });
    expect(read('name = "a"\ntimes = 5\nloud = false')).toStrictEqual({ name: 'a', times: 5, loud: false });
  });

  test.each([
    ['times = 5', ': lacks its part name'],
    ['name = 1', 'name: wants a text, not 1'],
    ['name = "a"\ntimes = 11', 'times: wants a whole number from 1 to 10, not 11'],
    ['name = "a"\ncolour = 1', 'colour: is no part of a bell; known are name, times, loud'],
    // A name of JavaScript's own objects is no part either.
    ['name = "a"\ntoString = 1', 'toString: is no part of a bell; known are name, times, loud'],
  ])('that says %j is refused', (toml, complaint) => {
    expect(read(toml)).toBe(complaint);
  });

  test('is none if it is something else', () => {
    expect(readRecord('a bell', PARTS, 1)).toMatchObject({ ok: false, complaint: { message: 'wants a table, not 1' } });
  });

  test('is printed without what is so anyway', () => {
    expect(assignments(PARTS, { name: 'a', times: 3 })).toEqual(['name = "a"']);
    expect(assignments(PARTS, { name: 'a', times: 4, loud: false })).toEqual([
      'name = "a"',
      'times = 4',
      'loud = false',
    ]);
  });
});
