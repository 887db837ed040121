// polw stats: the figures are those that can be counted outside, from the answers and the log.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DnsServer, type Zone } from '../../rig/dns-server.ts';
import { type Attributes, rcpt } from '../../rig/request.ts';
import { newPlace, type Place, run, withCache } from '../../rig/shell.ts';
import { startPolw } from '../../rig/within-test.ts';
import { LogWriter } from '../../src/log/log.ts';
import { decide } from '../../src/policy/decide.ts';
import { requestOf } from '../../src/policy/request.ts';
import { makeService } from '../../src/service.ts';
import { loadSettings } from '../../src/settings/file.ts';

const MAILS = 1000;
/** As set by default. */
const LEVEL = 1;

/** The mail of a number, of five kinds; those of the last two kinds are never put on the scale. */
function mailOf(index: number): Attributes {
  const address = `198.18.${index >> 8}.${index & 255}`;
  const common = { client_address: address, instance: `i${index}` };
  switch (index % 6) {
    case 0:
      return rcpt({
        ...common,
        client_name: `h${index}.test`,
        helo_name: `h${index}.test`,
        sender: `a@h${index}.test`,
      });
    case 1:
      return rcpt({ ...common, client_name: 'unknown', helo_name: 'mail.spam.test', sender: 'a@spam.test' });
    case 2:
      // The one before comes again, as another mail.
      return { ...mailOf(index - 1), instance: common.instance };
    case 3:
      return rcpt({ ...common, client_name: `h${index}.test`, helo_name: `h${index}.test`, sender: 'a@bogus.test' });
    case 4:
      return rcpt({ ...common, client_name: 'unknown', helo_name: `n${index}.test`, sender: `a@n${index}.test` });
    default:
      return rcpt({ ...common, recipient: 'postmaster@here.test' });
  }
}

const ZONE: Zone = {
  'spam.test': { MX: [[10, 'mail.spam.test.']] },
  'mail.spam.test': { A: '198.51.100.1' },
  'bogus.test': { MX: [[10, 'mail.bogus.test.']] },
  'mail.bogus.test': { A: '127.0.0.1' },
  ...Object.fromEntries(
    Array.from({ length: MAILS }, (_, index): [string, Zone[string]][] => {
      const reversed = `${index & 255}.${index >> 8}.18.198`;
      if (index % 6 === 1) return [[`${reversed}.bl.test`, { A: '127.0.0.2' }]];
      if (index % 6 !== 0 && index % 6 !== 3) return [];
      const address = `198.18.${index >> 8}.${index & 255}`;
      return [
        [`h${index}.test`, { A: address, MX: [[10, `h${index}.test.`]] }],
        [`${reversed}.in-addr.arpa`, { PTR: `h${index}.test.` }],
      ];
    }).flat(),
  ),
};

interface Shown {
  readonly decisions: Record<string, number>;
  readonly decidedBy: Record<string, number>;
  readonly tokens: Record<string, number>;
  readonly tipped: Record<string, number>;
  readonly latencyMilliseconds: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly questions: { readonly cached: number; readonly asked: number; readonly hitRate: number };
}

const dns = new DnsServer(ZONE);
const folder = mkdtempSync(`${tmpdir()}/polw-stats-`);
let place: Place;
const answers: string[] = [];
const delays: number[] = [];

beforeAll(async () => {
  await dns.start();
  place = newPlace(dns, {}, folder);
  const polw = await startPolw(['-f', place.settings]);
  for (let index = 0; index < MAILS; index++) {
    const begun = performance.now();
    answers.push(await polw.ask(mailOf(index)));
    if (index % 6 !== 5) delays.push(performance.now() - begun);
  }
  await polw.end();
});
afterAll(async () => {
  await dns.stop();
  rmSync(folder, { recursive: true });
});

async function shown(...more: string[]): Promise<Shown> {
  const { stdout, stderr, code } = await run(place, ['stats', '--json', ...more]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return JSON.parse(stdout);
}

/** How often each word comes up. */
function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** The scores in the log: the tokens with their points, in their order, and the sum. */
function weighed(): { tokens: { name: string; points: number }[]; rate: number; action: string }[] {
  const lines = readFileSync(place.log, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const [, trace, rate] = /weighted check: (.*?); <client=.*; rate: (\S+)$/.exec(line) ?? [];
    if (trace === undefined) return [];
    const tokens = [...trace.matchAll(/(\S+?)=(?:ERR\(|SKIP\()?(-?[\d.]+)\)?(?= |$)/g)];
    return {
      tokens: tokens.map(([, name = '', points]) => ({ name, points: Number(points) })),
      rate: Number(rate),
      action: /decided action=(.*?); </.exec(lines[index + 1] ?? '')?.[1] ?? '',
    };
  });
}

function outcomeOf(action: string): string {
  return /^5/.test(action) ? 'reject' : /^4/.test(action) ? 'defer' : 'accept';
}

describe(`after ${MAILS} mails`, () => {
  test('the decisions are those of the answers', async () => {
    const actions = answers.map((answer) => answer.replace('action=', '')).filter((_, index) => index % 6 !== 5);
    const expected = counted(actions.map(outcomeOf));
    expect(Object.keys(expected).sort()).toEqual(['accept', 'defer', 'reject']);
    expect((await shown()).decisions).toEqual(expected);
  });

  test('the tokens are those of the log', async () => {
    const expected = counted(weighed().flatMap(({ tokens }) => tokens.map(({ name }) => name)));
    expect(Object.keys(expected).length).toBeGreaterThan(6);
    expect((await shown()).tokens).toEqual(expected);
  });

  test('what decided, and what tipped the score, is what the log says', async () => {
    const decided: string[] = [];
    const tipped: string[] = [];
    for (const { tokens, rate, action } of weighed()) {
      if (outcomeOf(action) === 'accept') continue;
      if (/nothing about your mail server/.test(action)) {
        decided.push('nothing in the DNS');
      } else {
        let [score, last] = [0, 'the sum'];
        for (const { name, points } of tokens) {
          if (score < LEVEL && score + points >= LEVEL) last = name;
          score += points;
        }
        decided.push(last);
      }
      if (rate >= LEVEL)
        tipped.push(...tokens.filter(({ points }) => points > 0 && rate - points < LEVEL).map(({ name }) => name));
    }
    const { decidedBy, tipped: shownTipped } = await shown();
    expect(decidedBy).toEqual(counted(decided));
    expect(shownTipped).toEqual(counted(tipped));
    expect(Object.keys(decidedBy).length).toBeGreaterThan(1);
    expect(Object.keys(shownTipped).length).toBeGreaterThan(0);
  });

  test('the questions are those that the name server got', async () => {
    const { questions } = await shown();
    expect(questions.asked).toBe(dns.queries.length);
    expect(questions.cached).toBeGreaterThan(100);
    expect(questions.hitRate).toBeCloseTo(questions.cached / (questions.cached + questions.asked), 10);
  });

  test('the latencies are no longer than those seen from outside, but for the width of their buckets', async () => {
    const { latencyMilliseconds: inside } = await shown();
    const sorted = [...delays].sort((a, b) => a - b);
    const outside = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
    for (const [shownOne, share] of [
      [inside.p50, 0.5],
      [inside.p95, 0.95],
      [inside.p99, 0.99],
    ] as const) {
      expect(shownOne).toBeGreaterThanOrEqual(1);
      expect(shownOne).toBeLessThanOrEqual(1.251 * Math.max(1, outside(share)));
    }
    expect(inside.p50).toBeLessThanOrEqual(inside.p95);
    expect(inside.p95).toBeLessThanOrEqual(inside.p99);
  });

  test('the table shows the same', async () => {
    const { decisions, decidedBy, tokens, tipped } = await shown();
    const { stdout } = await run(place, ['stats']);
    const total = Object.values(decisions).reduce((sum, n) => sum + n, 0);
    expect(stdout).toMatch(new RegExp(`^${total} decisions$`, 'm'));
    const rows = [...stdout.matchAll(/^ *(\S.*?) {2,}(\d+)(?: +(\d+| ?#*))?$/gm)];
    for (const [name, n] of [...Object.entries(decisions), ...Object.entries(decidedBy)])
      expect(rows.some((row) => row[1] === name && Number(row[2]) === n)).toBe(true);
    for (const [name, n] of Object.entries(tokens))
      expect(
        rows.some((row) => row[1] === name && Number(row[2]) === n && Number(row[3]) === (tipped[name] ?? 0)),
      ).toBe(true);
    const longest = Math.max(...[...stdout.matchAll(/#+/g)].map(([bar]) => bar.length));
    expect(longest).toBe(30);
  });

  test('Prometheus can read the same', async () => {
    const { stdout } = await run(place, ['stats', '--prometheus']);
    const samples = parsePrometheus(stdout);
    const { decisions, decidedBy, tokens, tipped, latencyMilliseconds: latency, questions } = await shown();
    const expected = new Map<string, number>();
    for (const [metric, label, counts] of [
      ['polw_decisions', 'decision', decisions],
      ['polw_decided_by', 'token', decidedBy],
      ['polw_tokens', 'token', tokens],
      ['polw_tipped', 'token', tipped],
      ['polw_questions', 'source', { cache: questions.cached, wire: questions.asked }],
      [
        'polw_latency_seconds',
        'quantile',
        { '0.5': latency.p50 / 1e3, '0.95': latency.p95 / 1e3, '0.99': latency.p99 / 1e3 },
      ],
    ] as const) {
      for (const [value, n] of Object.entries(counts)) expected.set(`${metric} ${label} ${value}`, n);
    }
    expect(Object.fromEntries(samples)).toEqual(Object.fromEntries(expected));
  });

  test('there are no more rows in an hour than names', () => {
    const hours = withCache(place, (db) =>
      db
        .prepare<[], { n: number; names: number }>(
          'SELECT count(*) AS n, count(DISTINCT what) AS names FROM count_v1 GROUP BY hour',
        )
        .all(),
    );
    expect(hours.length).toBeGreaterThan(0);
    for (const { n, names } of hours) {
      expect(n).toBe(names);
      expect(n).toBeLessThan(100);
    }
  });

  test('--since leaves out what is older, and what is too old is forgotten', async () => {
    const all = await shown();
    const back = (hours: number): void => {
      withCache(place, (db) => db.prepare('UPDATE count_v1 SET hour = hour - ?').run(hours));
    };
    back(5);
    expect((await shown('--since', '2h')).decisions).toEqual({});
    expect(await shown('--since', '7h')).toEqual(all);
    back(40 * 24);
    expect((await shown()).decisions).toEqual({});
    expect(await shown('--since', '60d')).toEqual(all);
    const polw = await startPolw(['-f', place.settings]);
    await polw.ask(rcpt({ sender: 'a@h0.test' }));
    await polw.end();
    const { decisions } = await shown('--since', '60d');
    expect(Object.values(decisions).reduce((sum, n) => sum + n, 0)).toBe(1);
  });
});

test('nothing is counted where statistics are off', async () => {
  const off = newPlace(dns, { cache: 'statistics = false' });
  const polw = await startPolw(['-f', off.settings]);
  for (let index = 0; index < 60; index++) await polw.ask(mailOf(index));
  await polw.end();
  expect(withCache(off, (db) => db.prepare('SELECT count(*) FROM count_v1').pluck().get())).toBe(0);
  const { stdout, code } = await run(off, ['stats']);
  expect(stdout).toMatch(/^0 decisions$/m);
  expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
  expect(code).toBe(0);
  expect(parsePrometheus((await run(off, ['stats', '--prometheus'])).stdout).size).toBe(5);
});

test('an answer is not later because of it', { timeout: 120_000 }, async () => {
  const cpu = newPlace(dns, { cache: 'ham_cache_size = 0\nspam_cache_size = 0' });
  const loaded = loadSettings(cpu.settings);
  const services = [true, false].map((statistics) => {
    const settings = { ...loaded.settings, statistics, log_to: 'nowhere' as const };
    return makeService({ ...loaded, settings }, new LogWriter(settings, false));
  });
  const requests = Array.from({ length: 100 }, (_, index) =>
    requestOf(new Map(Object.entries(mailOf(6 * index)).map(([key, value]) => [key, String(value).toLowerCase()]))),
  );
  const spent: number[][] = services.map(() => []);
  for (let round = 0; round < 60; round++) {
    // Each comes first in turn.
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const service = services[index];
      if (service === undefined) continue;
      let microseconds = 0;
      for (const [number, request] of requests.entries()) {
        const mail = { ...request, instance: `${round} ${index} ${number}` };
        const begun = process.cpuUsage();
        const action = await decide(mail, service);
        const { user, system } = process.cpuUsage(begun);
        microseconds += user + system;
        if (!action.startsWith('PREPEND')) throw new Error(`not weighed: ${action}`);
        service.store.flush();
        await service.log.flush();
      }
      // The first round asks the name server, and those after it warm up.
      if (round > 10) spent[index]?.push(microseconds);
    }
  }
  for (const { store } of services) store.end();
  const [on = 0, off = 0] = spent.map((rounds) => Math.min(...rounds));
  console.log(
    `CPU time of ${requests.length} cached decisions: ${on} µs with statistics, ${off} µs without: ${(100 * (on / off - 1)).toFixed(1)} %`,
  );
  expect(on).toBeGreaterThan(0);
  expect(on / off).toBeLessThan(1.1);
});

/** Reads the text format (version 0.0.4), and fails where it isn't that. */
function parsePrometheus(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const typed = new Set<string>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const type = /^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type !== null) {
      expect(typed.has(type[1] ?? '')).toBe(false);
      typed.add(type[1] ?? '');
      continue;
    }
    if (/^# HELP [a-z_:][a-z0-9_:]* [^\n\\]+$/.test(line)) continue;
    const sample =
      /^([a-z_:][a-z0-9_:]*)\{([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"\} (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(
        line,
      );
    if (sample === null) throw new Error(`not in the text format: ${line}`);
    const [, metric = '', label, value, n] = sample;
    expect(typed.has(metric)).toBe(true);
    const key = `${metric} ${label} ${value}`;
    expect(samples.has(key)).toBe(false);
    samples.set(key, Number(n));
  }
  return samples;
}
