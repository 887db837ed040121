// The name servers that are asked, and what becomes of questions that they don't answer.

import { encode } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { DnsServer, type Fault, faults, type Query, type ServerOptions, type Zone } from '../../rig/dns-server.ts';
import { exchange } from '../../src/dns/exchange.ts';
import { LiveDns } from '../../src/dns/live.ts';
import type { Server } from '../../src/dns/servers.ts';

const GOOD: Zone = { 'good.test': { A: '192.0.2.1', ttl: 60 } };
const ANSWER = { kind: 'records', values: ['192.0.2.1'], ttl: 60 };
/** Longer than any answer takes that is not held back. */
const LONG = 20_000;
/** For those that are. */
const SHORT = 60;

const started: DnsServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(zone: Zone, options: ServerOptions = {}): Promise<DnsServer> {
  const server = await new DnsServer(zone, options).start();
  started.push(server);
  return server;
}

function serverOf({ address, port }: DnsServer): Server {
  return { address, port, family: address.includes(':') ? 6 : 4 };
}

/** A server on whose port nobody listens. */
async function deadServer(): Promise<Server> {
  const server = await new DnsServer().start();
  await server.stop();
  return serverOf(server);
}

function asking(servers: readonly (DnsServer | Server)[], timeout = LONG, tries = 2): LiveDns {
  return new LiveDns(
    servers.map((server) => (server instanceof DnsServer ? serverOf(server) : server)),
    tries,
    timeout,
  );
}

describe('an answer', () => {
  test('comes from the server, for each type', async () => {
    const server = await start({
      'good.test': { A: '192.0.2.1', AAAA: '2001:db8::1', MX: [[10, 'mx.good.test.']], TXT: 'words', ttl: 60 },
      '1.2.0.192.in-addr.arpa': { PTR: 'host.good.test.' },
      'alias.test': { CNAME: 'good.test.', ttl: 30 },
    });
    const dns = asking([server]);
    expect(await dns.ask('A', 'good.test')).toEqual(ANSWER);
    expect(await dns.ask('A', 'alias.test')).toEqual({ ...ANSWER, ttl: 30 });
    expect(await dns.ask('AAAA', 'good.test')).toMatchObject({ values: ['2001:0db8:0000:0000:0000:0000:0000:0001'] });
    expect(await dns.ask('MX', 'good.test')).toMatchObject({ values: ['mx.good.test'] });
    expect(await dns.ask('TXT', 'good.test')).toMatchObject({ values: ['words'] });
    expect(await dns.ask('PTR', '1.2.0.192.in-addr.arpa')).toMatchObject({ values: ['host.good.test'] });
  });

  test('of "none" comes with the time of the zone', async () => {
    const dns = asking([await start({ 'good.test': {} }, { soa: { minimum: 77, ttl: 99 } })]);
    expect(await dns.ask('A', 'good.test')).toEqual({ kind: 'no-data', ttl: 77 });
    expect(await dns.ask('A', 'nothing.test')).toEqual({ kind: 'no-such-name', ttl: 77 });
  });

  test('comes to many questions at once, more than there may be sockets', async () => {
    const server = await start({ '*.test': { A: '192.0.2.1', ttl: 60 } });
    const dns = asking([server]);
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => dns.ask('A', `n${index}.test`)));
    expect(answers.every((answer) => answer.kind === 'records')).toBe(true);
    expect(server.queries).toHaveLength(200);
  });

  test('may come late', async () => {
    const server = await start({ 'good.test': { A: '192.0.2.1', ttl: 60, fault: faults.delay(50) } });
    expect(await asking([server]).ask('A', 'good.test')).toEqual(ANSWER);
    expect(server.queries).toHaveLength(1);
  });
});

describe('a foreign packet', () => {
  const wrongFirst: [string, Fault][] = [
    ['another id', faults.wrongId],
    ['another question', faults.wrongQuestion],
    ['no question', faults.noQuestion],
    ['the query itself', faults.echo],
    ['garbage', faults.garbage()],
    ['half a packet', faults.cutOff(20)],
    ['a name that never ends', faults.compressionLoop],
    ['another port', faults.otherPort],
  ];

  test.each(wrongFirst)('with %s does not count; the right one after it does', async (_, fault) => {
    const server = await start({
      'good.test': {
        A: '192.0.2.1',
        ttl: 60,
        fault(query, respond) {
          fault(query, respond);
          respond.later(20, () => respond(query.reply));
        },
      },
    });
    expect(await asking([server]).ask('A', 'good.test')).toEqual(ANSWER);
    expect(server.queries).toHaveLength(1);
  });

  test('of each kind does not count', async () => {
    const server = await start({ 'good.test': { A: '192.0.2.1', ttl: 60, fault: faults.badPacketsFirst } });
    expect(await asking([server]).ask('A', 'good.test')).toEqual(ANSWER);
  });

  test('with records of another name lists nothing', async () => {
    const server = await start({ 'good.test': { A: '192.0.2.1', fault: faults.foreignOwner() } });
    expect(await asking([server]).ask('A', 'good.test')).toMatchObject({ kind: 'no-data' });
  });
});

describe('a server that knows no EDNS', () => {
  const hasEdns = ({ packet }: Query): boolean => (packet.additionals ?? []).some(({ type }) => type === 'OPT');
  const header = ({ id }: Query, rcode: number): Buffer =>
    Buffer.from([id >> 8, id & 0xff, 0x81, 0x80 | rcode, 0, 0, 0, 0, 0, 0, 0, 0]);
  const says = (refuse: Fault): ServerOptions => ({
    fault: (query, respond) => (hasEdns(query) ? refuse(query, respond) : respond(query.reply)),
  });
  const refusals: [string, Fault][] = [
    ['FORMERR', faults.rcode('FORMERR')],
    ['NOTIMP', faults.rcode('NOTIMP')],
    ['FORMERR, and nothing else', (query, respond) => respond(header(query, 1))],
  ];

  test.each(refusals)('and says %s is asked without, and from then on at once', async (_, refuse) => {
    const server = await start({ ...GOOD, 'other.test': { A: '192.0.2.1', ttl: 60 } }, says(refuse));
    const dns = asking([server]);
    expect(await dns.ask('A', 'good.test')).toEqual(ANSWER);
    expect(server.queries).toHaveLength(2);
    expect(await dns.ask('A', 'other.test')).toEqual(ANSWER);
    expect(server.queries).toHaveLength(3);
  });

  test('is asked without it over TCP too', async () => {
    const server = await start({ 'good.test': { A: '192.0.2.1', ttl: 60, tc: true } }, says(faults.rcode('FORMERR')));
    expect(await asking([server]).ask('A', 'good.test')).toEqual(ANSWER);
    expect(server.queries.map(({ transport }) => transport)).toEqual(['udp', 'udp', 'tcp']);
  });

  test('or has no answer without it either, fails', async () => {
    const server = await start(GOOD, { fault: faults.rcode('FORMERR') });
    expect(await asking([server]).ask('A', 'good.test')).toEqual({ kind: 'failed', reason: 'servfail' });
    expect(server.queries).toHaveLength(2);
    expect(await asking([server, await start(GOOD)]).ask('A', 'good.test')).toEqual(ANSWER);
  });
});

describe('a server that says nothing', () => {
  test('is asked as often as is set, and no longer', async () => {
    const server = await start({ 'good.test': { fault: faults.drop } });
    const begun = performance.now();
    expect(await asking([server], SHORT, 3).ask('A', 'good.test')).toEqual({ kind: 'failed', reason: 'timeout' });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(3 * SHORT - 5);
    expect(server.queries).toHaveLength(3);
  });

  test('once is asked again', async () => {
    let asked = 0;
    const once: Fault = ({ reply }, respond) => respond(asked++ === 0 ? undefined : reply);
    const server = await start({ 'good.test': { A: '192.0.2.1', ttl: 60, fault: once } });
    expect(await asking([server], 200).ask('A', 'good.test')).toEqual(ANSWER);
    expect(server.queries).toHaveLength(2);
  });

  test('is followed by the next, which is asked first from then on', async () => {
    const silent = await start({ '*.test': { fault: faults.drop } });
    const good = await start({ '*.test': { A: '192.0.2.1', ttl: 60 } });
    const dns = asking([silent, good], 200);
    expect(await dns.ask('A', 'a.test')).toEqual(ANSWER);
    expect(await dns.ask('A', 'b.test')).toEqual(ANSWER);
    expect(silent.queries).toHaveLength(1);
    expect(good.queries).toHaveLength(2);
  });
});

describe('a server that fails', () => {
  test.each([
    ['SERVFAIL', 'servfail'],
    ['REFUSED', 'refused'],
  ] as const)('with %s is not asked again, but the next is', async (rcode, reason) => {
    const bad = await start({ 'good.test': { rcode } });
    expect(await asking([bad]).ask('A', 'good.test')).toEqual({ kind: 'failed', reason });
    expect(bad.queries).toHaveLength(1);
    const good = await start(GOOD);
    expect(await asking([bad, good]).ask('A', 'good.test')).toEqual(ANSWER);
    expect(bad.queries).toHaveLength(2);
  });

  test('because nobody listens there is known at once', async () => {
    const dead = await deadServer();
    expect(await asking([dead]).ask('A', 'good.test')).toEqual({ kind: 'failed', reason: 'unreachable' });
    expect(await asking([dead, await start(GOOD)]).ask('A', 'good.test')).toEqual(ANSWER);
  });

  test('says what the last of them said', async () => {
    const servers = [
      await start({ 'good.test': { rcode: 'REFUSED' } }),
      await start({ 'good.test': { rcode: 'SERVFAIL' } }),
    ];
    expect(await asking(servers).ask('A', 'good.test')).toEqual({ kind: 'failed', reason: 'servfail' });
  });
});

describe('a server that drops questions with EDNS', () => {
  const hasEdns = ({ packet }: Query): boolean => (packet.additionals ?? []).some(({ type }) => type === 'OPT');
  const dropping: ServerOptions = {
    fault: (query, respond) => (hasEdns(query) ? undefined : respond(query.reply)),
  };
  const many: Zone = { '*.test': { A: '192.0.2.1', ttl: 60 } };

  test('is asked without, after one time-out, and from then on at once', async () => {
    const server = await start(many, dropping);
    const dns = asking([server], 300);
    const begun = performance.now();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => dns.ask('A', `n${index}.test`)));
    expect(answers).toEqual(Array(10).fill(ANSWER));
    expect(performance.now() - begun).toBeLessThan(2 * 300);
    expect(server.queries).toHaveLength(20);
    const again = performance.now();
    for (let index = 10; index < 15; index++) expect(await dns.ask('A', `n${index}.test`)).toEqual(ANSWER);
    expect(performance.now() - again).toBeLessThan(300);
    expect(server.queries).toHaveLength(25);
  });

  test('costs one time-out even if all of three servers do so', async () => {
    const servers = [await start(many, dropping), await start(many, dropping), await start(many, dropping)];
    const dns = asking(servers, 300);
    const begun = performance.now();
    expect(await dns.ask('A', 'one.test')).toEqual(ANSWER);
    expect(await dns.ask('A', 'two.test')).toEqual(ANSWER);
    expect(performance.now() - begun).toBeLessThan(2 * 300);
  });

  test('is asked without with the next question, if each is sent once', async () => {
    const server = await start(many, dropping);
    const dns = asking([server], 100, 1);
    expect(await dns.ask('A', 'one.test')).toEqual({ kind: 'failed', reason: 'timeout' });
    expect(await dns.ask('A', 'two.test')).toEqual(ANSWER);
  });

  test('is no server that has answered such a question, and is silent about a name', async () => {
    const server = await start({ ...many, 'slow.test': { fault: faults.drop } });
    const dns = asking([server], 100);
    expect(await dns.ask('A', 'one.test')).toEqual(ANSWER);
    expect(await dns.ask('A', 'slow.test')).toEqual({ kind: 'failed', reason: 'timeout' });
    const asked: boolean[] = [];
    server.fault = (query, respond) => {
      asked.push(hasEdns(query));
      respond(query.reply);
    };
    expect(await dns.ask('A', 'two.test')).toEqual(ANSWER);
    expect(asked).toEqual([true]);
  });
});

describe('an answer that does not fit', () => {
  const many = Array.from({ length: 200 }, (_, index) => `192.0.2.${index}`);

  test('comes over TCP', async () => {
    const server = await start({ 'good.test': { A: many } });
    expect(await asking([server]).ask('A', 'good.test')).toMatchObject({
      kind: 'records',
      values: many.slice(0, 64),
      left: 136,
    });
    expect(server.queries.map((query) => query.transport)).toEqual(['udp', 'tcp']);
  });

  test('comes over TCP in two pieces', async () => {
    const inPieces: Fault = ({ reply }, respond) => {
      const bytes = encode({ ...reply });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      respond.raw(Buffer.concat([length, bytes.subarray(0, 7)]));
      respond.later(20, () => respond.raw(bytes.subarray(7)));
    };
    const server = await start({ 'good.test': { A: '192.0.2.1', ttl: 60, fault: faults.truncated(inPieces) } });
    expect(await asking([server]).ask('A', 'good.test')).toEqual(ANSWER);
  });

  test('does not come if there is no TCP: the next server is asked', async () => {
    const bad = await start({ 'good.test': { A: many } }, { tcp: false });
    expect(await asking([bad]).ask('A', 'good.test')).toEqual({ kind: 'failed', reason: 'unreachable' });
    expect(await asking([bad, await start(GOOD)]).ask('A', 'good.test')).toEqual(ANSWER);
  });

  test.each([
    ['hangs up', faults.hangUp],
    ['answers another question', faults.wrongQuestion],
    ['sends garbage', faults.garbage()],
  ] as const)('does not come if the server %s', async (_, overTcp) => {
    const server = await start({ 'good.test': { A: '192.0.2.1', fault: faults.truncated(overTcp) } });
    expect((await asking([server], 500).ask('A', 'good.test')).kind).toBe('failed');
  });

  test('does not come in time', async () => {
    const server = await start({ 'good.test': { A: '192.0.2.1', fault: faults.truncated(faults.drop) } });
    expect(await asking([server], SHORT, 1).ask('A', 'good.test')).toEqual({ kind: 'failed', reason: 'timeout' });
  });
});

describe('questions that nobody waits for any more', () => {
  test('end at once, those that wait for a socket too', async () => {
    const server = await start({ '*.test': { fault: faults.drop } });
    const dns = asking([server]);
    const answers = Promise.all(Array.from({ length: 100 }, (_, index) => dns.ask('A', `n${index}.test`)));
    setTimeout(() => dns.cancel(), 20);
    expect(new Set((await answers).map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ kind: 'failed', reason: 'deadline' })]),
    );
    expect(server.queries.length).toBeLessThanOrEqual(64);
    server.set('good.test', { A: '192.0.2.1', ttl: 60 });
    expect(await dns.ask('A', 'good.test')).toEqual(ANSWER);
  });

  test('end over TCP too, and again changes nothing', async () => {
    const server = await start({ 'good.test': { A: '192.0.2.1', fault: faults.truncated(faults.drop) } });
    const under = exchange(serverOf(server), 'A', 'good.test', LONG);
    while (server.queries.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    under.cancel();
    under.cancel();
    expect(await under.outcome).toEqual({ kind: 'cancelled' });
  });

  test('end before they are sent', async () => {
    const server = await start(GOOD);
    const under = exchange(serverOf(server), 'A', 'good.test', LONG);
    under.cancel();
    expect(await under.outcome).toEqual({ kind: 'cancelled' });
    expect(await exchange(serverOf(server), 'A', 'good.test', LONG).outcome).toEqual(ANSWER);
    expect(server.queries).toHaveLength(1);
  });
});

test('questions have ids that differ', async () => {
  const ids = new Set<number>();
  const server = await start({
    '*.test': {
      fault({ id, reply }, respond) {
        ids.add(id);
        respond(reply);
      },
    },
  });
  const dns = asking([server]);
  await Promise.all(Array.from({ length: 150 }, (_, index) => dns.ask('A', `n${index}.test`)));
  // Some may be equal by chance.
  expect(ids.size).toBeGreaterThan(140);
});
