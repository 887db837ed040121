// A name server for scripts/try: UDP on a free port of 127.0.0.1, with a few names under "example".

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, RECURSION_DESIRED } from 'dns-packet';

const NXDOMAIN = 3;

const ZONE = {
  // A mail server as it should be.
  'good.example': { MX: { preference: 10, exchange: 'mail.good.example' } },
  'mail.good.example': { A: '192.0.2.10' },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.good.example' },
  // By this entry a DNS list shows that it is alive.
  '2.0.0.127.bl.example': { A: '127.0.0.2' },
  // One on a DNS list, that says it is somebody else.
  '66.2.0.192.bl.example': { A: '127.0.0.2' },
  '66.2.0.192.in-addr.arpa': { PTR: 'dsl-192-0-2-66.pool.isp.example' },
  // One that is what it says, for a sender whose MX is no address of the Internet.
  'bogus.example': { MX: { preference: 10, exchange: 'mail.bogus.example' } },
  'mail.bogus.example': { A: '127.0.0.1' },
  'mail.client.example': { A: '192.0.2.20' },
  '20.2.0.192.in-addr.arpa': { PTR: 'mail.client.example' },
};

/** Starts it. Gives its port, and how to stop it. */
export async function startNameServer() {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, client) => socket.send(replyTo(decode(bytes)), client.port, client.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    stop: () => socket.close(),
  };
}

function replyTo(query) {
  const [{ name, type }] = query.questions;
  const records = ZONE[name.toLowerCase()];
  const data = records?.[type];
  const soa = {
    mname: 'ns.example',
    rname: 'hostmaster.example',
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 60,
  };
  return encode({
    type: 'response',
    id: query.id,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (query.flags & RECURSION_DESIRED) | (records ? 0 : NXDOMAIN),
    questions: query.questions,
    answers: data ? [{ name, type, ttl: 300, data }] : [],
    authorities: data ? [] : [{ name: name.split('.').at(-1), type: 'SOA', ttl: 60, data: soa }],
  });
}
