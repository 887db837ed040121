// Is the name server of the tests what the tests take it for?

import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { DnsServer, type Fault, faults, type ServerOptions, withRcode, type Zone } from '../../rig/dns-server.ts';

const SERVFAIL = 2;
const NXDOMAIN = 3;
const REFUSED = 5;

const started: DnsServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

describe('the zone', () => {
  test('has records of all kinds', async () => {
    const server = await startServer({
      'Host.Test.': {
        A: ['192.0.2.1', '192.0.2.2'],
        AAAA: '2001:db8::1',
        PTR: 'a.test.',
        TXT: 'words',
        NS: 'ns.test.',
        MX: [
          [10, 'mx1.test.'],
          [20, 'mx2.test.'],
        ],
      },
    });
    const data = async (type: RecordType) => dataOf(await askUdp(server, 'hOST.test', type));
    expect(await data('A')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(await data('AAAA')).toEqual(['2001:db8::1']);
    expect(await data('PTR')).toEqual(['a.test']);
    expect(await data('TXT')).toEqual([[Buffer.from('words')]]);
    expect(await data('NS')).toEqual(['ns.test']);
    expect(await data('MX')).toEqual([
      { preference: 10, exchange: 'mx1.test' },
      { preference: 20, exchange: 'mx2.test' },
    ]);
  });

  test('gives TTLs: 300, or that of the entry', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1' }, 'b.test': { A: '192.0.2.1', ttl: 7 } });
    expect((await askUdp(server, 'a.test')).answers).toMatchObject([{ name: 'a.test', ttl: 300 }]);
    expect((await askUdp(server, 'b.test')).answers).toMatchObject([{ name: 'b.test', ttl: 7 }]);
  });

  test('says NXDOMAIN for a name that it has not, with an SOA record', async () => {
    const reply = await askUdp(await startServer({}), 'nothing.test');
    expect(rcodeOf(reply)).toBe(NXDOMAIN);
    expect(reply.answers).toEqual([]);
    expect(reply.authorities).toMatchObject([{ type: 'SOA', name: 'test', ttl: 60, data: { minimum: 60 } }]);
  });

  test('gives an empty answer for a type that it has not, with an SOA record', async () => {
    const reply = await askUdp(await startServer({ 'a.test': { A: '192.0.2.1' } }), 'a.test', 'MX');
    expect(rcodeOf(reply)).toBe(0);
    expect(reply.answers).toEqual([]);
    expect(reply.authorities).toMatchObject([{ type: 'SOA', name: 'test' }]);
  });

  test('has the SOA record that is wanted: of the server, of an entry, or none', async () => {
    const zone: Zone = { 'a.test': {}, 'b.test': { soa: { minimum: 9, ttl: 8 } }, 'c.test': { soa: null } };
    const server = await startServer(zone, { soa: { minimum: 5, ttl: 6 } });
    expect((await askUdp(server, 'a.test')).authorities).toMatchObject([{ ttl: 6, data: { minimum: 5 } }]);
    expect((await askUdp(server, 'b.test')).authorities).toMatchObject([{ ttl: 8, data: { minimum: 9 } }]);
    expect((await askUdp(server, 'c.test')).authorities).toEqual([]);
  });

  test('has no SOA record in an answer with records, nor in a failure', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1' }, 'b.test': { rcode: 'SERVFAIL' } });
    expect((await askUdp(server, 'a.test')).authorities).toEqual([]);
    expect((await askUdp(server, 'b.test')).authorities).toEqual([]);
  });

  test('knows wildcards: an exact name goes before, then the longest', async () => {
    const server = await startServer({
      '*.test': { A: '192.0.2.1' },
      '*.b.test': { A: '192.0.2.2' },
      'c.b.test': { A: '192.0.2.3' },
    });
    expect(dataOf(await askUdp(server, 'a.test'))).toEqual(['192.0.2.1']);
    expect(dataOf(await askUdp(server, 'x.y.b.test'))).toEqual(['192.0.2.2']);
    expect(dataOf(await askUdp(server, 'c.b.test'))).toEqual(['192.0.2.3']);
    expect((await askUdp(server, 'a.test')).answers).toMatchObject([{ name: 'a.test' }]);
    expect(rcodeOf(await askUdp(server, 'test'))).toBe(NXDOMAIN);
  });

  test('follows aliases', async () => {
    const server = await startServer({
      'a.test': { CNAME: 'b.test.' },
      'b.test': { CNAME: 'c.test.' },
      'c.test': { A: '192.0.2.1' },
    });
    expect((await askUdp(server, 'a.test')).answers).toMatchObject([
      { type: 'CNAME', name: 'a.test', data: 'b.test' },
      { type: 'CNAME', name: 'b.test', data: 'c.test' },
      { type: 'A', name: 'c.test', data: '192.0.2.1' },
    ]);
    const negative = await askUdp(server, 'a.test', 'MX');
    expect(negative.answers).toHaveLength(2);
    expect(negative.authorities).toHaveLength(1);
    expect((await askUdp(server, 'a.test', 'CNAME')).answers).toMatchObject([{ type: 'CNAME', data: 'b.test' }]);
  });

  test('gives an alias of a name that does not exist, and aliases that lead in a circle', async () => {
    const server = await startServer({
      'a.test': { CNAME: 'missing.test.' },
      'b.test': { CNAME: 'c.test.' },
      'c.test': { CNAME: 'b.test.' },
    });
    const missing = await askUdp(server, 'a.test');
    expect(rcodeOf(missing)).toBe(NXDOMAIN);
    expect(missing.answers).toMatchObject([{ type: 'CNAME', data: 'missing.test' }]);
    expect((await askUdp(server, 'b.test')).answers).toMatchObject([
      { name: 'b.test', data: 'c.test' },
      { name: 'c.test', data: 'b.test' },
    ]);
  });

  test('gives literal records', async () => {
    const server = await startServer({
      'a.test': {
        answers: {
          PTR: [
            { type: 'PTR', data: 'x.test.', name: 'owner.test.' },
            { type: 'A', data: '192.0.2.1' },
          ],
        },
      },
    });
    expect((await askUdp(server, 'a.test', 'PTR')).answers).toMatchObject([
      { type: 'PTR', name: 'owner.test', data: 'x.test' },
      { type: 'A', name: 'a.test', data: '192.0.2.1' },
    ]);
  });

  test('has result codes for all types or for some', async () => {
    const server = await startServer({
      'a.test': { rcode: 'REFUSED', A: '192.0.2.1' },
      'b.test': { rcodes: { MX: 'SERVFAIL' }, A: '192.0.2.1' },
    });
    expect(rcodeOf(await askUdp(server, 'a.test'))).toBe(REFUSED);
    expect(rcodeOf(await askUdp(server, 'b.test', 'MX'))).toBe(SERVFAIL);
    expect(dataOf(await askUdp(server, 'b.test'))).toEqual(['192.0.2.1']);
  });

  test('can be replaced and added to while the server runs', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1' } });
    server.set('b.test', { A: '192.0.2.2' });
    expect(dataOf(await askUdp(server, 'b.test'))).toEqual(['192.0.2.2']);
    expect(dataOf(await askUdp(server, 'a.test'))).toEqual(['192.0.2.1']);
    server.setZone({ 'b.test': { A: '192.0.2.3' } });
    expect(dataOf(await askUdp(server, 'b.test'))).toEqual(['192.0.2.3']);
    expect(rcodeOf(await askUdp(server, 'a.test'))).toBe(NXDOMAIN);
  });
});

describe('the transport', () => {
  test('is the same port for UDP and TCP', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1' } });
    expect(dataOf(await askUdp(server, 'a.test'))).toEqual(['192.0.2.1']);
    expect(dataOf(await askTcp(server, 'a.test'))).toEqual(['192.0.2.1']);
  });

  test('takes several queries over one TCP connection, in pieces', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1' }, 'b.test': { A: '192.0.2.2' } });
    const stream = Buffer.concat([framed(queryFor('a.test', 'A', 1)), framed(queryFor('b.test', 'A', 2))]);
    const connection = connect(server.port, server.address);
    for (const byte of stream) connection.write(Buffer.from([byte]));
    const replies = await packetsFrom(connection, 2);
    expect(replies.map((reply) => reply.id)).toEqual([1, 2]);
    expect(replies.map(dataOf)).toEqual([['192.0.2.1'], ['192.0.2.2']]);
    connection.destroy();
  });

  test('truncates what is too long: over 512 bytes, or over what the client takes', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `192.0.2.${index}`);
    const server = await startServer({ 'a.test': { A: many } });
    const short = await askUdp(server, 'a.test');
    expect(short.flag_tc).toBe(true);
    expect(short.answers).toEqual([]);
    const long = await askUdp(server, 'a.test', 'A', { udpPayloadSize: 4096 });
    expect(long.flag_tc).toBe(false);
    expect(long.answers).toHaveLength(60);
    expect(long.additionals).toMatchObject([{ type: 'OPT' }]);
    expect(dataOf(await askTcp(server, 'a.test'))).toEqual(many);
  });

  test('truncates where the entry says so', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1', tc: true } });
    const truncated = await askUdp(server, 'a.test');
    expect(truncated.flag_tc).toBe(true);
    expect(truncated.answers).toEqual([]);
    expect(dataOf(await askTcp(server, 'a.test'))).toEqual(['192.0.2.1']);
  });

  test('refuses TCP if so wanted', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1', tc: true } }, { tcp: false });
    expect((await askUdp(server, 'a.test')).flag_tc).toBe(true);
    await expect(askTcp(server, 'a.test')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('answers what is no query with FORMERR', async () => {
    const server = await startServer({});
    const reply = await exchange(server, Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xff]));
    expect(reply.readUInt16BE(0)).toBe(0x1234);
    expect(reply.readUInt8(3) & 15).toBe(1);
    expect(server.queries).toMatchObject([{ name: '<malformed>', type: '-', transport: 'udp' }]);
  });

  test('works with sockets for IPv6', async () => {
    // Not ::1, which is not there in many a container.
    const server = await startServer({ 'a.test': { A: '192.0.2.1' } }, { address: '::ffff:127.0.0.1' });
    expect(dataOf(await askUdp(server, 'a.test'))).toEqual(['192.0.2.1']);
    expect(dataOf(await askTcp(server, 'a.test'))).toEqual(['192.0.2.1']);
  });
});

describe('the record of queries', () => {
  test('has each with name, type, transport and time, until it is cleared', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1' } });
    const before = performance.now();
    await askUdp(server, 'A.test', 'MX');
    await askTcp(server, 'nothing.test');
    expect(server.queries).toMatchObject([
      { name: 'a.test', type: 'MX', transport: 'udp' },
      { name: 'nothing.test', type: 'A', transport: 'tcp' },
    ]);
    for (const { time } of server.queries) {
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(performance.now());
    }
    server.clear();
    expect(server.queries).toEqual([]);
  });

  test('has those that got no answer', async () => {
    const server = await startServer({ 'a.test': { rcode: 'DROP' } });
    expect(await repliesOf(server, 'a.test')).toEqual([]);
    expect(server.queries.at(0)).toMatchObject({ name: 'a.test', type: 'A', transport: 'udp' });
  });
});

describe('delays', () => {
  test('are kept, that of the entry and that of the server', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1', delay: 60 } }, { delay: 60 });
    const before = performance.now();
    await askUdp(server, 'a.test');
    // Timers may fire a moment early.
    expect(performance.now() - before).toBeGreaterThan(115);
  });

  test('do not hold up other queries', async () => {
    const server = await startServer({ 'slow.test': { A: '192.0.2.1', delay: 200 }, 'quick.test': { A: '192.0.2.2' } });
    const order: string[] = [];
    await Promise.all([
      askUdp(server, 'slow.test').then(() => order.push('slow')),
      askUdp(server, 'quick.test').then(() => order.push('quick')),
    ]);
    expect(order).toEqual(['quick', 'slow']);
  });
});

describe('faults', () => {
  test('drop', async () => {
    expect(await repliesOf(await serverWith(faults.drop), 'a.test')).toEqual([]);
  });

  test('delay', async () => {
    const server = await serverWith(faults.delay(60));
    const before = performance.now();
    expect(dataOf(await askUdp(server, 'a.test'))).toEqual(['192.0.2.1']);
    expect(performance.now() - before).toBeGreaterThan(55);
  });

  test('rcode', async () => {
    for (const [name, code] of [
      ['SERVFAIL', SERVFAIL],
      ['REFUSED', REFUSED],
      ['NXDOMAIN', NXDOMAIN],
    ] as const) {
      const reply = await askUdp(await serverWith(faults.rcode(name)), 'a.test');
      expect(rcodeOf(reply)).toBe(code);
      expect(reply.answers).toEqual([]);
    }
  });

  test('truncated, and over TCP the answer, silence or the end of the connection', async () => {
    const right = await serverWith(faults.truncated());
    expect((await askUdp(right, 'a.test')).flag_tc).toBe(true);
    expect(dataOf(await askTcp(right, 'a.test'))).toEqual(['192.0.2.1']);

    const silent = await serverWith(faults.truncated(faults.drop));
    expect((await askUdp(silent, 'a.test')).flag_tc).toBe(true);
    const connection = connect(silent.port, silent.address);
    connection.write(framed(queryFor('a.test', 'A', 1)));
    await untilTrue(() => silent.queries.some((query) => query.transport === 'tcp'));
    expect(connection.readableLength).toBe(0);
    expect(connection.destroyed).toBe(false);
    connection.destroy();

    const hangingUp = await serverWith(faults.truncated(faults.hangUp));
    expect((await askUdp(hangingUp, 'a.test')).flag_tc).toBe(true);
    await expect(askTcp(hangingUp, 'a.test')).rejects.toThrow('ended');
  });

  test('wrongId', async () => {
    const [reply] = await repliesOf(await serverWith(faults.wrongId), 'a.test', 1);
    expect(decoded(reply).id).not.toBe(ID);
    expect(dataOf(decoded(reply))).toEqual(['192.0.2.1']);
  });

  test('wrongQuestion', async () => {
    const reply = await askUdp(await serverWith(faults.wrongQuestion), 'a.test');
    expect(reply.questions).toMatchObject([{ name: 'another.test', type: 'A' }]);
  });

  test('noQuestion', async () => {
    const reply = await askUdp(await serverWith(faults.noQuestion), 'a.test');
    expect(reply.questions).toEqual([]);
    expect(dataOf(reply)).toEqual(['192.0.2.1']);
  });

  test('foreignOwner', async () => {
    const reply = await askUdp(await serverWith(faults.foreignOwner()), 'a.test');
    expect(reply.questions).toMatchObject([{ name: 'a.test' }]);
    expect(reply.answers).toMatchObject([{ name: 'foreign.test', data: '192.0.2.1' }]);
  });

  test('echo', async () => {
    const [reply] = await repliesOf(await serverWith(faults.echo), 'a.test', 1);
    expect(reply).toEqual(queryFor('a.test', 'A', ID));
  });

  test('garbage, with the right id or of any kind', async () => {
    const [withId] = await repliesOf(await serverWith(faults.garbage()), 'a.test', 1);
    expect(withId?.readUInt16BE(0)).toBe(ID);
    expect(() => decoded(withId)).toThrow();
    const [own] = await repliesOf(await serverWith(faults.garbage(Buffer.from('rubbish'))), 'a.test', 1);
    expect(own).toEqual(Buffer.from('rubbish'));
  });

  test('cutOff', async () => {
    const [reply] = await repliesOf(await serverWith(faults.cutOff(30)), 'a.test', 1);
    expect(reply).toHaveLength(30);
    expect(() => decoded(reply)).toThrow();
  });

  test('compressionLoop', async () => {
    const [reply] = await repliesOf(await serverWith(faults.compressionLoop), 'a.test', 1);
    if (reply === undefined) throw new Error('no reply');
    expect(reply.readUInt16BE(0)).toBe(ID);
    expect(reply.readUInt16BE(6)).toBe(1);
    const afterQuestion = 12 + 'a.test'.length + 2 + 4;
    expect(reply.readUInt16BE(afterQuestion)).toBe(0xc000 + afterQuestion);
    expect(() => decode(reply)).toThrow('bad pointer');
  });

  test('filledUpTo: truncated over UDP, the longest packet over TCP', async () => {
    const server = await serverWith(faults.filledUpTo(65535));
    expect((await askUdp(server, 'a.test')).flag_tc).toBe(true);
    const reply = await askTcp(server, 'a.test');
    expect(reply.answers?.length).toBeGreaterThan(2500);
    expect(encode(reply).length).toBeGreaterThan(65500);
  });

  test('oversize: truncated over UDP, more than a packet over TCP', async () => {
    const server = await serverWith(faults.oversize);
    expect((await askUdp(server, 'a.test')).flag_tc).toBe(true);
    const connection = connect(server.port, server.address);
    connection.write(framed(queryFor('a.test', 'A', 1)));
    let bytes = Buffer.alloc(0);
    connection.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
    });
    await untilTrue(() => bytes.length > 70_000);
    expect(bytes.readUInt16BE(0)).toBe(0xffff);
    connection.destroy();
  });

  test('otherPort', async () => {
    const server = await serverWith(faults.otherPort);
    const client = createSocket('udp4');
    client.send(queryFor('a.test', 'A', ID), server.port, server.address);
    const [bytes, sender]: [Buffer, { port: number }] = await onMessage(client);
    expect(sender.port).not.toBe(server.port);
    expect(dataOf(decode(bytes))).toEqual(['192.0.2.1']);
    client.close();
  });

  test('badPacketsFirst: the last one is right', async () => {
    const replies = await repliesOf(await serverWith(faults.badPacketsFirst), 'a.test', 9);
    expect(replies).toHaveLength(9);
    const last = decoded(replies.at(-1));
    expect(last.id).toBe(ID);
    expect(dataOf(last)).toEqual(['192.0.2.1']);
    const forged = replies.filter((reply) => reply.includes(Buffer.from([203, 0, 113, 66])));
    expect(forged).toHaveLength(5);
  });

  test('made for one test: of the server, with access to the query and the reply', async () => {
    const seen: string[] = [];
    const fault: Fault = (query, respond) => {
      seen.push(`${query.name} ${query.type} ${query.transport}`);
      respond(query.type === 'MX' && query.reply ? withRcode(query.reply, 'SERVFAIL') : query.reply);
    };
    const server = await startServer({ 'a.test': { A: '192.0.2.1', MX: [[10, 'a.test.']] } }, { fault });
    expect(rcodeOf(await askUdp(server, 'a.test', 'MX'))).toBe(SERVFAIL);
    expect(dataOf(await askUdp(server, 'a.test'))).toEqual(['192.0.2.1']);
    expect(seen).toEqual(['a.test MX udp', 'a.test A udp']);
  });
});

describe('stop', () => {
  test('leaves nothing open, whatever was going on', async () => {
    const before = process.getActiveResourcesInfo().filter(belongsToServers);
    const server = await startServer({
      'slow.test': { delay: 60_000 },
      'other.test': { A: '192.0.2.1', fault: faults.otherPort },
    });
    const client = createSocket('udp4');
    client.send(queryFor('slow.test', 'A', 1), server.port, server.address);
    client.send(queryFor('other.test', 'A', 2), server.port, server.address);
    const connection = connect(server.port, server.address);
    connection.write(framed(queryFor('slow.test', 'A', 3)));
    await untilTrue(() => server.queries.length === 3);
    await server.stop();
    await once(connection.resume(), 'close');
    client.close();
    await once(client, 'close');
    await untilTrue(() => process.getActiveResourcesInfo().filter(belongsToServers).length <= before.length);
  });

  test('closes the ports, and start opens the same ones again', async () => {
    const server = await startServer({ 'a.test': { A: '192.0.2.1' } });
    const { port } = server;
    await server.stop();
    await expect(askTcp(server, 'a.test')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
    expect(server.port).toBe(port);
    expect(dataOf(await askUdp(server, 'a.test'))).toEqual(['192.0.2.1']);
    expect(dataOf(await askTcp(server, 'a.test'))).toEqual(['192.0.2.1']);
  });

  test('says so if the port is taken', async () => {
    const server = await startServer({});
    await expect(new DnsServer({}, { port: server.port }).start()).rejects.toThrow('EADDRINUSE');
  });

  test('and start are quick', async () => {
    const before = performance.now();
    for (let round = 0; round < 100; round++) await (await new DnsServer().start()).stop();
    // It takes about 50 ms; the bound is wide enough for any machine.
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

const ID = 0x4711;

async function startServer(zone: Zone, options?: ServerOptions): Promise<DnsServer> {
  const server = await new DnsServer(zone, options).start();
  started.push(server);
  return server;
}

function serverWith(fault: Fault): Promise<DnsServer> {
  return startServer({ 'a.test': { A: '192.0.2.1', fault } });
}

function queryFor(name: string, type: RecordType, id: number, edns?: { udpPayloadSize: number }): Buffer {
  const query: Packet = { type: 'query', id, flags: RECURSION_DESIRED, questions: [{ name, type }] };
  if (edns === undefined) return encode(query);
  const fields = { extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] };
  return encode({ ...query, additionals: [{ type: 'OPT', name: '.', ...fields, ...edns }] });
}

async function askUdp(
  server: DnsServer,
  name: string,
  type: RecordType = 'A',
  edns?: { udpPayloadSize: number },
): Promise<DecodedPacket> {
  const reply = decode(await exchange(server, queryFor(name, type, ID, edns)));
  expect(reply.id).toBe(ID);
  expect(reply.flag_qr).toBe(true);
  return reply;
}

async function exchange(server: DnsServer, query: Buffer): Promise<Buffer> {
  const client = createSocket(server.address.includes(':') ? 'udp6' : 'udp4');
  client.send(query, server.port, server.address);
  const [reply] = await onMessage(client);
  client.close();
  return reply;
}

function onMessage(client: DatagramSocket): Promise<[Buffer, { port: number }]> {
  return new Promise((resolve) => client.once('message', (bytes, sender) => resolve([bytes, sender])));
}

/** All datagrams that come: until there are as many as wanted; or, if none is, before the answer to a later query. */
async function repliesOf(server: DnsServer, name: string, count = 0): Promise<Buffer[]> {
  const replies: Buffer[] = [];
  const client = createSocket('udp4');
  client.on('message', (bytes) => replies.push(bytes));
  client.send(queryFor(name, 'A', ID), server.port, server.address);
  if (count > 0) await untilTrue(() => replies.length >= count);
  else await untilTrue(() => server.queries.length > 0).then(() => askUdp(server, 'later.test'));
  client.close();
  await once(client, 'close');
  return replies;
}

async function askTcp(server: DnsServer, name: string, type: RecordType = 'A'): Promise<DecodedPacket> {
  const connection = connect(server.port, server.address);
  connection.write(framed(queryFor(name, type, ID)));
  const [reply] = await packetsFrom(connection, 1);
  connection.destroy();
  if (reply === undefined) throw new Error('no reply');
  return reply;
}

function packetsFrom(connection: ReturnType<typeof connect>, count: number): Promise<DecodedPacket[]> {
  const packets: DecodedPacket[] = [];
  let bytes = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.on('end', () => reject(new Error('the connection was ended')));
    connection.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
        packets.push(decode(bytes.subarray(2, 2 + bytes.readUInt16BE(0))));
        bytes = bytes.subarray(2 + bytes.readUInt16BE(0));
      }
      if (packets.length >= count) resolve(packets);
    });
  });
}

function framed(packet: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return Buffer.concat([length, packet]);
}

function decoded(bytes: Buffer | undefined): DecodedPacket {
  if (bytes === undefined) throw new Error('no reply');
  return decode(bytes);
}

function rcodeOf(reply: DecodedPacket): number {
  return (reply.flags ?? 0) & 15;
}

function dataOf(reply: DecodedPacket): unknown[] {
  return (reply.answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined));
}

function belongsToServers(resource: string): boolean {
  return ['UDPWrap', 'UDPWRAP', 'TCPServerWrap', 'TCPSocketWrap', 'Timeout'].includes(resource);
}

/** Waits for something that will come; vitest's time-out ends the test if it doesn't. */
async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
