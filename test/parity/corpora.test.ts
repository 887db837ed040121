// The recorded answers of the original: thousands of requests, their zones and configurations.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DnsServer } from '../../rig/dns-server.ts';
import { type Comparison, compare } from '../../rig/parity/compare.ts';
import { DIFFERENCES } from '../../rig/parity/differences.ts';
import { polw } from '../../rig/parity/runner.ts';
import type { Scenario } from '../../rig/parity/scenario.ts';
import { POLW } from '../../rig/process.ts';

const dns = new DnsServer();
const seen = new Set<string>();

beforeAll(() => dns.start());
afterAll(() => dns.stop());

async function unexplainedOf(name: string): Promise<readonly string[]> {
  return (await compareCorpus(name)).unexplained.map(({ text }) => text);
}

async function compareCorpus(name: string): Promise<Comparison> {
  const scenarios: Scenario[] = JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
  const said = async ({ requests }: Scenario) =>
    requests.map(({ action, rate, dns: questions }) => ({ action: action ?? null, rate, questions: questions ?? 0 }));
  const comparison = await compare(scenarios, said, polw(POLW), dns);
  for (const id of comparison.byDifference.keys()) seen.add(id);
  return comparison;
}

test('generated mails are answered as by the original, but for the list of differences', {
  timeout: 300_000,
}, async () => {
  const { requests, touched, unexplained, questions, questionsOfOriginal } = await compareCorpus('corpus-1');
  expect(unexplained.map(({ text }) => text)).toEqual([]);
  expect(touched / requests).toBeLessThan(0.08);
  expect(questions / questionsOfOriginal).toBeLessThan(1.1);
});

test('so are the cases of its surprising behaviour', { timeout: 120_000 }, async () => {
  expect(await unexplainedOf('corpus-quirks')).toEqual([]);
});

test('so are sequences of mails that its cache answers', { timeout: 300_000 }, async () => {
  expect(await unexplainedOf('corpus-cache')).toEqual([]);
});

test('each difference of the list is seen in one of them', () => {
  expect([...seen].sort()).toEqual(DIFFERENCES.map(({ id }) => id).sort());
});
