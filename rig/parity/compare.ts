// Compares what polw answers with what the original said, request by request.

import type { DnsServer } from '../dns-server.ts';
import { type Case, casesOf, DIFFERENCES, differencesOf } from './differences.ts';
import { type Program, run } from './runner.ts';
import type { Scenario } from './scenario.ts';

export interface Said {
  readonly action: string | null;
  readonly rate?: string | undefined;
  readonly questions: number;
}

/** An answer that differs, and that no difference of the list accounts for. */
export interface Unexplained {
  readonly scenario: Scenario;
  /** Which of its requests. */
  readonly index: number;
  readonly text: string;
}

export interface Comparison {
  readonly requests: number;
  /** Requests for which a difference of the list applies. */
  readonly touched: number;
  /** How many answers differ because of each difference. */
  readonly byDifference: ReadonlyMap<string, number>;
  readonly unexplained: readonly Unexplained[];
  readonly questions: number;
  readonly questionsOfOriginal: number;
}

/** Runs scenarios through polw and compares. `said` gives what the original said. */
export async function compare(
  scenarios: readonly Scenario[],
  said: (scenario: Scenario) => Promise<readonly Said[]>,
  polw: Program,
  dns: DnsServer,
): Promise<Comparison> {
  const unexplained: Unexplained[] = [];
  const byDifference = new Map<string, number>();
  let requests = 0;
  let touched = 0;
  let questions = 0;
  let questionsOfOriginal = 0;
  for (const scenario of scenarios) {
    const original = await said(scenario);
    const cases = casesOf(scenario, original);
    const replies = await run(scenario, polw, dns);
    for (const [index, c] of cases.entries()) {
      const got = replies[index]?.action ?? null;
      requests += 1;
      questions += replies[index]?.questions ?? 0;
      questionsOfOriginal += original[index]?.questions ?? 0;
      const ids = differencesOf(c);
      if (ids.length > 0) touched += 1;
      if (got === c.said) continue;
      const meant = DIFFERENCES.filter(({ id, meant }) => ids.includes(id) && got !== null && meant(got, c));
      if (meant.length === 0) unexplained.push({ scenario, index, text: report(c, index, got, ids) });
      for (const { id } of meant) byDifference.set(id, (byDifference.get(id) ?? 0) + 1);
    }
  }
  return { requests, touched, byDifference, unexplained, questions, questionsOfOriginal };
}

function report(c: Case, index: number, got: string | null, ids: readonly string[]): string {
  const { client_address, helo_name, sender } = c.attributes;
  return [
    `${c.scenario.id}#${index} ${c.request.feat ?? ''}`,
    `  client ${client_address}, HELO ${helo_name}, from ${sender}`,
    `  original ${c.said}`,
    `  polw     ${got}`,
    ...(ids.length > 0 ? [`  not what is meant by ${ids.join(', ')}`] : []),
  ].join('\n');
}

/** The comparison in words. */
export function summary({
  requests,
  touched,
  byDifference,
  unexplained,
  questions,
  questionsOfOriginal,
}: Comparison): string {
  const share = ((100 * touched) / requests).toFixed(1);
  const ratio = (questions / questionsOfOriginal).toFixed(2);
  const differing = [...byDifference].map(([id, count]) => `${id} ${count}`).join(', ');
  return `${requests} requests, ${unexplained.length} unexplained, ${share} % touched (${differing || 'none differ'}), questions ${ratio} of the original's`;
}
