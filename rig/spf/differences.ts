// Where pyspf 2.0.14 says other than we do, and what RFC 7208 says. Each entry takes only cases in which what it tells
// of is there.

import type { SpfVerdict } from '../../src/evidence/spf/query.ts';
import type { RandomCase } from './policies.ts';
import type { TheirAnswer } from './pyspf.ts';
import type { SpfZone, ZoneEntry } from './zone.ts';

interface Difference {
  readonly id: string;
  readonly pyspf: string;
  /** The section of the RFC, and what it says. */
  readonly rfc: string;
  readonly touches: (one: RandomCase, theirs: TheirAnswer, ours: SpfVerdict) => boolean;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    id: 'own-include',
    pyspf: 'takes an include of the record itself for a syntax error',
    rfc: '4.6.4: what includes itself ends by the limit of lookups, if evaluation comes to it',
    touches: ({ zone }, theirs) =>
      theirs.why.includes('trivial recursion') &&
      Object.entries(zone).some(([name, { TXT }]) => String(TXT).toLowerCase().includes(`include:${name}`)),
  },
  {
    id: 'delimiters',
    pyspf: 'splits no macros but l and s at a delimiter other than the dot',
    rfc: '7.3: a macro is split at each of its delimiters, and joined by dots',
    touches: ({ zone }, theirs, ours) =>
      textsOf(zone).some((text) => /%\{[^sl}]\d*r?[.]*[-+,/_=]/i.test(text)) &&
      (ours.result !== 'fail' ||
        theirs.result !== 'fail' ||
        theirs.explanation?.replaceAll('-', '.') === ours.explanation?.replaceAll('-', '.')),
  },
  {
    id: 'failing-exchange',
    pyspf: 'gives up an MX set at the first host that fails',
    rfc: '5.4 says nothing; the order of the hosts is chance, so one that is the client counts',
    touches: ({ zone }, theirs, ours) =>
      theirs.result === 'temperror' &&
      ours.result !== 'temperror' &&
      Object.values(zone).some(({ MX }) => MX?.some(([, host]) => isFailing(zone, host))),
  },
  {
    id: 'failing-name',
    pyspf: 'ends in a temperror where the address of one of the names of the client fails',
    rfc: '5.5: that name is skipped',
    touches: ({ zone }, theirs, ours) =>
      theirs.result === 'temperror' &&
      ours.result !== 'temperror' &&
      textsOf(zone).some((text) => /[ +~?-]ptr\b|%\{p/i.test(text)) &&
      Object.entries(zone).some(
        ([name, { PTR }]) => name.endsWith('.arpa') && PTR?.some((host) => isFailing(zone, host)),
      ),
  },
  {
    id: 'void-alias',
    pyspf: 'counts an alias to a name without records as two void lookups',
    rfc: '4.6.4: a lookup is one question, whatever it is answered by',
    touches: ({ ip, zone }, theirs, ours) =>
      theirs.why.includes('Void lookup limit') &&
      ours.voids > 0 &&
      Object.entries(zone).some(([name, { CNAME }]) => CNAME !== undefined && isVoid(endOf(zone, name), ip)),
  },
  {
    id: 'no-local-part',
    pyspf: 'leaves %{s} without a local part',
    rfc: '4.3: postmaster takes its place',
    touches: ({ sender, zone }, theirs, ours) =>
      sender.startsWith('@') &&
      textsOf(zone).some((text) => /%\{s/i.test(text)) &&
      (theirs.result !== 'fail' || ours.result !== 'fail' || ours.explanation?.includes('postmaster') === true),
  },
];

/** The entry that accounts for a difference. */
export function differenceOf(one: RandomCase, theirs: TheirAnswer, ours: SpfVerdict): string | undefined {
  return DIFFERENCES.find(({ touches }) => touches(one, theirs, ours))?.id;
}

function textsOf(zone: SpfZone): readonly string[] {
  return Object.values(zone).flatMap(({ TXT }) => (TXT ?? []).map(String));
}

/** What a name is an alias of, in the end. */
function endOf(zone: SpfZone, name: string): ZoneEntry {
  const entry = zone[name.toLowerCase()] ?? {};
  return entry.CNAME === undefined ? entry : endOf(zone, entry.CNAME);
}

function isFailing(zone: SpfZone, name: string): boolean {
  return endOf(zone, name).fail !== undefined;
}

/** `exists` asks for A whatever the client is. */
function isVoid({ A, AAAA, fail }: ZoneEntry, ip: string): boolean {
  return fail === undefined && (A === undefined || (ip.includes(':') && AAAA === undefined));
}
