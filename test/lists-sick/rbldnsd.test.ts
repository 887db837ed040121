// Lists as their operators serve them: by rbldnsd, from zones in its own format.

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { accessSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DnsServer, Fault } from '../../rig/dns-server.ts';
import { rcpt } from '../../rig/request.ts';
import { Site } from '../../rig/sick-lists/site.ts';
import { HOSTS } from '../../rig/sick-lists/world.ts';
import { newServer, until } from '../../rig/within-test.ts';

const RBLDNSD = ['/usr/sbin/rbldnsd', '/usr/local/sbin/rbldnsd', '/usr/bin/rbldnsd'];

/** Zone files, by the name that the zone has; each begins with the type of its data. */
const ZONES: { readonly [zone: string]: readonly [type: string, file: string] } = {
  'codes.test': [
    'ip4set',
    `:127.0.0.2:Listed, see http://codes.test/$
127.0.0.2
192.0.2.50
203.0.113.50
192.0.2.51 :127.0.0.4:Exploited
192.0.2.51 :127.0.0.10:Dial-up
192.0.2.128/25 :127.0.0.10:Dial-up
!192.0.2.200
`,
  ],
  'trie.test': [
    'ip4trie',
    `:127.0.0.2:Listed
127.0.0.2
198.51.100.0/24 :127.0.0.3:Whole network
198.51.100.25 :127.0.0.2:One address
`,
  ],
  'plain.test': ['ip4tset', ':127.0.0.2:Listed\n127.0.0.2\n192.0.2.50\n203.0.113.50\n'],
  'allow.test': [
    'ip4set',
    `:127.0.5.1:Trusted
127.0.0.2
192.0.2.60 :127.0.5.3:Highly trusted
`,
  ],
  'domains.test': [
    'dnset',
    `:127.0.1.2:Spam domain
test
.spammer.test
.phisher.test :127.0.1.4:Phishing
`,
  ],
};

const LISTS = `
[[lists]]
name = "CODES"
zone = "codes.test"
miss = -1.5
answers = [
  { match = "127.0.0.2", name = "SPAM", client = 2.5 },
  { match = "127.0.0.[4..7]", name = "BOT", client = 2 },
  { match = "127.0.0.[10..11]", name = "LINE", client = 1.5, group = "policy", dial_up = true },
]

[[lists]]
name = "TRIE"
zone = "trie.test"
miss = -1
answers = [{ match = "127.0.0.2", client = 3 }, { match = "127.0.0.3", name = "NET", client = 0.5, counts = false }]

[[lists]]
name = "PLAIN"
zone = "plain.test"
miss = -0.5
answers = [{ client = 2.25 }]

[[lists]]
name = "ALLOW"
zone = "allow.test"
answers = [{ match = "127.0.[2..9].1", name = "LOW", client = -0.75 }, { match = "127.0.[2..9].3", name = "HI", client = -4 }]

[[lists]]
name = "DOMAINS"
zone = "domains.test"
answers = [
  { match = "127.0.1.2", name = "SPAM", sender = 4, helo = 1.5, client_name = 2.5 },
  { match = "127.0.1.[4..6]", name = "CRIME", sender = 5, helo = 3, client_name = 4 },
]
`;

let rbldnsd: ChildProcess | undefined;
let folder: string | undefined;
let port = 0;

beforeAll(async () => {
  const program = RBLDNSD.find(exists);
  if (program === undefined) throw new Error('rbldnsd is not installed; with Debian: apt-get install rbldnsd');
  folder = mkdtempSync(`${tmpdir()}/polw-rbldnsd-`);
  chmodSync(folder, 0o755);
  for (const [zone, [, text]] of Object.entries(ZONES)) writeFileSync(`${folder}/${zone}`, text, { mode: 0o644 });
  port = await freePort();
  const zones = Object.entries(ZONES).map(([zone, [type]]) => `${zone}:${type}:${zone}`);
  // It refuses to stay root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, ['-n', ...user, '-b', `127.0.0.1/${port}`, '-w', folder, ...zones]);
  rbldnsd = child;
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += String(chunk);
    });
  }
  await until('rbldnsd has started', () => {
    if (child.exitCode !== null) throw new Error(`rbldnsd ended: ${said}`);
    return said.includes('rbldnsd version') && said.includes('started');
  });
});

afterAll(async () => {
  if (rbldnsd !== undefined && rbldnsd.exitCode === null) {
    rbldnsd.kill();
    await once(rbldnsd, 'exit');
  }
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port: free } = socket.address();
  socket.close();
  await once(socket, 'close');
  return free;
}

/** Passes a question on to rbldnsd, and its answer back, as a resolver does. */
const passOn: Fault = ({ bytes }, respond) => {
  const socket = createSocket('udp4');
  socket.on('error', () => socket.close());
  socket.on('message', (answer) => {
    respond(answer);
    socket.close();
  });
  socket.send(bytes, port, '127.0.0.1');
};

/** A resolver that knows the hosts, and asks rbldnsd about its zones. */
async function resolver(): Promise<DnsServer> {
  const delegated = Object.keys(ZONES).map((zone) => [`*.${zone}`, { fault: passOn }]);
  return newServer({
    ...HOSTS,
    ...Object.fromEntries(delegated),
    'spammer.test': { A: '192.0.2.70', MX: [[10, 'mail.spammer.test']] },
    'mail.spammer.test': { A: '192.0.2.70' },
  });
}

describe('mails against lists served by rbldnsd', () => {
  test.each<readonly [string, { readonly [name: string]: string }, string]>([
    ['clean', {}, 'NOT_IN_CODES=-1.5 NOT_IN_TRIE=-1 NOT_IN_PLAIN=-0.5'],
    ['on two lists', { client_address: '192.0.2.50' }, 'IN_CODES_SPAM=2.5 NOT_IN_TRIE=-1 IN_PLAIN=2.25'],
    [
      'two codes in one answer',
      { client_address: '192.0.2.51' },
      'IN_CODES_BOT=2 IN_CODES_LINE=1.5 NOT_IN_TRIE=-1 NOT_IN_PLAIN=-0.5',
    ],
    [
      'a network',
      { client_address: '192.0.2.199' },
      'IN_CODES_LINE=1.5 NOT_IN_CODES=-1.5 NOT_IN_TRIE=-1 NOT_IN_PLAIN=-0.5',
    ],
    ['an exception of it', { client_address: '192.0.2.200' }, 'NOT_IN_CODES=-1.5 NOT_IN_TRIE=-1 NOT_IN_PLAIN=-0.5'],
    ['an address in a network', { client_address: '198.51.100.25' }, 'NOT_IN_CODES=-1.5 IN_TRIE=3 NOT_IN_PLAIN=-0.5'],
    ['another of it', { client_address: '198.51.100.7' }, 'NOT_IN_CODES=-1.5 IN_TRIE_NET=0.5 NOT_IN_PLAIN=-0.5'],
    ['allowed', { client_address: '192.0.2.60' }, 'NOT_IN_CODES=-1.5 NOT_IN_TRIE=-1 NOT_IN_PLAIN=-0.5 IN_ALLOW_HI=-4'],
    [
      'a listed sender domain',
      { client_address: '192.0.2.70', sender: 'x@spammer.test', helo_name: 'mail.spammer.test' },
      'NOT_IN_CODES=-1.5 NOT_IN_TRIE=-1 NOT_IN_PLAIN=-0.5 IN_DOMAINS_SPAM=4 HELO_IN_DOMAINS_SPAM=1.5',
    ],
    [
      'a listed HELO and client name',
      { helo_name: 'a.phisher.test', client_name: 'b.phisher.test' },
      'NOT_IN_CODES=-1.5 NOT_IN_TRIE=-1 NOT_IN_PLAIN=-0.5 HELO_IN_DOMAINS_CRIME=3 CLIENT_NAME_IN_DOMAINS_CRIME=4',
    ],
  ])('%s', async (_name, changes, tokens) => {
    const site = new Site(await resolver(), {
      lists: LISTS,
      decision: 'reject_level = 1000\nmax_dnsbl_hits = 1000\nmax_dnsbl_score = 1000',
    });
    const action = await site.askOnce(rcpt(changes));
    expect((action.match(/\S*IN_(CODES|TRIE|PLAIN|ALLOW|DOMAINS)[^\s;]*/g) ?? []).join(' ')).toBe(tokens);
  });

  test('with the usual limits the client on two lists is refused, and the clean one passes', async () => {
    const site = new Site(await resolver(), { lists: LISTS });
    expect(await site.askOnce(rcpt({ client_address: '203.0.113.50' }))).toMatch(/^action=550 /);
    expect(await site.askOnce(rcpt())).toMatch(/^action=PREPEND X-policyd-weight: .* rate: -6\.15$/);
  });

  test('polw lists --test says that they are on', async () => {
    const site = new Site(await resolver(), { lists: LISTS });
    const { stdout, stderr, code } = await site.run('lists', '--test');
    const zones = Object.keys(ZONES);
    expect({ code, stderr }).toEqual({ code: 0, stderr: zones.map((zone) => `testing ${zone} ... ok\n`).join('') });
    for (const zone of zones)
      expect(stdout).toMatch(new RegExp(`^[A-Z]+ +${zone} +on +\\d{4}-\\d\\d-\\d\\d .* 127\\.`, 'm'));
  });

  test('a zone that is not served is said to be so', async () => {
    const server = await resolver();
    server.set('*.gone.test', { fault: passOn });
    const site = new Site(server, {
      lists: '[[lists]]\nname = "GONE"\nzone = "gone.test"\nanswers = [{ client = 3 }]',
    });
    const { stdout } = await site.run('lists', '--test');
    expect(stdout).toMatch(/^GONE +gone\.test +off: does not answer /m);
    expect(await site.askOnce(rcpt())).toMatch(/^action=PREPEND /);
  });
});
