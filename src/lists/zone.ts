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

/**
 * The list with its key apart from its zone, wherever it was written: what is kept about a zone has `{key}` in it.
 */
export function withKeyApart(list: ListSetting): ListSetting {
  // The known zones are only looked at where a key could be: zones that want one have three labels or more.
  if (list.zone.split('.').length < 4) return list;
  const key = keyIn(list);
  if (key === undefined || key === '{key}') return list;
  return { ...list, zone: `{key}${list.zone.slice(key.length)}`, key, key_file: '' };
}

/** True if a key is written into a zone, or into a name below it. */
export function holdsKey(name: string): boolean {
  const known = knownList(name);
  return known?.keyed === true && known.zone !== name && !name.endsWith(`{key}.${known.zone}`);
}

/** Gives names as they may be kept: with `{key}` where the key of a list was asked with. */
export function keptNames(lists: readonly ListSetting[]): (name: string) => string {
  const zones = lists
    .filter(({ zone, key }) => key !== '' && zone.includes('{key}'))
    .map((list) => ({ asked: `.${zoneAsked(list)}`, kept: `.${list.zone.toLowerCase()}` }));
  return (name) => {
    // No name that a client makes up is taken for one of these: askableName lets no brace pass.
    const zone = zones.find(({ asked }) => name.endsWith(asked));
    return zone === undefined ? name : name.slice(0, -zone.asked.length) + zone.kept;
  };
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
