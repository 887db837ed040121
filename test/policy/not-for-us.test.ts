import { describe, expect, test } from 'vitest';
import type { Zone } from '../../rig/dns-server.ts';
import { settingsWith } from '../../rig/recorded.ts';
import { type Attributes, rcpt, requestText } from '../../rig/request.ts';
import { newSite } from '../../rig/site.ts';
import { notForUs } from '../../src/policy/not-for-us.ts';
import { requestOf } from '../../src/policy/request.ts';

/** Everybody is listed. */
const ZONE: Zone = { '*.bl.test': { A: '127.0.0.2' } };
const DIALLED_UP: Attributes = { helo_name: '[192.168.1.23]', client_name: 'unknown' };

function reasonFor(attributes: { readonly [name: string]: string }): string | undefined {
  return notForUs(requestOf(new Map(Object.entries(attributes))), settingsWith())?.what;
}

describe('mail is not for us', () => {
  test.each([
    [{ sasl_username: 'joe' }, 'permit_sasl_authenticated'],
    [{ ccert_fingerprint: '3B:AF:01' }, 'permit_tls_clientcerts'],
  ])('of a client that has authenticated: %j', async (attributes, restriction) => {
    const site = await newSite(ZONE);
    const polw = await site.start();
    for (const instance of ['1', '2', '3']) {
      expect(await polw.ask(rcpt({ ...DIALLED_UP, ...attributes, instance }))).toBe('action=DUNNO');
    }
    expect(await polw.ask(rcpt({ ...DIALLED_UP, instance: '4' }))).toMatch(/^action=550/);
    await polw.end();
    expect(site.warnings()).toEqual([
      expect.stringContaining(`in main.cf, ${restriction} belongs in front of check_policy_service`),
    ]);
    const { stdout } = await site.run(['explain'], requestText(rcpt({ ...DIALLED_UP, ...attributes })));
    expect(stdout).toContain(`${restriction} belongs in front of`);
    expect(stdout).toContain('action=DUNNO\n');
  });

  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.9.8.7', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.22.1.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['fd00::5', 'private'],
    ['fc00::1', 'private'],
    ['100.64.0.5', 'shared'],
    ['100.127.255.255', 'shared'],
    ['169.254.3.4', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
  ])('of %s, a %s address', async (address, kind) => {
    expect(reasonFor({ client_address: address })).toBe(`${kind} client`);
  });

  test('of such clients: they are not asked about, and the log says once what it means', async () => {
    const site = await newSite(ZONE);
    const polw = await site.start();
    const addresses = ['172.22.1.1', '172.22.1.2', '127.0.0.1', 'fe80::1%eth0', '100.64.0.5', '0.0.0.0'];
    for (const client_address of addresses) {
      expect(await polw.ask(rcpt({ ...DIALLED_UP, client_address, instance: client_address }))).toBe('action=DUNNO');
    }
    await polw.end();
    expect(site.server.queries).toEqual([]);
    expect(
      site.warnings().map((line) => /mail of (\S+) is not weighed: that is an? (\S+)/.exec(line)?.slice(1)),
    ).toEqual([
      ['172.22.1.1', 'private'],
      ['127.0.0.1', 'loopback'],
      ['fe80::1%eth0', 'link-local'],
      ['100.64.0.5', 'shared'],
      ['0.0.0.0', 'unspecified'],
    ]);
    const { stdout } = await site.run(['explain', '--client', '172.22.1.1', '--from', 'a@good.test']);
    expect(stdout).toMatch(
      /warning: mail of 172\.22\.1\.1 is not weighed: that is a private address\. .*permit_mynetworks/,
    );
  });

  test('but it is with weigh_private_clients', async () => {
    const site = await newSite(ZONE, { decision: 'weigh_private_clients = true' });
    const polw = await site.start();
    for (const client_address of ['10.1.2.3', '127.0.0.1', 'fe80::1%eth0']) {
      expect(await polw.ask(rcpt({ ...DIALLED_UP, client_address, instance: client_address }))).toMatch(/^action=550/);
    }
    await polw.end();
    expect(site.warnings()).toEqual([]);
    expect(site.server.queries.map(({ name }) => name)).toContain('3.2.1.10.bl.test');
  });
});

test.each([
  '126.255.255.255',
  '128.0.0.1',
  '9.255.255.255',
  '11.0.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '192.167.1.1',
  '192.169.1.1',
  '100.63.255.255',
  '100.128.0.1',
  '169.253.1.1',
  '1.0.0.0',
  '::2',
  '2001:db8::1',
  'fbff::1',
  'fe00::1',
  'fec0::1',
])('mail of %s is for us', (address) => {
  expect(reasonFor({ client_address: address })).toBeUndefined();
});
