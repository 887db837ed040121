// Whole mails: the checks in their order, with what one finds for the next.

import { describe, expect, test } from 'vitest';
import type { Settings } from '../../src/settings/table.ts';
import { CHECKS, type Weighed, weigh } from '../../src/weigh/weigh.ts';
import {
  type Answers,
  clientList,
  type EnvelopeParts,
  envelopeOf,
  RecordedLookup,
  SILENCE,
  senderList,
  settingsWith,
} from '../recorded.ts';

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

  test('from a listed host of a provider, for a listed sender domain', async () => {
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
      settings: { reject_level: 100 },
    });
    expect(trace).toBe(
      ' NOT_IN_BL1=-1.5 IN_BL2=3.75 CL_IP_EQ_HELO_IP=-2' +
        ' (check from: good.test - helo: provider.test) ' +
        // 1 + 3.75 / 4, then 1.5 + 3.75, then 3.2 + 3.1 + 3.75 / 2
        ' FROM/MX_MATCHES_NOT_HELO(DOMAIN)=1.938 CLIENT_NOT_MX/A_FROM_DOMAIN=5.25 IN_RHS1=8.175',
    );
    // -1.5 + 3.75 - 2 + 1.938 + 5.25 + 8.175
    expect(score).toBe(15.613);
    expect(findings).toMatchObject({ relayAdvised: true, listedIn: ['rhs1.test'] });
  });

  test('is refused by then: the lists of domains are not asked', async () => {
    const { asked, score } = await scale({ answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] } });
    expect(score).toBeGreaterThan(1);
    expect(asked).not.toContain('A good.test.rhs1.test');
  });

  test('with an address as HELO counts that twice', async () => {
    const { trace } = await scale({
      helo: '[192.0.2.10]',
      answers: {
        'A good.test': ['198.51.100.1'],
        'MX good.test': ['mx.good.test'],
        'A mx.good.test': ['198.51.100.1'],
      },
    });
    expect(trace).toBe(
      ' NOT_IN_BL1=-1.5 NOT_IN_BL2=-1.5 HELO_NUMERIC=2.5' +
        ' (check from: good.test - helo: -)  FROM/MX_MATCHES_NOT_HELO(DOMAIN)=3.5',
    );
  });
});

describe('weighing', () => {
  test('ends early, and no later check is made', async () => {
    const weighed = await scale({ settings: { dnsbl_checks_only: true } });
    expect(weighed.ending).toEqual({ kind: 'lists-only' });
    expect(weighed.asked).toHaveLength(3);
    expect(weighed.steps.map((step) => step.name)).toEqual(['DNS lists by client address']);
  });

  test('ends with a known sender if its client is on no list', async () => {
    const clean = await scale({ knownRate: -8.5 });
    expect(clean.ending).toEqual({ kind: 'known-sender', rate: -8.5 });
    expect(clean.asked).toHaveLength(3);
    const listed = await scale({ knownRate: -8.5, answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] } });
    expect(listed.ending).toBeUndefined();
  });

  test('counts the failures of all checks together', async () => {
    const { ending, asked } = await scale({
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
