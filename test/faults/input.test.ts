// Hostile input: 50,000 requests from a generator, and names beyond ASCII.
//
// The seed is printed; POLW_FUZZ_SEED=… runs the same requests again.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  copyOfProgram,
  dnsForAll,
  expectOnly,
  newFolder,
  newSettings,
  startFrom,
  type Written,
} from '../../rig/faults/faults.ts';
import { Requests, ZONE } from '../../rig/fuzz/requests.ts';
import { fuzz } from '../../rig/fuzz/run.ts';
import { complaintAbout } from '../../rig/fuzz/well-formed.ts';
import { command } from '../../rig/process.ts';
import { rcpt } from '../../rig/request.ts';
import { serverOf } from '../../rig/settings-text.ts';

const SEED = Number(process.env.POLW_FUZZ_SEED ?? Date.now() % 2 ** 31);
/** That of the settings, in milliseconds. */
const DEADLINE = 10_000;

const bin = copyOfProgram();
const dns = dnsForAll(ZONE);

function settingsWithCache(): Written {
  const cache = path.join(newFolder(), 'cache.sqlite');
  // The lists are not known to the server; one that is not tested is asked all the same.
  return newSettings({ servers: [serverOf(dns)], cache, dns: 'list_check_interval = 0' });
}

test('50,000 hostile requests have one well-formed answer each, and no line of the log is broken', async () => {
  console.info(`POLW_FUZZ_SEED=${SEED}`);
  const { settings, log } = settingsWithCache();
  const { answered, kinds, slowest } = await fuzz({
    command: [...command(path.join(bin, 'polw')), '-f', settings],
    seed: SEED,
    count: 50_000,
    processes: 2,
    deadline: DEADLINE,
    onProgress: () => dns.clear(),
  });
  console.info(
    `${answered} answers: ${[...kinds].map(([kind, n]) => `${kind} ${n}`).join(', ')}; slowest ${slowest} ms`,
  );
  expect(answered).toBe(50_000);
  // The generator is no use if it only finds the first door.
  for (const kind of ['DUNNO', 'PREPEND', '450', '550']) expect(kinds.get(kind) ?? 0).toBeGreaterThan(100);
  expect(slowest).toBeLessThan(DEADLINE);
  const lines = readFileSync(log, 'latin1').split('\n').slice(0, -1);
  expect(lines.length).toBeGreaterThan(50_000);
  const line = /^\d{4}-\d\d-\d\dT[\d:.]+Z postfix\/polw\[\d+\]: [ -~]+$/;
  expect(lines.filter((text) => !line.test(text) || text.length > 2000)).toEqual([]);
  expect(lines.filter((text) => text.includes('internal error'))).toEqual([]);
}, 180_000);

test('the same seed gives the same requests, and another seed gives others', () => {
  const [one, same, other] = [new Requests(7), new Requests(7), new Requests(8)];
  const take = (requests: Requests): string =>
    Array.from({ length: 200 }, () => requests.next().toString('hex')).join();
  const first = take(one);
  expect(take(same)).toBe(first);
  expect(take(other)).not.toBe(first);
});

test('each made request ends with its only empty line', () => {
  const requests = new Requests(SEED);
  for (let index = 0; index < 2000; index++) {
    const text = requests.next().toString('latin1');
    const lines = text.split('\n').slice(0, -1);
    expect(lines.filter((line) => line === '' || line === '\r')).toHaveLength(1);
    expect(['', '\r']).toContain(lines.at(-1));
  }
});

describe('the judge', () => {
  test.each([
    'action=',
    'action=OK',
    'action=550',
    'action=550 5.7.1',
    'action=550 5.7.1 ',
    'action=250 2.0.0 fine',
    'action=PREPEND X-Header',
    'action=PREPEND X-Header: ',
    'action=DUNNO\naction=OK',
    'action=DUNNO \u00fc',
    'action=DUNNO \r',
    ' action=DUNNO',
    `action=550 5.7.1 ${'x'.repeat(390)}`,
    `action=PREPEND X-Header: ${'x'.repeat(990)}`,
  ])('refuses %j', (answer) => {
    expect(complaintAbout(answer)).toBeDefined();
  });

  test.each(['action=DUNNO', 'action=DUNNO words', 'action=550 5.7.1 words', 'action=PREPEND X-Header: words'])(
    'takes %j',
    (answer) => {
      expect(complaintAbout(answer)).toBeUndefined();
    },
  );
});

describe('names beyond ASCII', () => {
  test('are asked as A-labels', async () => {
    const { settings } = settingsWithCache();
    const polw = await startFrom(bin, settings);
    dns.clear();
    const answers = [
      await polw.ask(
        rcpt({
          sender: 'j\u00f6rg@B\u00dcCHER.test',
          helo_name: 'mail.\u4f8b\u3048.test',
          client_name: 'unknown',
          recipient: '\u7528\u6237@here.test',
        }),
      ),
    ];
    await polw.end();
    expectOnly(polw, answers);
    const asked = new Set(dns.queries.map(({ type, name }) => `${type} ${name}`));
    expect(asked).toContain('MX xn--bcher-kva.test');
    expect(asked).toContain('MX mail.xn--r8jz45g.test');
    expect([...asked].filter((question) => !/^[A-Z]+ [a-z0-9._-]+$/.test(question))).toEqual([]);
  });

  test('that are no names are not asked', async () => {
    const { settings } = settingsWithCache();
    const polw = await startFrom(bin, settings);
    dns.clear();
    const odd = [
      'a..b.test',
      '.test',
      'a b.test',
      '\u2028.test',
      `${'\u00fc'.repeat(63)}.test`,
      'xn--\u00fc.test',
      '\u0000.test',
    ];
    const answers: string[] = [];
    for (const [index, name] of odd.entries()) {
      const client_address = `192.0.2.${index + 1}`;
      answers.push(
        await polw.ask(rcpt({ sender: `a@${name}`, helo_name: name, client_address, client_name: 'unknown' })),
      );
    }
    await polw.end();
    expectOnly(polw, answers);
    expect(dns.queries.filter(({ name }) => !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name))).toEqual([]);
  });
});
