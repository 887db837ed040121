// Which sockets questions go out from.

import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { DnsServer, faults, type Zone } from '../../rig/dns-server.ts';
import { LiveDns } from '../../src/dns/live.ts';
import { connect, giveBack, takeConnected } from '../../src/dns/sockets.ts';

const ONE: Zone = { '*.test': { A: '192.0.2.1', ttl: 60 } };
const started: DnsServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(zone: Zone, address = '127.0.0.1'): Promise<DnsServer> {
  const server = await new DnsServer(zone, { address }).start();
  started.push(server);
  return server;
}

function asking({ address, port }: DnsServer, timeout = 20_000): LiveDns {
  return new LiveDns([{ address, port, family: address.includes(':') ? 6 : 4 }], 1, timeout);
}

test.each(['127.0.0.1', '127.1.2.3', '::1'])(
  'a server on this machine, %s, is asked from a socket again',
  async (address) => {
    const server = await start(ONE, address);
    const dns = asking(server);
    for (const name of ['a.test', 'b.test', 'c.test'])
      expect(await dns.ask('A', name)).toMatchObject({ kind: 'records' });
    expect(new Set(server.queries.map(({ from }) => from)).size).toBe(1);
  },
);

test('questions at the same time have sockets of their own', async () => {
  const server = await start(ONE);
  const dns = asking(server);
  const askMany = () => Promise.all(Array.from({ length: 10 }, (_, index) => dns.ask('A', `n${index}.test`)));
  await askMany();
  expect(new Set(server.queries.map(({ from }) => from)).size).toBe(10);
  server.clear();
  await askMany();
  expect(new Set(server.queries.map(({ from }) => from)).size).toBe(10);
});

test('no more than a few are kept', async () => {
  const server = await start(ONE);
  const dns = asking(server);
  const ports = async (): Promise<number[]> => {
    server.clear();
    await Promise.all(Array.from({ length: 60 }, (_, index) => dns.ask('A', `n${index}.test`)));
    return server.queries.map(({ from }) => from);
  };
  const before = await ports();
  expect((await ports()).filter((port) => before.includes(port)).length).toBeLessThan(40);
});

test('a server elsewhere is asked from a new socket each time', async () => {
  const local = await start(ONE);
  const elsewhere = { address: '192.0.2.53', port: 53, family: 4 } as const;
  const socket = connect({ address: local.address, port: local.port, family: 4 });
  await once(socket, 'connect');
  giveBack(elsewhere, socket);
  expect(takeConnected(elsewhere)).toBeUndefined();
  expect(() => socket.address()).toThrow('Not running');
});

test('an answer that comes twice is none to the next question', async () => {
  const server = await start({
    'twice.test': {
      A: '192.0.2.66',
      fault({ reply }, respond) {
        respond(reply);
        respond(reply);
        respond.later(5, () => respond(reply));
      },
    },
    'next.test': { A: '192.0.2.1', delay: 20 },
  });
  const dns = asking(server);
  await dns.ask('A', 'twice.test');
  expect(await dns.ask('A', 'next.test')).toMatchObject({ values: ['192.0.2.1'] });
  expect(new Set(server.queries.map(({ from }) => from)).size).toBe(1);
});

test('a socket on which no answer came is not used again', async () => {
  const server = await start({ ...ONE, 'lost.test': { fault: faults.drop } });
  const dns = asking(server, 50);
  await dns.ask('A', 'lost.test');
  await dns.ask('A', 'a.test');
  expect(new Set(server.queries.map(({ from }) => from)).size).toBe(2);
});

test('a server that went away and came back is asked again', async () => {
  const server = await start(ONE);
  const dns = asking(server);
  await dns.ask('A', 'a.test');
  await server.stop();
  expect(await dns.ask('A', 'b.test')).toEqual({ kind: 'failed', reason: 'unreachable' });
  await server.start();
  expect(await dns.ask('A', 'c.test')).toMatchObject({ kind: 'records' });
});
