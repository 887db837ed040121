// A zone of a case, as the name server of the tests serves it.

import type { Rcode, Zone } from '../dns-server.ts';
import type { SpfZone, ZoneEntry } from './zone.ts';

const TYPES = ['A', 'AAAA', 'MX', 'PTR', 'TXT'] as const;

/** `timeout`: what is done where the zone says TIMEOUT. DROP is no answer at all; SERVFAIL means the same, at once. */
export function served(zone: SpfZone, timeout: 'DROP' | 'SERVFAIL' = 'SERVFAIL'): Zone {
  return Object.fromEntries(
    Object.entries(zone).map(([name, { TXT, fail, ...entry }]) => [
      name,
      {
        ...entry,
        TXT: (TXT ?? []).map((strings) => [strings].flat().join('')),
        rcodes: Object.fromEntries(
          TYPES.flatMap((type) => {
            const failure = failureOf({ TXT: TXT ?? [], fail: fail ?? {}, ...entry }, type);
            return failure === undefined ? [] : [[type, failure === 'TIMEOUT' ? timeout : rcodeOf(failure)]];
          }),
        ),
      },
    ]),
  );
}

function failureOf(entry: ZoneEntry, type: (typeof TYPES)[number]): string | undefined {
  const has = entry.CNAME !== undefined || (entry[type] ?? []).length > 0;
  return entry.fail?.[type] ?? (has ? undefined : entry.fail?.['*']);
}

function rcodeOf(name: string): Rcode {
  switch (name) {
    case 'NXDOMAIN':
    case 'REFUSED':
    case 'FORMERR':
    case 'NOTIMP':
      return name;
    default:
      return 'SERVFAIL';
  }
}
