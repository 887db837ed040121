// A programmable name server for tests, on UDP and TCP of one port.
//
//   const dns = await new DnsServer({
//     'good.test': { A: '192.0.2.10', MX: [[10, 'mail.good.test.']] },
//     '*.bl.test': { A: '127.0.0.2' },
//     'slow.test': { fault: faults.delay(300) },
//   }).start();
//   … `${dns.address}:${dns.port}` …
//   await dns.stop();
//
// The zone: names in any case, with or without the last dot; an entry '*.x' is for every name below x that has no
// entry of its own, the longest one counts. A name without an entry does not exist (NXDOMAIN), an entry without
// records of the type gives an empty answer; both with an SOA record.
//
// Whatever a broken or hostile server may do is done by a fault: a function that gets the query (with the reply that
// the zone would have given) and a means to send bytes, none or many. The usual ones stand in `faults`.

import { createSocket, type Socket as DatagramSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';

/** The records of one name, and how the server behaves when it is asked for them. */
export interface Entry {
  readonly A?: string | readonly string[];
  readonly AAAA?: string | readonly string[];
  readonly PTR?: string | readonly string[];
  readonly TXT?: string | readonly string[];
  readonly NS?: string | readonly string[];
  readonly MX?: readonly (readonly [preference: number, exchange: string])[];
  /** Followed as far as the zone knows the names; a loop is given as it is. */
  readonly CNAME?: string;
  /** Records given for a query type as they stand; the owner is the name asked if no other is named. */
  readonly answers?: { readonly [type: string]: readonly LiteralRecord[] };
  /** Seconds that the records may be kept; 300. */
  readonly ttl?: number;
  /** The SOA record in negative answers for this name; null: none. */
  readonly soa?: Soa | null;
  /** For all types, instead of records. */
  readonly rcode?: Rcode | 'DROP';
  /** For some types, instead of records. */
  readonly rcodes?: { readonly [type: string]: Rcode | 'DROP' };
  /** Truncate over UDP, so that the client has to ask over TCP. */
  readonly tc?: boolean;
  /** Milliseconds to wait before the reply. */
  readonly delay?: number;
  readonly fault?: Fault;
}

export type LiteralRecord =
  | { readonly type: 'MX'; readonly data: readonly [preference: number, exchange: string]; readonly name?: string }
  | { readonly type: 'A' | 'AAAA' | 'PTR' | 'TXT' | 'NS' | 'CNAME'; readonly data: string; readonly name?: string };

export type Zone = { readonly [name: string]: Entry };

/** How long a negative answer may be kept: the lesser of both (RFC 2308). */
export interface Soa {
  readonly minimum: number;
  readonly ttl: number;
}

const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Rcode = keyof typeof RCODES;

export type Transport = 'udp' | 'tcp';

/** One query, as the server remembers it. */
export interface Recorded {
  /** In small letters, without the last dot. */
  readonly name: string;
  readonly type: string;
  readonly transport: Transport;
  /** The port of the client. */
  readonly from: number;
  /** Milliseconds, as of `performance.now()`. */
  readonly time: number;
}

/** One query, as a fault sees it. */
export interface Query extends Recorded {
  readonly id: number;
  readonly packet: DecodedPacket;
  readonly bytes: Buffer;
  /** What the zone says; undefined for DROP. */
  readonly reply: Packet | undefined;
}

/** Sends a reply. May be called never, once or several times. */
export interface Respond {
  /** A packet or the bytes of one; over TCP their length goes in front of them. Undefined: nothing is sent. */
  (reply: Packet | Buffer | undefined): void;
  /** Over TCP: bytes as they stand, without their length. Over UDP: as above. */
  raw(bytes: Buffer): void;
  /** Over UDP: from a port that was not asked. Over TCP: nothing. */
  fromOtherPort(reply: Packet | Buffer): void;
  /** Over TCP: hangs up, after what was sent before. Over UDP: nothing. */
  hangUp(): void;
  /** Does something after so many milliseconds, unless the server is stopped before. */
  later(milliseconds: number, action: () => void): void;
}

export type Fault = (query: Query, respond: Respond) => void;

export interface ServerOptions {
  readonly address?: string;
  /** 0: any free port. */
  readonly port?: number;
  /** If false, connections over TCP are refused. */
  readonly tcp?: boolean;
  /** Milliseconds to wait before each reply. */
  readonly delay?: number;
  /** The SOA record in negative answers. */
  readonly soa?: Soa;
  /** Called for every query whose entry has no fault of its own. */
  readonly fault?: Fault;
}

export class DnsServer {
  readonly address: string;
  /** The port that is listened on, once started. A server started again has the same port again. */
  port: number;
  /** All queries so far, in the order in which they came. */
  readonly queries: Recorded[] = [];
  fault: Fault | undefined;
  delay: number;
  soa: Soa;

  #entries = new Map<string, Entry>();
  readonly #withTcp: boolean;
  #udp: DatagramSocket | undefined;
  #tcp: Server | undefined;
  readonly #connections = new Set<Socket>();
  readonly #otherSockets = new Set<DatagramSocket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(zone: Zone = {}, options: ServerOptions = {}) {
    this.address = options.address ?? '127.0.0.1';
    this.port = options.port ?? 0;
    this.#withTcp = options.tcp ?? true;
    this.delay = options.delay ?? 0;
    this.soa = options.soa ?? { minimum: 60, ttl: 60 };
    this.fault = options.fault;
    this.setZone(zone);
  }

  /** Replaces all entries. */
  setZone(zone: Zone): void {
    this.#entries = new Map(Object.entries(zone).map(([name, entry]) => [canonical(name), entry]));
  }

  /** Adds or replaces one entry. */
  set(name: string, entry: Entry): void {
    this.#entries.set(canonical(name), entry);
  }

  /** Forgets the queries so far. */
  clear(): void {
    this.queries.length = 0;
  }

  /** Opens the port. Resolves to the server itself. */
  async start(): Promise<this> {
    // A free UDP port need not be free for TCP: then the next one is tried.
    for (let attempt = 1; ; attempt++) {
      const udp = createSocket(this.address.includes(':') ? 'udp6' : 'udp4');
      udp.bind(this.port, this.address);
      await once(udp, 'listening');
      const { port } = udp.address();
      const tcp = this.#withTcp ? await listen(this.address, port) : undefined;
      if (tcp === 'in use') {
        udp.close();
        await once(udp, 'close');
        if (this.port === 0 && attempt < 50) continue;
        throw new Error(`TCP port ${port} of ${this.address} is in use`);
      }
      udp.on('message', (bytes, client) => this.#receiveDatagram(udp, bytes, client));
      tcp?.on('connection', (connection) => this.#receiveConnection(connection));
      this.#udp = udp;
      this.#tcp = tcp;
      this.port = port;
      return this;
    }
  }

  /** Closes all that is open, at once, and gives up replies that were to come later. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    const closing: Promise<unknown>[] = [];
    for (const socket of [this.#udp, this.#tcp, ...this.#otherSockets]) {
      if (socket === undefined) continue;
      closing.push(once(socket, 'close'));
      socket.close();
    }
    this.#udp = undefined;
    this.#tcp = undefined;
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(closing);
  }

  #receiveDatagram(udp: DatagramSocket, bytes: Buffer, client: RemoteInfo): void {
    const open = () => this.#udp === udp;
    const send = (reply: Packet | Buffer | undefined) => {
      if (reply !== undefined && open()) udp.send(bytesOf(reply), client.port, client.address);
    };
    this.#receive(bytes, 'udp', client.port, {
      send,
      raw: send,
      fromOtherPort: (reply) => {
        const other = createSocket(udp.address().family === 'IPv6' ? 'udp6' : 'udp4');
        this.#otherSockets.add(other);
        other.on('close', () => this.#otherSockets.delete(other));
        other.bind(0, this.address, () => {
          other.send(bytesOf(reply), client.port, client.address, () => {
            // Not there any more: the server was stopped meanwhile, and has closed it.
            if (this.#otherSockets.has(other) && open()) other.close();
          });
        });
      },
      hangUp: () => {},
    });
  }

  #receiveConnection(connection: Socket): void {
    this.#connections.add(connection);
    connection.on('close', () => this.#connections.delete(connection));
    connection.on('error', () => {});
    const write = (bytes: Buffer) => {
      if (!connection.destroyed && connection.writable) connection.write(bytes);
    };
    const replies: Replies = {
      send: (reply) => {
        if (reply !== undefined) write(withLength(bytesOf(reply)));
      },
      raw: write,
      fromOtherPort: () => {},
      hangUp: () => connection.end(),
    };
    let buffered = Buffer.alloc(0);
    connection.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
        const end = 2 + buffered.readUInt16BE(0);
        this.#receive(buffered.subarray(2, end), 'tcp', connection.remotePort ?? 0, replies);
        buffered = buffered.subarray(end);
      }
    });
  }

  #receive(bytes: Buffer, transport: Transport, from: number, replies: Replies): void {
    const time = performance.now();
    const packet = tryToDecode(bytes);
    const question = packet?.questions?.[0];
    if (packet === undefined || question === undefined) {
      this.queries.push({ name: '<malformed>', type: '-', transport, from, time });
      replies.send(bytes.length < 2 ? undefined : formatError(bytes));
      return;
    }
    const recorded = { name: canonical(question.name), type: String(question.type), transport, from, time };
    this.queries.push(recorded);

    const entry = this.#find(recorded.name);
    const reply = fitted(this.#replyTo(packet, question.name, recorded.type, transport), packet, transport);
    const delay = (entry?.delay ?? 0) + this.delay;
    const fault = entry?.fault ?? this.fault;
    const act = () => {
      if (fault === undefined) replies.send(reply);
      else fault({ ...recorded, id: packet.id ?? 0, packet, bytes, reply }, this.#respondTo(replies));
    };
    if (delay > 0) this.#later(delay, act);
    else act();
  }

  #respondTo(replies: Replies): Respond {
    const { raw, fromOtherPort, hangUp } = replies;
    const later: Respond['later'] = (milliseconds, action) => this.#later(milliseconds, action);
    return Object.assign((reply: Packet | Buffer | undefined) => replies.send(reply), {
      raw,
      fromOtherPort,
      hangUp,
      later,
    });
  }

  #later(milliseconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #find(name: string): Entry | undefined {
    const exact = this.#entries.get(name);
    if (exact !== undefined) return exact;
    const labels = name.split('.');
    for (let cut = 1; cut < labels.length; cut++) {
      const wildcard = this.#entries.get(`*.${labels.slice(cut).join('.')}`);
      if (wildcard !== undefined) return wildcard;
    }
    return undefined;
  }

  #replyTo(query: DecodedPacket, asked: string, type: string, transport: Transport): Packet | undefined {
    const answers: Answer[] = [];
    let rcode: Rcode | 'DROP' = 'NOERROR';
    let truncated = false;
    let owner = asked;
    let entry = this.#find(canonical(asked));
    const seen = new Set<Entry>();
    while (true) {
      if (entry === undefined) {
        rcode = 'NXDOMAIN';
        break;
      }
      seen.add(entry);
      rcode = entry.rcodes?.[type] ?? entry.rcode ?? 'NOERROR';
      if (rcode !== 'NOERROR') break;
      if (entry.tc === true && transport === 'udp') truncated = true;
      const literal = entry.answers?.[type];
      if (literal !== undefined) {
        answers.push(...literalRecords(literal, owner, entry.ttl ?? 300));
        break;
      }
      if (entry.CNAME === undefined || type === 'CNAME') {
        answers.push(...recordsOf(entry, owner, type));
        break;
      }
      answers.push({ type: 'CNAME', name: owner, ttl: entry.ttl ?? 300, data: entry.CNAME });
      owner = withoutLastDot(entry.CNAME);
      entry = this.#find(canonical(owner));
      if (entry !== undefined && seen.has(entry)) break;
    }
    if (rcode === 'DROP') return undefined;
    const soa = this.#find(canonical(owner))?.soa;
    const negative = answers.every((answer) => answer.type === 'CNAME') && type !== 'CNAME';
    const authorities =
      negative && (rcode === 'NOERROR' || rcode === 'NXDOMAIN') && soa !== null && !truncated
        ? [soaRecord(owner, soa ?? this.soa)]
        : [];
    const reply = withRcode(
      { type: 'response', id: query.id, questions: query.questions, answers, authorities },
      rcode,
    );
    const recursion = (query.flags ?? 0) & RECURSION_DESIRED;
    const flags = (reply.flags ?? 0) | AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | recursion;
    return truncated ? truncate({ ...reply, flags }) : { ...reply, flags };
  }
}

/** The same packet with another result. */
export function withRcode(packet: Packet, rcode: Rcode): Packet {
  return { ...packet, flags: ((packet.flags ?? 0) & ~15) | RCODES[rcode] };
}

/** The same packet marked as truncated, without its records. */
export function truncate(packet: Packet): Packet {
  return { ...packet, answers: [], authorities: [], flags: (packet.flags ?? 0) | TRUNCATED_RESPONSE };
}

/** What name servers, and those who want to be taken for one, do. */
export const faults = {
  /** No reply at all. */
  drop: ((_query, _respond) => {}) satisfies Fault,

  /** The right reply, late. */
  delay:
    (milliseconds: number): Fault =>
    ({ reply }, respond) =>
      respond.later(milliseconds, () => respond(reply)),

  /** Nothing but a result code. */
  rcode:
    (rcode: Rcode): Fault =>
    ({ reply }, respond) =>
      respond(reply && withRcode({ ...reply, answers: [], authorities: [] }, rcode)),

  /** Truncated over UDP; over TCP the right reply, or what another fault makes of it. */
  truncated:
    (overTcp: Fault = ({ reply }, respond) => respond(reply)): Fault =>
    (query, respond) =>
      query.transport === 'udp' ? respond(query.reply && truncate(query.reply)) : overTcp(query, respond),

  /** Over TCP the connection is ended instead of a reply. */
  hangUp: ((_query, respond) => respond.hangUp()) satisfies Fault,

  /** The right reply with the id of another query. */
  wrongId: (({ reply, id }, respond) => respond(reply && { ...reply, id: id ^ 0x5555 })) satisfies Fault,

  /** A reply to another question. */
  wrongQuestion: ((query, respond) => respond(aboutAnotherName(query))) satisfies Fault,

  /** A reply that repeats no question. */
  noQuestion: (({ reply }, respond) => respond(reply && { ...reply, questions: [] })) satisfies Fault,

  /** The right question, but the records belong to another name. */
  foreignOwner:
    (owner = 'foreign.test'): Fault =>
    ({ reply }, respond) =>
      respond(reply && { ...reply, answers: (reply.answers ?? []).map((answer) => ({ ...answer, name: owner })) }),

  /** The query itself comes back, as if it were the reply. */
  echo: (({ bytes }, respond) => respond(bytes)) satisfies Fault,

  /** Bytes that are no packet; without an argument: some with the id of the query. */
  garbage:
    (bytes?: Buffer): Fault =>
    (query, respond) =>
      respond(bytes ?? Buffer.concat([query.bytes.subarray(0, 2), Buffer.alloc(98, 0xa7)])),

  /** The right reply, cut off after so many bytes. */
  cutOff:
    (length: number): Fault =>
    ({ reply }, respond) =>
      respond(reply && bytesOf(reply).subarray(0, length)),

  /** A record whose owner name is a compression pointer to itself. */
  compressionLoop: (({ reply }, respond) => respond(reply && withLoopingName(reply))) satisfies Fault,

  /** A valid reply, of 127.0.0.2 again and again, as long as may be within so many bytes; at most 65535 over TCP. */
  filledUpTo:
    (size: number): Fault =>
    ({ reply, packet, transport }, respond) =>
      respond(fitted(reply && filledUp(reply, size), packet, transport)),

  /**
   * More than 64 kB over TCP: as a packet's length has 16 bits, it says 65535, and what is more follows all the same.
   * Over UDP: truncated.
   */
  oversize: (({ reply, transport }, respond) => {
    if (reply === undefined) return;
    respond(transport === 'udp' ? truncate(reply) : filledUp(reply, 80_000));
  }) satisfies Fault,

  /** The right reply, from a port that was not asked. */
  otherPort: (({ reply }, respond) => {
    if (reply !== undefined) respond.fromOtherPort(reply);
  }) satisfies Fault,

  /** Forged replies that list the address 203.0.113.66, each wrong in another way; then the right reply. */
  badPacketsFirst: ((query, respond) => {
    const { reply, id } = query;
    if (reply === undefined) return;
    const forged = { ...reply, answers: forgedAnswers(reply), authorities: [] };
    respond(Buffer.alloc(0));
    respond({ ...forged, id: (id + 1) & 0xffff });
    respond({ ...forged, questions: aboutAnotherName(query)?.questions });
    respond({ ...forged, questions: [] });
    respond({ ...forged, type: 'query' });
    respond(Buffer.concat([query.bytes.subarray(0, 2), Buffer.alloc(98, 0xa7)]));
    respond(bytesOf(forged).subarray(0, 20));
    respond.fromOtherPort(forged);
    // Later, so that what comes from the other port has come before.
    respond.later(20, () => respond(reply));
  }) satisfies Fault,
};

/** What differs between the transports. */
interface Replies {
  readonly send: (reply: Packet | Buffer | undefined) => void;
  readonly raw: (bytes: Buffer) => void;
  readonly fromOtherPort: (reply: Packet | Buffer) => void;
  readonly hangUp: () => void;
}

function recordsOf(entry: Entry, owner: string, asked: string): Answer[] {
  const common = { name: owner, ttl: entry.ttl ?? 300 };
  const wanted = (type: string) => asked === type || asked === 'ANY';
  const answers: Answer[] = [];
  for (const type of ['A', 'AAAA', 'PTR', 'NS'] as const) {
    if (wanted(type)) answers.push(...listOf(entry[type]).map((data) => ({ ...common, type, data })));
  }
  if (wanted('TXT'))
    answers.push(...listOf(entry.TXT).map((text) => ({ ...common, type: 'TXT', data: stringsOf(text) }) as const));
  if (wanted('MX')) answers.push(...(entry.MX ?? []).map((data) => mxRecord(common, data)));
  if (asked === 'CNAME' && entry.CNAME !== undefined) answers.push({ ...common, type: 'CNAME', data: entry.CNAME });
  return answers;
}

/** The strings of one TXT record: a string has 255 octets at most. */
function stringsOf(text: string): string | Buffer[] {
  const octets = Buffer.from(text);
  if (octets.length <= 255) return text;
  const strings: Buffer[] = [];
  for (let at = 0; at < octets.length; at += 255) strings.push(octets.subarray(at, at + 255));
  return strings;
}

function literalRecords(records: readonly LiteralRecord[], owner: string, ttl: number): Answer[] {
  return records.map((record) => {
    const common = { name: record.name ?? owner, ttl };
    return record.type === 'MX' ? mxRecord(common, record.data) : { ...common, type: record.type, data: record.data };
  });
}

function mxRecord(common: { name: string; ttl: number }, [preference, exchange]: readonly [number, string]): Answer {
  return { ...common, type: 'MX', data: { preference, exchange } };
}

function soaRecord(name: string, soa: Soa): Answer {
  // The last label stands for the zone: an ancestor of every name that may be asked.
  const zone = canonical(name).split('.').at(-1) ?? '';
  const data = {
    mname: 'ns.invalid',
    rname: 'hostmaster.invalid',
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86400,
    minimum: soa.minimum,
  };
  return { type: 'SOA', name: zone === '' ? '.' : zone, ttl: soa.ttl, data };
}

/** The reply with EDNS if it was asked with EDNS, and truncated if the client takes no more over UDP. */
function fitted(reply: Packet | undefined, query: DecodedPacket, transport: Transport): Packet | undefined {
  if (reply === undefined) return undefined;
  const client = query.additionals?.find((record) => record.type === 'OPT');
  const edns: Answer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
  const whole = client === undefined ? reply : { ...reply, additionals: [edns] };
  const limit = client?.type === 'OPT' ? Math.max(512, client.udpPayloadSize) : 512;
  return transport === 'udp' && encode(whole).length > limit ? truncate(whole) : whole;
}

function aboutAnotherName({ reply }: Query): Packet | undefined {
  return reply && { ...reply, questions: (reply.questions ?? []).map(({ type }) => ({ type, name: 'another.test' })) };
}

function forgedAnswers(reply: Packet): Answer[] {
  const name = reply.questions?.[0]?.name ?? '.';
  return [{ type: 'A', name, ttl: 86400, data: '203.0.113.66' }];
}

function filledUp(reply: Packet, size: number): Packet {
  const record: Answer = { type: 'A', name: reply.questions?.[0]?.name ?? '.', ttl: 300, data: '127.0.0.2' };
  const bytesWith = (count: number) => encode({ ...reply, answers: Array(count).fill(record), authorities: [] }).length;
  const count = Math.floor((size - bytesWith(0)) / (bytesWith(1) - bytesWith(0)));
  return { ...reply, answers: Array(count).fill(record), authorities: [] };
}

function withLoopingName(reply: Packet): Buffer {
  const start = encode({ ...reply, answers: [], authorities: [], additionals: [] });
  start.writeUInt16BE(1, 6);
  const pointer = Buffer.alloc(2);
  pointer.writeUInt16BE(0xc000 | start.length);
  const typeClassTtlAndAddress = Buffer.from([0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 127, 0, 0, 2]);
  return Buffer.concat([start, pointer, typeClassTtlAndAddress]);
}

function bytesOf(reply: Packet | Buffer): Buffer {
  // A copy of the packet, as the encoder adds what is missing to the object that it gets.
  return Buffer.isBuffer(reply) ? reply : encode({ ...reply });
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Math.min(bytes.length, 0xffff));
  return Buffer.concat([length, bytes]);
}

function formatError(query: Buffer): Buffer {
  return Buffer.concat([query.subarray(0, 2), Buffer.from([0x80, RCODES.FORMERR, 0, 0, 0, 0, 0, 0, 0, 0])]);
}

function tryToDecode(bytes: Buffer): DecodedPacket | undefined {
  try {
    return decode(bytes);
  } catch {
    return undefined;
  }
}

/** A TCP server, or word that the port is taken. */
async function listen(address: string, port: number): Promise<Server | 'in use'> {
  const server = createServer();
  try {
    server.listen(port, address);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return 'in use';
    throw error;
  }
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function canonical(name: string): string {
  return withoutLastDot(name).toLowerCase();
}

function withoutLastDot(name: string): string {
  return name.replace(/\.$/, '');
}
