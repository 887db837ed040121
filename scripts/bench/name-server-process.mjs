// The name server of the bench, and the syslog socket of the original, whose lines nobody reads. Told what to do by
// name-server.mjs.
//
// It tells how long the chain of questions was: a question that comes after an answer may have waited for it.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { recordsOf } from './mails.mjs';

const TYPES = { A: 1, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28 };
const TYPE_NAMES = Object.fromEntries(Object.entries(TYPES).map(([name, number]) => [number, name]));
const NXDOMAIN = 3;
/** Longer than any run. */
const TTL = 6 * 3600;
/** How late timers may be, in milliseconds. */
const TIMERS_LATE = 2;

class NameServer {
  #delay = 0;
  #questions = [];
  /** The longest chain that is answered, and the longest one. */
  #answered = 0;
  #longest = 0;

  async start(address, port) {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    socket.on('message', (query, from) => this.#receive(socket, query, from));
    socket.bind(port, address);
    await once(socket, 'listening');
    const syslog = createSocket('udp4');
    syslog.bind(0, '127.0.0.1');
    await once(syslog, 'listening');
    return { port: socket.address().port, syslogPort: syslog.address().port };
  }

  delay(milliseconds) {
    this.#delay = milliseconds;
    return {};
  }

  take() {
    const taken = { questions: this.#questions, chain: this.#longest };
    this.#questions = [];
    this.#answered = 0;
    this.#longest = 0;
    return taken;
  }

  #receive(socket, query, from) {
    const { name, type, reply } = replyTo(query);
    this.#questions.push(`${type} ${name}`);
    const chain = this.#answered + 1;
    this.#longest = Math.max(this.#longest, chain);
    const send = () => {
      this.#answered = Math.max(this.#answered, chain);
      socket.send(reply, from.port, from.address);
    };
    if (this.#delay === 0) send();
    else later(performance.now() + this.#delay, send);
  }
}

/** Does something at a time. Timers of Node come up to two milliseconds late, so the last ones are waited for. */
function later(time, action) {
  const wait = () => {
    if (performance.now() < time) setImmediate(wait);
    else action();
  };
  setTimeout(wait, Math.max(0, time - performance.now() - TIMERS_LATE));
}

function replyTo(query) {
  const labels = [];
  let offset = 12;
  for (let length = query[offset++]; length > 0; length = query[offset++]) {
    labels.push(query.toString('latin1', offset, offset + length));
    offset += length;
  }
  const name = labels.join('.').toLowerCase();
  const type = TYPE_NAMES[query.readUInt16BE(offset)] ?? '?';
  const records = recordsOf(name);
  const values = records?.[type] ?? [];
  const answers = values.map((value) => record(Buffer.from([0xc0, 12]), type, dataOf(type, value)));
  const authority = values.length > 0 ? [] : [record(encodeName('test'), 'SOA', soa())];

  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head[2] = 0x84 | (query[2] & 1);
  head[3] = 0x80 | (records === undefined ? NXDOMAIN : 0);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt16BE(authority.length, 8);
  return { name, type, reply: Buffer.concat([head, query.subarray(12, offset + 4), ...answers, ...authority]) };
}

function record(owner, type, data) {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(TYPES[type], 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(TTL, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, head, data]);
}

function dataOf(type, value) {
  if (type === 'A') return Buffer.from(value.split('.').map(Number));
  if (type === 'MX') return Buffer.concat([Buffer.from([0, value[0]]), encodeName(value[1])]);
  return encodeName(value);
}

function soa() {
  const numbers = Buffer.alloc(20);
  for (const [index, number] of [1, 3600, 600, 86400, TTL].entries()) numbers.writeUInt32BE(number, index * 4);
  return Buffer.concat([encodeName('ns.test'), encodeName('hostmaster.test'), numbers]);
}

function encodeName(name) {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

const server = new NameServer();
process.on('message', async (message) => {
  if (message.address !== undefined) process.send(await server.start(message.address, message.port));
  else process.send(message.take === true ? server.take() : server.delay(message.delay));
});
process.on('disconnect', () => process.exit());
