// Lists that are out of order: no mail that passes with healthy lists is refused or deferred because of them.

import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DnsServer, faults } from '../../rig/dns-server.ts';
import { rcpt } from '../../rig/request.ts';
import { Scale } from '../../rig/sick-lists/scale.ts';
import { rateOf, Site } from '../../rig/sick-lists/site.ts';
import {
  codeOf,
  DEFAULT_LISTS,
  LIVING_LISTS,
  listNamed,
  MAILS,
  type MailName,
  questionsIn,
  refusalsOf,
  STATES,
  type State,
  V6_REVERSED,
  worldWith,
} from '../../rig/sick-lists/world.ts';
import { newServer, until, withServer } from '../../rig/within-test.ts';
import { NO_SUCH_NAME } from '../../src/dns/lookup.ts';
import type { ListSetting } from '../../src/lists/list.ts';
import { testNames } from '../../src/lists/test-entries.ts';
import { LogWriter } from '../../src/log/log.ts';
import { ListWatch } from '../../src/policy/list-watch.ts';
import { storeOf } from '../../src/service.ts';
import { defaultSettings } from '../../src/settings/read.ts';

/** While no list was tested yet, only those that list everything are believed. */
const WILDCARDS: readonly State[] = ['wildcard', 'wildcard with its own code'];

interface Weighing {
  readonly outcome: string;
  readonly score: number;
}
type Weighings = { readonly [K in MailName]: Weighing };

/** Milliseconds that a question may take: little only where no answer comes. */
const patience = (state: State): number => (state === 'silent' ? 300 : 5000);

/** Each mail weighed; `cold`: by a service of its own that knows nothing yet. */
async function weighAll(scaleFor: () => Scale): Promise<Weighings> {
  const weigh = async (name: MailName): Promise<Weighing> => {
    const { weighed, verdict } = await scaleFor().weigh(MAILS[name]);
    return { outcome: verdict.outcome, score: weighed.score };
  };
  const [clean, elsewhere, narrow, six] = await Promise.all([
    weigh('clean'),
    weigh('HELO verified elsewhere'),
    weigh('narrow'),
    weigh('IPv6 client'),
  ]);
  return { clean, 'HELO verified elsewhere': elsewhere, narrow, 'IPv6 client': six };
}

async function weighCold(server: DnsServer, lists: readonly ListSetting[], state: State): Promise<Weighings> {
  return weighAll(() => new Scale(server, lists, patience(state)));
}

async function weighTested(server: DnsServer, lists: readonly ListSetting[], state: State): Promise<Weighings> {
  const scale = new Scale(server, lists, patience(state));
  await scale.test();
  return weighAll(() => scale);
}

/** What the test of a list in a state must find. */
function troubleFound(list: ListSetting, state: State): string {
  const { listed, notListed } = testNames(list);
  if (listed === undefined && notListed === undefined) return '';
  switch (state) {
    case 'healthy':
      return '';
    case 'wildcard':
    case 'wildcard with its own code':
      return 'lists everything';
    case 'parked':
      return 'hijacked';
    case 'refusing':
      return 'refused';
    case 'refusing in its own way':
      return refusalsOf(list.zone).at(-1)?.startsWith('127.255.255.') === true ? 'refused' : 'lists everything';
    case 'silent':
    case 'SERVFAIL':
    case 'REFUSED':
      return 'does not answer';
    case 'NXDOMAIN':
    case 'NODATA':
      return listed === undefined ? '' : 'lists nothing';
  }
}

/** What the lists of the default settings make of the mails while they are healthy. */
const HEALTHY: Weighings = {
  clean: { outcome: 'accept', score: -7.65 },
  'HELO verified elsewhere': { outcome: 'accept', score: -5.55 },
  narrow: { outcome: 'accept', score: 0.95 },
  'IPv6 client': { outcome: 'accept', score: -7.65 },
};

describe('the lists of the default settings', () => {
  const one = DEFAULT_LISTS.flatMap((list) => STATES.map((state) => ({ who: list.name, state, sick: [list] })));
  const cases = [...one, ...STATES.map((state) => ({ who: 'all', state, sick: DEFAULT_LISTS }))];

  test.concurrent.each(cases)('$who $state, tested: nothing changes', ({ state, sick }) =>
    withServer(worldWith(DEFAULT_LISTS, sick, state), async (server) => {
      const scale = new Scale(server, DEFAULT_LISTS, patience(state));
      const found = [...(await scale.test())].map(([name, { off }]) => [name, off]);
      const expected = DEFAULT_LISTS.map((list) => [list.name, sick.includes(list) ? troubleFound(list, state) : '']);
      expect(found).toEqual(expected);
      expect(await weighAll(() => scale)).toEqual(HEALTHY);
    }),
  );

  const believable = cases.filter(
    ({ who, state }) => !WILDCARDS.includes(state) && !(who === 'all' && state === 'silent'),
  );
  test.concurrent.each(believable)('$who $state, not tested yet: nothing changes', ({ state, sick }) =>
    withServer(worldWith(DEFAULT_LISTS, sick, state), async (server) => {
      expect(await weighCold(server, DEFAULT_LISTS, state)).toEqual(HEALTHY);
    }),
  );

  test('all silent, not tested yet: the mails are let through', () =>
    withServer(worldWith(DEFAULT_LISTS, DEFAULT_LISTS, 'silent'), async (server) => {
      const weighings = await weighCold(server, DEFAULT_LISTS, 'silent');
      expect(Object.values(weighings).map(({ outcome }) => outcome)).toEqual(['accept', 'accept', 'accept', 'accept']);
    }));

  test.each(['127.0.0.255', '127.0.10.0', '127.0.10.3'])('DNSWL refuses by %s', (code) =>
    withServer({ ...worldWith(DEFAULT_LISTS, [], 'healthy'), '*.list.dnswl.org': { A: code } }, async (server) => {
      expect(await weighCold(server, DEFAULT_LISTS, 'healthy')).toEqual(HEALTHY);
      expect(await weighTested(server, DEFAULT_LISTS, 'healthy')).toEqual(HEALTHY);
    }),
  );
});

// Before any process has tested it, a list that lists everything is found out by its first hit.
describe('a list that lists everything and was not tested yet', () => {
  const everyList = DEFAULT_LISTS.flatMap(({ name }) => WILDCARDS.map((state) => [name, state] as const));
  test.each<readonly [string, State]>(everyList)('%s, %s: no mail is refused', (name, state) =>
    withServer(worldWith(DEFAULT_LISTS, [listNamed(name)], state), async (server) => {
      const weighings = await weighCold(server, DEFAULT_LISTS, state);
      expect(Object.values(weighings).map(({ outcome }) => outcome)).toEqual(['accept', 'accept', 'accept', 'accept']);
    }),
  );
});

describe('each living list that is known, by itself', () => {
  /** All lists of the server are in a state; each one is asked by services that know no other. */
  const forEach = async (state: State, check: (server: DnsServer, list: ListSetting) => Promise<void>): Promise<void> =>
    withServer(worldWith(LIVING_LISTS, LIVING_LISTS, state), async (server) => {
      // Only those who wait for nothing may wait together.
      const together = state === 'silent' ? 22 : 1;
      for (let first = 0; first < LIVING_LISTS.length; first += together) {
        await Promise.all(LIVING_LISTS.slice(first, first + together).map((list) => check(server, list)));
      }
    });
  /** By itself a list gives at most -1, and the narrow mail needs more. */
  const outcomesOf = ({ clean, 'HELO verified elsewhere': elsewhere, 'IPv6 client': six }: Weighings) => [
    clean,
    elsewhere,
    six,
  ];

  test.each(STATES)('%s, tested: it is found out, and nothing changes', (state) =>
    forEach(state, async (server, list) => {
      const scale = new Scale(server, [list], patience(state));
      const condition = (await scale.test()).get(list.name);
      expect(condition?.off, list.name).toBe(troubleFound(list, state));
      if (WILDCARDS.includes(state) && testNames(list).notListed === undefined) return;
      expect(outcomesOf(await weighAll(() => scale)), list.name).toEqual(healthyAlone(list));
    }),
  );

  test.each(STATES.filter((state) => !WILDCARDS.includes(state)))('%s, not tested yet: nothing changes', (state) =>
    forEach(state, async (server, list) => {
      expect(outcomesOf(await weighCold(server, [list], state)), list.name).toEqual(healthyAlone(list));
    }),
  );

  function healthyAlone(list: ListSetting): readonly Weighing[] {
    return [
      { outcome: 'accept', score: -3.15 + list.miss },
      { outcome: 'accept', score: -1.05 + list.miss },
      { outcome: 'accept', score: -3.15 + list.miss },
    ];
  }
});

describe('one answer', () => {
  test('each name is asked once for a mail', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    const site = new Site(server, { dns: 'list_check_interval = 0\ndns_timeout = "10s"' });
    for (const mail of Object.values(MAILS)) {
      server.clear();
      await site.askOnce(mail);
      const asked = server.queries.map(({ type, name }) => `${type} ${name}`);
      expect(asked).toEqual([...new Set(asked)]);
      expect(questionsIn(server, 'zen.spamhaus.org')).toHaveLength(1);
      // Cold caches aside, no name is asked again for the next mail either.
      server.clear();
      await site.askOnce({ ...mail, instance: 'again' });
      expect(server.queries).toEqual([]);
    }
  });

  test('ZEN answers with several codes: the worst of the main group once, PBL by itself, the client is dial-up', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    const site = new Site(server, {
      dns: 'list_check_interval = 0',
      decision: 'max_dnsbl_hits = 1000\nmax_dnsbl_score = 1000\nreject_level = 1000',
    });
    const tokensFor = async (instance: string, ...codes: string[]): Promise<readonly string[]> => {
      server.set('10.2.0.192.zen.spamhaus.org', { A: codes });
      server.clear();
      const action = await site.askOnce(rcpt({ instance }));
      // A refusal is followed by the questions of the list's test.
      const asked = questionsIn(server, 'zen.spamhaus.org').filter((name) => !/^[12]\.0\.0\.127\./.test(name));
      expect(asked).toEqual(['10.2.0.192.zen.spamhaus.org']);
      site.forgetAnswers();
      return action.match(/(NOT_)?IN_ZEN\S*/g) ?? [];
    };
    const all = ['127.0.0.2', '127.0.0.9', '127.0.0.4', '127.0.0.10'];
    expect(await tokensFor('1', ...all)).toEqual(['IN_ZEN_DROP=8.5', 'IN_ZEN_PBL=3.25']);
    expect(await tokensFor('2', ...all.toReversed())).toEqual(['IN_ZEN_DROP=8.5', 'IN_ZEN_PBL=3.25']);
    expect(await tokensFor('3', '127.0.0.3', '127.0.0.2')).toEqual(['IN_ZEN_SBL=4.35']);
    expect(await tokensFor('4', '127.0.0.11', '127.0.0.10')).toEqual(['IN_ZEN_PBL=3.25', 'NOT_IN_ZEN=-1.5']);
    // A refusal among the codes is a refusal.
    expect(await tokensFor('5', '127.0.0.2', '127.255.255.254')).toEqual([]);
  });

  test('a client of the PBL is a dial-up line: it looks like none by name, and that is not added again', async () => {
    const server = await newServer({
      ...worldWith(DEFAULT_LISTS, [], 'healthy'),
      '99.2.0.192.in-addr.arpa': { PTR: '99-2-0-192.dyn.elsewhere.test' },
    });
    const site = new Site(server, { dns: 'list_check_interval = 0', decision: 'reject_level = 1000' });
    expect(await site.askOnce({ ...MAILS.narrow, instance: '1' })).toContain(' CL_SEEMS_DIALUP=3.75');
    server.set('99.2.0.192.zen.spamhaus.org', { A: '127.0.0.10' });
    site.forgetAnswers();
    const action = await site.askOnce({ ...MAILS.narrow, instance: '2' });
    expect(action).toContain(' IN_ZEN_PBL=3.25');
    expect(action).not.toContain('CL_SEEMS_DIALUP');
  });

  test('lists of IPv4 addresses are not asked about an IPv6 client', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    const site = new Site(server, { dns: 'list_check_interval = 0' });
    const action = await site.askOnce(MAILS['IPv6 client']);
    for (const list of DEFAULT_LISTS) {
      if (list.family === 'ipv4') expect(questionsIn(server, list.zone), list.zone).toEqual([]);
    }
    const reversed = V6_REVERSED.replace('.ip6.arpa', '');
    expect(questionsIn(server, 'zen.spamhaus.org')).toEqual([`${reversed}.zen.spamhaus.org`]);
    expect(questionsIn(server, 'list.dnswl.org')).toEqual([`${reversed}.list.dnswl.org`]);
    expect(action).toContain(' LISTS_OFF=-3 ');
    expect(rateOf(action)).toBe(HEALTHY['IPv6 client'].score);
  });

  test('a code that no rule knows scores nothing, and is logged once a day by all processes together', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    const site = new Site(server, { dns: 'list_check_interval = 0' });
    server.set('10.2.0.192.bl.spamcop.net', { A: '127.0.0.77' });
    for (let process = 0; process < 3; process++) {
      const action = await site.askOnce(rcpt({ instance: String(process) }));
      expect(action).not.toContain('SPAMCOP');
      // Its miss score is made up for: something is known of the client, but nothing that counts.
      expect(action).toContain('LISTS_OFF=-1.5');
      expect(rateOf(action)).toBe(HEALTHY.clean.score);
    }
    const line = 'warning: bl.spamcop.net answered 127.0.0.77, for which the settings have no score';
    expect(site.logged('127.0.0.77')).toEqual([expect.stringContaining(line)]);
    site.ageTold(23 * 3_600_000);
    await site.askOnce(rcpt({ instance: 'before' }));
    expect(site.logged('127.0.0.77')).toHaveLength(1);
    site.ageTold(2 * 3_600_000);
    await site.askOnce(rcpt({ instance: 'after' }));
    expect(site.logged('127.0.0.77')).toHaveLength(2);
  });

  test('a refusal is logged with the raw answer, once an hour by five processes in turn', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [listNamed('ZEN')], 'refusing'));
    const site = new Site(server, { dns: 'list_check_interval = 0' });
    const mails = async (): Promise<void> => {
      for (let process = 0; process < 5; process++) {
        // As if the list were asked again each time.
        if (process > 0) site.withDatabase((db) => db.prepare("UPDATE list_v1 SET off = ''").run());
        site.forgetAnswers();
        await site.askOnce(rcpt({ instance: String(process) }));
      }
    };
    const polw = await site.start();
    await polw.ask(rcpt({ instance: 'first' }));
    await polw.end();
    await mails();
    const line = 'warning: zen.spamhaus.org refuses us: it answered 127.255.255.254. If its test gives';
    expect(site.logged('zen.spamhaus.org refuses us')).toEqual([expect.stringContaining(line)]);
    const found = 'warning: zen.spamhaus.org is not asked; its test says: refused (it answered 127.255.255.254';
    expect(site.logged('zen.spamhaus.org is not asked')).toEqual([expect.stringContaining(found)]);
    expect(questionsIn(server, 'zen.spamhaus.org').length).toBeGreaterThanOrEqual(5);
    site.ageTold(3_601_000);
    await mails();
    expect(site.logged('zen.spamhaus.org refuses us')).toHaveLength(2);
    expect(site.logged('zen.spamhaus.org is not asked')).toHaveLength(2);
  });

  test('a list that says "trusted" by 127.0.0.1, as it does by design, is not taken for one that refuses', async () => {
    const hostkarma = LIVING_LISTS.find(({ zone }) => zone === 'hostkarma.junkemailfilter.com');
    if (hostkarma === undefined) throw new Error('hostkarma is not known');
    const server = await newServer(worldWith([hostkarma], [], 'healthy'));
    server.set('10.2.0.192.hostkarma.junkemailfilter.com', { A: '127.0.0.1' });
    const scale = new Scale(server, [hostkarma], 5000);
    const { weighed } = await scale.weigh(MAILS.clean);
    expect(weighed.learnt.get(hostkarma.name)?.kind).not.toBe('refused');
    const after = await scale.weigh(MAILS['HELO verified elsewhere']);
    expect(after.weighed.trace).toContain(' NOT_IN_hostkarma');
  });
});

describe('the program, with all lists in a state', () => {
  test.each(STATES)('%s', async (state) => {
    const server = await newServer(worldWith(DEFAULT_LISTS, DEFAULT_LISTS, state));
    const site = new Site(server, { dns: `dns_timeout = "${state === 'silent' ? '0.2s' : '10s'}"\ndns_tries = 1` });
    const polw = await site.start();
    const first = await polw.ask(MAILS.clean);
    expect(first).toMatch(/^action=PREPEND/);
    await site.tested(DEFAULT_LISTS.length);
    const off = DEFAULT_LISTS.map((list) => [list.name, site.row(list.zone)?.off]);
    expect(off).toEqual(DEFAULT_LISTS.map((list) => [list.name, troubleFound(list, state)]));
    server.clear();
    for (const name of ['clean', 'HELO verified elsewhere', 'narrow', 'IPv6 client'] as const) {
      const answer = await polw.ask({ ...MAILS[name], instance: `${name} again` });
      expect(answer).toMatch(/^action=PREPEND X-policyd-weight:/);
      expect(rateOf(answer), name).toBe(HEALTHY[name].score);
    }
    const asked = DEFAULT_LISTS.filter((list) => questionsIn(server, list.zone).length > 0).map(({ name }) => name);
    expect(asked).toEqual(DEFAULT_LISTS.filter((list) => site.row(list.zone)?.off === '').map(({ name }) => name));
    await polw.end();
  });
});

describe('the tests in the background', () => {
  test('a mail that comes while lists are tested does not spoil the tests', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [], 'healthy'));
    for (const list of DEFAULT_LISTS) {
      const { listed } = testNames(list);
      if (listed !== undefined) server.set(listed, { A: codeOf(list), fault: faults.delay(600) });
    }
    const site = new Site(server, { dns: 'dns_timeout = "10s"' });
    const polw = await site.start();
    await polw.ask(MAILS.clean);
    await until('a test is under way', () => questionsIn(server, 'zen.spamhaus.org').length > 1);
    await polw.ask(MAILS['HELO verified elsewhere']);
    await site.tested(DEFAULT_LISTS.length);
    expect(DEFAULT_LISTS.map(({ zone }) => [zone, site.row(zone)?.off])).toEqual(
      DEFAULT_LISTS.map(({ zone }) => [zone, '']),
    );
    await polw.end();
  });

  test('what a test found is logged when it is found, and not with the next mail', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [listNamed('PSBL')], 'NXDOMAIN'));
    const site = new Site(server);
    const polw = await site.start();
    await polw.ask(MAILS.clean);
    await site.tested(DEFAULT_LISTS.length);
    const line = 'warning: psbl.surriel.com is not asked; its test says: lists nothing';
    await until('the log tells of it', () => site.logged(line).length === 1);
    await polw.end();
  });

  test('with list_check_interval = 0 a list that refused us once is asked again after list_off_time', async () => {
    const server = await newServer(worldWith(DEFAULT_LISTS, [listNamed('ZEN')], 'refusing'));
    const site = new Site(server, { dns: 'list_check_interval = 0' });
    await site.askOnce(rcpt({ instance: 'refused' }));
    expect(site.row('zen.spamhaus.org')?.off).toBe('refused');
    server.setZone(worldWith(DEFAULT_LISTS, [], 'healthy'));
    site.forgetAnswers();
    site.makeDue();
    const polw = await site.start();
    await polw.ask(rcpt({ instance: 'healed' }));
    await until('it is on', () => site.row('zen.spamhaus.org')?.off === '');
    await polw.end();
  });
});

describe('lists that are dead', () => {
  const DEAD = `
[[lists]]
name = "ZEN"
zone = "zen.spamhaus.org"
miss = -1.5
answers = [{ match = "127.0.0.2", client = 4.35 }]

[[lists]]
name = "NJABL"
  zone = "dnsbl.njabl.org"
miss = -2
answers = [{ client = 5 }]

[[lists]]
name = "RFCI"
zone = "DSN.rfc-ignorant.org"
answers = [{ sender = 5 }]

[[lists]]
name = "SORBS"
zone = "dnsbl.sorbs.net"
enabled = false
miss = -1
answers = [{ client = 5 }]
`;

  test('polw check warns of each with its place, and has nothing else to say', async () => {
    const server = await newServer({});
    const site = new Site(server, { lists: DEAD });
    const text = readFileSync(site.file, 'utf8').split('\n');
    const lineOf = (part: string): number => text.findIndex((line) => line.includes(part)) + 1;
    const { stdout, stderr, code } = await site.run('check', '--settings-only');
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        `^${site.file}:${lineOf('dnsbl.njabl.org')}:3: warning: dnsbl.njabl.org is dead and not asked: .*; take it out$`,
      ),
      expect.stringMatching(
        `^${site.file}:${lineOf('rfc-ignorant')}:1: warning: DSN.rfc-ignorant.org is dead and not asked: .*; take it out$`,
      ),
      'all works: looked at',
      expect.stringContaining(site.file),
      '',
    ]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  test('the service never asks them, tests them neither, and makes up for their misses', async () => {
    const zone = worldWith([listNamed('ZEN')], [], 'healthy');
    const everything = { A: '127.0.0.2' };
    const server = await newServer({
      ...zone,
      '*.dnsbl.njabl.org': everything,
      '*.dsn.rfc-ignorant.org': everything,
      '*.dnsbl.sorbs.net': everything,
    });
    const site = new Site(server, { lists: DEAD });
    const polw = await site.start();
    const action = await polw.ask(MAILS.clean);
    await site.tested(1);
    expect(action).toBe(
      'action=PREPEND X-policyd-weight:  BASE=-0.05 NOT_IN_ZEN=-1.5 LISTS_OFF=-2 CL_IP_EQ_FROM_MX=-3.1; rate: -6.65',
    );
    await polw.end();
    const { code, stderr } = await site.run('lists', '--test');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'testing zen.spamhaus.org ... ok\n' });
    expect(server.queries.filter(({ name }) => /njabl|rfc-ignorant|sorbs/.test(name))).toEqual([]);
  });
});

describe('a list that is known to be dead, but set to be asked', () => {
  const MIRROR = `
[[lists]]
name = "NJABL"
zone = "dnsbl.njabl.org"
ask_although_dead = true
miss = -2
answers = [{ client = 5 }]
`;

  test('polw check has nothing to say about it', async () => {
    const site = new Site(await newServer({}), { lists: MIRROR });
    expect(await site.run('check', '--settings-only')).toMatchObject({
      stdout: expect.stringMatching(/^all is well: /),
      stderr: '',
      code: 0,
    });
  });

  test('is asked and tested as any other', async () => {
    const server = await newServer({
      ...worldWith([], [], 'healthy'),
      '2.0.0.127.dnsbl.njabl.org': { A: '127.0.0.2' },
    });
    const site = new Site(server, { lists: MIRROR });
    const polw = await site.start();
    expect(await polw.ask(MAILS.clean)).toContain(' NOT_IN_NJABL=-2 ');
    await site.tested(1);
    await polw.end();
    const { code, stderr, stdout } = await site.run('lists', '--test');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'testing dnsbl.njabl.org ... ok\n' });
    expect(stdout).toMatch(/^NJABL +dnsbl\.njabl\.org +on /m);
  });
});

describe('without a shared file', () => {
  test('a list that refused us is tested at once, and after list_off_time, and asked again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const settings = { ...defaultSettings(), cache_file: '', log_to: 'nowhere' as const };
    const log = new LogWriter(settings, false);
    const watch = new ListWatch(settings, storeOf(settings, log), log);
    watch.learn(new Map([['ZEN', { kind: 'refused', address: '127.255.255.254' }]]));
    expect(watch.states().get('ZEN')).toBeUndefined();
    watch.testDue(async () => ({ kind: 'records', values: ['127.255.255.254'], ttl: 60 }));
    await until('it is off', () => watch.states().get('ZEN') === 'off');
    await until('it is tested', () => !watch.testing);
    vi.setSystemTime(Date.now() + settings.list_off_time * 1000 + 1);
    const asked: string[] = [];
    watch.testDue(async (_type, name) => {
      asked.push(name);
      return name.startsWith('2.') ? { kind: 'records', values: ['127.0.0.2'], ttl: 60 } : NO_SUCH_NAME;
    });
    await until('it is asked again', () => watch.states().get('ZEN') === undefined);
    expect(asked.filter((name) => name.endsWith('zen.spamhaus.org'))).toHaveLength(2);
  });
});
