// Reads a policy (RFC 7208, sections 4.6.1, 5, 6 and 12): the whole of it before anything is evaluated.

import { hasMacro, type MacroString, readMacros } from './macros.ts';
import { type Network, readNetwork, wholeLength } from './network.ts';

export type Qualifier = '+' | '-' | '~' | '?';

interface Written {
  readonly qualifier: Qualifier;
  /** As it is written. */
  readonly text: string;
}

/** A mechanism. Where no domain is named, it is the one whose policy this is. */
export type Mechanism = Written &
  (
    | { readonly name: 'all' }
    | { readonly name: 'ip'; readonly network: Network }
    | { readonly name: 'include' | 'exists'; readonly domain: MacroString }
    | { readonly name: 'ptr'; readonly domain: MacroString | undefined }
    | {
        readonly name: 'a' | 'mx';
        readonly domain: MacroString | undefined;
        /** Prefix lengths for both families. */
        readonly length4: number;
        readonly length6: number;
      }
  );

export interface Modifier {
  readonly domain: MacroString;
  readonly text: string;
}

export interface PolicyRecord {
  readonly mechanisms: readonly Mechanism[];
  readonly redirect: Modifier | undefined;
  readonly exp: Modifier | undefined;
}

/** What is wrong, in which term, and where: the offset in the record. */
export interface SyntaxFault {
  readonly at: number;
  readonly term: string;
  readonly problem: string;
}

export type RecordReading =
  | { readonly ok: true; readonly value: PolicyRecord }
  | { readonly ok: false; readonly fault: SyntaxFault };

/** What became of a part of a term: `at` is an offset in the term. */
type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly at: number; readonly problem: string };

/** Reads a text that begins with `v=spf1`. */
export function readRecord(text: string): RecordReading {
  const odd = text.search(/[^ -~]/);
  if (odd >= 0) return faulty(odd, '', 'not printable ASCII');
  const mechanisms: Mechanism[] = [];
  const modifiers = new Map<'redirect' | 'exp', Modifier>();
  let at = 'v=spf1'.length;
  for (const term of text.slice(at).split(' ')) {
    const begin = at;
    at += term.length + 1;
    if (term === '') continue;
    const equals = modifierLength(term);
    if (equals < 0) {
      const mechanism = readMechanism(term);
      if (!mechanism.ok) return faulty(begin + mechanism.at, term, mechanism.problem);
      mechanisms.push(mechanism.value);
      continue;
    }
    const name = term.slice(0, equals).toLowerCase();
    const known = name === 'redirect' || name === 'exp';
    const value = term.slice(equals + 1);
    const domain = known ? readDomain(value) : readMacros(value, 'text');
    if (!domain.ok) return faulty(begin + equals + 1 + domain.at, term, domain.problem);
    if (!known) continue;
    if (modifiers.has(name)) return faulty(begin, term, `${name} stands there twice`);
    modifiers.set(name, { domain: domain.value, text: term });
  }
  return { ok: true, value: { mechanisms, redirect: modifiers.get('redirect'), exp: modifiers.get('exp') } };
}

function faulty(at: number, term: string, problem: string): RecordReading {
  return { ok: false, fault: { at, term, problem } };
}

/** Where the `=` of a modifier stands; -1 if the term is a mechanism. */
function modifierLength(term: string): number {
  const name = /^[a-z][a-z0-9._-]*=/i.exec(term);
  return name === null ? -1 : name[0].length - 1;
}

function readMechanism(text: string): Read<Mechanism> {
  const sign = qualifierOf(text[0]);
  const begin = sign === undefined ? 0 : 1;
  const name = /^[a-z][a-z0-9._-]*/i.exec(text.slice(begin))?.[0] ?? '';
  const end = begin + name.length;
  const written: Written = { qualifier: sign ?? '+', text };
  const shifted = (read: Read<Mechanism>): Read<Mechanism> => (read.ok ? read : { ...read, at: end + read.at });
  const rest = text.slice(end);
  switch (name.toLowerCase()) {
    case 'all':
      return rest === '' ? { ok: true, value: { ...written, name: 'all' } } : wrong(end, '"all" has no argument');
    case 'ip4':
      return shifted(readIp(written, rest, 4));
    case 'ip6':
      return shifted(readIp(written, rest, 6));
    case 'include':
      return shifted(readWithDomain(written, 'include', rest));
    case 'exists':
      return shifted(readWithDomain(written, 'exists', rest));
    case 'ptr':
      return shifted(readPtr(written, rest));
    case 'a':
      return shifted(readWithLengths(written, 'a', rest));
    case 'mx':
      return shifted(readWithLengths(written, 'mx', rest));
    default:
      return wrong(begin, 'no such mechanism');
  }
}

function wrong(at: number, problem: string): { readonly ok: false; readonly at: number; readonly problem: string } {
  return { ok: false, at, problem };
}

function qualifierOf(sign: string | undefined): Qualifier | undefined {
  return sign === '+' || sign === '-' || sign === '~' || sign === '?' ? sign : undefined;
}

function readIp(written: Written, rest: string, family: 4 | 6): Read<Mechanism> {
  if (rest[0] !== ':') return wrong(0, 'an address is missing');
  const slash = rest.indexOf('/');
  const address = rest.slice(1, slash < 0 ? undefined : slash);
  const length = slash < 0 ? wholeLength(family) : prefixLength(rest.slice(slash + 1), family);
  if (length === undefined) return wrong(slash, 'not a prefix length');
  const network = readNetwork(address, family, length);
  if (network === undefined) return wrong(1, `not an IPv${family} address`);
  return { ok: true, value: { ...written, name: 'ip', network } };
}

/** Without leading zeros, and not longer than an address. */
function prefixLength(text: string, family: 4 | 6): number | undefined {
  const length = Number(text);
  return String(length) === text && length >= 0 && length <= wholeLength(family) && /^\d+$/.test(text)
    ? length
    : undefined;
}

function readWithDomain(written: Written, name: 'include' | 'exists', rest: string): Read<Mechanism> {
  if (rest[0] !== ':') return wrong(0, 'a domain is missing');
  const domain = behindColon(rest);
  return domain.ok ? { ok: true, value: { ...written, name, domain: domain.value } } : domain;
}

function readPtr(written: Written, rest: string): Read<Mechanism> {
  if (rest === '') return { ok: true, value: { ...written, name: 'ptr', domain: undefined } };
  if (rest[0] !== ':') return wrong(0, '"ptr" has no prefix length');
  const domain = behindColon(rest);
  return domain.ok ? { ok: true, value: { ...written, name: 'ptr', domain: domain.value } } : domain;
}

/** The lengths are cut off from the right: `/` may also stand inside of a domain. */
function readWithLengths(written: Written, name: 'a' | 'mx', rest: string): Read<Mechanism> {
  const [, before = '', four, six] = /^(.*?)(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(rest) ?? [];
  const length4 = four === undefined ? 32 : prefixLength(four, 4);
  const length6 = six === undefined ? 128 : prefixLength(six, 6);
  if (length4 === undefined || length6 === undefined) return wrong(before.length, 'not a prefix length');
  const lengths = { length4, length6 };
  if (before === '') return { ok: true, value: { ...written, name, domain: undefined, ...lengths } };
  if (before[0] !== ':') return wrong(0, 'neither a domain nor a prefix length');
  const domain = behindColon(before);
  return domain.ok ? { ok: true, value: { ...written, name, domain: domain.value, ...lengths } } : domain;
}

function behindColon(rest: string): Read<MacroString> {
  const domain = readDomain(rest.slice(1));
  return domain.ok ? domain : { ...domain, at: domain.at + 1 };
}

/** A domain-spec (section 7.1): it ends in a macro, or in a dot and a top label, which is not of digits alone. */
function readDomain(text: string): Read<MacroString> {
  if (text === '') return wrong(0, 'a domain is missing');
  const read = readMacros(text, 'name');
  if (!read.ok) return read;
  const last = read.value.at(-1);
  if (last?.kind !== 'literal') return read;
  const [, top = ''] = /\.([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.?$/i.exec(last.text) ?? [];
  return top === '' || /^\d+$/.test(top) ? wrong(text.length - last.text.length, 'not a domain name') : read;
}

/** Whether a name is made of the local part: asking for it tells its owner who writes. */
export function tellsSender(domain: MacroString | undefined): boolean {
  return domain !== undefined && hasMacro(domain, 'sl');
}
