// polw and the original, both running, on cases that nobody has seen before: a new seed each time. Wants root.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { DnsServer } from '../../rig/dns-server.ts';
import { compare, summary } from '../../rig/parity/compare.ts';
import { generate } from '../../rig/parity/generate.ts';
import { Original, obstacle, randomLoopback } from '../../rig/parity/original.ts';
import { polw } from '../../rig/parity/runner.ts';
import { POLW } from '../../rig/process.ts';

const REQUESTS = 1000;
/**
 * How many of them the list of differences may touch. It touches 6.6 % on average (seeds 31 to 35, 2,000 mails each), and
 * between thousands the share spreads by 1.4 points; this is six times that above. What makes a difference too broad
 * is held by corpora.test.ts, on mails that stay the same.
 */
const MOST_TOUCHED = 0.15;
const seed = Number(process.env.POLW_PARITY_SEED ?? Math.floor(Math.random() * 1e6));

const dns = new DnsServer({}, { address: randomLoopback(), port: 53 });
const original = new Original(dns);

beforeAll(async () => {
  const hindrance = obstacle();
  if (hindrance !== undefined) throw new Error(hindrance);
  await dns.start();
  await original.start();
});
afterAll(async () => {
  await original.stop();
  await dns.stop();
});

test('polw answers as the original, but for the list of differences', { timeout: 900_000 }, async () => {
  console.log(`the mails are those of POLW_PARITY_SEED=${seed}`);
  const comparison = await compare(generate(seed, REQUESTS), (scenario) => original.said(scenario), polw(POLW), dns);
  console.log(`seed ${seed}: ${summary(comparison)}`);
  expect(comparison.unexplained.map(({ text }) => text)).toEqual([]);
  expect(comparison.requests).toBeGreaterThanOrEqual(REQUESTS);
  expect(comparison.touched / comparison.requests).toBeLessThanOrEqual(MOST_TOUCHED);
});
