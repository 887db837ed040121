// Whom a check is about: local part, domain, and what macros say of a query (RFC 7208, sections 2.4, 4.3 and 7.2).
// All texts have a character for each octet.

import { askableName } from '../../dns/name.ts';
import { octetName, octetsOf } from '../../dns/octets.ts';
import { expand, type MacroLetter, type MacroString } from './macros.ts';
import { type Network, networkOfClient } from './network.ts';
import type { SpfQuery } from './query.ts';

export interface Identity {
  readonly client: Network;
  readonly local: string;
  /** What follows the last `@`, or HELO. */
  readonly domain: string;
  /** Macros of the query that are the same in each record. */
  readonly values: Readonly<Record<'s' | 'l' | 'o' | 'i' | 'h' | 'v' | 'c' | 'r' | 't', string>>;
}

/** A name is at most this long (RFC 1035, section 2.3.4). */
const LONGEST_NAME = 253;
/** Names are cut from the left, so much more than a name is made of a policy's macros, but not without end. */
const LONGEST_EXPANSION = 16_384;

export function identityOf(query: SpfQuery): Identity {
  const { client, sender, helo, receiver, now } = query;
  const at = sender.lastIndexOf('@');
  const local = octetsOf(at > 0 ? sender.slice(0, at) : 'postmaster');
  const domain = aLabels(sender === '' ? helo : sender.slice(at + 1));
  return {
    client: networkOfClient(client),
    local,
    domain,
    values: {
      s: `${local}@${domain}`,
      l: local,
      o: domain,
      h: octetsOf(helo),
      i: client.family === 4 ? client.text : dottedNibbles(client.text),
      v: client.family === 4 ? 'in-addr' : 'ip6',
      c: client.family === 4 ? client.text : shortest(client.text),
      r: octetsOf(receiver),
      t: String(now),
    },
  };
}

/** The domain without a final dot; as A-labels where that can be. */
function aLabels(text: string): string {
  const ascii = /^[\0-\x7f]*$/.test(text) ? text : (askableName(text) ?? octetsOf(text));
  return ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
}

/** Whether a sender can have a policy at all (section 4.3): printable ASCII, two labels or more, no address literal. */
export function isCheckable(domain: string): boolean {
  return /^[!-~]+$/.test(domain) && !domain.startsWith('[') && isManyLabelled(domain);
}

/** The least that is asked of the domain of an `include` or `redirect`. */
export function isManyLabelled(domain: string): boolean {
  return octetName(domain)?.includes('.') ?? false;
}

/** The domain that a term names, or the current one; without a final dot, and cut from the left (section 7.3). */
export function domainOf(
  identity: Identity,
  spec: MacroString | undefined,
  current: string,
  validated: string,
): string | undefined {
  if (spec === undefined) return current;
  let name = expanded(identity, spec, current, validated, LONGEST_EXPANSION);
  if (name.endsWith('.')) name = name.slice(0, -1);
  while (name.length > LONGEST_NAME) {
    const dot = name.indexOf('.', name.length - LONGEST_NAME - 1);
    if (dot < 0) return undefined;
    name = name.slice(dot + 1);
  }
  return name;
}

/** `current`: the domain whose record this is. `validated`: the client's own name, `%{p}`. */
export function expanded(
  { values }: Identity,
  text: MacroString,
  current: string,
  validated: string,
  most: number,
): string {
  const value = (letter: MacroLetter): string => {
    if (letter === 'd') return current;
    return letter === 'p' ? validated : values[letter];
  };
  return expand(text, value, most);
}

/** Of the client's confirmed names: the domain itself, one below it, or any (section 7.3). */
export function bestName(names: readonly string[], domain: string): string {
  const wanted = octetName(domain);
  return names.find((name) => name === wanted) ?? names.find((name) => isBelow(name, wanted)) ?? names[0] ?? 'unknown';
}

/** Whether a name, such as it is asked, is the domain or lies below it. */
export function belongsTo(name: string, domain: string | undefined): boolean {
  return name === domain || isBelow(name, domain);
}

function isBelow(name: string, domain: string | undefined): boolean {
  return domain !== undefined && name.endsWith(`.${domain}`);
}

/** The nibbles of an IPv6 address in upper case, as section 7.4 writes them. */
function dottedNibbles(text: string): string {
  return [...text.replaceAll(':', '')].join('.').toUpperCase();
}

/** An address of eight full groups in its short form (RFC 5952). */
function shortest(text: string): string {
  const groups = text.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
  let [from, length] = [0, 1];
  for (let begin = 0; begin < groups.length; begin++) {
    let end = begin;
    while (groups[end] === '0') end += 1;
    if (end - begin > length) [from, length] = [begin, end - begin];
  }
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, from).join(':')}::${groups.slice(from + length).join(':')}`;
}
