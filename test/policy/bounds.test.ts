// A sender domain that has too much of everything costs no more than any other.

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Fault, faults, type Zone } from '../../rig/dns-server.ts';
import type { Polw } from '../../rig/process.ts';
import { type Attributes, rcpt, requestText } from '../../rig/request.ts';
import { newSite } from '../../rig/site.ts';

const EXCHANGES = 100;
const RECORDS = 3_900;

/** As many addresses as 64 KiB hold, over TCP. */
const addresses: Fault = faults.truncated((query, respond) => {
  const { bytes } = query;
  const end = 12 + query.name.length + 2 + 4;
  const head = Buffer.from(bytes.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(RECORDS, 6);
  head.writeUInt16BE(0, 10);
  const records = Buffer.alloc(RECORDS * 16);
  for (let index = 0; index < RECORDS; index++) {
    // The name of the question, A, IN, five minutes, four octets.
    records.set([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 203, 0, index >> 8, index & 255], index * 16);
  }
  respond(query.type === 'A' ? Buffer.concat([head, records]) : query.reply);
});

function domain(name: string, exchange: (index: number) => string): Zone {
  return {
    [name]: { MX: Array.from({ length: EXCHANGES }, (_, index) => [10, exchange(index)] as const) },
  };
}

const mail = (sender: string, more: Attributes = {}): Attributes =>
  rcpt({ sender, client_name: 'unknown', helo_name: 'x.test', ...more });

/** Milliseconds of CPU that a process has used; they are counted in hundredths of a second. */
function cpuOf(polw: Polw): number {
  const fields = readFileSync(`/proc/${polw.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Kilobytes at the most so far. */
function peakOf(polw: Polw): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${polw.pid}/status`, 'utf8'))?.[1]);
}

test('100 exchanges with 3,900 addresses each', async () => {
  const site = await newSite(
    {
      'good.test': { MX: [[10, 'mail.good.test']] },
      'mail.good.test': { A: '192.0.2.10' },
      ...domain('evil.test', (index) => `mx${index}.evil.test`),
      '*.evil.test': { A: '203.0.0.0', fault: addresses },
    },
    { cache: true },
  );
  const polw = await site.start();
  await polw.ask(mail('a@good.test', { instance: 'first' }));
  const [cpu, peak] = [cpuOf(polw), peakOf(polw)];
  expect(await polw.ask(mail('a@evil.test', { instance: 'second' }))).toMatch(/^action=\S/);
  // It takes 70 on a machine on which reading all of it takes 700.
  expect(cpuOf(polw) - cpu).toBeLessThanOrEqual(250);
  expect(peakOf(polw) - peak).toBeLessThan(25_000);
  await polw.end();
  expect(statSync(path.join(site.folder, 'cache.sqlite')).size).toBeLessThan(250_000);
  const large = site.server.queries.filter(({ name, transport }) => name.endsWith('.evil.test') && transport === 'tcp');
  expect(large.length).toBeGreaterThan(3);
  expect(large.length).toBeLessThanOrEqual(20);
});

describe('100 exchanges that are hosts of somebody else', () => {
  const names = ['evil.test', 'b.evil.test', 'a.b.evil.test', 'helo.test', 'x.helo.test'];
  const zone: Zone = Object.assign(
    {},
    ...names.map((name) => domain(name, (index) => `h${index}-${name.replaceAll('.', '-')}.victim.test`)),
  );
  test.each<[string, Zone, Attributes]>([
    ['that have no address', {}, {}],
    ['that have nothing', { '*.victim.test': {} }, {}],
    ['that have an address', { '*.victim.test': { A: '203.0.113.1' } }, {}],
    ['that have an IPv6 address', { '*.victim.test': { AAAA: '2001:db8::25' } }, {}],
    [
      'that have both, with an IPv6 client',
      { '*.victim.test': { A: '203.0.113.1', AAAA: '2001:db8::25' } },
      { client_address: '2001:db8:1::1' },
    ],
    [
      'of a domain that is slow',
      { '*.victim.test': { A: '203.0.113.1' }, 'evil.test': { ...zone['evil.test'], delay: 1_400 } },
      { sender: 'x@evil.test' },
    ],
    ['whose name servers fail', { '*.victim.test': { rcode: 'SERVFAIL' } }, {}],
  ])('%s: at most 20 questions are asked about them', async (_, victim, more) => {
    const site = await newSite({ ...zone, ...victim });
    const polw = await site.start();
    await polw.ask(mail('x@a.b.evil.test', { helo_name: 'x.helo.test', ...more }));
    await polw.end();
    const asked = site.server.queries.filter(
      ({ name, transport }) => name.endsWith('.victim.test') && transport === 'udp',
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThanOrEqual(20);
  });
});

test('the client is found among ten exchanges, wherever it stands', async () => {
  const exchanges = Array.from({ length: 10 }, (_, index) => [10 * index, `mx${index}.big.test`] as const);
  const hosts = exchanges.map(([, name], index) => [name, { A: index === 9 ? '192.0.2.10' : `203.0.113.${index}` }]);
  const site = await newSite({ 'big.test': { MX: exchanges }, ...Object.fromEntries(hosts) });
  const polw = await site.start();
  expect(await polw.ask(mail('a@big.test'))).toContain('CL_IP_EQ_FROM_MX');
  await polw.end();
});

test('what was left out is said by explain, and shown by -d', async () => {
  const site = await newSite({
    ...domain('evil.test', (index) => `mx${index}.evil.test`),
    '*.evil.test': { A: '203.0.0.0', fault: addresses },
  });
  const request = requestText(mail('a@evil.test'));
  const { stdout } = await site.run(['explain'], request);
  expect(stdout).toContain('not looked at, as it is too much: 45 exchanges of evil.test\n');
  expect(stdout).toMatch(/A mx0\.evil\.test: 203\.0\.0\.0, .* and 3836 more, left out \(asked/);
  expect(stdout).toMatch(/MX evil\.test: mx0\.evil\.test, .* and 36 more, left out \(asked/);
  const shown = await site.run(['-d'], request);
  expect(shown.stderr).toContain('not looked at, as it is too much: 45 exchanges of evil.test');
  expect(shown.stderr).toContain('and 3836 more, left out (wire');
});
