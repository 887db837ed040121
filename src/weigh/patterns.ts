// What the names of hosts look like: like that of a mail server, or of a dial-up line. Each look takes linear time, as
// a client chooses the text.

import { organisationOf } from '../dns/organisation.ts';
import type { Settings } from '../settings/table.ts';

/** A way to look at names. */
export interface Looks {
  readonly server: (name: string) => boolean;
  readonly dynamic: (name: string) => boolean;
}

export function looksOf({ as_policyd_weight: old }: Settings): Looks {
  return old ? BY_PARTS : BY_WORDS;
}

/** A name that holds an IPv4 address spelt out. */
export function holdsAddress(name: string): boolean {
  // V8 takes 0.1 ms to prepare the pattern, and most names hold no such thing as "1.2".
  return /\d[-._]\d/.test(name) && /[a-z._-]\d{1,3}[-._]\d{1,3}[-._]\d{1,3}[-._]\d{1,3}/.test(name);
}

/**
 * By the words in front of the organisational domain, whose own name says nothing of the line of one host. Without
 * regular expressions: V8 takes longer to prepare one than all of this.
 */
const BY_WORDS: Looks = {
  server: (name) =>
    wordsOf(name).some((word) => SERVERS.has(word) || hasAtAnEnd(word, 'mail') || hasAtAnEnd(word, 'smtp')),
  dynamic(name) {
    const words = wordsOf(name);
    if (words.some(isLine) || words.indexOf('dip') > 0) return true;
    const reverse = words.findIndex((word) => word === 'rev' || word === 'reverse');
    if (reverse >= 0 && words.slice(reverse + 1).some((word) => word === 'ip' || word === 'home')) return true;
    return words.some((word) => POOLS.has(word)) && (name.match(/\d+/g) ?? []).length >= 2;
  },
};

const SERVERS: ReadonlySet<string> = new Set(
  'mx mxs mxout mxin mta mtaout relay outbound dedicated dedi stat static srv server'.split(' '),
);

const LINES: ReadonlySet<string> = new Set(
  'cable cablemodem dial dialin dialup dialpool dyn dynamic dynamicip dynip dynpool dinamic dynamisch dhcp client cliente'.split(
    ' ',
  ),
);

/** Words that servers have too, unless there are numbers beside them. */
const POOLS: ReadonlySet<string> = new Set(['pool', 'pools', 'cpe']);

/** `dial`, but also `adsl`, `dslpool`, `pppoe`. */
function isLine(word: string): boolean {
  return LINES.has(word) || hasAtAnEnd(word, 'dsl') || word.startsWith('ppp');
}

function hasAtAnEnd(word: string, part: string): boolean {
  return word.startsWith(part) || word.endsWith(part);
}

/** The words of a name left of its organisational domain: letters between dots, `-`, `_` and digits. */
function wordsOf(name: string): readonly string[] {
  const organisation = organisationOf(name);
  const words: string[] = [];
  if (organisation === undefined) return words;
  let begin = 0;
  for (let place = 0; place <= name.length - organisation.length; place += 1) {
    const code = name.charCodeAt(place);
    const isLetter = code >= 97 && code <= 122 && place < name.length - organisation.length;
    if (isLetter) continue;
    if (place > begin) words.push(name.slice(begin, place));
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
