// What a DNS message (RFC 1035, section 4) says to a question. Pure.

import { decode, encode, type Packet } from 'dns-packet';
import { parseAddress } from './address.ts';
import type { Answer, RecordType } from './lookup.ts';
import { questionBytes } from './question.ts';
import { boundedTexts } from './texts.ts';

/** What a packet is to a question: no reply to it, "I know no EDNS", a reply that was cut short, or an answer. */
export type Reply =
  | { readonly kind: 'foreign' }
  | { readonly kind: 'no-edns' }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'answer'; readonly answer: Answer };

const FORMERR = 1;
const NOTIMP = 4;
/** A chain of aliases that is longer than this is a loop. */
const ALIASES = 16;
/** Kept for negative answers without a SOA record, which RFC 2308 allows not to be cached at all. */
const TTL_WITHOUT_SOA = 30;

/** Reads a packet that came after a question was sent. */
export function readReply(bytes: Buffer, id: number, type: RecordType, name: string): Reply {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id || ((bytes[2] ?? 0) & 0xf8) !== 0x80)
    return { kind: 'foreign' };
  const rcode = (bytes[3] ?? 0) & 0x0f;
  // Some say so by a bare header (RFC 6891, section 7).
  if ((rcode === FORMERR || rcode === NOTIMP) && (bytes.readUInt16BE(4) === 0 || isSameQuestion(bytes, type, name)))
    return { kind: 'no-edns' };
  if (((bytes[2] ?? 0) & 0x02) !== 0)
    return isSameQuestion(bytes, type, name) ? { kind: 'truncated' } : { kind: 'foreign' };
  let packet: Packet;
  try {
    packet = decode(bytes);
  } catch {
    return { kind: 'foreign' };
  }
  const question = packet.questions?.[0];
  // Compared as octets: a name made by macros need not be text in UTF-8.
  if (packet.questions?.length !== 1 || question === undefined || !isSameQuestion(bytes, type, name))
    return { kind: 'foreign' };
  // Records that were cut off are missing, or have no data.
  if ((packet.answers?.length ?? 0) !== bytes.readUInt16BE(6)) return { kind: 'foreign' };
  const answer = answerOf(packet, rcode, type, question.name.toLowerCase());
  return answer === undefined ? { kind: 'foreign' } : { kind: 'answer', answer };
}

/** A truncated packet may end anywhere, so only its question is read: the very bytes that were sent. */
function isSameQuestion(bytes: Buffer, type: RecordType, name: string): boolean {
  const sent = questionBytes(0, type, name, false);
  const end = 12 + name.length + 2 + 4;
  return (
    bytes.length >= end &&
    bytes.toString('latin1', 12, end).toLowerCase() === sent.toString('latin1', 12, end).toLowerCase()
  );
}

/** Undefined if a record can't be read. */
function answerOf(packet: Packet, rcode: number, type: RecordType, name: string): Answer | undefined {
  if (rcode === 5) return { kind: 'failed', reason: 'refused' };
  if (rcode !== 0 && rcode !== 3) return { kind: 'failed', reason: 'servfail' };

  // Only what belongs to the name asked, or to what it is an alias of, is an answer.
  const records = packet.answers ?? [];
  let owner = name;
  let ttl = Number.POSITIVE_INFINITY;
  for (let hops = 0; ; hops++) {
    const alias = records.find((record) => record.type === 'CNAME' && record.name.toLowerCase() === owner);
    if (alias?.type !== 'CNAME') break;
    if (hops === ALIASES) return { kind: 'failed', reason: 'servfail' };
    owner = nameOf(alias.data);
    ttl = Math.min(ttl, alias.ttl ?? 0);
  }
  const values: string[] = [];
  for (const record of records) {
    if (record.type !== type || record.name.toLowerCase() !== owner) continue;
    const value = dataOf(record);
    if (value === undefined) return undefined;
    values.push(value);
    ttl = Math.min(ttl, 'ttl' in record ? (record.ttl ?? 0) : 0);
  }
  if (values.length > 0) return { kind: 'records', values: type === 'TXT' ? boundedTexts(values) : values, ttl };
  return { kind: rcode === 3 ? 'no-such-name' : 'no-data', ttl: Math.min(ttl, negativeTtl(packet)) };
}

function dataOf(record: NonNullable<Packet['answers']>[number]): string | undefined {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return parseAddress(record.data)?.text;
    case 'MX':
      return nameOf(record.data.exchange);
    case 'PTR':
      return nameOf(record.data);
    case 'TXT':
      return [record.data].flat().map(String).join('');
    default:
      return undefined;
  }
}

function nameOf(data: string): string {
  const name = data.toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** How long "there is none" may be believed (RFC 2308, section 5). */
function negativeTtl(packet: Packet): number {
  for (const record of packet.authorities ?? []) {
    if (record.type === 'SOA') return Math.min(record.ttl ?? 0, record.data.minimum ?? 0);
  }
  return TTL_WITHOUT_SOA;
}

/**
 * Reads a reply of its own making. V8 is slow when it does something for the first time, and may as well do that while
 * the first reply is on its way.
 */
export function rehearse(): void {
  const name = 'rehearsal.invalid';
  const reply = encode({
    type: 'response',
    id: 0,
    questions: [{ type: 'MX', name, class: 'IN' }],
    answers: [{ type: 'MX', name, ttl: 0, data: { preference: 0, exchange: name } }],
  });
  readReply(reply, 0, 'MX', name);
}
