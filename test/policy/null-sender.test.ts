// The null sender: bounces, which somebody needs, and what spammers send as such.

import { expect, test } from 'vitest';
import type { Zone } from '../../rig/dns-server.ts';
import { type Attributes, rcpt } from '../../rig/request.ts';
import { newSite } from '../../rig/site.ts';

const LISTS = ['BL1', 'BL2', 'BL3', 'DBL']
  .map(
    (name) => `[[lists]]
name = "${name}"
zone = "${name.toLowerCase()}.test"
answers = [{ ${name === 'DBL' ? 'sender = 4, helo = 4' : 'client = 4.35'} }]
`,
  )
  .join('');

const bounce = (more: Attributes): Attributes => rcpt({ sender: '', ...more });
const SERVER = { client_address: '192.0.2.10', client_name: 'mail.good.test', helo_name: 'mail.good.test' };
const DIALLED_UP = { client_address: '192.0.2.66', client_name: 'unknown', helo_name: 'dsl-66-2-0-192.isp.test' };
/** No name says who it is, and on no list. */
const NAMELESS = { client_address: '192.0.2.77', client_name: 'unknown', helo_name: 'EXCH01' };

const ZONE: Zone = {
  'mail.good.test': { A: '192.0.2.10' },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.good.test.' },
  '66.2.0.192.in-addr.arpa': { PTR: 'dsl-66-2-0-192.isp.test.' },
  'dsl-66-2-0-192.isp.test': { A: '192.0.2.66' },
};

function listed(address: string, ...zones: readonly string[]): Zone {
  const name = address.split('.').reverse().join('.');
  return Object.fromEntries(zones.map((zone) => [`${name}.${zone}.test`, { A: '127.0.0.2' }]));
}

test.each<[string, Attributes, Zone]>([
  ['a server with good names', SERVER, {}],
  ['a client on no list, whatever its names', NAMELESS, {}],
  ['a dial-up line on no list', DIALLED_UP, {}],
])('a bounce is accepted from %s', async (_, client, more) => {
  const site = await newSite({ ...ZONE, ...more }, { lists: LISTS });
  const polw = await site.start();
  expect(await polw.ask(bounce(client))).toMatch(/^action=PREPEND X-policyd-weight: .*; rate: /);
  // Nothing is asked about a sender domain.
  expect(site.server.queries.filter(({ name, type }) => type === 'MX' && name === '')).toEqual([]);
  await polw.end();
});

test.each<[string, Attributes, Zone]>([
  ['a client on one list, whose good names are its own', SERVER, listed('192.0.2.10', 'bl2')],
  ['a server with good names on three lists', SERVER, listed('192.0.2.10', 'bl1', 'bl2', 'bl3')],
  ['a dial-up line on a list', DIALLED_UP, listed('192.0.2.66', 'bl1')],
  ['a nameless client on a list', NAMELESS, listed('192.0.2.77', 'bl1')],
  [
    'a client whose HELO is listed and looks dialled up',
    DIALLED_UP,
    { 'dsl-66-2-0-192.isp.test.dbl.test': { A: '127.0.1.2' } },
  ],
])('a bounce is refused from %s', async (_, client, more) => {
  const site = await newSite({ ...ZONE, ...more }, { lists: LISTS });
  const polw = await site.start();
  expect(await polw.ask(bounce(client))).toMatch(/^action=[45]50 /);
  await polw.end();
});

test.each<[string, Zone]>([
  ['its exchange', { 'mail.good.test': { A: '192.0.2.10', rcodes: { MX: 'SERVFAIL' } } }],
  ['its reverse name', { '10.2.0.192.in-addr.arpa': { rcode: 'SERVFAIL' } }],
  ['all of its names', { 'mail.good.test': { rcode: 'SERVFAIL' }, '10.2.0.192.in-addr.arpa': { rcode: 'SERVFAIL' } }],
])('a listed client buys no bounce by a failure of %s', async (_, more) => {
  const site = await newSite({ ...ZONE, ...listed('192.0.2.10', 'bl2'), ...more }, { lists: LISTS });
  const polw = await site.start();
  expect(await polw.ask(bounce({ ...SERVER, client_name: 'unknown' }))).toMatch(/^action=[45]50 /);
  await polw.end();
});

test('nothing is added or taken for a sender domain that is not there', async () => {
  const site = await newSite(ZONE, { lists: LISTS });
  const polw = await site.start();
  const action = await polw.ask(bounce(SERVER));
  expect(action).toBe('action=PREPEND X-policyd-weight:  CL_IP_EQ_HELO_IP=-2; rate: -2');
  await polw.end();
  expect(site.server.queries.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
    'A 10.2.0.192.bl1.test',
    'A 10.2.0.192.bl2.test',
    'A 10.2.0.192.bl3.test',
    'A mail.good.test',
    'A mail.good.test.dbl.test',
    'MX mail.good.test',
    'PTR 10.2.0.192.in-addr.arpa',
  ]);
});

test('as policyd-weight it is never weighed', async () => {
  const site = await newSite(
    { ...ZONE, ...listed('192.0.2.10', 'bl1', 'bl2', 'bl3') },
    { lists: LISTS, decision: 'as_policyd_weight = true' },
  );
  const polw = await site.start();
  expect(await polw.ask(bounce(SERVER))).toBe('action=DUNNO NULL (<>) Sender');
  await polw.end();
  expect(site.server.queries).toEqual([]);
});
