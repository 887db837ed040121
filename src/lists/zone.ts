// The zones of lists: what is asked, and what may be shown. They differ where a zone holds a key.

import { knownList } from './known.ts';
import type { ListSetting } from './list.ts';

/** The zone that is asked. */
export function zoneAsked(list: ListSetting): string {
  return list.zone.replaceAll('{key}', list.key).toLowerCase();
}

/** The zone as it may be shown: without a key, whether it stands for itself or was written into the zone. */
export function zoneShown(list: ListSetting): string {
  return keyIn(list) === undefined ? list.zone : list.zone.replace('{key}.', '').replace(`${keyIn(list)}.`, '');
}

/** The secrets in the settings of lists, longest first. */
export function keysOf(lists: readonly ListSetting[]): readonly string[] {
  const keys = lists.flatMap((list) => [list.key, keyIn(list) ?? '']).filter((key) => key !== '' && key !== '{key}');
  return [...new Set(keys)].sort((a, b) => b.length - a.length);
}

/** A text with stars in place of secrets, in whatever case: names are asked in small letters. */
export function masked(text: string, secrets: readonly string[]): string {
  // Keys are made of letters, digits, "_", "-" and dots.
  return secrets.reduce((rest, secret) => rest.replace(new RegExp(secret.replaceAll('.', '\\.'), 'gi'), '***'), text);
}

/** The labels in front of a known zone that wants a key. */
function keyIn(list: ListSetting): string | undefined {
  if (list.zone.includes('{key}')) return '{key}';
  const known = knownList(list.zone);
  if (known === undefined || !known.keyed || known.zone === list.zone) return undefined;
  return list.zone.slice(0, -known.zone.length - 1);
}
