// Which name servers are asked: those that are set and no others, or those of the system.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LiveDns } from '../../src/dns/live.ts';
import { nameServers, serverOf } from '../../src/dns/servers.ts';
import { readSettings } from '../../src/settings/read.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'polw-servers-'));
afterAll(() => rmSync(folder, { recursive: true }));

function resolvConf(text: string): string {
  const file = path.join(folder, 'resolv.conf');
  writeFileSync(file, text);
  return file;
}

const GOOD: readonly (readonly [string, string, number])[] = [
  ['192.0.2.1', '192.0.2.1', 53],
  ['192.0.2.1:5353', '192.0.2.1', 5353],
  ['192.0.2.1:65535', '192.0.2.1', 65535],
  ['2001:db8::1', '2001:db8::1', 53],
  ['[2001:db8::1]', '2001:db8::1', 53],
  ['[2001:db8::1]:5353', '2001:db8::1', 5353],
  ['::1', '::1', 53],
  ['fe80::1%eth0', 'fe80::1%eth0', 53],
  ['[fe80::1%eth0]:53', 'fe80::1%eth0', 53],
];
const BAD: readonly string[] = [
  '',
  'ns.test',
  '127.0.0.1:99999',
  '127.0.0.1:0',
  '127.0.0.1:',
  '127.0.0.1:53:53',
  '127.0.0.1:-1',
  '127.0.0.1:5e3',
  '256.1.1.1',
  '1.2.3',
  '1.2.3.4.5',
  '[192.0.2.1]:53',
  '[2001:db8::1',
  '[2001:db8::1]53',
  '[2001:db8::1]:65536',
  '2001:db8::1::2',
  '2001:db8::1%eth0',
  'fe80::1%',
  'fe80::1%a b',
];

test.each(GOOD)('%s is one', (word, address, port) => {
  expect(serverOf(word)).toEqual({ address, port, family: address.includes(':') ? 6 : 4 });
  const { settings, problems } = readSettings(`[dns]\nnameservers = ["${word}"]\n`);
  expect(problems).toEqual([]);
  expect(nameServers(settings.nameservers)).toEqual([serverOf(word)]);
});

test.each(BAD)('%j is none, and the settings say where', (word) => {
  expect(serverOf(word)).toBeUndefined();
  const { problems } = readSettings(`[dns]\nnameservers = ["192.0.2.1", "${word}"]\n`);
  expect(problems).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/^nameservers\.1 wants an address, with a port/) }),
  ]);
});

describe('those of the system', () => {
  test('are the first three of resolv.conf', () => {
    const file = resolvConf(
      '# nameserver 192.0.2.9\nsearch test\nnameserver 192.0.2.1\n nameserver fe80::1%eth0\nnameserver x\nnameserver ::1\nnameserver 192.0.2.4\n',
    );
    expect(nameServers([], file).map(({ address }) => address)).toEqual(['192.0.2.1', 'fe80::1%eth0', '::1']);
  });

  test('are this host if there are none', () => {
    for (const file of [resolvConf('search test\n'), path.join(folder, 'missing')]) {
      expect(nameServers([], file)).toEqual([{ address: '127.0.0.1', family: 4, port: 53 }]);
    }
  });

  test('are not asked if others are set, whatever these are', () => {
    const file = resolvConf('nameserver 192.0.2.1\n');
    expect(nameServers(['198.51.100.1'], file).map(({ address }) => address)).toEqual(['198.51.100.1']);
    expect(nameServers(['rubbish'], file)).toEqual([]);
  });
});

test('a link-local server of a network that is not there is no answer, and no error', async () => {
  expect(Object.keys(networkInterfaces())).not.toContain('nowhere0');
  const server = serverOf('fe80::1%nowhere0');
  if (server === undefined) throw new Error('it is none');
  const answer = await new LiveDns([server], 1, 300).ask('A', 'good.test');
  expect(answer.kind).toBe('failed');
  expect((await new LiveDns([], 1, 300).ask('A', 'good.test')).kind).toBe('failed');
});
