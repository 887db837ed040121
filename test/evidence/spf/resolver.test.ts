// check_host over the real resolver and a real name server: names of any octets, long answers, failures and silence.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DnsServer } from '../../../rig/dns-server.ts';
import { checkCase, corpus, queryOf, type SpfCase, suite, wrongIn } from '../../../rig/spf/cases.ts';
import { served } from '../../../rig/spf/served.ts';
import { LiveDns } from '../../../src/dns/live.ts';
import { checkHost } from '../../../src/evidence/spf/check-host.ts';
import type { SpfVerdict } from '../../../src/evidence/spf/query.ts';

/** Longer than any answer takes that comes at all, milliseconds. */
const LONG = 20_000;
const dns = new DnsServer();

beforeAll(async () => {
  await dns.start();
});
afterAll(() => dns.stop());

async function check(one: SpfCase, timeout = LONG): Promise<SpfVerdict> {
  const live = new LiveDns([{ address: dns.address, port: dns.port, family: 4 }], 1, timeout);
  return checkCase(one, { ask: (type, name) => live.ask(type, name) });
}

describe.each([
  ['the test suite of the RFC', suite(), 203],
  ['the cases by hand', corpus('edge-cases.json'), 60],
] as const)('%s', (_name, cases, count) => {
  test('has the right results', async () => {
    const wrong: string[] = [];
    for (const one of cases) {
      dns.setZone(served(one.zone));
      wrong.push(...[wrongIn(one, await check(one)) ?? []].flat());
    }
    expect(wrong).toEqual([]);
    expect(cases).toHaveLength(count);
  });

  test('has them where a name server says nothing', async () => {
    const silent = cases.filter(({ zone }) => JSON.stringify(zone).includes('"TIMEOUT"'));
    expect(silent.length).toBeGreaterThan(0);
    const wrong: string[] = [];
    for (const one of silent) {
      dns.setZone(served(one.zone, 'DROP'));
      wrong.push(...[wrongIn(one, await check(one, 2000)) ?? []].flat());
    }
    expect(wrong).toEqual([]);
  });
});

test('names of octets that are no text are asked as they are', async () => {
  dns.setZone({
    'example.test': { TXT: 'v=spf1 exists:%{l}.x.test -all' },
    'caf\u00e9.x.test': { A: '127.0.0.2' },
  });
  const query = queryOf({ ip: '192.0.2.1', helo: 'h.test', sender: 'caf\u00e9@example.test' });
  const live = new LiveDns([{ address: dns.address, port: dns.port, family: 4 }], 1, LONG);
  expect((await checkHost(query, live)).result).toBe('pass');
});

test('a policy that does not fit into a packet comes over TCP, and one beyond all measure is a permerror', async () => {
  const of = async (networks: number): Promise<string> => {
    dns.setZone({ 'example.test': { TXT: `v=spf1 ${'ip4:10.0.0.1 '.repeat(networks)}ip4:192.0.2.1 -all` } });
    const query = queryOf({ ip: '192.0.2.1', helo: 'h.test', sender: 'user@example.test' });
    const live = new LiveDns([{ address: dns.address, port: dns.port, family: 4 }], 1, LONG);
    return (await checkHost(query, live)).result;
  };
  expect(await of(300)).toBe('pass');
  expect(dns.queries.map(({ transport }) => transport)).toContain('tcp');
  expect(await of(3000)).toBe('permerror');
});
