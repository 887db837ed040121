// What a decision adds to the statistics. Pure.

import type { CountKind } from '../store/statistics.ts';
import type { WeighSettings } from './settings.ts';
import type { Token } from './tally.ts';
import type { Verdict } from './verdict.ts';
import type { Weighed } from './weigh.ts';

/** Each bucket of latencies ends at 1.25 times the one before. */
const BUCKET = 1.25;

/** A count that goes up by one. */
export type Count = readonly [CountKind, string];

/** The counts that go up by one because of a decision. */
export function countsOf(
  verdict: Pick<Verdict, 'outcome'>,
  weighed: Weighed | undefined,
  settings: Pick<WeighSettings, 'reject_level'>,
  milliseconds: number,
): readonly Count[] {
  const counts: Count[] = [
    ['decision', verdict.outcome],
    ['latency', String(latencyBucket(milliseconds))],
  ];
  if (weighed === undefined) return counts;
  const tokens = weighed.steps.flatMap((step) => step.tokens);
  for (const { name } of tokens) counts.push(['token', name]);
  if (verdict.outcome === 'accept') return counts;
  if (weighed.ending === undefined) {
    for (const name of tipping(tokens, weighed.score, settings.reject_level)) counts.push(['tipped', name]);
  }
  counts.push(['decided', decidingToken(tokens, weighed, settings.reject_level)]);
  return counts;
}

/** The tokens without which the mail would have been accepted. */
function tipping(tokens: readonly Token[], score: number, level: number): readonly string[] {
  return score < level
    ? []
    : tokens.filter(({ points }) => points > 0 && score - points < level).map(({ name }) => name);
}

/** The token with which the score came over the level and stayed there; or what else decided. */
function decidingToken(tokens: readonly Token[], { ending, findings, inDoubt }: Weighed, level: number): string {
  if (ending?.kind === 'listed-too-often') return 'too many lists';
  if (ending?.kind === 'lists-silent') return 'silent lists';
  if (inDoubt) return 'an unknown answer';
  if (findings.dnsError) return 'nothing in the DNS';
  let score = 0;
  let decided = '';
  for (const { name, points } of tokens) {
    if (score < level && score + points >= level) decided = name;
    score += points;
  }
  return decided || 'the sum';
}

/** The number of the bucket of a latency. */
export function latencyBucket(milliseconds: number): number {
  return Math.max(0, Math.ceil(Math.log(Math.max(1, milliseconds)) / Math.log(BUCKET)));
}

/** The longest latency in a bucket, in milliseconds. */
export function bucketEnd(bucket: number): number {
  return BUCKET ** bucket;
}
