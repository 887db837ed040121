// The keys of lists stay secret: random ones, in all that polw ever prints.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DnsServer, faults, type Zone } from '../../rig/dns-server.ts';
import { rcpt, requestText } from '../../rig/request.ts';
import { rateOf, Site } from '../../rig/sick-lists/site.ts';
import { HOSTS } from '../../rig/sick-lists/world.ts';
import { newFolder, newServer, runPolw } from '../../rig/within-test.ts';

/** Where a key may stand. */
const PLACES = ['key', 'key_file', 'zone'] as const;
type Place = (typeof PLACES)[number];

/** Long enough not to stand anywhere by chance; a label of a zone does not begin with "-". */
const KEY = fc
  .tuple(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'), characters())
  .map(([first, rest]) => first + rest);

function characters(): fc.Arbitrary<string> {
  const all = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-'];
  return fc.array(fc.constantFrom(...all), { minLength: 11, maxLength: 50 }).map((letters) => letters.join(''));
}

/** The lists that have a key: of addresses, of domains, and one that nobody knows (but whose zone tells where the key is). */
const KEYED = ['zen.dq.spamhaus.net', 'dbl.dq.spamhaus.net', 'combined.mail.abusix.zone'] as const;

function keyedList(zone: string, key: string, place: Place, folder: string): string {
  const name = zone.slice(0, 3).toUpperCase();
  const answers =
    zone === 'dbl.dq.spamhaus.net'
      ? '[{ match = "127.0.1.2", sender = 9, helo = 1, client_name = 1 }]'
      : '[{ match = "127.0.0.2", client = 5.5 }]';
  const parts = {
    key: `zone = "{key}.${zone}"\nkey = "${key}"`,
    key_file: `zone = "{key}.${zone}"\nkey_file = "${folder}/key"`,
    zone: `zone = "${key}.${zone}"`,
  };
  return `[[lists]]\nname = "${name}"\n${parts[place]}\nmiss = -1\nanswers = ${answers}\n`;
}

const CLIENTS = { clean: 10, listed: 31, senderListed: 32, silent: 33, unknown: 34, hijacked: 35, refused: 36 };

function zoneWith(key: string): Zone {
  const [zen, dbl, abusix] = KEYED.map((zone) => `${key}.${zone}`);
  return {
    ...HOSTS,
    'listed.test': { A: '192.0.2.32', MX: [[10, 'listed.test']] },
    [`${CLIENTS.listed}.2.0.192.${zen}`]: { A: '127.0.0.2' },
    [`${CLIENTS.listed}.2.0.192.${abusix}`]: { A: '127.0.0.2' },
    [`listed.test.${dbl}`]: { A: '127.0.1.2' },
    [`${CLIENTS.silent}.2.0.192.${zen}`]: { fault: faults.drop },
    [`${CLIENTS.silent}.2.0.192.${abusix}`]: { fault: faults.drop },
    [`${CLIENTS.unknown}.2.0.192.${zen}`]: { A: '127.0.0.99' },
    [`${CLIENTS.hijacked}.2.0.192.${abusix}`]: { A: '203.0.113.5' },
    [`${CLIENTS.refused}.2.0.192.${zen}`]: { A: '127.255.255.250' },
    [`2.0.0.127.${zen}`]: { A: '127.0.0.2' },
    [`dbltest.com.${dbl}`]: { A: '127.0.1.2' },
    [`2.0.0.127.${abusix}`]: { A: '127.0.0.2' },
    [`1.0.0.127.${abusix}`]: { A: '127.0.0.2' },
  };
}

function mails(): string {
  const of = (who: keyof typeof CLIENTS, sender = 'someone@good.test'): string =>
    requestText(rcpt({ instance: who, client_address: `192.0.2.${CLIENTS[who]}`, sender }));
  return [
    of('clean'),
    of('listed'),
    of('senderListed', 'someone@listed.test'),
    of('silent'),
    of('unknown'),
    of('hijacked'),
    of('refused'),
  ].join('');
}

function siteWith(server: DnsServer, key: string, place: Place): Site {
  const folder = newFolder();
  writeFileSync(`${folder}/key`, `${key}\n`, { mode: 0o600 });
  return new Site(server, {
    dns: 'list_check_interval = 0\ndns_timeout = "0.5s"\ndns_tries = 1',
    lists: KEYED.map((zone) => keyedList(zone, key, place, folder)).join('\n'),
  });
}

/** Fails if a key stands in a text, in whatever case. */
function expectWithout(key: string, what: string, text: string): void {
  expect(text.toLowerCase().includes(key.toLowerCase()), `${what} shows the key ${key}:\n${text}`).toBe(false);
}

test.each(PLACES)('the service: nothing shows a key that is set by %s', async (place) => {
  const server = await newServer({});
  const check = async (key: string): Promise<void> => {
    server.setZone(zoneWith(key.toLowerCase()));
    server.clear();
    const site = siteWith(server, key, place);
    const { stdout, stderr } = await runPolw(['-d', '-f', site.file], mails());
    const actions = stdout.split('\n\n').slice(0, -1);
    // What may hold a key was really said.
    expect(server.queries.filter(({ name }) => name.includes(key.toLowerCase())).length).toBeGreaterThan(10);
    expect(actions).toEqual([
      expect.stringContaining(' NOT_IN_ZEN=-1'),
      expect.stringMatching(/^action=550 5\.7\.1 Your mail server is on several DNS block lists/),
      expect.stringContaining('; in dbl.dq.spamhaus.net'),
      expect.stringContaining('accepted, too many DNS failures in combined.mail.abusix.zone lookups'),
      expect.stringContaining('PREPEND'),
      expect.stringContaining('PREPEND'),
      expect.stringContaining('PREPEND'),
    ]);
    const log = site.log();
    expect(log).toContain('warning: zen.dq.spamhaus.net answered 127.0.0.99');
    expect(log).toContain('warning: combined.mail.abusix.zone answered 203.0.113.5');
    expect(log).toContain('warning: zen.dq.spamhaus.net refuses us: it answered 127.255.255.250');
    expect(stderr).toContain('zen.dq.spamhaus.net');
    expectWithout(key, 'stdout', stdout);
    expectWithout(key, 'the log', log);
    expectWithout(key, 'the trace', stderr);
    const { stdout: cached } = await site.run('cache', 'show', `192.0.2.${CLIENTS.listed}`);
    expect(cached).toContain('zen.dq.spamhaus.net');
    expectWithout(key, 'polw cache show', cached);
    for (const name of readdirSync(site.folder).filter((file) => file.startsWith('cache.sqlite')))
      expectWithout(key, name, readFileSync(`${site.folder}/${name}`, 'latin1'));
  };
  await fc.assert(fc.asyncProperty(KEY, check), { numRuns: 3, endOnFailure: true });
});

test.each(PLACES)(
  'a key that is set by %s and then changed is in no file, nor shown with other settings',
  async (place) => {
    const [old, later] = ['0ldk3y0ldk3y0ldk3y', 'n3wk3yn3wk3yn3wk3y'];
    const server = await newServer({ ...zoneWith(old), ...zoneWith(later) });
    const site = siteWith(server, old, place);
    const client = `192.0.2.${CLIENTS.listed}`;
    await runPolw(['-f', site.file], mails());
    const next = siteWith(server, later, place);
    site.write(readFileSync(next.file, 'utf8').replaceAll(next.folder, site.folder));
    await runPolw(['-f', site.file], mails());
    const shown = [await site.run('cache', 'show', client), await site.run('lists', '--test')];
    // Settings in which there is no key at all.
    site.write(`[cache]\ncache_file = "${site.folder}/cache.sqlite"\n[log]\nlog_to = "nowhere"\n`);
    shown.push(await site.run('cache', 'show', client), await site.run('lists'));
    for (const { stdout } of [shown[0], shown[2]].filter((one) => one !== undefined))
      expect(stdout).toContain(`A ${CLIENTS.listed}.2.0.192.{key}.zen.dq.spamhaus.net: ["127.0.0.2"]`);
    const files = readdirSync(site.folder).filter((name) => name.startsWith('cache.sqlite'));
    expect(files).toContain('cache.sqlite');
    for (const key of [old, later]) {
      for (const { stdout, stderr } of shown) expectWithout(key, 'a command', stdout + stderr);
      for (const name of files) expectWithout(key, name, readFileSync(`${site.folder}/${name}`, 'latin1'));
    }
  },
);

test.each(PLACES)('the commands: nothing shows a key that is set by %s', async (place) => {
  const server = await newServer({});
  const check = async (key: string): Promise<void> => {
    server.setZone(zoneWith(key.toLowerCase()));
    const site = siteWith(server, key, place);
    const [checked, whole, tested, defaults] = [
      await site.run('check', '--settings-only'),
      await site.run('check'),
      await site.run('lists', '--test'),
      await runPolw(['defaults']),
    ];
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^all is well: looked at\n/), stderr: '' });
    expect(tested.stderr).toBe(
      'testing zen.dq.spamhaus.net ... ok\ntesting dbl.dq.spamhaus.net ... ok\ntesting combined.mail.abusix.zone ... lists everything\n',
    );
    expect(tested.stdout).toMatch(/^ZEN +zen\.dq\.spamhaus\.net +on /m);
    const shown = await site.run('lists');
    expect(shown.stdout).toMatch(/^COM +combined\.mail\.abusix\.zone +off: lists everything /m);
    const mail = ['--client', `192.0.2.${CLIENTS.listed}`, '--from', 'someone@listed.test'];
    const explained = await site.run('explain', ...mail);
    const json = await site.run('explain', '--json', ...mail);
    expect(explained.stdout).toContain('zen.dq.spamhaus.net');
    for (const { stdout, stderr } of [checked, whole, tested, shown, defaults, explained, json])
      expectWithout(key, 'a command', stdout + stderr);
    expectWithout(key, 'the log', site.log());
  };
  await fc.assert(fc.asyncProperty(KEY, check), { numRuns: 3, endOnFailure: true });
});

/** What may go wrong on the line of a key, or near it. */
const MISTAKES: readonly (readonly [string, (key: string) => string])[] = [
  ['a list of texts', (key) => `key = ["${key}"]`],
  ['a table', (key) => `key = { secret = "${key}" }`],
  ['a dotted key', (key) => `key.${key} = 1`],
  ['an odd character', (key) => `key = "${key}!"`],
  ['a blank', (key) => `key = " ${key}"`],
  ['the other quotes, and an odd character', (key) => `key = '${key}?'`],
  ['too long', (key) => `key = "${key.repeat(6)}"`],
  ['no quotes', (key) => `key = ${key}`],
  ['no end', (key) => `key = "${key}`],
  ['two ends', (key) => `key = "${key}""`],
  ['no equals sign', (key) => `key "${key}"`],
  ['twice', (key) => `key = "${key}"\nkey = "${key}"`],
  ['an unknown escape', (key) => `key = "\\q${key}"`],
  ['a word after it', (key) => `key = "${key}" # fine\nkeyfile = "${key}"`],
  ['a wrong name', (key) => `keey = "${key}"`],
  ['a number', () => 'key = 123456789012345'],
  ['a word before it', (key) => `unknown = 1\nkey = "${key}"`],
  ['in a zone with an odd character', (key) => `zone = "${key}.zen dq.spamhaus.net"`],
  ['in a zone without an end', (key) => `zone = "${key}.zen.dq.spamhaus.net`],
  ['in a list of zones', (key) => `zone = ["${key}.zen.dq.spamhaus.net"]`],
  ['as the name of a file', () => 'key_file = 1'],
];

test('polw check and the service say what is wrong on the line of a key, and not the key', async () => {
  const server = await newServer({});
  const site = new Site(server);
  const check = async (key: string): Promise<void> => {
    for (const [what, mistake] of MISTAKES) {
      const line = mistake(key);
      const zone = line.startsWith('zone') ? '' : 'zone = "{key}.zen.dq.spamhaus.net"\n';
      site.write(`[[lists]]\nname = "ZEN"\n${zone}${line}\nanswers = [{ client = 3 }]\n`);
      const checked = await site.run('check', '--settings-only');
      expect(checked.code, what).toBe(1);
      expect(checked.stdout, what).toMatch(/\.toml:\d+:\d+: /);
      const secret = what === 'a number' ? '123456789012345' : key;
      expectWithout(secret, `polw check (${what})`, checked.stdout + checked.stderr);
    }
  };
  await fc.assert(fc.asyncProperty(KEY, check), { numRuns: 2, endOnFailure: true });

  const key = 'wr0ngwr0ngwr0ng';
  site.write(
    `[[lists]]\nname = "ZEN"\nzone = "{key}.zen.dq.spamhaus.net"\nkey = "${key}!"\nanswers = [{ client = 3 }]\n`,
  );
  const { stdout, stderr } = await runPolw(
    ['-d', '-f', site.file],
    requestText(rcpt({ recipient: 'postmaster@here.test' })),
  );
  expect(stdout).toBe('action=DUNNO mail for postmaster@here.test\n\n');
  expect(stderr).toContain('going on with the built-in settings');
  expectWithout(key, 'the service', stdout + stderr);
});

test('a file that holds no key is named, and what it holds is not', async () => {
  const folder = newFolder();
  const site = new Site(await newServer(HOSTS), { lists: keyedList('zen.dq.spamhaus.net', '', 'key_file', folder) });
  for (const content of ['s3cr3ts3cr3t and more', 's3cr3ts3cr3t\ns3cr3ts3cr3t', 's3cr3ts3cr3t!']) {
    writeFileSync(`${folder}/key`, content, { mode: 0o600 });
    const { stdout, code } = await site.run('check', '--settings-only');
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: `${folder}/key does not hold a key; the list ZEN is not asked\n`,
    });
    const action = await site.askOnce(rcpt({ instance: content.replace('\n', ' ') }));
    expect(rateOf(action)).toBe(-3.15);
    expectWithout('s3cr3ts3cr3t', 'the log', site.log());
  }
});

test.each(['dyna.spamrats.com', 'all.spamrats.com'])(
  '%s holds no key: its first label is nothing to hide',
  async (zone) => {
    const server = await newServer({ ...HOSTS, [`10.2.0.192.${zone}`]: { A: '127.255.255.254' } });
    const site = new Site(server, {
      dns: 'list_check_interval = 0',
      lists: `[[lists]]\nname = "RATS"\nzone = "${zone}"\nanswers = [{ client = 3 }]\n`,
    });
    await site.askOnce(rcpt());
    expect(site.logged(`warning: ${zone} refuses us: it answered 127.255.255.254`)).toHaveLength(1);
    expect(site.log()).not.toContain('***');
  },
);

test.each([
  'exploit.mail.abusix.zone',
  'dynamic.mail.abusix.zone',
  'white.mail.abusix.zone',
  'sbl-xbl.dq.spamhaus.net',
  'spam.spamrats.com',
])('a key written into a zone below %s is found', async (zone) => {
  const key = 'k3yk3yk3yk3yk3y';
  const server = await newServer({ ...HOSTS, [`10.2.0.192.${key}.${zone}`]: { A: '127.255.255.254' } });
  const site = new Site(server, {
    dns: 'list_check_interval = 0',
    lists: `[[lists]]\nname = "KEYED"\nzone = "${key}.${zone}"\nanswers = [{ client = 3 }]\n`,
  });
  await site.askOnce(rcpt());
  expect(site.logged('refuses us: it answered 127.255.255.254')).toHaveLength(1);
  expectWithout(key, 'the log', site.log());
  const { stdout } = await site.run('lists');
  expectWithout(key, 'polw lists', stdout);
});
