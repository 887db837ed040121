// One question to one name server: over UDP, and over TCP if the answer does not fit.

import { closeSync, openSync, readSync } from 'node:fs';
import type { Answer, WireType } from './lookup.ts';
import { questionBytes } from './question.ts';
import { readReply } from './reply.ts';
import type { Server } from './servers.ts';
import { connect, giveBack, takeConnected } from './sockets.ts';

/** What came of asking a server once. */
export type Outcome = Answer | { readonly kind: 'cancelled' };

/** A question under way. `cancel` ends it at once and frees its socket. */
export interface Exchange {
  readonly outcome: Promise<Outcome>;
  cancel(): void;
}

const ids = new Uint16Array(64);
let used = ids.length;

/** An id that nobody can guess. Straight from the kernel: Node's crypto module takes 3 ms to load. */
function randomId(): number {
  if (used === ids.length) {
    const source = openSync('/dev/urandom', 'r');
    readSync(source, ids);
    closeSync(source);
    used = 0;
  }
  return ids[used++] ?? 0;
}

/** Those that answered a question with EDNS, and those that only answered one without it. */
const withEdns = new WeakSet<Server>();
const plain = new WeakSet<Server>();
/** Those that did not answer a question with EDNS: some drop all such. */
const suspected = new WeakSet<Server>();

/**
 * Sends a question and waits for its answer, `timeout` milliseconds at most. `again`: it was not answered before, by this
 * server or another.
 */
export function exchange(server: Server, type: WireType, name: string, timeout: number, again = false): Exchange {
  let id = randomId();
  let edns = withEdns.has(server) || !(plain.has(server) || suspected.has(server) || again);
  let tcp: Exchange | undefined;
  let finish: (outcome: Outcome) => void = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    const begun = Date.now();
    let settled = false;
    let sent = false;
    const connected = takeConnected(server);
    const socket = connected ?? connect(server);
    const timer = setTimeout(() => {
      if (edns && tcp === undefined) suspected.add(server);
      finish({ kind: 'failed', reason: 'timeout' });
    }, timeout);
    finish = (result) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      // Where something failed, more may come of it.
      if (result.kind === 'failed' || !sent) socket.close();
      else giveBack(server, socket);
      resolve(result);
    };
    socket.on('error', () => finish({ kind: 'failed', reason: 'unreachable' }));
    socket.on('message', (bytes) => {
      const reply = readReply(bytes, id, type, name);
      // Anything foreign may be an attempt to be first: go on waiting for the right one.
      if (reply.kind === 'foreign' || settled) return;
      if (reply.kind === 'no-edns') {
        if (edns) askWithoutEdns();
        else finish({ kind: 'failed', reason: 'servfail' });
        return;
      }
      (edns ? withEdns : plain).add(server);
      if (reply.kind === 'answer') finish(reply.answer);
      else if (tcp === undefined) {
        tcp = exchangeOverTcp(server, type, name, edns, timeout - (Date.now() - begun));
        void tcp.outcome.then((result) => finish(result));
      }
    });
    const send = (): void => {
      if (settled) return;
      socket.send(questionBytes(id, type, name, edns));
      sent = true;
    };
    const askWithoutEdns = (): void => {
      edns = false;
      // A second copy of the reply is none to the new question.
      id = randomId();
      send();
    };
    if (connected === undefined) socket.once('connect', send);
    else send();
  });
  return {
    outcome,
    cancel() {
      tcp?.cancel();
      finish({ kind: 'cancelled' });
    },
  };
}

/** A message over TCP, with its length in front. */
const LONGEST = 2 + 0xffff;
/** So many are kept to be used again: V8 does not see how much room they take, and would let them pile up. */
const MESSAGES = 8;
const messages: Buffer[] = [];
/** What comes at once. All sockets share it, as it is empty again when the next one is read. */
const part = Buffer.allocUnsafeSlow(16 * 1024);

/** Octets that came over TCP since the garbage of reading them was collected. */
let heavy = 0;
/** Honest replies are short, and few come over TCP. Whoever sends long ones leaves more garbage than V8 soon looks at. */
const HEAVY = 1024 * 1024;

function tidyUp(octets: number): void {
  heavy += octets;
  if (heavy < HEAVY) return;
  heavy = 0;
  void import('../heap.ts').then(async ({ beThrifty, collectGarbage }) => {
    await beThrifty();
    await collectGarbage();
  });
}

/** As `exchange`, over TCP (RFC 7766): each message has its length in front. */
function exchangeOverTcp(server: Server, type: WireType, name: string, edns: boolean, timeout: number): Exchange {
  const id = randomId();
  let finish: (outcome: Outcome) => void = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    let settled = false;
    finish = (result) => {
      settled = true;
      resolve(result);
    };
    void import('node:net').then((net) => {
      if (settled) return;
      const message = messages.pop() ?? Buffer.allocUnsafeSlow(LONGEST);
      let received = 0;
      const socket = net.connect({
        host: server.address,
        port: server.port,
        family: server.family,
        lookup: (host, _options, callback) => callback(null, host, server.family),
        onread: {
          buffer: part,
          callback(length) {
            if (settled) return false;
            received += part.copy(message, received, 0, length);
            const end = received < 2 ? LONGEST : 2 + message.readUInt16BE(0);
            if (received < end) return true;
            const reply = readReply(message.subarray(2, end), id, type, name);
            tidyUp(end);
            finish(reply.kind === 'answer' ? reply.answer : { kind: 'failed', reason: 'servfail' });
            return false;
          },
        },
      });
      const timer = setTimeout(() => finish({ kind: 'failed', reason: 'timeout' }), Math.max(1, timeout));
      finish = (result) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        socket.destroy();
        if (messages.length < MESSAGES) messages.push(message);
        resolve(result);
      };
      socket.on('error', () => finish({ kind: 'failed', reason: 'unreachable' }));
      socket.on('close', () => finish({ kind: 'failed', reason: 'unreachable' }));
      socket.on('connect', () => {
        const question = questionBytes(id, type, name, edns);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(question.length);
        socket.write(Buffer.concat([length, question]));
      });
    });
  });
  return { outcome, cancel: () => finish({ kind: 'cancelled' }) };
}
