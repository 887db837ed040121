// Faults of the name servers: a mail is decided at its deadline at the latest, none is refused for a fault that isn't its
// own, none is let through for one that its client made, and what comes from the wrong place is never believed.

import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DnsServer, type Entry, type Fault, faults, type Zone } from '../../rig/dns-server.ts';
import {
  copyOfProgram,
  dnsForAll,
  expectOnly,
  logLines,
  mail,
  mails,
  newFolder,
  newSettings,
  startDns,
  startFrom,
  type Weighed,
  weighAll,
} from '../../rig/faults/faults.ts';
import type { Polw } from '../../rig/process.ts';
import { type Attributes, rcpt } from '../../rig/request.ts';
import { serverOf } from '../../rig/settings-text.ts';
import { nameAndParents } from '../../src/dns/name.ts';

/** The deadline of most of these tests, in milliseconds, and what the rest of an answer may take on a busy machine. */
const DEADLINE = 1500;
const SLACK = 600;
/** Each question is sent twice within the deadline; no list is left out because it failed. */
const QUICK =
  'dns_deadline = "1.5s"\ndns_timeout = "0.5s"\ndns_tries = 2\nlist_error_skip = 1000\nlist_check_interval = 0';

const bin = copyOfProgram();
const dns = dnsForAll();
let undisturbed: Weighed;

beforeAll(async () => {
  undisturbed = await weighAll((await startPolw([serverOf(dns)])).polw, mails(0, 16));
});

interface Started {
  readonly polw: Polw;
  readonly log: string;
}

async function startPolw(servers: readonly string[], lines = QUICK): Promise<Started> {
  const { settings, log } = newSettings({ servers, dns: lines });
  return { polw: await startFrom(bin, settings), log };
}

/** A name server with the usual names, which does to every question what the fault says. */
async function faulty(fault: Fault | undefined, tcp = true): Promise<DnsServer> {
  const server = await startDns(tcp);
  server.fault = fault;
  onTestFinished(() => server.stop());
  return server;
}

/** An address on which nothing listens. */
async function deadServer(): Promise<string> {
  const server = await new DnsServer().start();
  await server.stop();
  return serverOf(server);
}

function expectNoInternalError(log: string): void {
  expect(logLines(log).filter((line) => line.includes('internal error'))).toEqual([]);
}

describe('no server is of any use:', () => {
  const cases: readonly { readonly name: string; readonly fault?: Fault; readonly tcp?: boolean }[] = [
    { name: 'black-holed', fault: faults.drop },
    { name: 'refusing', fault: faults.rcode('REFUSED') },
    { name: 'SERVFAIL for all', fault: faults.rcode('SERVFAIL') },
    { name: 'not implemented', fault: faults.rcode('NOTIMP') },
    { name: 'delays of 30 seconds', fault: faults.delay(30_000) },
    { name: 'truncated over UDP, and no TCP', fault: faults.truncated(), tcp: false },
    { name: 'truncated over UDP, and TCP that hangs up', fault: faults.truncated(faults.hangUp) },
    { name: 'truncated over UDP, and TCP that says nothing', fault: faults.truncated(faults.drop) },
    { name: 'truncated over UDP, and TCP that stops in the middle', fault: faults.truncated(faults.cutOff(20)) },
    { name: 'a wrong id', fault: faults.wrongId },
    { name: 'a wrong port', fault: faults.otherPort },
    { name: 'a wrong question', fault: faults.wrongQuestion },
    { name: 'no question', fault: faults.noQuestion },
    { name: 'the query itself', fault: faults.echo },
    { name: 'garbage', fault: faults.garbage() },
    { name: 'nothing but a byte', fault: faults.garbage(Buffer.from('x')) },
    { name: 'replies that are cut off', fault: faults.cutOff(30) },
    { name: 'a compression pointer to itself', fault: faults.compressionLoop },
    { name: 'garbage of 100 kB over TCP', fault: garbageOverTcp(100_000) },
  ];

  interface Outcome {
    readonly failing: Weighed;
    readonly after: Weighed;
    readonly polw: Polw;
    readonly log: string;
  }
  const outcomes = new Map<string, Outcome>();

  // All at once: what they do is to wait.
  beforeAll(async () => {
    await Promise.all(
      cases.map(async ({ name, fault, tcp }) => {
        const server = await startDns(tcp ?? true);
        server.fault = fault;
        const { polw, log } = await startPolw([serverOf(server)]);
        const failing = await weighAll(polw, mails(0, 4));
        // The servers get well again.
        server.fault = undefined;
        const after = await weighAll(polw, mails(0, 16).map(asAnother));
        await polw.end();
        await server.stop();
        outcomes.set(name, { failing, after, polw, log });
      }),
    );
  });

  test.each(cases)('$name', ({ name }) => {
    const outcome = outcomes.get(name);
    if (outcome === undefined) throw new Error('no outcome');
    const { failing, after, polw, log } = outcome;
    // A record of another type than was asked for is passed over, whatever its owner.
    const reverse = name === 'a compression pointer to itself' ? '' : ' REVERSE_DNS_UNKNOWN=0';
    const unknown = new RegExp(`^action=PREPEND .* SENDER_DNS_UNKNOWN=0 HELO_DNS_UNKNOWN=0 .*${reverse}[^;]*; rate: -`);
    for (const answer of failing.answers) expect(answer).toMatch(unknown);
    expect(Math.max(...failing.times)).toBeLessThan(DEADLINE + SLACK);
    expect(after.answers).toEqual(undisturbed.answers);
    expectOnly(polw, [...failing.answers, ...after.answers]);
    expectNoInternalError(log);
  });

  test('dead: said at once', async () => {
    const { polw, log } = await startPolw([await deadServer(), await deadServer()]);
    const { answers, times } = await weighAll(polw, mails(0, 8));
    for (const answer of answers) expect(answer).toMatch(/^action=PREPEND .* BL=ERR\(-1\.5\) SENDER_DNS_UNKNOWN=0 /);
    expect(Math.max(...times)).toBeLessThan(SLACK);
    await polw.end();
    expectOnly(polw, answers);
    expectNoInternalError(log);
  });
});

function garbageOverTcp(size: number): Fault {
  return faults.truncated((_query, respond) => respond.raw(Buffer.alloc(size, 0xa7)));
}

function asAnother(attributes: Attributes): Attributes {
  return { ...attributes, instance: `another.${attributes.instance}` };
}

describe('one server of two is', () => {
  const cases: readonly { readonly name: string; readonly first: () => Promise<string>; readonly limit: number }[] = [
    { name: 'dead', first: deadServer, limit: SLACK },
    { name: 'out of reach for this machine', first: async () => '255.255.255.255:53', limit: SLACK },
    { name: 'refusing', first: async () => serverOf(await faulty(faults.rcode('REFUSED'))), limit: SLACK },
    { name: 'failing', first: async () => serverOf(await faulty(faults.rcode('SERVFAIL'))), limit: SLACK },
    { name: 'black-holed', first: async () => serverOf(await faulty(faults.drop)), limit: DEADLINE + SLACK },
  ];

  test.each(cases)('$name: the answers are those of the other', async ({ first, limit }) => {
    const { polw, log } = await startPolw([await first(), serverOf(dns)]);
    const { answers, times } = await weighAll(polw, mails(0, 16));
    expect(answers).toEqual(undisturbed.answers);
    expect(times[0]).toBeLessThan(limit);
    // From then on the one that works is asked first.
    expect(Math.max(...times.slice(1))).toBeLessThan(SLACK);
    await polw.end();
    expectOnly(polw, answers);
    expectNoInternalError(log);
  });
});

describe('what is no answer to the question', () => {
  test('is passed over, however much of it comes first', async () => {
    const server = await faulty(faults.badPacketsFirst);
    const { polw } = await startPolw([serverOf(server)]);
    const { answers } = await weighAll(polw, mails(0, 16));
    expect(answers).toEqual(undisturbed.answers);
    await polw.end();
    expectOnly(polw, answers);
  });

  test('lists nobody: records of another owner', async () => {
    const server = await faulty(faults.foreignOwner());
    const { polw, log } = await startPolw([serverOf(server)]);
    const answer = await polw.ask(mail(1));
    await polw.end();
    expectOnly(polw, [answer]);
    const [weighed] = logLines(log).filter((line) => line.includes('weighted check:'));
    expect(weighed).toContain(' NOT_IN_BL=-1.5 ');
    expect(weighed).not.toContain(' IN_BL=');
  });
});

describe('a sender domain that is made to harm', () => {
  test('with 200 exchanges of 50 addresses each costs 20 questions about them', async () => {
    const server = await faulty(undefined);
    server.set('many.test', { MX: Array.from({ length: 200 }, (_, index) => [10, `mx${index}.many.test.`] as const) });
    const addresses = Array.from({ length: 50 }, (_, index) => `198.51.100.${index}`);
    for (let index = 0; index < 200; index++) server.set(`mx${index}.many.test`, { A: addresses });
    const { polw } = await startPolw([serverOf(server)]);
    const answer = await polw.ask(
      rcpt({ client_address: '192.0.2.77', sender: 'one@many.test', client_name: 'unknown' }),
    );
    const questions = new Set(server.queries.map(({ type, name }) => `${type} ${name}`));
    const aboutExchanges = [...questions].filter((question) => question.includes(' mx'));
    expect(aboutExchanges.length).toBeGreaterThanOrEqual(10);
    expect(aboutExchanges.length).toBeLessThanOrEqual(20);
    // And what was asked besides: lists, reverse name, HELO.
    expect(questions.size).toBeLessThan(40);
    await polw.end();
    expectOnly(polw, [answer]);
  });

  test('with fewer questions set asks fewer', async () => {
    const server = await faulty(undefined);
    server.set('many.test', { MX: Array.from({ length: 200 }, (_, index) => [10, `mx${index}.many.test.`] as const) });
    server.set('*.many.test', { A: '198.51.100.1' });
    const { polw } = await startPolw([serverOf(server)], `${QUICK}\ndns_max_questions = 10`);
    await polw.ask(rcpt({ client_address: '192.0.2.77', sender: 'one@many.test', client_name: 'unknown' }));
    expect(new Set(server.queries.map(({ type, name }) => `${type} ${name}`)).size).toBeLessThan(40);
    await polw.end();
  });

  test.each([
    ['a loop of aliases', { CNAME: 'harm2.test.' }, { CNAME: 'harm.test.' }],
    ['an alias to itself', { CNAME: 'harm.test.' }, {}],
    ['answers of 60 kB', { fault: faults.filledUpTo(60_000) }, {}],
    ['answers of more than 64 kB', { fault: faults.oversize }, {}],
    ['names with all sorts of bytes', { MX: [[10, 'a\u0000b\r\n"action=OK.test.']] }, {}],
  ] as const)('with %s does it no good', async (_, harm, harm2) => {
    const server = await faulty(undefined);
    server.set('harm.test', harm);
    server.set('harm2.test', harm2);
    const { polw, log } = await startPolw([serverOf(server)]);
    const stranger = rcpt({ client_address: '192.0.2.77', sender: 'one@harm.test', client_name: 'unknown' });
    const begun = performance.now();
    const answers = [await polw.ask(stranger)];
    expect(performance.now() - begun).toBeLessThan(DEADLINE + SLACK);
    expect(answers[0]).toMatch(/^action=(550|450) /);
    answers.push(...(await weighAll(polw, mails(0, 16))).answers);
    expect(answers.slice(1)).toEqual(undisturbed.answers);
    await polw.end();
    expectOnly(polw, answers);
    expectNoInternalError(log);
  });
});

/** One list more, before the usual one. */
const ZEN = `[[lists]]
name = "ZEN"
zone = "zen.test"
miss = -1.5
answers = [
  { match = "127.0.0.3", name = "CSS", client = 4 },
  { match = "127.0.0.4", name = "XBL", client = 4.35 },
  { match = "127.0.0.10", name = "PBL", client = 3.25, group = "policy", dial_up = true },
]
`;

interface Site {
  readonly server: DnsServer;
  readonly polw: Polw;
}

/** A name server with names of its own, and a polw that asks it and two lists. */
async function site(
  zone: Zone,
  parts: { readonly dns?: string; readonly cache?: string; readonly more?: string } = {},
): Promise<Site> {
  const server = await faulty(undefined);
  for (const [name, entry] of Object.entries(zone)) server.set(name, entry);
  const { settings } = newSettings({
    servers: [serverOf(server)],
    dns: parts.dns ?? QUICK,
    more: `${ZEN}${parts.more ?? ''}`,
    cache: parts.cache ?? '',
    cacheLines: 'dns_failure_ttl = 0',
  });
  return { server, polw: await startFrom(bin, settings) };
}

/** Says SERVFAIL to each question when it comes for the first time, and the truth from then on. */
function onlyAtTheSecondTry(): Fault {
  const asked = new Set<string>();
  return (query, respond) => {
    const question = `${query.type} ${query.name}`;
    if (asked.has(question) && query.reply !== undefined) return respond(query.reply);
    asked.add(question);
    faults.rcode('SERVFAIL')(query, respond);
  };
}

describe('a client that is listed', () => {
  const listed = { client_address: '192.0.2.66', client_name: 'unknown' };
  const onLists = { '66.2.0.192.zen.test': { A: ['127.0.0.4', '127.0.0.10'] } };
  const behaviours: readonly { readonly behaviour: string; readonly entry: () => Entry }[] = [
    { behaviour: 'give SERVFAIL', entry: () => ({ rcode: 'SERVFAIL' }) },
    { behaviour: 'give SERVFAIL for the MX', entry: () => ({ rcodes: { MX: 'SERVFAIL' } }) },
    { behaviour: 'refuse', entry: () => ({ rcode: 'REFUSED' }) },
    { behaviour: 'say nothing', entry: () => ({ fault: faults.drop }) },
    { behaviour: 'are late', entry: () => ({ fault: faults.delay(30_000) }) },
    { behaviour: 'answer only at the second try', entry: () => ({ fault: onlyAtTheSecondTry() }) },
  ];

  describe.each(behaviours)('gains nothing by name servers that $behaviour', ({ entry }) => {
    test.each([
      ['for the sender domain', { sender: 'x@a.b.sf.bad.test', helo_name: 'a.b.sf.bad.test' }],
      ['for HELO alone', { sender: 'x@good1.test', helo_name: 'a.b.c.sf.bad.test' }],
    ])('%s', async (_, attributes) => {
      const { polw } = await site({ ...onLists, '*.sf.bad.test': entry(), 'sf.bad.test': entry() });
      const first = await polw.ask(rcpt({ ...listed, ...attributes, instance: '1' }));
      expect(first).toMatch(/^action=(550 5|450 4)\.7\.1 /);
      expect(await polw.ask(rcpt({ ...listed, ...attributes, instance: '2' }))).toMatch(/^action=(550 5|450 4)\.7\.1 /);
      await polw.end();
    });
  });

  test('gains nothing by ten labels and a hundred exchanges, with IPv6 either', async () => {
    const labels = 'a.b.c.d.e.f.g.h';
    const address = `${'1.0.0.0.'.repeat(4)}0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.test`;
    for (const count of [50, 75, 100]) {
      const names = [...nameAndParents(`${labels}.bad.test`), ...nameAndParents(`h.${labels}.evil.test`)];
      const exchangesOf = (name: string): Entry => ({
        MX: Array.from({ length: count }, (_, index) => [10, `mx${index}.${name.length}.many.test`] as const),
      });
      const { polw } = await site({
        [address]: { A: '127.0.0.3' },
        ...Object.fromEntries(names.map((name) => [name, exchangesOf(name)])),
        '*.many.test': { A: '203.0.113.1', AAAA: '2001:db8:ffff::1' },
      });
      const answer = await polw.ask(
        rcpt({
          client_address: '2001:db8::1:1:1:1',
          client_name: 'unknown',
          sender: `x@${labels}.bad.test`,
          helo_name: `h.${labels}.evil.test`,
        }),
      );
      expect(answer).toMatch(/^action=(550 5|450 4)\.7\.1 /);
      await polw.end();
    }
  });
});

describe('a moment of trouble', () => {
  const healthy: Zone = {
    'out.esp.test': { A: '192.0.2.80' },
    '80.2.0.192.in-addr.arpa': { PTR: 'out.esp.test' },
    'customer.test': { MX: [[10, 'mx.customer.test']] },
    'mx.customer.test': { A: '203.0.113.80' },
    'other.test': { MX: [[10, 'mx.customer.test']] },
  };
  const esp = { client_address: '192.0.2.80', client_name: 'unknown', helo_name: 'out.esp.test' };
  const names = ['out.esp.test', 'esp.test', '80.2.0.192.in-addr.arpa'];

  test.each([
    ['SERVFAIL', { rcode: 'SERVFAIL' }],
    ['silence', { fault: faults.drop }],
  ] as const)(
    'of the zones of a provider (%s) refuses none of its customers, and is not remembered',
    async (_, entry) => {
      const { server, polw } = await site(healthy, { cache: path.join(newFolder(), 'cache.sqlite') });
      for (const name of names) server.set(name, entry);
      const first = await polw.ask(rcpt({ ...esp, sender: 'x@customer.test', instance: '1' }));
      expect(first).toMatch(/^action=450 4\.7\.1 .*could not look up the MX record of out\.esp\.test/);

      for (const name of names) server.set(name, healthy[name] ?? {});
      // In health it is weighed, not known from before.
      const again = await polw.ask(rcpt({ ...esp, sender: 'x@customer.test', instance: '2' }));
      expect(again).toMatch(/^action=PREPEND .* CL_IP_EQ_HELO_IP=-2 .*; rate: -4$/);
      const other = await polw.ask(rcpt({ ...esp, sender: 'x@other.test', instance: '3' }));
      expect(other).toMatch(/^action=PREPEND .* CL_IP_EQ_HELO_IP=-2 .*; rate: -4$/);
      await polw.end();
    },
  );

  test('of everything but a list that knows the client puts the mail off, and the next is weighed', async () => {
    const cache = path.join(newFolder(), 'cache.sqlite');
    const { server, polw } = await site({ ...healthy, '80.2.0.192.zen.test': { A: '127.0.0.10' } }, { cache });
    for (const name of [...names, 'customer.test']) server.set(name, { rcode: 'SERVFAIL' });
    const sender = 'x@customer.test';
    const first = await polw.ask(rcpt({ ...esp, sender, instance: '1' }));
    expect(first).toMatch(/^action=450 4\.7\.1 .*could not look up the MX record of customer\.test at the moment/);
    // Its further recipients are told the same, but its next mail is weighed.
    expect(await polw.ask(rcpt({ ...esp, sender, instance: '1', recipient: 'other@here.test' }))).toBe(first);
    for (const name of [...names, 'customer.test']) server.set(name, healthy[name] ?? {});
    server.set('customer.test', { MX: [[10, 'out.esp.test']] });
    const again = await polw.ask(rcpt({ ...esp, sender, instance: '2' }));
    expect(again).toMatch(/^action=PREPEND .* IN_ZEN_PBL=3\.25 .* CL_IP_EQ_FROM_MX=0; rate: 0\.25$/);
    await polw.end();
  });
});

describe('lists that say nothing, two of two,', () => {
  const silentLists: Zone = { '*.zen.test': { fault: faults.drop }, '*.bl.test': { fault: faults.drop } };

  test('let a mail pass unweighed', async () => {
    const { polw } = await site(silentLists);
    // The listed one of the four is left out: its list would have to answer.
    const answers = (await weighAll(polw, [mail(0), mail(2), mail(3)])).answers;
    for (const answer of answers) {
      expect(answer).toBe('action=PREPEND X-policyd-weight: accepted, too many DNS failures in bl.test lookups');
    }
    await polw.end();
  });
});

test('a slow sender domain does not use up the time in which the lists of domains are asked', async () => {
  const { polw } = await site(
    {
      '*.slow.test': { fault: faults.drop },
      'a.b.c.slow.test.dbl.test': { A: '127.0.0.2' },
      'mail.good1.test': { A: '192.0.2.77' },
    },
    {
      dns: 'dns_deadline = "2.5s"\ndns_timeout = "2s"\nlist_check_interval = 0',
      more: '[[lists]]\nname = "DBL"\nzone = "dbl.test"\nanswers = [{ sender = 9 }]\n',
    },
  );
  const sender = { client_address: '192.0.2.77', client_name: 'unknown', sender: 'x@a.b.c.slow.test' };
  expect(await polw.ask(rcpt({ ...sender, helo_name: 'mail.good1.test' }))).toMatch(/^action=550 .*; in dbl\.test$/);
  await polw.end();
});

test('with the default times a black-holed server costs 5 seconds instead of 12, a tarpit 10 and no more', async () => {
  // The original's first three failed questions, one after the other, each sent twice for two seconds.
  const original = 12_000;
  const blackHole = await faulty(faults.drop);
  const tarpit = await faulty(undefined);
  const exchanges = Array.from({ length: 20 }, (_, index) => [10, `mx${index}.slow.test.`] as const);
  tarpit.set('slow.test', { MX: exchanges, delay: 1500 });
  tarpit.set('*.slow.test', { A: '198.51.100.1', delay: 1500 });

  const times = Promise.all(
    mails(0, 20).map(async (attributes) => {
      const { polw } = await startPolw([serverOf(blackHole)], '');
      const { answers, times } = await weighAll(polw, [attributes]);
      await polw.end();
      expectOnly(polw, answers);
      return times[0] ?? 0;
    }),
  );
  const { polw, log } = await startPolw([serverOf(tarpit)], '');
  const slow = rcpt({ client_address: '192.0.2.77', sender: 'one@slow.test', client_name: 'unknown' });
  const { answers, times: slowTimes } = await weighAll(polw, [slow, mail(0)]);
  expect(slowTimes[0]).toBeGreaterThan(9900);
  expect(slowTimes[0]).toBeLessThan(10_000 + SLACK);
  // The next one has all of its own time, and isn't kept waiting by what was asked for this one.
  expect(slowTimes[1]).toBeLessThan(SLACK);
  expect(answers[1]).toBe(undisturbed.answers[0]);
  await polw.end();
  expectOnly(polw, answers);
  expectNoInternalError(log);

  const blackHoled = await times;
  expect(blackHoled.filter((time) => time < original).length).toBeGreaterThanOrEqual(0.95 * blackHoled.length);
  expect(Math.max(...blackHoled)).toBeLessThan(5000 + 4 * SLACK);
});
