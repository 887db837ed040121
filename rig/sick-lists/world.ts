// A small world of mail servers that are all right, and lists that need not be.

import { listsOfToday } from '../../src/lists/default-lists.ts';
import { type KnownList, knownLists } from '../../src/lists/known.ts';
import type { ListSetting } from '../../src/lists/list.ts';
import { knows } from '../../src/lists/listing.ts';
import { testNames } from '../../src/lists/test-entries.ts';
import type { DnsServer, Entry, Zone } from '../dns-server.ts';
import { faults } from '../dns-server.ts';
import type { Attributes } from '../request.ts';
import { rcpt } from '../request.ts';
import { serverOf, settingsText } from '../settings-text.ts';

export const V6 = '2001:db8::10';
export const V6_REVERSED = `0.1.0.0.${'0.'.repeat(20)}8.b.d.0.1.0.0.2.ip6.arpa`;

/** The hosts of the mails below. */
export const HOSTS: Zone = {
  'good.test': { A: '192.0.2.11', MX: [[10, 'mail.good.test']] },
  'mail.good.test': { A: '192.0.2.10', AAAA: V6 },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.good.test' },
  [V6_REVERSED]: { PTR: 'mail.good.test' },

  // A provider whose client sends for a customer.
  'relay.test': { A: '198.51.100.25', MX: [[10, 'in.relay.test']] },
  'in.relay.test': { A: '198.51.100.26' },
  'out.relay.test': { A: '198.51.100.27' },
  '27.100.51.198.in-addr.arpa': { PTR: 'out.relay.test' },
  'customer.test': { A: '203.0.113.80', MX: [[10, 'mx.customer.test']] },
  'mx.customer.test': { A: '203.0.113.81' },

  // A client with nothing in its favour but that no list knows it.
  '99.2.0.192.in-addr.arpa': { PTR: 'host.elsewhere.test' },
  'shop.test': { A: '203.0.113.90', MX: [[10, 'mx.shop.test']] },
  'mx.shop.test': { A: '203.0.113.91' },
};

/** By this the narrow mail stays below the reject level while no list knows it. */
export const BASE_SCORE = -0.05;

/** Mails that pass while the lists are healthy; the one with a narrow margin has a score of 0.95, and 1 is refused. */
export const MAILS = {
  clean: rcpt({ instance: 'clean' }),
  'HELO verified elsewhere': rcpt({
    instance: 'elsewhere',
    client_address: '198.51.100.27',
    client_name: 'out.relay.test',
    reverse_client_name: 'out.relay.test',
    helo_name: 'out.relay.test',
    sender: 'someone@customer.test',
  }),
  narrow: rcpt({
    instance: 'narrow',
    client_address: '192.0.2.99',
    client_name: 'host.elsewhere.test',
    reverse_client_name: 'host.elsewhere.test',
    helo_name: 'www.shop.test',
    sender: 'someone@shop.test',
  }),
  'IPv6 client': rcpt({ instance: 'six', client_address: V6 }),
} satisfies { readonly [name: string]: Attributes };

export type MailName = keyof typeof MAILS;
export const MAIL_NAMES: readonly MailName[] = ['clean', 'HELO verified elsewhere', 'narrow', 'IPv6 client'];

/** How a list may be. */
export const STATES = [
  'healthy',
  'wildcard',
  'wildcard with its own code',
  'parked',
  'refusing',
  'refusing in its own way',
  'silent',
  'SERVFAIL',
  'REFUSED',
  'NXDOMAIN',
  'NODATA',
] as const;
export type State = (typeof STATES)[number];

/** The codes with which some lists refuse. */
const REFUSALS: { readonly [zone: string]: readonly string[] } = {
  'multi.surbl.org': ['127.0.0.1'],
  'multi.uribl.com': ['127.0.0.1'],
  'list.dnswl.org': ['127.0.0.255', '127.0.10.3'],
  // Answers with single bits when it is allowed to, 127.0.0.1 among them.
  'bl.score.senderscore.com': ['127.255.255.255'],
  // Says "trusted" by 127.0.0.1.
  'hostkarma.junkemailfilter.com': ['127.255.255.255'],
};

/** The codes with which each list says the worst that it can say. */
const WORST: { readonly [zone: string]: string } = {
  'zen.spamhaus.org': '127.0.0.9',
  'wl.mailspike.net': '127.0.0.20',
  'list.dnswl.org': '127.0.5.3',
  'dbl.spamhaus.org': '127.0.1.4',
  'multi.surbl.org': '127.0.0.24',
  'multi.uribl.com': '127.0.0.14',
};

/** How a list refuses: the usual code, or those that only it has. */
export function refusalsOf(zone: string): readonly string[] {
  return REFUSALS[zone] ?? ['127.0.0.1'];
}

/** A code with which a list says "listed": the first one that its description names. */
export function codeOf(list: ListSetting): string {
  const known = WORST[list.zone];
  if (known !== undefined) return known;
  const filter = list.answers[0]?.match ?? '';
  const parts = filter.split(/\.(?![^[]*\])/).map((part) => /\d+/.exec(part)?.[0] ?? '');
  return filter === '' || filter === 'any' ? '127.0.0.2' : parts.join('.');
}

/** What the server says for all names of a list in a state. */
export function played(list: ListSetting, state: State): { readonly [name: string]: Entry } {
  const zone = zoneOf(list);
  const all = (entry: Entry): { readonly [name: string]: Entry } => ({ [`*.${zone}`]: entry });
  switch (state) {
    case 'healthy': {
      const { listed } = testNames(list);
      return listed === undefined ? {} : { [listed]: { A: codeOf(list) } };
    }
    case 'wildcard':
      return all({ A: '127.0.0.2' });
    case 'wildcard with its own code':
      return all({ A: codeOf(list) });
    case 'parked':
      return all({ A: '203.0.113.5' });
    case 'refusing':
      return all({ A: '127.255.255.254' });
    case 'refusing in its own way':
      return all({ A: refusalsOf(list.zone).at(-1) ?? '' });
    case 'silent':
      return all({ fault: faults.drop });
    case 'SERVFAIL':
    case 'REFUSED':
    case 'NXDOMAIN':
      return all({ rcode: state });
    case 'NODATA':
      return all({ TXT: 'nothing here' });
  }
}

export function zoneOf(list: ListSetting): string {
  return list.zone.replaceAll('{key}', list.key);
}

/** A world in which these lists are in a state, and all others healthy. */
export function worldWith(lists: readonly ListSetting[], sick: readonly ListSetting[], state: State): Zone {
  const entries = lists.map((list) => played(list, sick.includes(list) ? state : 'healthy'));
  return Object.assign({ ...HOSTS }, ...entries);
}

/** Each living list that is known, as an admin may set it up: 3 points for what is listed, and -1 for a client that isn't. */
export const LIVING_LISTS: readonly ListSetting[] = knownLists()
  .filter((known) => known.state === 'alive')
  .map((known) => ({
    name: known.zone,
    zone: known.keyed === true ? `{key}.${known.zone}` : known.zone,
    key: known.keyed === true ? 'k3yk3yk3y' : '',
    key_file: '',
    enabled: true,
    ask_although_dead: false,
    family: known.family ?? 'any',
    miss: ofDomains(known) ? 0 : -1,
    test: '',
    not_test: '',
    answers: [
      {
        match: known.listed ?? '',
        name: '',
        group: '',
        dial_up: false,
        counts: !ofDomains(known),
        ...(ofDomains(known) ? { sender: 3, helo: 1, client_name: 1 } : { client: 3 }),
      },
    ],
  }));

function ofDomains(known: KnownList): boolean {
  return /^(dbl|multi|uribl|fresh15|rhsbl|zrd|ebl)\./.test(known.zone);
}

export interface SiteParts {
  readonly dns?: string;
  readonly decision?: string;
  readonly lists?: string;
}

/** Settings that ask a server and keep to a folder. The lists are those of the program, if no others are given. */
export function settingsOf(server: DnsServer, folder: string, parts: SiteParts = {}): string {
  return settingsText({
    servers: [serverOf(server)],
    cache: `${folder}/cache.sqlite`,
    log: `${folder}/log`,
    decision: parts.decision ?? `base_score = ${BASE_SCORE}`,
    dns: parts.dns ?? '',
    cacheLines: 'spam_cache_size = 0\nham_cache_size = 0',
    lists: parts.lists ?? '',
  });
}

/** What a list is asked for a mail. */
export function questionsIn(server: DnsServer, zone: string): readonly string[] {
  return server.queries.filter(({ name }) => name.endsWith(`.${zone}`)).map(({ name }) => name);
}

export const CLIENT_LISTS = listsOfToday().filter((list) => knows(list, 'client'));
export const DEFAULT_LISTS = listsOfToday();

export function listNamed(name: string): ListSetting {
  const list = DEFAULT_LISTS.find((candidate) => candidate.name === name);
  if (list === undefined) throw new Error(`there is no list ${name} among the default ones`);
  return list;
}
