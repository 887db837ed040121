// Keys in the names of zones: "KEY.zen.dq.spamhaus.net". A key is a secret, which no message may show.

import { knownList } from '../../lists/known.ts';

export interface KeyedZone {
  readonly key: string;
  /** With `{key}` in the place of the key. */
  readonly zone: string;
}

/** The key in the name of a zone; undefined if there is none. */
export function keyedZone(zone: string): KeyedZone | undefined {
  const known = knownList(zone);
  if (known?.keyed !== true || known.zone === zone) return undefined;
  const key = zone.slice(0, -known.zone.length - 1);
  return /^[a-z0-9_-]{1,63}$/.test(key) ? { key, zone: `{key}.${known.zone}` } : undefined;
}

/** A zone as it may be shown. */
export function zoneWithoutKey(zone: string): string {
  const known = knownList(zone);
  return known?.keyed === true ? known.zone : zone;
}

/** What is said about source that wasn't read, without the keys in it. */
export function withoutKeys(message: string): string {
  return (
    message
      .replace(/[\w-]+(?:\.[\w-]+)+/g, (name) =>
        keyedZone(name.toLowerCase()) === undefined ? name : zoneWithoutKey(name.toLowerCase()),
      )
      // A zone may be cut off; keys are long, with letters and digits.
      .replace(/(?=[a-z]*\d)[a-z0-9]{20,}(?=\.)/gi, '***')
  );
}
