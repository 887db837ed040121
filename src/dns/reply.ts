// What a DNS message (RFC 1035, section 4) says to a question. Pure. Reads no more of it than is wanted: who sends the
// message may fill all of its 64 KiB.

import type { Answer, FailureReason, WireType } from './lookup.ts';
import { questionBytes, TYPES } from './question.ts';
import { boundedTexts, isSenderPolicy } from './texts.ts';

/** What a packet is to a question: no reply to it, "I know no EDNS", a reply that was cut short, or an answer. */
export type Reply =
  | { readonly kind: 'foreign' }
  | { readonly kind: 'no-edns' }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'answer'; readonly answer: Answer };

const FORMERR = 1;
const NXDOMAIN = 3;
const NOTIMP = 4;
const REFUSED = 5;
const CNAME = 5;
const SOA = 6;
const INTERNET = 1;
const HEADER = 12;
/** A chain of aliases that is longer than this is a loop. */
const ALIASES = 16;
/** More values than these are left out: no honest host, domain or list has so many. */
export const VALUES = 64;
/** Nor are more records looked at whether they are of the name that was asked. */
const LOOKS = 4 * VALUES;
/** A name is compressed by one pointer, or by few. */
const POINTERS = 16;
/** Kept for negative answers without a SOA record, which RFC 2308 allows not to be cached at all. */
const TTL_WITHOUT_SOA = 30;
const FOREIGN: Reply = { kind: 'foreign' };

/** Reads a packet that came after a question was sent. */
export function readReply(bytes: Buffer, id: number, type: WireType, name: string): Reply {
  if (bytes.length < HEADER || bytes.readUInt16BE(0) !== id || ((bytes[2] ?? 0) & 0xf8) !== 0x80) return FOREIGN;
  const rcode = (bytes[3] ?? 0) & 0x0f;
  const isOurs = bytes.readUInt16BE(4) === 1 && isSameQuestion(bytes, type, name);
  // Some say so by a bare header (RFC 6891, section 7).
  if ((rcode === FORMERR || rcode === NOTIMP) && (isOurs || bytes.readUInt16BE(4) === 0)) return { kind: 'no-edns' };
  if (!isOurs) return FOREIGN;
  if (((bytes[2] ?? 0) & 0x02) !== 0) return { kind: 'truncated' };
  const answer = answerOf(bytes, rcode, type, name);
  return answer === undefined ? FOREIGN : { kind: 'answer', answer };
}

/** The question comes back as it was sent, but for the case of its ASCII letters (RFC 4343): as octets, not as text. */
function isSameQuestion(bytes: Buffer, type: WireType, name: string): boolean {
  const sent = questionBytes(0, type, name, false);
  if (bytes.length < sent.length) return false;
  for (let at = HEADER; at < sent.length; at++) {
    if (lowerOctet(bytes[at] ?? 0) !== lowerOctet(sent[at] ?? 0)) return false;
  }
  return true;
}

/** The length of a label is none of `A` to `Z`: it is smaller. */
function lowerOctet(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

/** A resource record, and where its parts are. */
interface Place {
  readonly owner: number;
  readonly type: number;
  readonly ttl: number;
  readonly data: number;
  readonly end: number;
}

/** Undefined if a record can't be read. */
function answerOf(bytes: Buffer, rcode: number, type: WireType, name: string): Answer | undefined {
  const wanted = TYPES[type];
  // Of a text any one may be the sender policy.
  const most = new Map([
    [CNAME, ALIASES + 1],
    [wanted, type === 'TXT' ? Number.POSITIVE_INFINITY : LOOKS],
  ]);
  const records = recordsFrom(bytes, HEADER + name.length + 2 + 4, bytes.readUInt16BE(6), most);
  if (records === undefined) return undefined;
  if (rcode !== 0 && rcode !== NXDOMAIN) return failure(rcode === REFUSED ? 'refused' : 'servfail');

  // Only what belongs to the name asked, or to what it is an alias of, is an answer.
  const alias = follow(bytes, records.places, name);
  if (alias === 'unreadable') return undefined;
  if (alias === 'loop') return failure('servfail');
  let { ttl } = alias;
  const values: string[] = [];
  const candidates = policiesFirst(
    bytes,
    records.places.filter((place) => place.type === wanted),
    type,
  );
  let looks = 0;
  for (const place of candidates) {
    if (values.length === VALUES || looks === LOOKS) break;
    looks += 1;
    const owner = nameAt(bytes, place.owner);
    if (owner === undefined) return undefined;
    if (owner.octets !== alias.owner) continue;
    const value = valueAt(bytes, place, type);
    if (value === undefined) return undefined;
    values.push(value);
    ttl = Math.min(ttl, place.ttl);
  }
  const left = (records.counts.get(wanted) ?? 0) - looks;
  if (values.length > 0) {
    const kept = type === 'TXT' || type === 'SPF' ? boundedTexts(values) : values;
    return { kind: 'records', values: kept, ttl, ...(left === 0 ? {} : { left }) };
  }
  const negative = negativeTtl(bytes, records.end);
  if (negative === undefined) return undefined;
  return { kind: rcode === NXDOMAIN ? 'no-such-name' : 'no-data', ttl: Math.min(ttl, negative) };
}

/** Where not all texts are kept, a sender policy is, wherever it stands among them. */
function policiesFirst(bytes: Buffer, places: readonly Place[], type: WireType): readonly Place[] {
  if (type !== 'TXT' || places.length <= VALUES) return places;
  const [policies, others]: [Place[], Place[]] = [[], []];
  for (const place of places) {
    (isSenderPolicy(textAt(bytes, place.data, place.end) ?? '') ? policies : others).push(place);
  }
  return [...policies, ...others];
}

function failure(reason: FailureReason): Answer {
  return { kind: 'failed', reason };
}

/**
 * Finds so many records, one behind the other, without a look into them, and gives those of the types that are wanted, so
 * `most` of each; `counts` tells how many there are. Undefined if they are not all there.
 */
function recordsFrom(
  bytes: Buffer,
  start: number,
  count: number,
  most: ReadonlyMap<number, number>,
):
  | { readonly places: readonly Place[]; readonly counts: ReadonlyMap<number, number>; readonly end: number }
  | undefined {
  const places: Place[] = [];
  const counts = new Map<number, number>();
  let at = start;
  for (let index = 0; index < count; index++) {
    const owner = at;
    const fixed = endOfName(bytes, at);
    if (fixed === undefined || fixed + 10 > bytes.length) return undefined;
    const end = fixed + 10 + bytes.readUInt16BE(fixed + 8);
    if (end > bytes.length) return undefined;
    at = end;
    const type = bytes.readUInt16BE(fixed);
    const bound = most.get(type);
    if (bound === undefined || bytes.readUInt16BE(fixed + 2) !== INTERNET) continue;
    const known = counts.get(type) ?? 0;
    counts.set(type, known + 1);
    if (known < bound) places.push({ owner, type, ttl: bytes.readUInt32BE(fixed + 4), data: fixed + 10, end });
  }
  return { places, counts, end: at };
}

/** The name at the end of a chain of aliases, and how long the chain may be believed. */
function follow(
  bytes: Buffer,
  places: readonly Place[],
  name: string,
): { readonly owner: string; readonly ttl: number } | 'loop' | 'unreadable' {
  const aliases = new Map<string, { readonly of: string; readonly ttl: number }>();
  for (const { type, owner, data, ttl } of places) {
    if (type !== CNAME || aliases.size > ALIASES) continue;
    const [from, to] = [nameAt(bytes, owner), nameAt(bytes, data)];
    if (from === undefined || to === undefined) return 'unreadable';
    if (!aliases.has(from.octets)) aliases.set(from.octets, { of: to.octets, ttl });
  }
  let owner = name;
  let ttl = Number.POSITIVE_INFINITY;
  for (let hops = 0; ; hops++) {
    const alias = aliases.get(owner);
    if (alias === undefined) return { owner, ttl };
    if (hops === ALIASES) return 'loop';
    owner = alias.of;
    ttl = Math.min(ttl, alias.ttl);
  }
}

/** The value of a record; undefined if it isn't one. */
function valueAt(bytes: Buffer, { data, end }: Place, type: WireType): string | undefined {
  switch (type) {
    case 'A':
      return end - data === 4 ? bytes.subarray(data, end).join('.') : undefined;
    case 'AAAA':
      return end - data === 16 ? addressV6(bytes.toString('hex', data, end)) : undefined;
    case 'MX':
      return end - data < 3 ? undefined : wholeName(bytes, data + 2, end);
    case 'PTR':
      return wholeName(bytes, data, end);
    case 'TXT':
    case 'SPF':
      return textAt(bytes, data, end);
  }
}

/** In the form in which addresses are compared; one that is mapped is the IPv4 address. */
function addressV6(hex: string): string {
  if (hex.startsWith('00000000000000000000ffff')) return Buffer.from(hex.slice(24), 'hex').join('.');
  return [0, 4, 8, 12, 16, 20, 24, 28].map((at) => hex.slice(at, at + 4)).join(':');
}

/** The strings of a TXT record as one text (RFC 7208, section 3.3). */
function textAt(bytes: Buffer, start: number, end: number): string | undefined {
  const parts: Buffer[] = [];
  let at = start;
  while (at < end) {
    const next = at + 1 + (bytes[at] ?? 0);
    if (next > end) return undefined;
    parts.push(bytes.subarray(at + 1, next));
    at = next;
  }
  return Buffer.concat(parts).toString();
}

/** As text. */
function wholeName(bytes: Buffer, start: number, end: number): string | undefined {
  const name = nameAt(bytes, start);
  if (name?.end !== end) return undefined;
  return isAscii(name.octets) ? name.octets : Buffer.from(name.octets, 'latin1').toString();
}

/** Where a name ends, without a look at what it points to. */
function endOfName(bytes: Buffer, start: number): number | undefined {
  for (let at = start; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    if (length === 0) return at + 1;
    at += length + 1;
  }
  return undefined;
}

/**
 * A character for each octet, for names are equal only if their octets are; in lower case, with dots between the labels.
 * `end`: where it ends at its own place.
 */
function nameAt(bytes: Buffer, start: number): { readonly octets: string; readonly end: number } | undefined {
  let octets = '';
  let at = start;
  let end: number | undefined;
  let pointers = 0;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || (length > 63 && length < 0xc0)) return undefined;
    if (length >= 0xc0) {
      pointers += 1;
      if (at + 1 >= bytes.length || pointers > POINTERS) return undefined;
      end ??= at + 2;
      at = bytes.readUInt16BE(at) & 0x3fff;
      continue;
    }
    if (length === 0) return { octets: lowered(octets), end: end ?? at + 1 };
    if (at + 1 + length > bytes.length || octets.length + length > 255) return undefined;
    // A dot inside of a label must not look like one between two: with "\" it is no name that can be asked.
    const label = bytes.toString('latin1', at + 1, at + 1 + length).replaceAll('.', '\\.');
    octets = octets === '' ? label : `${octets}.${label}`;
    at += 1 + length;
  }
}

/** What is not ASCII has no case in the DNS (RFC 4343, section 3). */
function lowered(octets: string): string {
  return isAscii(octets) ? octets.toLowerCase() : octets.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Of characters up to U+00FF only: all others have two bytes in UTF-8. */
function isAscii(octets: string): boolean {
  return Buffer.byteLength(octets) === octets.length;
}

/** How long "there is none" may be believed (RFC 2308, section 5). Undefined if the records can't be read. */
function negativeTtl(bytes: Buffer, start: number): number | undefined {
  const authorities = recordsFrom(bytes, start, bytes.readUInt16BE(8), new Map([[SOA, 1]]));
  if (authorities === undefined) return undefined;
  const soa = authorities.places.find(({ type }) => type === SOA);
  // Two names of a byte at least, and five numbers.
  if (soa === undefined || soa.end - soa.data < 22) return TTL_WITHOUT_SOA;
  return Math.min(soa.ttl, bytes.readUInt32BE(soa.end - 4));
}
