// What the names of hosts look like: like that of a mail server, or of a dial-up line. Each look takes linear time, as
// a client chooses the text.

import { organisationOf } from '../dns/organisation.ts';
import type { WeighSettings } from './settings.ts';

/** A way to look at names. */
export interface Looks {
  readonly server: (name: string) => boolean;
  readonly dynamic: (name: string) => boolean;
}

export function looksOf({ as_policyd_weight: old }: WeighSettings): Looks {
  return old ? BY_PARTS : BY_WORDS;
}

/** A name that holds an IPv4 address spelt out. */
export function holdsAddress(name: string): boolean {
  // V8 takes 0.1 ms to prepare the pattern, and most names hold no such thing as "1.2".
  return /\d[-._]\d/.test(name) && /[a-z._-]\d{1,3}[-._]\d{1,3}[-._]\d{1,3}[-._]\d{1,3}/.test(name);
}

/**
 * By what stands in front of the organisational domain, whose own name says nothing of the line of one host. What looks
 * like a dial-up line is looked for in words. Without regular expressions where nothing is found mostly: V8 takes longer
 * to prepare one than all of this.
 */
const BY_WORDS: Looks = {
  server(name) {
    const host = hostOf(name);
    return SERVERS.test(host) || wordsOf(host).some((word) => SERVER_WORDS.has(word));
  },
  dynamic(name) {
    const host = hostOf(name);
    const words = wordsOf(host);
    if (words.some(isLine) || words.indexOf('dip') > 0 || /revip\d/.test(host)) return true;
    const reverse = words.findIndex((word) => word === 'rev' || word === 'reverse');
    if (reverse >= 0 && words.slice(reverse + 1).some((word) => word === 'ip' || word === 'home')) return true;
    return words.some((word) => POOLS.has(word)) && (host.match(/\d+/g) ?? []).length >= OCTETS;
  },
};

/** As policyd-weight's: a name that speaks for a server is believed wherever it stands. */
const SERVERS = /mx|smtp|mail|dedicated|(?<!n)stat/;
const SERVER_WORDS: ReadonlySet<string> = new Set('mta mtaout relay outbound dedi srv server'.split(' '));

const LINES: ReadonlySet<string> = new Set(
  'dial dials dialpool dinamic dinamico dinamica dinamisch client cliente clientes clientpool'.split(' '),
);
/** What the words for lines begin or end with: `cablenet`, `dialups`, `pppoe`, `isdnppp`, `userdyn`. */
const LINE_PARTS = ['cable', 'dialup', 'dialin', 'ppp', 'dyn'] as const;
const NO_LINES = ['dynamics', 'dynamo', 'dynasty', 'dynatrace'] as const;

/** Words that servers have too, unless an address stands beside them. */
const POOLS: ReadonlySet<string> = new Set(['pool', 'pools', 'cpe', 'dhcp']);
const OCTETS = 4;

function isLine(word: string): boolean {
  if (LINES.has(word) || word.includes('dsl')) return true;
  return LINE_PARTS.some((part) => hasAtAnEnd(word, part)) && !NO_LINES.some((other) => word.startsWith(other));
}

function hasAtAnEnd(word: string, part: string): boolean {
  return word.startsWith(part) || word.endsWith(part);
}

/** What stands left of the organisational domain; nothing if there is none. */
function hostOf(name: string): string {
  const organisation = organisationOf(name);
  return organisation === undefined ? '' : name.slice(0, name.length - organisation.length);
}

/** Letters between dots, `-`, `_` and digits. */
function wordsOf(host: string): readonly string[] {
  const words: string[] = [];
  let begin = 0;
  for (let place = 0; place <= host.length; place += 1) {
    const code = host.charCodeAt(place);
    if (code >= 97 && code <= 122) continue;
    if (place > begin) words.push(host.slice(begin, place));
    begin = place + 1;
  }
  return words;
}

/** As policyd-weight does: by parts of words, wherever they stand but at the very end. */
const BY_PARTS: Looks = {
  server: (name) => /mx|smtp|mail|dedicated|(?<!n)stat/.test(hostPart(name)),
  dynamic(name) {
    const host = hostPart(name);
    if (/\.dip|cable|ppp|dial|dsl|dyn|client/.test(host)) return true;
    const reverse = host.indexOf('rev');
    return reverse >= 0 && (host.indexOf('ip', reverse + 3) >= 0 || host.indexOf('home', reverse + 3) >= 0);
  },
};

/** What stands before the last dot but one: two dots must follow. */
function hostPart(name: string): string {
  const last = name.lastIndexOf('.');
  const before = last > 0 ? name.lastIndexOf('.', last - 1) : -1;
  return before < 0 ? '' : name.slice(0, before);
}
