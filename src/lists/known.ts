// What is known about public DNS lists. Data, with the date at which it was true; the lists' own pages rule.

import { manual } from '../manual.ts';
import type { ListSetting } from './list.ts';

/** A public list. Filters are in the syntax of `match`. */
export interface KnownList {
  /** The zone, without a key. Names below it are meant too. */
  readonly zone: string;
  readonly state: 'alive' | 'dead';
  /** For a dead one: what became of it, and when. For a living one: on what terms it may be asked. */
  readonly terms: string;
  /** Whether the zone is asked with a key in front of it. */
  readonly keyed?: boolean;
  readonly family?: 'any' | 'ipv4' | 'ipv6';
  /** What a list of domains holds: any names, which is the default, or only what can be registered. */
  readonly subject?: 'name' | 'organisation';
  /** The answers that say "listed". Absent: any of 127.0.0.0/8 but what is refused. */
  readonly listed?: string;
  /** The answers that say "you may not ask", besides 127.255.255.0/24. */
  readonly refused?: string;
  /** The answer that says "one does not ask so", as of an address where names are listed: what was asked is not listed. */
  readonly wrong?: string;
  /** The entry that must be listed; `none` if no such entry is sure. Default: that of RFC 5782, section 5. */
  readonly test?: string;
  /** The entry that must not be listed. Default: that of RFC 5782, section 5. */
  readonly notTest?: string;
}

/** When the table was last gone through. */
export const KNOWN_AS_OF = '2026-06';

const alive = (zone: string, terms: string, more: Omit<KnownList, 'zone' | 'state' | 'terms'> = {}): KnownList => ({
  zone,
  state: 'alive',
  terms,
  ...more,
});
const dead = (zone: string, terms: string): KnownList => ({ zone, state: 'dead', terms });

const SPAMHAUS = manual`free for small non-commercial users with a resolver of their own; public resolvers are refused`;
const SMALL = manual`free for small volumes`;
const KEY = manual`needs a key`;

/** All of them. Made only when a mail is weighed: a known sender does not wait for them. */
export const knownLists = (): readonly KnownList[] => [
  alive('zen.spamhaus.org', SPAMHAUS, { listed: '127.0.0.[2..11;30]' }),
  alive('sbl.spamhaus.org', SPAMHAUS, { listed: '127.0.0.[2..3;9]' }),
  alive('xbl.spamhaus.org', SPAMHAUS, { listed: '127.0.0.[4..7]', test: '127.0.0.4' }),
  alive('sbl-xbl.spamhaus.org', SPAMHAUS, { listed: '127.0.0.[2..9]' }),
  alive('pbl.spamhaus.org', SPAMHAUS, { listed: '127.0.0.[10..11]' }),
  alive('dbl.spamhaus.org', SPAMHAUS, {
    listed: '127.0.1.[2..106]',
    wrong: '127.0.1.255',
    test: 'dbltest.com',
    notTest: 'invalid',
  }),
  alive('zen.dq.spamhaus.net', KEY, { keyed: true, listed: '127.0.0.[2..11;30]' }),
  alive('dbl.dq.spamhaus.net', KEY, {
    keyed: true,
    listed: '127.0.1.[2..106]',
    wrong: '127.0.1.255',
    test: 'dbltest.com',
    notTest: 'invalid',
  }),
  alive('zrd.dq.spamhaus.net', KEY, { keyed: true, listed: '127.0.2.[2..24]', wrong: '127.0.2.255', test: 'none' }),
  alive('authbl.dq.spamhaus.net', KEY, { keyed: true, listed: '127.0.0.20', test: 'none' }),
  // The other zones of the same key.
  ...['sbl', 'xbl', 'sbl-xbl', 'pbl', 'hbl'].map((name) =>
    alive(`${name}.dq.spamhaus.net`, KEY, { keyed: true, test: 'none' }),
  ),
  alive('bl.spamcop.net', manual`free`, { family: 'ipv4', listed: '127.0.0.2' }),
  alive('b.barracudacentral.org', manual`free after registering the address of the resolver`, {
    family: 'ipv4',
    listed: '127.0.0.2',
  }),
  alive('bl.mailspike.net', SMALL, { family: 'ipv4', listed: '127.0.0.[2;10..12]' }),
  alive('wl.mailspike.net', SMALL, { family: 'ipv4', listed: '127.0.0.[16..20]', test: 'none' }),
  alive('rep.mailspike.net', SMALL, { family: 'ipv4', listed: '127.0.0.[10..20]', test: 'none' }),
  alive('psbl.surriel.com', manual`free`, { family: 'ipv4', listed: '127.0.0.2' }),
  alive('list.dnswl.org', SMALL, { listed: '127.0.[2..9;11..20].[0..3]', refused: '127.0.[0;10].[0..255]' }),
  alive('multi.surbl.org', SMALL, {
    subject: 'organisation',
    listed: '127.0.0.&254',
    refused: '127.0.0.&1',
    test: 'none',
  }),
  alive('multi.uribl.com', SMALL, {
    subject: 'organisation',
    listed: '127.0.0.&254',
    refused: '127.0.0.&1',
    test: 'none',
  }),
  alive('bl.spameatingmonkey.net', SMALL, { family: 'ipv4' }),
  alive('bl.ipv6.spameatingmonkey.net', SMALL, { family: 'ipv6' }),
  alive('uribl.spameatingmonkey.net', SMALL, { subject: 'organisation', test: 'none' }),
  alive('fresh15.spameatingmonkey.net', SMALL, { subject: 'organisation', test: 'none' }),
  alive('bl.blocklist.de', manual`free; lists attackers of all kinds`),
  alive('combined.mail.abusix.zone', KEY, { keyed: true, listed: '127.0.0.[2..4;11..12;200]' }),
  ...[
    'black',
    'exploit',
    'dynamic',
    'white',
    'authbl',
    'dblack',
    'nod',
    'shorthash',
    'diskhash',
    'btc-wallets',
    'attachhash',
  ].map((name) => alive(`${name}.mail.abusix.zone`, KEY, { keyed: true, test: 'none' })),
  alive('dnsbl.dronebl.org', manual`free`),
  alive('all.s5h.net', manual`free`, { listed: '127.0.0.2' }),
  ...['dyna', 'noptr', 'spam', 'auth', 'all'].map((name) =>
    alive(`${name}.spamrats.com`, manual`free with a key`, {
      keyed: true,
      listed: '127.0.0.[36..38;43]',
      test: 'none',
    }),
  ),
  alive('dnsbl-1.uceprotect.net', manual`free`, { family: 'ipv4', listed: '127.0.0.2' }),
  alive('dnsbl-2.uceprotect.net', manual`free; lists whole networks, innocent ones too`, {
    family: 'ipv4',
    listed: '127.0.0.2',
  }),
  alive('dnsbl-3.uceprotect.net', manual`free; lists whole providers, innocent ones too`, {
    family: 'ipv4',
    listed: '127.0.0.2',
  }),
  alive('hostkarma.junkemailfilter.com', manual`free; tells good from bad by its answers`, {
    listed: '127.0.0.2',
    // It says "trusted" by 127.0.0.1.
    refused: '127.255.255.[0..255]',
    test: 'none',
    notTest: 'none',
  }),
  alive('bip.virusfree.cz', manual`free`),
  alive('truncate.gbudb.net', manual`free`, { family: 'ipv4', listed: '127.0.0.2' }),
  alive('bl.suomispam.net', manual`free`),
  alive('dnsbl.zapbl.net', manual`free`, { listed: '127.0.0.2' }),
  alive('rhsbl.zapbl.net', manual`free`, { test: 'none' }),
  alive('bl.scientificspam.net', manual`free`),
  alive('rhsbl.scientificspam.net', manual`free`, { listed: '127.0.1.2', test: 'none' }),
  alive('dnsrbl.swinog.ch', manual`free`),
  alive('uribl.swinog.ch', manual`free`, { test: 'none' }),
  alive('dnsbl.kempt.net', manual`free`),
  alive('bl.score.senderscore.com', manual`needs an account`, { refused: '127.255.255.[0..255]', test: 'none' }),
  alive('ebl.msbl.org', manual`free; lists hashes of addresses`, { listed: '127.0.0.[2..3]', test: 'none' }),

  dead('njabl.org', manual`shut down in 2013; it has said "listed" to everything since`),
  dead('ahbl.org', manual`closed in 2014; it has said "listed" to everything since 2015`),
  dead('rfc-ignorant.org', manual`closed in 2012; the domain is parked`),
  dead('rfc-clueless.org', manual`shut down in 2023`),
  dead('ix.dnsbl.manitu.net', manual`ended in January 2025; the zone is empty`),
  dead('sorbs.net', manual`shut down in June 2024; the zones are empty`),
  dead('dsbl.org', manual`gone since 2008`),
  dead('rfc-ignorant.de', manual`took over the lists of rfc-ignorant.org in October 2012; parked by August 2014`),
  dead('ordb.org', manual`closed in December 2006; it has said "listed" to everything since March 2008`),
  dead('opm.blitzed.org', manual`gone since May 2006`),
  dead('blackholes.us', manual`gone by October 2009`),
  dead('dnsbl.sectoor.de', manual`gone since 2017; the domain was parked by 2019 and said "listed" to everything`),
  dead('rbl.ipv6-world.net', manual`gone since 2009`),
  dead('spam.abuse.ch', manual`gone by 2019`),
  dead('drone.abuse.ch', manual`gone by 2019`),
  dead('httpbl.abuse.ch', manual`gone by 2019`),
  dead('db.wpbl.info', manual`gone`),
  dead('bl.spamcannibal.org', manual`lapsed in 2018; the domain says "listed" to everything`),
  dead('bl.emailbasura.org', manual`expired in 2019; the domain says "listed" to everything`),
  dead('dnsbl.inps.de', manual`emptied in May 2020`),
  dead('virbl.bit.nl', manual`gone`),
  dead('dnsbl.cyberlogic.net', manual`gone`),
  dead('wormrbl.imp.ch', manual`gone`),
  dead('msrbl.net', manual`gone`),
  dead('spamtrap.drbl.drand.net', manual`gone; it has said "listed" to everything since March 2024`),
  dead('ubl.unsubscore.com', manual`gone`),
  dead('cbl.abuseat.org', manual`merged into xbl.spamhaus.org`),
  dead('dul.ru', manual`for sale; the domain says "listed" to everything`),
  dead('dnsbl.burnt-tech.com', manual`for sale; the domain says "listed" to everything`),
];

/** What is known about a zone: by its name, or as part of a domain in which all zones share their fate. */
export function knownList(zone: string): KnownList | undefined {
  if (!found.has(zone)) found.set(zone, find(zone.toLowerCase()));
  return found.get(zone);
}

/** True if a list is left out because it is known to be dead. */
export function isLeftOut({ zone, ask_although_dead }: Pick<ListSetting, 'zone' | 'ask_although_dead'>): boolean {
  return !ask_although_dead && knownList(zone)?.state === 'dead';
}

/** The zones that were looked up: those of the settings, for each mail again. */
const found = new Map<string, KnownList | undefined>();

let byZone: ReadonlyMap<string, KnownList> | undefined;

function find(zone: string): KnownList | undefined {
  byZone ??= new Map(knownLists().map((list) => [list.zone, list]));
  const dot = zone.indexOf('.');
  return byZone.get(zone) ?? (dot < 0 ? undefined : find(zone.slice(dot + 1)));
}
