// Whole mails: the checks in their order, with what one finds for the next.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answers,
  clientList,
  type EnvelopeParts,
  envelopeOf,
  NOTHING,
  RecordedLookup,
  SERVFAIL,
  SILENCE,
  senderList,
  settingsWith,
} from '../../rig/recorded.ts';
import { defaultSettings } from '../../src/settings/read.ts';
import type { Settings } from '../../src/settings/table.ts';
import { verdictOf } from '../../src/weigh/verdict.ts';
import { CHECKS, type Weighed, weigh } from '../../src/weigh/weigh.ts';

const CLIENT = '192.0.2.10';
const PTR = 'PTR 10.2.0.192.in-addr.arpa';
const LISTS = [
  clientList('BL1', 4.35, -1.5),
  clientList('BL2', 3.75, -1.5),
  clientList('DYNBL', 3.25, 0),
  senderList('RHS1', 3.2),
];

interface Case extends EnvelopeParts {
  readonly answers?: Answers;
  readonly settings?: Partial<Settings>;
  readonly knownRate?: number;
}

async function scale({ answers = {}, settings, knownRate, ...envelope }: Case): Promise<Weighed & { asked: string[] }> {
  const lookup = new RecordedLookup(answers);
  const weighed = await weigh(envelopeOf(envelope), {
    settings: settingsWith({ lists: LISTS, ...settings }),
    lookup,
    listStates: new Map(),
    ...(knownRate === undefined ? {} : { knownRate }),
  });
  return { ...weighed, asked: lookup.asked };
}

describe('a good mail', () => {
  const answers: Answers = {
    'MX good.test': ['mail.good.test'],
    'A mail.good.test': [CLIENT],
    [PTR]: ['mail.good.test'],
  };

  test('whose client is the MX of the sender domain', async () => {
    const { trace, score, asked, findings, ending } = await scale({ answers });
    expect(trace).toBe(' NOT_IN_BL1=-1.5 NOT_IN_BL2=-1.5 CL_IP_EQ_FROM_MX=-3.1');
    expect(score).toBe(-6.1);
    expect(ending).toBeUndefined();
    expect(findings).toMatchObject({ mxOk: true, isMx: true, helo: 'verified', clientFromCheckWanted: false });
    expect(asked).toEqual([
      'A 10.2.0.192.bl1.test',
      'A 10.2.0.192.bl2.test',
      'A 10.2.0.192.dynbl.test',
      'MX good.test',
      'A mail.good.test',
      PTR,
      'A good.test.rhs1.test',
    ]);
  });

  test('from a host of the sender domain that is no MX', async () => {
    const { trace, score } = await scale({
      helo: 'out.good.test',
      answers: {
        'MX good.test': ['mx.elsewhere.test'],
        'A mx.elsewhere.test': ['198.51.100.1'],
        'A good.test': ['198.51.100.2'],
        'A out.good.test': [CLIENT],
        [PTR]: ['out.good.test'],
      },
    });
    expect(trace).toBe(
      ' NOT_IN_BL1=-1.5 NOT_IN_BL2=-1.5 CL_IP_EQ_HELO_IP=-2' +
        ' (check from: good.test - helo: good.test)  FROM/MX_MATCHES_HELO(DOMAIN)=-2',
    );
    expect(score).toBe(-7);
  });

  test('through a provider, whose host verifies itself', async () => {
    const { trace, score, findings } = await scale({
      helo: 'out.provider.test',
      answers: {
        'MX good.test': ['mx.elsewhere.test'],
        'A mx.elsewhere.test': ['198.51.100.1'],
        'A out.provider.test': [CLIENT],
        [PTR]: ['out.provider.test'],
      },
    });
    expect(trace).toBe(
      ' NOT_IN_BL1=-1.5 NOT_IN_BL2=-1.5 CL_IP_EQ_HELO_IP=-2' +
        ' (check from: good.test - helo: provider.test)  FROM/MX_MATCHES_NOT_HELO(DOMAIN)=1',
    );
    expect(score).toBe(-4);
    expect(findings.clientFromCheckWanted).toBe(true);
  });
});

describe('a bad mail', () => {
  test('from a listed dial-up line with a false HELO', async () => {
    const { trace, score, findings } = await scale({
      helo: 'host-192-0-2-10.dsl.provider.test',
      sender: 'nobody@good.test',
      answers: {
        'A 10.2.0.192.bl1.test': ['127.0.0.2'],
        'MX good.test': ['mx.good.test'],
        'A mx.good.test': ['198.51.100.1'],
        'A good.test': ['198.51.100.1'],
        [PTR]: ['host-192-0-2-10.dsl.other.test'],
      },
    });
    // The dial-up line adds 3.75 to what the lists say: 8.1.
    expect(trace).toBe(
      ' IN_BL1=4.35 NOT_IN_BL2=-1.5 CL_IP_NE_HELO=5.85' +
        ' (check from: good.test - helo: provider.test) ' +
        ' FROM_NOT_FAILED_HELO(DOMAIN)=7.35 CL_SEEMS_DIALUP=3.75 RESOLVED_IP_IS_NOT_HELO=1.5' +
        ' NOK_HELO_SEEMS_DIALUP=5 FROM_NBDY_ANON=9.27',
    );
    // 4.35 - 1.5 + 5.85 + 7.35 + 3.75 + 1.5 + 5 + 9.27
    expect(score).toBe(35.57);
    expect(findings).toMatchObject({ dnsblHits: 1, dialUp: true, dynDnsAdvised: true });
  });

  test.each([
    // -1.5 + 3.75 - 2 + 1.938 + 5.25 + 8.175
    ['as policyd-weight weighs it', true, -2, 15.613],
    ['whose names earn it nothing', false, 0, 17.613],
  ])('from a listed host of a provider, for a listed sender domain, %s', async (_, as_policyd_weight, credit, sum) => {
    const { trace, score, findings } = await scale({
      helo: 'out.provider.test',
      answers: {
        'A 10.2.0.192.bl2.test': ['127.0.0.2'],
        'MX good.test': ['mx.good.test'],
        'A mx.good.test': ['192.0.2.99'],
        'A good.test': ['192.0.2.99'],
        'A out.provider.test': [CLIENT],
        'A good.test.rhs1.test': ['127.0.0.2'],
      },
      settings: { reject_level: 100, as_policyd_weight },
    });
    expect(trace).toBe(
      ` NOT_IN_BL1=-1.5 IN_BL2=3.75 CL_IP_EQ_HELO_IP=${credit}` +
        ` (${as_policyd_weight ? 'check from: .good. - helo: .out.provider. - helo-domain: .provider.' : 'check from: good.test - helo: provider.test'}) ` +
        // 1 + 3.75 / 4, then 1.5 + 3.75, then 3.2 + 3.1 + 3.75 / 2
        ' FROM/MX_MATCHES_NOT_HELO(DOMAIN)=1.938 CLIENT_NOT_MX/A_FROM_DOMAIN=5.25 IN_RHS1=8.175',
    );
    expect(score).toBe(sum);
    expect(findings).toMatchObject({ relayAdvised: true, listedIn: ['rhs1.test'] });
  });

  test('is refused by then: the lists of domains are not asked', async () => {
    const { asked, score } = await scale({ answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] } });
    expect(score).toBeGreaterThan(1);
    expect(asked).not.toContain('A good.test.rhs1.test');
  });

  test.each([
    [
      'as policyd-weight weighs it',
      true,
      ' HELO_NUMERIC=2.5 (check from: .good. - helo: .[192.0.2.10]. - helo-domain: .10].)  FROM/MX_MATCHES_NOT_HELO(DOMAIN)=3.5',
    ],
    [
      'which is read as the address alone',
      false,
      ' HELO_IP_IN_CL_SUBNET=-1.2 HELO_NUMERIC=2.5 (check from: good.test - helo: -)  FROM/MX_MATCHES_NOT_HELO(DOMAIN)=3.5',
    ],
  ])('with its own address in brackets as HELO, %s', async (_, as_policyd_weight, tokens) => {
    const { trace } = await scale({
      helo: '[192.0.2.10]',
      settings: { as_policyd_weight },
      answers: {
        'A good.test': ['198.51.100.1'],
        'MX good.test': ['mx.good.test'],
        'A mx.good.test': ['198.51.100.1'],
      },
    });
    expect(trace).toBe(` NOT_IN_BL1=-1.5 NOT_IN_BL2=-1.5${tokens}`);
  });
});

describe('a throw-away domain whose MX is the client', () => {
  const answers: Answers = {
    'MX good.test': ['mail.good.test'],
    'A mail.good.test': [CLIENT],
    [PTR]: ['mail.good.test'],
    'A 10.2.0.192.zen.spamhaus.org': ['127.0.0.4'],
  };

  test('earns a listed client nothing: it is refused with the lists of today', async () => {
    const settings = { lists: defaultSettings().lists, list_check_interval: 0 };
    const { trace, score } = await scale({ answers, settings });
    expect(trace).toBe(
      ' IN_ZEN_XBL=4.35 NOT_IN_SPAMCOP=-1.5 NOT_IN_PSBL=-0.75 NOT_IN_MAILSPIKE=-0.75 CL_IP_EQ_FROM_MX=0',
    );
    expect(score).toBe(1.35);
    const asOriginal = await scale({ answers, settings: { ...settings, as_policyd_weight: true } });
    expect(asOriginal.trace).toContain(' CL_IP_EQ_FROM_MX=-3.1');
    expect(asOriginal.score).toBe(-1.75);
  });

  test('nor do any other names that fit; but what an allow list says counts', async () => {
    const settings = { lists: [...LISTS, clientList('ALLOW', -3.5, 0)], reject_level: 100 };
    const listed = { ...answers, 'A 10.2.0.192.bl1.test': ['127.0.0.2'], 'A 10.2.0.192.allow.test': ['127.0.0.2'] };
    const worlds: readonly Partial<Case>[] = [
      { answers: listed },
      { answers: { ...listed, 'MX good.test': [], 'A good.test': [CLIENT] } },
      { answers: { ...listed, 'MX good.test': [], 'A good.test': ['192.0.2.77'] } },
      { answers: { ...listed, 'MX good.test': [], 'A good.test': ['192.0.77.77'] } },
      { answers: { ...listed, 'A mail.good.test': ['198.51.100.1'], 'A helo.test': [CLIENT] }, helo: 'helo.test' },
      { answers: { ...listed, 'MX good.test': [] }, clientName: 'mail.good.test', helo: 'other.test' },
    ];
    for (const world of worlds) {
      const { steps } = await scale({ ...world, settings });
      const credits = steps.flatMap(({ tokens }) => tokens.filter(({ points }) => points < 0)).map(({ name }) => name);
      expect(credits).toEqual(['NOT_IN_BL2', 'IN_ALLOW']);
    }
  });
});

describe('what is unknown', () => {
  const BL1 = { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] };
  const provider: EnvelopeParts = { helo: 'out.esp.test', sender: 'user@customer.test' };
  const customer: Answers = {
    'MX customer.test': ['mx.customer.test'],
    'A mx.customer.test': ['198.51.100.1'],
    'A customer.test': ['198.51.100.1'],
  };
  const trouble: Answers = Object.fromEntries(
    ['MX out.esp.test', 'A out.esp.test', 'MX esp.test', 'A esp.test', PTR].map((question) => [question, SERVFAIL]),
  );
  const verdict = (weighed: Weighed, settings: Partial<Settings> = {}) =>
    verdictOf(envelopeOf(provider), weighed, settingsWith({ lists: LISTS, ...settings }));

  test('of a clean client counts neither way; the mail is let through, and not remembered', async () => {
    const settings = { lists: [clientList('BL1', 3, -5.5)] };
    const weighed = await scale({ ...provider, settings, answers: { ...customer, ...trouble } });
    expect(weighed.trace).toContain(' HELO_DNS_UNKNOWN=0');
    expect(weighed.trace).toContain(' REVERSE_DNS_UNKNOWN=0');
    expect(weighed).toMatchObject({ score: -5.5, inDoubt: false });
    expect(verdict(weighed)).toMatchObject({ outcome: 'accept', remember: 'accepted' });
    expect(verdict(weighed)).not.toHaveProperty('keep');
  });

  test('of the names that a client calls its own puts it off, if they could refuse it: they buy nothing', async () => {
    const weighed = await scale({ ...provider, answers: { ...customer, ...trouble } });
    expect(weighed).toMatchObject({ score: -3, inDoubt: true });
    expect(verdict(weighed)).toMatchObject({ outcome: 'defer' });
    expect(verdict(weighed).action).toMatch(/^450 4\.7\.1 .*out\.esp\.test/);
  });

  test('of a sender domain that is out of order speaks against nobody else', async () => {
    const answers = {
      'MX customer.test': SERVFAIL,
      'A customer.test': SERVFAIL,
      'A out.esp.test': [CLIENT],
      [PTR]: ['out.esp.test'],
    };
    const weighed = await scale({ ...provider, settings: { lists: [] }, answers });
    expect(weighed).toMatchObject({ score: -2, inDoubt: false });
    expect(verdict(weighed)).toMatchObject({ outcome: 'accept' });
  });

  test('of HELO or of the name of the client is against it if a list of domains knows the other', async () => {
    const list = senderList('RHS1', 3);
    const answer = { match: '', name: '', group: '', dial_up: false, counts: false, helo: 3 };
    const settings = { lists: [clientList('BL1', 3, -4), { ...list, answers: [answer] }] };
    const answers = { ...customer, ...trouble, 'A out.esp.test.rhs1.test': ['127.0.0.2'] };
    const weighed = await scale({ ...provider, settings, answers });
    expect(weighed.trace).toContain(' HELO_IN_RHS1=3');
    expect(weighed).toMatchObject({ inDoubt: true });
  });

  test('makes a refusal temporary that it might have turned', async () => {
    const parts = { ...provider, sender: 'anonymous@customer.test', settings: { lists: [] } };
    const weighed = await scale({ ...parts, answers: { ...customer, ...trouble } });
    // 1.17 for its name; if the client were a host of HELO, it would be 1.17 - 3.1 + 1.
    expect(weighed).toMatchObject({ score: 1.17, inDoubt: true });
    expect(verdict(weighed)).toMatchObject({ outcome: 'defer', remember: 'blocked' });
    expect(verdict(weighed).action).toMatch(/^450 4\.7\.1 .*the MX record of out\.esp\.test/);
    expect(verdict(weighed)).not.toHaveProperty('keep');
  });

  test('leaves a refusal that stands whatever it is; it is not remembered', async () => {
    const settings = { lists: [clientList('BL1', 8, 0)] };
    const weighed = await scale({ ...provider, settings, answers: { ...customer, ...trouble, ...BL1 } });
    expect(weighed.inDoubt).toBe(false);
    expect(verdict(weighed)).toMatchObject({ outcome: 'reject' });
    expect(verdict(weighed)).not.toHaveProperty('keep');
    expect(verdict(weighed).action).not.toContain('mismatch');
  });

  test('does not let a listed client through that would be refused if it were bad', async () => {
    const settings = { lists: [clientList('BL1', 3, 0), clientList('BL2', 3, -3)] };
    const weighed = await scale({ ...provider, settings, answers: { ...customer, ...trouble, ...BL1 } });
    expect(weighed).toMatchObject({ score: 0, inDoubt: true });
    expect(verdict(weighed)).toMatchObject({ outcome: 'defer' });
  });

  test('lets a listed client through that would be accepted even if it were bad', async () => {
    const settings = { lists: [clientList('BL1', 0.5, 0), clientList('BL2', 3, -20)] };
    const weighed = await scale({ ...provider, settings, answers: { ...customer, ...trouble, ...BL1 } });
    expect(weighed).toMatchObject({ score: -19.5, inDoubt: false });
    expect(verdict(weighed)).toMatchObject({ outcome: 'accept' });
  });

  test('does not let a mail of a listed sender domain through either', async () => {
    const settings = { lists: [clientList('BL1', 3, -4), senderList('RHS1', 3.2)] };
    const answers = { ...customer, ...trouble, 'A customer.test.rhs1.test': ['127.0.0.2'] };
    const weighed = await scale({ ...provider, settings, answers });
    expect(weighed).toMatchObject({ score: -0.8, inDoubt: true });
  });

  test('might be a reverse name of a dial-up line', async () => {
    const settings = { lists: [clientList('BL1', 3, 0), clientList('BL2', 3, -3)] };
    const answers = { ...customer, 'A out.esp.test': [CLIENT], ...BL1, [PTR]: SERVFAIL };
    const known = { ...answers, [PTR]: NOTHING };
    // With names that fit, only the missing reverse name could speak against it.
    const level = (await scale({ ...provider, settings: { ...settings, reject_level: 1000 }, answers: known })).score;
    const settingsAbove = { ...settings, reject_level: level + 1 };
    expect((await scale({ ...provider, settings: settingsAbove, answers: known })).inDoubt).toBe(false);
    expect((await scale({ ...provider, settings: settingsAbove, answers })).inDoubt).toBe(true);
  });

  test('costs no further question', async () => {
    const settings = { lists: [clientList('BL1', 3, 0), clientList('BL2', 3, -3), senderList('RHS1', 3)] };
    const answers = { ...trouble, ...BL1, 'MX customer.test': SILENCE };
    const { asked, inDoubt } = await scale({ ...provider, settings, answers });
    expect(inDoubt).toBe(true);
    expect([...new Set(asked)].sort()).toEqual(
      [
        'A 10.2.0.192.bl1.test',
        'A 1.0.0.127.bl1.test',
        'A 10.2.0.192.bl2.test',
        'MX customer.test',
        'MX out.esp.test',
        'A out.esp.test',
        'MX esp.test',
        'A esp.test',
        PTR,
        'A customer.test.rhs1.test',
      ].sort(),
    );
  });

  test('is decided by as policyd-weight does, if that is set', async () => {
    const weighed = await scale({
      ...provider,
      settings: { as_policyd_weight: true },
      answers: { ...customer, ...trouble },
    });
    expect(weighed.trace).toContain(' CL_IP_NE_HELO=1.5');
    expect(weighed.findings).toMatchObject({ failures: 2, unknown: [] });
    expect(weighed.inDoubt).toBe(false);
  });
});

describe('most lists silent', () => {
  const silent = { 'A 10.2.0.192.bl1.test': SILENCE, 'A 10.2.0.192.bl2.test': SILENCE };
  const verdict = async (answers: Answers) =>
    verdictOf(envelopeOf(), await scale({ answers }), settingsWith({ lists: LISTS }));

  test('lets a mail pass unweighed, unless a list that answers knows the client', async () => {
    expect(await verdict(silent)).toEqual({
      outcome: 'accept',
      action: 'PREPEND X-policyd-weight: accepted, too many DNS failures in bl2.test lookups',
      remember: 'accepted',
    });
    const listed = await verdict({ ...silent, 'A 10.2.0.192.dynbl.test': ['127.0.0.2'] });
    expect(listed).toMatchObject({ outcome: 'defer', remember: 'blocked' });
    expect(listed.action).toMatch(/^450 4\.7\.1 .* most DNS lists /);
    expect(listed).not.toHaveProperty('keep');
  });
});

describe('the own address in brackets as HELO', () => {
  const six = '2001:0db8:0000:0000:0000:0000:0000:0010';
  const literals = {
    '192.0.2.10': ['[192.0.2.10]', '[ipv6:::ffff:192.0.2.10]'],
    [six]: [`[ipv6:${six}]`, '[ipv6:2001:db8::10]', '[ipv6:2001:db8:0:0::0.0.0.16]', '[2001:db8::10]'],
  };
  const bareForms = { '192.0.2.10': ['192.0.2.10'], [six]: [six, '2001:db8::10'] };
  const reverse = {
    '192.0.2.10': PTR,
    [six]: 'PTR 0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  };

  const cases = fc.record({
    client: fc.constantFrom<keyof typeof literals>('192.0.2.10', six),
    sender: fc.constantFrom('user@good.test', 'user@a.good.test', 'nobody@localhost', 'user', 'bcdfgh@good.test'),
    clientName: fc.constantFrom('unknown', 'mail.good.test', 'dsl1.dyn.provider.test'),
    hit: fc.constantFrom<readonly string[]>([], ['bl1'], ['bl1', 'dynbl']),
    exchange: fc.constantFrom<Answers[string]>([CLIENT], ['198.51.100.1'], ['192.0.2.77'], ['10.0.0.1'], [], SERVFAIL),
    domain: fc.constantFrom<Answers[string]>([CLIENT], ['198.51.100.1'], ['192.0.77.77'], [], SERVFAIL),
    names: fc.constantFrom<Answers[string]>(['mail.good.test'], ['dsl1.dyn.provider.test'], [], SERVFAIL),
    sixth: fc.boolean(),
  });

  test('is neither worse nor better than without brackets', async () => {
    const property = fc.asyncProperty(cases, async ({ client, hit, exchange, domain, names, sixth, ...parts }) => {
      const suffix = client === six ? reverse[six].slice(4, -9) : '10.2.0.192';
      const answers: Answers = {
        ...Object.fromEntries(hit.map((list) => [`A ${suffix}.${list}.test`, ['127.0.0.2']])),
        'MX good.test': ['mx.good.test'],
        'A mx.good.test': exchange,
        'A good.test': domain,
        'AAAA good.test': sixth ? [six] : [],
        [reverse[client]]: names,
      };
      const settings = { reject_level: 1000, max_dnsbl_hits: 1000, max_dnsbl_score: 1000 };
      const scores = async (forms: readonly string[]) =>
        await Promise.all(
          forms.map(async (helo) => (await scale({ ...parts, client, helo, answers, settings })).score),
        );
      const literal = await scores(literals[client]);
      expect(new Set([...literal, ...(await scores(bareForms[client]))]).size).toBe(1);
    });
    await fc.assert(property, { numRuns: 1000 });
  });

  test('proves nothing: a listed client or a dial-up line is refused with it as with a name that does not exist', async () => {
    const answers = { 'A good.test': ['198.51.100.1'], 'A 10.2.0.192.bl1.test': ['127.0.0.2'] };
    for (const helo of [...literals['192.0.2.10'], '192.0.2.10', 'no.such.test']) {
      const settings = { lists: [clientList('BL1', 3.25, -1.5), clientList('BL2', 3, -3)] };
      expect((await scale({ helo, answers, settings })).score).toBeGreaterThan(10);
    }
  });

  test('is a numeric HELO; the address of another is bad as before', async () => {
    const answers = { 'A good.test': ['198.51.100.1'] };
    for (const helo of literals['192.0.2.10']) {
      expect((await scale({ helo, answers })).trace).toContain(' HELO_NUMERIC=2.5');
    }
    for (const helo of ['[192.0.2.11]', '[ipv6:2001:db8::10]', '[192.0.2.010]']) {
      expect((await scale({ helo, answers })).findings).toMatchObject({ helo: 'false' });
    }
    expect((await scale({ helo: '[192.0.2.11]', answers })).trace).toContain(' HELO_NUMERIC=2.5');
  });
});

describe('weighing', () => {
  test('ends early, and no later check is made', async () => {
    const weighed = await scale({ settings: { dnsbl_checks_only: true } });
    expect(weighed.ending).toEqual({ kind: 'lists-only' });
    expect(weighed.asked).toHaveLength(3);
    expect(weighed.steps.map((step) => step.name)).toEqual(['DNS lists by client address']);
  });

  test('ends with a known sender if neither its client nor its domain is on a list', async () => {
    const clean = await scale({ knownRate: -8.5 });
    expect(clean.ending).toEqual({ kind: 'known-sender', rate: -8.5 });
    expect(clean.asked).toEqual([
      'A 10.2.0.192.bl1.test',
      'A 10.2.0.192.bl2.test',
      'A 10.2.0.192.dynbl.test',
      'A good.test.rhs1.test',
    ]);
    for (const list of ['A 10.2.0.192.bl1.test', 'A good.test.rhs1.test']) {
      const listed = await scale({ knownRate: -8.5, answers: { [list]: ['127.0.0.2'] } });
      expect(listed.ending).toBeUndefined();
      const silent = await scale({ knownRate: -8.5, answers: { [list]: SILENCE } });
      expect(silent.ending).toEqual({ kind: 'known-sender', rate: -8.5 });
    }
  });

  test('ends with a known sender as policyd-weight does if its client is on no list', async () => {
    const settings = { as_policyd_weight: true };
    const answers = { 'A good.test.rhs1.test': ['127.0.0.2'] };
    const clean = await scale({ knownRate: -8.5, settings, answers });
    expect(clean.ending).toEqual({ kind: 'known-sender', rate: -8.5 });
    expect(clean.asked).toHaveLength(3);
    const listed = await scale({ knownRate: -8.5, settings, answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] } });
    expect(listed.ending).toBeUndefined();
  });

  test('counts the failures of all checks together as policyd-weight does', async () => {
    const { ending, asked } = await scale({
      settings: { as_policyd_weight: true },
      answers: { 'A 10.2.0.192.bl1.test': SILENCE, 'A 10.2.0.192.bl2.test': SILENCE, 'MX good.test': SILENCE },
    });
    expect(ending).toEqual({ kind: 'dns-failures', where: ' in FROM MX lookups for good.test' });
    expect(asked.at(-1)).toBe('MX good.test');
  });

  test('tells what each check did, and whom it asked', async () => {
    const { steps } = await scale({ sender: 'user@localhost', helo: 'localhost' });
    expect(steps.map((step) => step.name)).toEqual(CHECKS.map((check) => check.name));
    const step = steps.find(({ name }) => name === 'reverse names of the client');
    expect(step).toEqual({
      name: 'reverse names of the client',
      questions: [{ type: 'PTR', name: '10.2.0.192.in-addr.arpa' }],
      tokens: [
        { name: 'NO_DNS_RECORDS', points: 0.5, text: 'NO_DNS_RECORDS=0.5' },
        { name: 'RESOLVED_IP_IS_NOT_HELO', points: 1.5, text: 'RESOLVED_IP_IS_NOT_HELO=1.5' },
      ],
    });
  });

  test('adds up to a score that is not spoilt by its fractions', async () => {
    const lists = [clientList('A', 1, 0.1), clientList('B', 1, 0.2), clientList('C', 1, -0.3)];
    const { score } = await scale({
      settings: { lists },
      answers: { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [CLIENT] },
    });
    expect(score).toBe(-3.1);
    const zero = await scale({
      settings: { lists, helo_from_mx_eq_ip_score: { hit: 0, miss: 0 } },
      answers: { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [CLIENT] },
    });
    expect(zero.score).toBe(0);
  });

  test('knows the lists that it learnt about', async () => {
    const { learnt } = await scale({
      answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.2'], 'A 10.2.0.192.bl2.test': SILENCE },
    });
    expect([...learnt].map(([name, { kind }]) => [name, kind])).toEqual([
      ['BL1', 'listed'],
      ['BL2', 'silent'],
      ['DYNBL', 'not-listed'],
    ]);
  });
});
