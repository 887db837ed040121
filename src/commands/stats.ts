// polw stats: what the service decided, and why, from the counts in the shared file.

import { loadSettings } from '../settings/file.ts';
import { duration } from '../toml/kinds.ts';
import { bucketEnd } from '../weigh/statistics.ts';
import type { Typed } from './command.ts';
import { printable, printableJson } from './printable.ts';
import { withSharedFile } from './shared-file.ts';
import { USAGE } from './usage.ts';

/** The counts, sorted by kind. */
interface Statistics {
  readonly decisions: ReadonlyMap<string, number>;
  readonly decided: ReadonlyMap<string, number>;
  readonly tokens: ReadonlyMap<string, number>;
  readonly tipped: ReadonlyMap<string, number>;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly cached: number;
  readonly asked: number;
}

const BAR = 30;

export async function run({ file, options }: Typed): Promise<number> {
  const since = duration(1, 400 * 86400).read(options.since ?? '24h');
  if (!since.ok) {
    process.stderr.write(`polw: --since ${since.complaint.message}\n`);
    return USAGE;
  }
  const { settings } = loadSettings(file);
  const done = await withSharedFile(settings, (store) => store.countsSince(Date.now() - since.value * 1000));
  if ('trouble' in done) {
    process.stderr.write(`polw: ${printable(done.trouble)}\n`);
    return 1;
  }
  const statistics = sorted(new Map(done.result.map(({ what, n }) => [what, n])));
  if (options.json === true) process.stdout.write(asJson(statistics));
  else if (options.prometheus === true) process.stdout.write(asPrometheus(statistics));
  else process.stdout.write(asTable(statistics));
  return 0;
}

function sorted(counts: ReadonlyMap<string, number>): Statistics {
  const kind = (prefix: string): ReadonlyMap<string, number> =>
    new Map(
      [...counts]
        .filter(([what]) => what.startsWith(prefix))
        .map(([what, n]): [string, number] => [what.slice(prefix.length), n])
        .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])),
    );
  return {
    decisions: kind('decision '),
    decided: kind('decided '),
    tokens: kind('token '),
    tipped: kind('tipped '),
    latency: percentiles(kind('latency ')),
    cached: counts.get('questions cached') ?? 0,
    asked: counts.get('questions asked') ?? 0,
  };
}

/** Each percentile as the end of the bucket in which it lies. */
function percentiles(buckets: ReadonlyMap<string, number>): Statistics['latency'] {
  const ordered = [...buckets]
    .map(([bucket, n]) => ({ bucket: Number(bucket), n }))
    .sort((a, b) => a.bucket - b.bucket);
  const total = ordered.reduce((sum, { n }) => sum + n, 0);
  const at = (share: number): number => {
    let seen = 0;
    for (const { bucket, n } of ordered) {
      seen += n;
      if (seen >= total * share) return bucketEnd(bucket);
    }
    return 0;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function hitRate({ cached, asked }: Statistics): number {
  return cached + asked === 0 ? 0 : cached / (cached + asked);
}

function asJson(statistics: Statistics): string {
  const { decisions, decided, tokens, tipped, latency, cached, asked } = statistics;
  const plain = {
    decisions: Object.fromEntries(decisions),
    decidedBy: Object.fromEntries(decided),
    tokens: Object.fromEntries(tokens),
    tipped: Object.fromEntries(tipped),
    latencyMilliseconds: latency,
    questions: { cached, asked, hitRate: hitRate(statistics) },
  };
  return printableJson(plain);
}

/** The text format of the node exporter's textfile collector. */
function asPrometheus(statistics: Statistics): string {
  const lines: string[] = [];
  const metric = (name: string, help: string, label: string, counts: ReadonlyMap<string, number>): void => {
    lines.push(`# HELP polw_${name} ${help}`, `# TYPE polw_${name} gauge`);
    for (const [value, n] of counts) lines.push(`polw_${name}{${label}="${labelValue(printable(value))}"} ${n}`);
  };
  const { latency } = statistics;
  metric('decisions', 'Mails by decision.', 'decision', statistics.decisions);
  metric('decided_by', 'Mails not accepted, by what decided.', 'token', statistics.decided);
  metric('tokens', 'How often a check had something to say.', 'token', statistics.tokens);
  metric('tipped', 'How often a token tipped the score.', 'token', statistics.tipped);
  metric(
    'latency_seconds',
    'Time to a decision.',
    'quantile',
    new Map([
      ['0.5', latency.p50 / 1000],
      ['0.95', latency.p95 / 1000],
      ['0.99', latency.p99 / 1000],
    ]),
  );
  metric(
    'questions',
    'DNS questions by where the answer came from.',
    'source',
    new Map([
      ['cache', statistics.cached],
      ['wire', statistics.asked],
    ]),
  );
  return `${lines.join('\n')}\n`;
}

/** The text format knows these three escapes and no others. */
function labelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function asTable(statistics: Statistics): string {
  const { latency } = statistics;
  const total = [...statistics.decisions.values()].reduce((sum, n) => sum + n, 0);
  const tokens = [...statistics.tokens].map(
    ([name, n]) =>
      `${printable(name).padEnd(52)} ${String(n).padStart(8)} ${String(statistics.tipped.get(name) ?? 0).padStart(8)}`,
  );
  return [
    `${total} decisions`,
    ...bars(statistics.decisions),
    '',
    'not accepted, by what decided',
    ...bars(statistics.decided),
    '',
    `${'token'.padEnd(52)} ${'seen'.padStart(8)} ${'tipped'.padStart(8)}`,
    ...tokens,
    '',
    `time to a decision: half within ${round(latency.p50)} ms, 95 % within ${round(latency.p95)} ms, 99 % within ${round(latency.p99)} ms`,
    `DNS answers from the cache: ${(100 * hitRate(statistics)).toFixed(1)} % of ${statistics.cached + statistics.asked}`,
    '',
  ].join('\n');
}

function bars(counts: ReadonlyMap<string, number>): readonly string[] {
  const most = Math.max(1, ...counts.values());
  return [...counts].map(
    ([name, n]) =>
      `  ${printable(name).padEnd(50)} ${String(n).padStart(8)} ${'#'.repeat(Math.round((BAR * n) / most))}`,
  );
}

function round(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0);
}
