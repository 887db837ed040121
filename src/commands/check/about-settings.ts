// What is odd about settings that can be used: bounds the wrong way round, letters that do not survive SMTP, defer words
// that no list can give, and lists that are dead or asked about the wrong thing.

import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { isLeftOut, knownList } from '../../lists/known.ts';
import type { ListSetting } from '../../lists/list.ts';
import { zoneShown } from '../../lists/zone.ts';
import type { SettingName, Settings } from '../../settings/table.ts';
import { positionOf } from '../../toml/position.ts';
import { TOKENS } from '../meaning.ts';
import { type Finding, warning } from './finding.ts';

/** Texts that become the answer of Postfix, or a part of it. */
const SPOKEN = [
  'reject_text',
  'max_dnsbl_text',
  'no_dns_text',
  'cached_reject_text',
  'further_recipient_text',
  'mismatch_text',
  'listed_sender_text',
  'relay_text',
  'dyndns_text',
] as const;

/** The first of each pair should not be larger than the second. */
const BOUNDS = [
  ['cache', 'dns_ttl_min', 'dns_ttl_max'],
  ['cache', 'spam_cache_size', 'spam_cache_max_size'],
  ['cache', 'ham_cache_size', 'ham_cache_max_size'],
  ['dns', 'dns_timeout', 'dns_deadline'],
] as const;

/** What lists of domains, and those of hashes, are called. All other known ones are asked by the client's address. */
const OF_DOMAINS = /^(dbl|zrd|nod|dblack|uribl|rhsbl|fresh15)\.|^multi\.(surbl\.org|uribl\.com)$/;
const OF_BOTH = /^(combined\.mail\.abusix\.zone|hostkarma\.junkemailfilter\.com)$/;
const OF_HASHES = /^(ebl|hbl|shorthash|diskhash|btc-wallets|attachhash)\./;

/** What is odd about a settings file. Of one that isn't there, nothing. */
export function aboutSettings(path: string, settings: Settings): readonly Finding[] {
  const bytes = bytesOf(path);
  if (bytes === undefined) return [];
  const source = bytes.toString('utf8');
  const at = (...keys: (string | number)[]): string => {
    const { line, column } = positionOf(source, keys);
    return `${path}:${line}:${column}`;
  };
  return [
    ...aboutLetters(path, bytes),
    ...BOUNDS.filter(([, low, high]) => settings[low] > settings[high]).map(([table, low, high]) =>
      warning(
        at(table, sets(source, low) ? low : high),
        `${low} (${settings[low]}) is larger than ${high} (${settings[high]})`,
        'change one of them',
      ),
    ),
    ...SPOKEN.filter((name) => /[^\0-\x7e]/.test(settings[name])).map((name) =>
      warning(at('texts', name), `${name} holds letters that mail servers may not show`, 'use ASCII alone (RFC 5321)'),
    ),
    ...(sets(source, 'defer_tokens') ? aboutDeferTokens(at('decision', 'defer_tokens'), settings) : []),
    ...settings.lists.flatMap((list, index) => aboutList(list, index, { path, at })),
  ];
}

/** Classes of restrictions that texts name by `rc:`. */
export function classesOf(
  path: string,
  settings: Settings,
): readonly { readonly name: string; readonly place: string; readonly setting: string }[] {
  const source = bytesOf(path)?.toString('utf8') ?? '';
  return SPOKEN.flatMap((setting) => {
    const name = /^\s*rc:\s*([^\s,;.]+)/.exec(settings[setting])?.[1];
    if (name === undefined) return [];
    const { line, column } = positionOf(source, ['texts', setting]);
    return [{ name, setting, place: `${path}:${line}:${column}` }];
  });
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function sets(source: string, name: SettingName): boolean {
  return new RegExp(`^\\s*${name}\\s*=`, 'm').test(source);
}

function aboutLetters(path: string, bytes: Buffer): readonly Finding[] {
  if (isUtf8(bytes)) return [];
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    const stop = end < 0 ? bytes.length : end;
    if (!isUtf8(bytes.subarray(start, stop))) break;
    start = stop + 1;
  }
  return [
    warning(`${path}:${line}:1`, 'this line is not UTF-8, so its letters come out as others', 'save it as UTF-8'),
  ];
}

/** Words that no token begins with. A token is written as NAME=POINTS. */
function aboutDeferTokens(place: string, { defer_tokens: words, lists }: Settings): readonly Finding[] {
  const ofLists = lists.flatMap((list) => {
    const hits = list.answers.map(({ name }) => (name === '' ? list.name : `${list.name}_${name}`));
    return [
      `NOT_IN_${list.name}`,
      list.name,
      ...hits.flatMap((hit) => [`IN_${hit}`, `HELO_IN_${hit}`, `CLIENT_NAME_IN_${hit}`]),
    ];
  });
  const tokens = [...TOKENS, ...ofLists].map((name) => `${name}=`);
  return words
    .filter((word) => !tokens.some((token) => token.startsWith(word) || word.startsWith(token)))
    .map((word) =>
      warning(
        place,
        `no token can begin with ${JSON.stringify(word)}, so it defers nothing`,
        'correct it, or take it out',
      ),
    );
}

interface InFile {
  readonly path: string;
  at(...keys: (string | number)[]): string;
}

function aboutList(list: ListSetting, index: number, { path, at }: InFile): readonly Finding[] {
  if (list.key !== '' && list.key_file === '' && (statSync(path).mode & 0o004) !== 0)
    return [warning(path, 'it holds a key, and anybody may read it', `run: chmod o-r ${path}, and chgrp polw ${path}`)];
  const known = knownList(list.zone);
  if (known === undefined || !list.enabled) return [];
  const zone = zoneShown(list);
  if (isLeftOut(list))
    return [warning(at('lists', index, 'zone'), `${zone} is dead and not asked: ${known.terms}`, 'take it out')];
  const place = at('lists', index, 'zone');
  const subjects = (['client', 'sender', 'helo', 'client_name'] as const).filter((subject) =>
    list.answers.some((answer) => answer[subject] !== undefined),
  );
  const name = known.zone;
  if (OF_HASHES.test(name))
    return [
      warning(place, `${zone} lists hashes, and never addresses or domains as polw asks for them`, 'take it out'),
    ];
  if (OF_BOTH.test(name)) return [];
  const wrong = subjects.filter((subject) => (subject === 'client') === OF_DOMAINS.test(name));
  if (wrong.length === 0) return [];
  return [
    OF_DOMAINS.test(name)
      ? warning(
          place,
          `${zone} lists domains, and is asked about the address of the client`,
          'score sender, helo or client_name instead of client',
        )
      : warning(place, `${zone} lists addresses, and is asked about ${wrong.join(', ')}`, 'score client alone'),
  ];
}
