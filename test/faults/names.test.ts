// Names that are made to look like others, or like nothing; and honest ones that looked bad. Each mail is weighed by the
// lists of today, and once more as policyd-weight weighs it, which shows what the names were worth to it.

import { expect, test } from 'vitest';
import type { Zone } from '../../rig/dns-server.ts';
import { copyOfProgram, dnsForAll, expectOnly, newSettings, startFrom } from '../../rig/faults/faults.ts';
import { type Attributes, rcpt } from '../../rig/request.ts';
import { serverOf } from '../../rig/settings-text.ts';

const CLIENT = '192.0.2.10';
const label = (length: number): string => 'a'.repeat(length);
/** With the zone of any list it is longer than a name can be. */
const LONG = `${label(60)}.${label(60)}.${label(60)}.${label(46)}.spam.test`;

const zone: Zone = {
  // A listed client with a zone of its own.
  '66.2.0.192.zen.spamhaus.org': { A: ['127.0.0.4', '127.0.0.10'] },
  'gmail.bot.test': { MX: [[10, 'gmail.bot.test']], A: '192.0.2.66' },
  'bot.test': { A: '192.0.2.66' },
  'gmail.com': { MX: [[10, 'mx.gmail.com']] },
  'mx.gmail.com': { A: '198.51.100.1' },
  // Listed domains.
  'spam.test.dbl.spamhaus.org': { A: '127.0.1.2' },
  '*.spam.test.dbl.spamhaus.org': { A: '127.0.1.2' },
  'spam.test.multi.uribl.com': { A: '127.0.0.2' },
  'spam.test': { MX: [[10, 'mx.spam.test']] },
  '*.spam.test': { MX: [[10, 'mx.spam.test']] },
  'mx.spam.test': { A: '198.51.100.2' },
  // An innocent firm, an innocent provider.
  'firma.online': { MX: [[10, 'mx.elsewhere.test']] },
  'mx.elsewhere.test': { A: '198.51.100.3' },
  'gw.firma.online': { A: CLIENT },
  'gw.medialab.co.uk': { A: '192.0.2.13' },
  '13.2.0.192.in-addr.arpa': { PTR: 'gw.medialab.co.uk' },
  'pm12.clients.esp.test': { A: '192.0.2.12' },
  '12.2.0.192.in-addr.arpa': { PTR: 'pm12.clients.esp.test' },
  'shop.test': { MX: [[10, 'mx.elsewhere.test']] },
  // Whoever has an address names it.
  '77.2.0.192.in-addr.arpa': { PTR: 'mail.victim.test' },
  'victim.test': { MX: [[10, 'mx.victim.test']] },
  'mx.victim.test': { A: '198.51.100.4' },
  // A server that sends for a list of people.
  'good.test': { MX: [[10, 'mail.good.test']] },
  'mail.good.test': { A: CLIENT },
};

const bin = copyOfProgram();
const dns = dnsForAll(zone);

interface Outcome {
  readonly action: string;
  readonly asked: readonly string[];
}

/** What is answered, and what the name server was asked meanwhile. */
async function weigh(mail: Attributes, { old = false, level = 1, lists = '' } = {}): Promise<Outcome> {
  const more = `[decision]\nas_policyd_weight = ${old}\nreject_level = ${level}\n`;
  const { settings } = newSettings({ servers: [serverOf(dns)], dns: 'list_check_interval = 0', more, lists });
  const polw = await startFrom(bin, settings);
  dns.clear();
  const action = await polw.ask(rcpt({ client_name: 'unknown', ...mail }));
  expectOnly(polw, [action]);
  await polw.end();
  return { action, asked: dns.queries.map(({ type, name }) => `${type} ${name}`) };
}

const ACCEPTED = /^action=PREPEND /;
const REFUSED = /^action=550 /;

test('a listed client is refused that claims a domain by a label of its own', async () => {
  const mail = { client_address: '192.0.2.66', helo_name: 'gmail.bot.test', sender: 'ceo@gmail.com' };
  expect((await weigh(mail)).action).toMatch(REFUSED);
  expect((await weigh(mail, { old: true })).action).toMatch(ACCEPTED);
});

test('so is one whose names are all its own', async () => {
  const mail = { client_address: '192.0.2.66', helo_name: 'gmail.bot.test', sender: 'ceo@bot.test' };
  expect((await weigh(mail)).action).toMatch(REFUSED);
  expect((await weigh(mail, { old: true })).action).toMatch(ACCEPTED);
});

test('a long name below a listed domain is listed', async () => {
  const mail = { client_address: CLIENT, helo_name: 'mail.good.test', client_name: 'mail.good.test' };
  expect(LONG).toHaveLength(239);
  for (const old of [false, true]) {
    const { action, asked } = await weigh({ ...mail, sender: `x@${LONG}` }, { old });
    expect(action).toContain('in dbl.spamhaus.org');
    expect(asked).toContain(`A ${LONG.slice(LONG.indexOf('.') + 1)}.dbl.spamhaus.org`);
  }
});

test.each(['x@spa\u200dm.test', 'x@spam.test..', 'x@SPAM.test.'])('%j is of a listed domain', async (sender) => {
  const { action, asked } = await weigh({ client_address: CLIENT, helo_name: 'mail.good.test', sender });
  expect(action).toContain('in dbl.spamhaus.org');
  expect(asked).toContain('A spam.test.multi.uribl.com');
});

test.each(['x@[1.2.3.4]', 'x@1.2.3.4', 'x@a.1', 'x@foo', 'foo', 'x@'])(
  'nobody could answer %s, which counts, and no list of domains is asked about it',
  async (sender) => {
    const mail = { client_address: CLIENT, helo_name: 'mail.good.test', sender };
    expect((await weigh(mail)).action).toMatch(REFUSED);
    const { action, asked } = await weigh(mail, { level: 100 });
    expect(action).toContain(' NO_FROM_DOMAIN=2.1 ');
    const lists = asked.filter((question) => /(dbl\.spamhaus\.org|surbl\.org|uribl\.com)$/.test(question));
    expect(lists).toEqual(['A mail.good.test.dbl.spamhaus.org']);
  },
);

test('nobody could answer x@.spam.test, which counts; the lists are asked about the domain that it ends in', async () => {
  const mail = { client_address: CLIENT, helo_name: 'mail.good.test', sender: 'x@.spam.test' };
  const { action, asked } = await weigh(mail, { level: 100 });
  expect(action).toContain(' NO_FROM_DOMAIN=2.1 ');
  expect(action).toMatch(/ IN_DBL\S*=/);
  expect(asked).toContain('A spam.test.multi.uribl.com');
});

test('HELO and the name of the client are not asked for either if they end in a number', async () => {
  const mail = { client_address: CLIENT, helo_name: 'a.1', client_name: '192.0.2.10', sender: 'x@good.test' };
  for (const old of [false, true]) {
    const { asked } = await weigh(mail, { old });
    expect(asked.filter((question) => question.endsWith('.dbl.spamhaus.org'))).toEqual([
      'A good.test.dbl.spamhaus.org',
    ]);
  }
});

test('a firm below a long top-level domain is as good as one below com', async () => {
  const mail = {
    client_address: CLIENT,
    client_name: 'gw.firma.online',
    helo_name: 'exch01',
    sender: 'a@firma.online',
  };
  expect((await weigh(mail)).action).toMatch(ACCEPTED);
  expect((await weigh(mail, { old: true })).action).toMatch(REFUSED);
});

test.each([
  ['gw.medialab.co.uk', '192.0.2.13', 'a@shop.test'],
  ['pm12.clients.esp.test', '192.0.2.12', 'news@shop.test'],
])('%s is no dial-up line', async (name, client, sender) => {
  const mail = { client_address: client, client_name: name, helo_name: name, sender };
  expect((await weigh(mail)).action).toMatch(ACCEPTED);
  expect((await weigh(mail, { old: true })).action).toMatch(/^action=550 .*Please use DynDNS/);
});

test('a reverse name that nothing confirms speaks for nobody', async () => {
  const mail = { client_address: '192.0.2.77', helo_name: 'mail.victim.test', sender: 'ceo@victim.test' };
  expect((await weigh(mail)).action).toMatch(REFUSED);
  expect((await weigh(mail, { old: true })).action).toMatch(ACCEPTED);
});

test('a name below a domain on URIBL is on it: that lists organisations', async () => {
  const mail = { client_address: CLIENT, helo_name: 'mail.good.test', sender: 'x@news.spam.test' };
  const { action, asked } = await weigh(mail);
  expect(action).toContain('in multi.uribl.com');
  expect(asked).toContain('A spam.test.multi.uribl.com');

  // Whoever names the list need not know, but by the old ways, where it is told.
  const list = '[[lists]]\nname = "URIBL"\nzone = "multi.uribl.com"\nanswers = [{ sender = 8 }]\n';
  expect((await weigh(mail, { lists: list })).asked).toContain('A spam.test.multi.uribl.com');
  const before = await weigh(mail, { lists: list, old: true });
  expect(before.action).toMatch(ACCEPTED);
  expect(before.asked).toContain('A news.spam.test.multi.uribl.com');
  const told = await weigh(mail, { lists: `${list}subject = "organisation"\n`, old: true });
  expect(told.action).toMatch(REFUSED);
});
