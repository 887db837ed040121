// A name server that means it: to each question it gives something random, huge, slow, looping or odd, made from a seed
// and the name, so that the same name is answered alike again. And the mails whose names lead to it.

import type { Answer, Packet } from 'dns-packet';
import { type Fault, faults, type Query, type Respond, truncate, withRcode } from '../dns-server.ts';
import { Random } from './requests.ts';

/** Milliseconds after which a slow answer comes: from "at once" to "after every deadline". */
const DELAYS = [1, 20, 60, 120, 250, 400, 1_000, 20_000] as const;
const TTLS = [0, 1, 60, 300, 86_400, 0x7fffffff, 0xffffffff] as const;
/** As many as fit into 64 KiB. */
const MANY_ADDRESSES = 3_900;
const MANY_NAMES = 900;
/** How a server that answers over TCP drop by drop spaces its bytes, in milliseconds. */
const DRIP = 40;

/** Answers everything with ill will. */
export function hostileFault(seed: number): Fault {
  return (query, respond) => {
    if (query.reply === undefined) return;
    const random = new Random(seed ^ hash(`${query.type} ${query.name}`));
    random.pick(BEHAVIOURS)({ ...query, reply: query.reply }, respond, random);
  };
}

/** A question, and what the zone says to it. */
type Asked = Query & { readonly reply: Packet };
type Behaviour = (query: Asked, respond: Respond, random: Random) => void;

const someRecords: Behaviour = (query, respond, random) =>
  respond(withAnswers(query.reply, someAnswers(random, query)));
const late: Behaviour = (query, respond, random) =>
  respond.later(random.pick(DELAYS), () => someRecords(query, respond, random));
const manyRecords: Behaviour = (query, respond, random) =>
  overTcp(query, respond, () => respond(withAnswers(query.reply, manyAnswers(random, query))));

const BEHAVIOURS: readonly [Behaviour, ...Behaviour[]] = [
  // The likelier ones stand here more than once.
  someRecords,
  someRecords,
  someRecords,
  late,
  late,
  manyRecords,
  manyRecords,
  ({ reply }, respond) => respond(reply),
  ({ reply }, respond, random) =>
    respond(withRcode({ ...reply, answers: [] }, random.pick(['SERVFAIL', 'REFUSED', 'NOTIMP', 'FORMERR']))),
  (query, respond, random) => respond(withAnswers(query.reply, loopOfAliases(random, query))),
  (query, respond, random) =>
    faults.truncated(random.pick([faults.hangUp, faults.drop, faults.garbage()]))(query, respond),
  (query, respond, random) => faults.cutOff(random.below(60))(query, respond),
  (query, respond, random) =>
    random.pick([faults.wrongId, faults.wrongQuestion, faults.noQuestion, faults.echo])(query, respond),
  faults.drop,
  faults.oversize,
  faults.garbage(),
  faults.compressionLoop,
  faults.badPacketsFirst,
  faults.foreignOwner(),
  // To about every other try nothing: the port tells them apart.
  (query, respond, random) => (query.from % 2 === 0 ? undefined : someRecords(query, respond, random)),
  (query, respond) => overTcp(query, respond, () => drip(respond, 400)),
  // Without an SOA record.
  ({ reply }, respond) => respond({ ...reply, answers: [], authorities: [] }),
  // A flood of replies, of which one is right.
  ({ reply }, respond, random) => {
    for (let copy = 0; copy < 50; copy++) respond({ ...reply, id: random.below(0x10000) });
    respond(reply);
  },
  // 64 KiB over TCP that are no packet.
  (query, respond) => overTcp(query, respond, () => respond.raw(Buffer.alloc(70_000, 0xff))),
];

/** A reply that is truncated over UDP, so that the client comes by TCP. */
function overTcp({ reply, transport }: Query, respond: Respond, act: () => void): void {
  if (transport === 'udp') respond(reply && truncate(reply));
  else act();
}

function drip(respond: Respond, bytes: number): void {
  if (bytes === 0) return;
  respond.raw(Buffer.from([bytes % 256]));
  respond.later(DRIP, () => drip(respond, bytes - 1));
}

function withAnswers(reply: Packet, answers: readonly Answer[]): Packet {
  return { ...withRcode(reply, 'NOERROR'), answers: [...answers] };
}

function someAnswers(random: Random, query: Query): readonly Answer[] {
  return Array.from({ length: 1 + random.below(4) }, () => record(random, query.type, query.name)).flat();
}

function manyAnswers(random: Random, query: Query): readonly Answer[] {
  const count = query.type === 'A' ? MANY_ADDRESSES : MANY_NAMES;
  return Array.from({ length: count }, () => record(random, query.type, query.name)).flat();
}

function loopOfAliases(random: Random, { type, name }: Query): readonly Answer[] {
  const length = random.pick([1, 2, 5, 30, 300]);
  const link = (place: number): string => (place === 0 ? name : `c${place % length}.${name}`);
  const aliases = Array.from(
    { length },
    (_, place): Answer => ({
      type: 'CNAME',
      name: link(place),
      ttl: 300,
      data: link((place + 1) % length),
    }),
  );
  return random.oneIn(2) ? aliases : [...aliases, ...record(random, type, name)];
}

function record(random: Random, type: string, name: string): readonly Answer[] {
  const common = { name, ttl: random.pick(TTLS) };
  switch (type) {
    case 'A':
      return [{ ...common, type, data: random.pick(addresses(random)) }];
    case 'AAAA':
      return [{ ...common, type, data: `2001:db8::${random.below(0xffff).toString(16)}` }];
    case 'MX':
      return [{ ...common, type, data: { preference: random.below(0x10000), exchange: host(random, name) } }];
    case 'PTR':
      return [{ ...common, type, data: host(random, name) }];
    case 'TXT':
      return [{ ...common, type, data: 'v=spf1 '.padEnd(random.below(250), 'x') }];
    default:
      return [];
  }
}

/** Of hosts, of lists, and what no list says. */
function addresses(random: Random): readonly [string, ...string[]] {
  const last = 1 + random.below(254);
  return [
    `198.51.100.${last}`,
    `127.0.0.${last}`,
    `127.0.1.${last}`,
    '127.0.1.255',
    '127.255.255.254',
    '10.0.0.1',
    '0.0.0.0',
    `203.0.113.${last}`,
  ];
}

/** A name that leads on, or nowhere, or is none. Never too long to be encoded. */
function host(random: Random, name: string): string {
  const below = name.slice(-120).replace(/^[^.]*\./, '');
  return random.pick([
    `h${random.below(1_000)}.${below}`,
    `${'x'.repeat(63)}.${below}`,
    `adsl-1-2-3-4.dyn.${below}`,
    `h${random.below(1_000)}.elsewhere${random.below(1_000)}.test`,
    'localhost',
    '192.0.2.1',
    'a b;c.test',
    '\u00fc\u202e.test',
    `${'a.'.repeat(100)}test`,
  ]);
}

/** Mails of ordinary shape whose names all lead to the name server. Each from another client and domain. */
export class HostileMails {
  readonly #random: Random;
  readonly #series: number;
  #count = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#series = seed;
  }

  /** The bytes of the next request, with its empty line. */
  next(): Buffer {
    const random = this.#random;
    this.#count += 1;
    const domain = `d${this.#series}x${this.#count}.test`;
    const deep = random.oneIn(10) ? `${'l.'.repeat(random.below(40))}${domain}` : domain;
    const client = random.oneIn(4)
      ? `2001:db8:${random.below(0xffff).toString(16)}::${random.below(0xffff).toString(16)}`
      : `${20 + random.below(60)}.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
    const lines = [
      'request=smtpd_access_policy',
      'protocol_state=RCPT',
      `client_address=${client}`,
      `client_name=${random.oneIn(2) ? 'unknown' : `mail.${domain}`}`,
      `helo_name=${random.oneIn(3) ? `mail.${domain}` : `h${this.#count}.${random.oneIn(2) ? deep : 'other.test'}`}`,
      `sender=${random.oneIn(12) ? '' : `user${random.below(9)}@${deep}`}`,
      'recipient=someone@here.test',
      `instance=hostile.${this.#series}.${this.#count}`,
    ];
    return Buffer.from(`${lines.join('\n')}\n\n`);
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
