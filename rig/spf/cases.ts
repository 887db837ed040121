// Cases with their answers: the test suite of RFC 7208, a generated corpus, and cases by hand.

import { readFileSync } from 'node:fs';
import { parseAddress } from '../../src/dns/address.ts';
import { checkHost, type SpfOptions } from '../../src/evidence/spf/check-host.ts';
import type { SpfLookup, SpfQuery, SpfVerdict } from '../../src/evidence/spf/query.ts';
import type { SpfZone, ZoneEntry } from './zone.ts';

export interface SpfCase {
  readonly id: string;
  readonly ip: string;
  readonly helo: string;
  readonly sender: string;
  readonly zone: SpfZone;
  /** Each of them is right. */
  readonly results: readonly string[];
  /** Of a fail. Null: the receiver's own words are due. Undefined: any. */
  readonly explanation?: string | null | undefined;
}

/** The name of the receiver in all of these cases. */
export const RECEIVER = 'mx.receiver.test';

export function queryOf({ ip, helo, sender }: Pick<SpfCase, 'ip' | 'helo' | 'sender'>): SpfQuery {
  const client = parseAddress(ip);
  if (client === undefined) throw new Error(`${ip} is no address`);
  return { client, helo, sender, receiver: RECEIVER, now: 1_700_000_000 };
}

export function checkCase(one: SpfCase, lookup: SpfLookup, options?: SpfOptions): Promise<SpfVerdict> {
  return checkHost(queryOf(one), lookup, options);
}

/** What is wrong with a verdict; undefined if nothing is. */
export function wrongIn({ id, results, explanation }: SpfCase, verdict: SpfVerdict): string | undefined {
  if (!results.includes(verdict.result)) return `${id}: ${verdict.result}, not ${results.join(' or ')}`;
  if (explanation === undefined || verdict.result !== 'fail' || verdict.explanation === explanation) return undefined;
  return `${id}: explains ${JSON.stringify(verdict.explanation)}, not ${JSON.stringify(explanation)}`;
}

function fixture(name: string): string {
  return readFileSync(new URL(`../../test/evidence/spf/fixtures/${name}`, import.meta.url), 'utf8');
}

interface CorpusCase extends Omit<SpfCase, 'results'> {
  readonly result?: string;
  readonly results?: readonly string[];
}

export function corpus(name: 'corpus-1.json' | 'edge-cases.json'): readonly SpfCase[] {
  const { cases }: { readonly cases: readonly CorpusCase[] } = JSON.parse(fixture(name));
  return cases.map((one) => ({ ...one, results: one.results ?? [one.result ?? ''] }));
}

interface SuiteSection {
  readonly tests: {
    readonly [name: string]: {
      readonly host: string;
      readonly helo: string;
      readonly mailfrom?: string;
      readonly result: string | readonly string[];
      readonly explanation?: string;
    };
  };
  readonly zonedata: { readonly [name: string]: readonly SuiteItem[] };
}

type SuiteItem = 'TIMEOUT' | { readonly [type: string]: string | readonly string[] | readonly [number, string] };

/** `DEFAULT` there stands for the receiver's own words. */
export function suite(): readonly SpfCase[] {
  const sections: readonly SuiteSection[] = JSON.parse(fixture('rfc7208-tests.json'));
  return sections.flatMap(({ tests, zonedata }) => {
    const zone = Object.fromEntries(Object.entries(zonedata).map(([name, items]) => [name, entryOf(items)]));
    return Object.entries(tests).map(([id, { host, helo, mailfrom, result, explanation }]) => ({
      id,
      ip: host,
      helo,
      sender: mailfrom ?? '',
      zone,
      results: [result].flat(),
      explanation: explanation === 'DEFAULT' ? null : explanation,
    }));
  });
}

/**
 * The suite's way to write the records of a name: those of type SPF, which RFC 7208 gave up, stand for TXT where there
 * is none, and TIMEOUT behind other records is the failure of all other types.
 */
function entryOf(items: readonly SuiteItem[]): ZoneEntry {
  const entry: { [type: string]: unknown[] } = {};
  const fail: { [type: string]: string } = {};
  let alias: string | undefined;
  const hasTxt = items.some((item) => typeof item === 'object' && item.TXT !== undefined);
  for (const item of items) {
    if (item === 'TIMEOUT') {
      fail['*'] = 'TIMEOUT';
      continue;
    }
    for (const [type, value] of Object.entries(item)) {
      if (value === 'NONE' || (type === 'SPF' && hasTxt)) continue;
      const stored = type === 'SPF' ? 'TXT' : type;
      if (value === 'TIMEOUT') fail[stored] = 'TIMEOUT';
      else if (type === 'CNAME') alias = String(value);
      else entry[stored] = [...(entry[stored] ?? []), value];
    }
  }
  return { ...entry, fail, ...(alias === undefined ? {} : { CNAME: alias }) };
}
