// What ends an evaluation without a match, in words for a reply or a log.

import type { Answer, RecordType } from '../../dns/lookup.ts';
import type { SpfProblem, SpfWord } from './query.ts';
import type { SyntaxFault } from './record.ts';

/** An error, or nothing to evaluate: it goes up through all includes. */
export interface Ended {
  readonly result: Extract<SpfWord, 'none' | 'temperror' | 'permerror'>;
  readonly domain: string;
  readonly mechanism: string | null;
  readonly problem: SpfProblem;
  readonly exp: undefined;
}

export function ended(result: Ended['result'], domain: string, mechanism: string | null, problem: SpfProblem): Ended {
  return { result, domain, mechanism, problem: { ...problem, text: printable(problem.text) }, exp: undefined };
}

export function isEnded(found: Ended | object): found is Ended {
  return 'result' in found;
}

export function noPolicy(domain: string): Ended {
  return ended('none', domain, null, { kind: 'no-policy', text: `${domain} has no policy` });
}

export function syntaxError({ at, term, problem }: SyntaxFault, domain: string): Ended {
  const where = term === '' ? '' : `, in ${term}`;
  const text = `the policy of ${domain} is wrong at character ${at + 1}${where}: ${problem}`;
  return ended('permerror', domain, term === '' ? null : term, { kind: 'syntax', text });
}

export function failedAnswer(
  { reason }: Extract<Answer, { kind: 'failed' }>,
  domain: string,
  mechanism: string | null,
  type: RecordType,
  name: string,
): Ended {
  const place = mechanism === null ? '' : `, at ${mechanism} of ${domain}`;
  const text = `no answer for ${type} of ${name} (${reason})${place}`;
  const kind = reason === 'deadline' ? 'deadline' : reason === 'too-many' ? 'limit' : 'dns';
  return ended('temperror', domain, mechanism, { kind, text });
}

/** What is meant may be among the values that were left out: `left` of an answer. */
export function tooManyValues(domain: string, mechanism: string | null, type: RecordType, name: string): Ended {
  const text = `${name} has more ${type} records than are looked at, at ${mechanism} of ${domain}`;
  return ended('temperror', domain, mechanism, { kind: 'limit', text });
}

/** Longer than any name with its term; what stands in a policy may be long. */
const LONGEST = 500;

/** Printable ASCII, bounded: names and terms come from anybody. */
export function printable(octets: string, most = LONGEST): string {
  return octets.slice(0, most).replace(/[^ -~]/g, '?');
}
