// Whatever stands in the DNS: one of seven results, within the limits, without an exception, in little time, and
// nothing of it unclean in what is told.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queryOf } from '../../../rig/spf/cases.ts';
import { randomCase } from '../../../rig/spf/policies.ts';
import { type SpfZone, ZoneLookup } from '../../../rig/spf/zone.ts';
import { checkHost } from '../../../src/evidence/spf/check-host.ts';
import type { SpfVerdict } from '../../../src/evidence/spf/query.ts';

const RANDOM_POLICIES = 100_000;
/** Milliseconds of CPU for each, on average. */
const MOST_TIME = 5;
const MOST_QUESTIONS = 60;

function expectSound(verdict: SpfVerdict): void {
  expect(['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror']).toContain(verdict.result);
  expect(verdict.terms).toBeLessThanOrEqual(verdict.result === 'permerror' ? 11 : 10);
  expect(verdict.voids).toBeLessThanOrEqual(verdict.result === 'permerror' ? 3 : 2);
  expect(verdict.questions.length).toBeLessThanOrEqual(MOST_QUESTIONS + 1);
  expect(verdict.explanation ?? 'x').toMatch(/^[ -~]{1,1000}$/);
  expect(verdict.problem?.text ?? 'x').toMatch(/^[ -~]{1,500}$/);
  expect(verdict.problem === null).toBe(!['none', 'temperror', 'permerror'].includes(verdict.result));
}

test(`${RANDOM_POLICIES} random policies`, { timeout: 900_000 }, async () => {
  const seed = Number(process.env.POLW_SPF_SEED ?? Math.floor(Math.random() * 1e6));
  console.log(`the policies are those of POLW_SPF_SEED=${seed}`);
  const results = new Map<string, number>();
  let spent = 0;
  for (let index = 0; index < RANDOM_POLICIES; index++) {
    const one = randomCase(seed * 1_000_003 + index);
    const lookup = new ZoneLookup(one.zone);
    const begun = process.cpuUsage();
    const verdict = await checkHost(queryOf(one), lookup);
    const { user, system } = process.cpuUsage(begun);
    spent += (user + system) / 1000;
    // The framework's own checks of all of them would take longer than all the rest.
    if (index % 100 === 0) {
      expectSound(verdict);
      expect(await checkHost(queryOf(one), new ZoneLookup(one.zone), { early: false })).toEqual(verdict);
    }
    if (
      new Set(lookup.asked).size !== lookup.asked.length ||
      lookup.asked.length > MOST_QUESTIONS ||
      verdict.terms > 11 ||
      verdict.voids > 3
    )
      throw new Error(`policy ${index} of seed ${seed}: ${JSON.stringify({ verdict, asked: lookup.asked })}`);
    results.set(verdict.result, (results.get(verdict.result) ?? 0) + 1);
  }
  console.log(JSON.stringify({ ...Object.fromEntries(results), milliseconds: spent / RANDOM_POLICIES }));
  expect([...results.keys()].sort()).toEqual(['fail', 'neutral', 'pass', 'permerror', 'softfail', 'temperror']);
  expect(spent / RANDOM_POLICIES).toBeLessThan(MOST_TIME);
});

const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const pieces = fc.constantFrom(
  'v=spf1',
  ' ',
  ' a',
  ' mx',
  ' ptr',
  ' include:',
  ' exists:',
  ' redirect=',
  ' exp=',
  'e.test',
  'example.test',
  ':',
  '/',
  '%{',
  'l',
  's',
  'h',
  'p',
  '}',
  '%%',
  '%_',
  '.',
  '..',
  ' -all',
  '\r\n',
  '\0',
  '\u00ff',
  '127',
  'x'.repeat(70),
);
const text = fc.oneof(
  octets,
  fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
  fc.array(pieces, { maxLength: 30 }).map((parts) => `v=spf1 ${parts.join('')}`),
);

test('any octets as records, sender and HELO', async () => {
  const people = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('mail.test', 'user', '"a b"', ''),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 3 }),
      text,
      fc.array(octets, { maxLength: 12 }),
      people,
      people,
      async (TXT, exp, names, local, helo) => {
        const zone: SpfZone = {
          'example.test': { TXT, MX: names.map((name, index): [number, string] => [index, name]) },
          'e.test': { TXT: [exp] },
          '1.2.0.192.in-addr.arpa': { PTR: names },
        };
        const query = queryOf({ ip: '192.0.2.1', helo, sender: `${local}@example.test` });
        const verdict = await checkHost(query, new ZoneLookup(zone));
        expectSound(verdict);
        expect(await checkHost(query, new ZoneLookup(zone), { early: false })).toEqual(verdict);
      },
    ),
    { numRuns: 3000 },
  );
});

test('no text of the DNS, a sender or HELO reaches an explanation unclean', async () => {
  const explanations = fc.oneof(
    octets,
    fc
      .array(fc.constantFrom('%{l}', '%{h}', '%{s}', '%{L}', '%{c}', 'no', '\r\n', 'action=OK', ' ', '\u00e9'), {
        minLength: 1,
      })
      .map((parts) => parts.join('')),
  );
  let explained = 0;
  await fc.assert(
    fc.asyncProperty(
      explanations,
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      async (exp, local, helo) => {
        const zone: SpfZone = { 'example.test': { TXT: ['v=spf1 -all exp=e.test'] }, 'e.test': { TXT: [exp] } };
        const query = queryOf({ ip: '192.0.2.1', helo, sender: `${local}@example.test` });
        const { result, explanation } = await checkHost(query, new ZoneLookup(zone));
        expect(result).toBe('fail');
        expect(explanation ?? 'x').toMatch(/^[ -~]+$/);
        if (explanation !== null) explained += 1;
      },
    ),
    { numRuns: 2000 },
  );
  expect(explained).toBeGreaterThan(100);
});
