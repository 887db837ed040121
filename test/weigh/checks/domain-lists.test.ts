import { describe, expect, test } from 'vitest';
import { clientList, listOf, NO_DATA, run, SERVFAIL, SILENCE, senderList } from '../../../rig/recorded.ts';
import type { Answer } from '../../../src/dns/lookup.ts';
import { checkDomainLists } from '../../../src/weigh/checks/domain-lists.ts';

const RHS1 = senderList('RHS1', 3.2);
const RHS2 = senderList('RHS2', 1.5);
const lists = [clientList('BL1', 1, 1), RHS1, RHS2];
const settings = { lists };

test('asks each list for the sender domain, and none that knows clients only', async () => {
  const checked = await run(checkDomainLists, { settings });
  expect(checked.asked).toEqual(['A good.test.rhs1.test', 'A good.test.rhs2.test']);
  expect(checked).toMatchObject({ trace: '', score: 0, findings: { listedIn: [], failures: 0 } });
});

test('asks nothing without a domain, or with one that is none', async () => {
  for (const sender of ['user', 'user@', 'user@[192.0.2.10]', 'user@a..test', 'user@b c']) {
    expect((await run(checkDomainLists, { settings, sender })).asked).toEqual([]);
  }
});

test.each([
  'x@a=b.spam.test',
  "x@a'b.spam.test",
  'x@a/b.spam.test',
  'x@*.spam.test',
  'x@x+y.spam.test',
  'x@\u05d0a.spam.test',
  'x@spam.test\u3002\u3002',
  'x@spam.test.\u3002',
  'x@spam\u2024test',
  'x@.spam.test',
  'x@a..spam.test',
])('asks for the domain at the end of what is none: %j', async (sender) => {
  expect((await run(checkDomainLists, { settings, sender })).asked).toEqual([
    'A spam.test.rhs1.test',
    'A spam.test.rhs2.test',
  ]);
});

test.each(['x@1.2.3.4', 'x@a.1', 'x@a.b.123', 'x@[192.0.2.1]', 'x@.test', 'x@1.2.3.4.'])(
  'asks nothing for what is no domain, nor as policyd-weight: %s',
  async (sender) => {
    for (const old of [false, true]) {
      const mail = { sender, helo: 'a.1', clientName: '192.0.2.1', settings: { ...settings, as_policyd_weight: old } };
      expect((await run(checkDomainLists, mail)).asked).toEqual([]);
    }
  },
);

test.each([
  ['x@spam.test..', 'spam.test'],
  ['x@spa\u200dm.test', 'spam.test'],
  ['x@b\u00fccher.test', 'xn--bcher-kva.test'],
])('asks for the one form of a domain: %j', async (sender, name) => {
  const { asked } = await run(checkDomainLists, { settings: { lists: [RHS1] }, sender });
  expect(asked).toEqual([`A ${name}.rhs1.test`]);
});

test('asks for a domain of one label as policyd-weight, and else not', async () => {
  for (const old of [false, true]) {
    const mail = { sender: 'x@foo', settings: { lists: [RHS1], as_policyd_weight: old } };
    expect((await run(checkDomainLists, mail)).asked).toEqual(old ? ['A foo.rhs1.test'] : []);
  }
});

test('asks a list of organisations for the organisation', async () => {
  const list = listOf({ name: 'ORG', subject: 'organisation', answers: [{ sender: 3, helo: 1 }] });
  const checked = await run(checkDomainLists, {
    settings: { lists: [list], list_check_interval: 0 },
    sender: 'x@news.spam.test',
    helo: 'mail.helo.co.uk',
    answers: { 'A spam.test.org.test': ['127.0.0.2'] },
  });
  expect(checked).toMatchObject({ trace: ' IN_ORG=3', asked: ['A spam.test.org.test', 'A helo.co.uk.org.test'] });
});

test('asks nothing for a mail that is refused anyway', async () => {
  expect((await run(checkDomainLists, { settings, score: 1 })).asked).toEqual([]);
  expect((await run(checkDomainLists, { settings, score: 0.99 })).asked).toHaveLength(2);
});

describe('a domain that is listed', () => {
  const answers = { 'A good.test.rhs1.test': ['127.0.0.2'] };

  test('gives its score', async () => {
    const checked = await run(checkDomainLists, { settings, answers });
    expect(checked.trace).toBe(' IN_RHS1=3.2');
    expect(checked.score).toBe(3.2);
    expect(checked.findings.listedIn).toEqual(['rhs1.test']);
  });

  test('gives half of the lists of clients too, rounded', async () => {
    const checked = await run(checkDomainLists, { settings, answers, findings: { dnsblScore: 0.3333 } });
    // 3.2 + 0.16665
    expect(checked.trace).toBe(' IN_RHS1=3.367');
  });

  test.each([
    ['the client should be a host of the sender', { clientFromCheckWanted: true }],
    ['HELO is from the network of the client', { heloUntrustedOk: true }],
    ['the sender domain is bogus', { bogusMx: true }],
    ['all of it', { clientFromCheckWanted: true, heloUntrustedOk: true, bogusMx: true }],
  ])('gives more if %s', async (_, findings) => {
    const checked = await run(checkDomainLists, { settings, answers, findings });
    expect(checked.trace).toBe(' IN_RHS1=6.3');
  });

  test('gives more for a random sender, on top of that', async () => {
    const checked = await run(checkDomainLists, { settings, answers, findings: { rhsblPenalty: 0.775 } });
    expect(checked.trace).toBe(' IN_RHS1=3.975');
    const both = await run(checkDomainLists, { settings, answers, findings: { rhsblPenalty: 0.775, bogusMx: true } });
    expect(both.trace).toBe(' IN_RHS1=7.075');
  });

  test('is asked for in all lists, also when the mail is refused by then', async () => {
    const checked = await run(checkDomainLists, {
      settings,
      answers: { ...answers, 'A good.test.rhs2.test': ['127.0.0.2'] },
    });
    expect(checked.trace).toBe(' IN_RHS1=3.2 IN_RHS2=1.5');
    expect(checked.score).toBe(4.7);
    expect(checked.findings.listedIn).toEqual(['rhs1.test', 'rhs2.test']);
  });

  test('gets the whole score rounded', async () => {
    const checked = await run(checkDomainLists, { settings, answers, score: -4.12344 });
    expect(checked.score).toBe(-0.9234);
  });

  test('is on a white list: the penalty is added all the same', async () => {
    const white = { lists: [senderList('WHITE', -1)] };
    const checked = await run(checkDomainLists, {
      settings: white,
      answers: { 'A good.test.white.test': ['127.0.0.2'] },
      findings: { bogusMx: true },
    });
    expect(checked.trace).toBe(' IN_WHITE=2.1');
  });

  test('is named by its answer', async () => {
    const dbl = listOf({
      name: 'DBL',
      answers: [
        { match: '127.0.1.2', name: 'SPAM', sender: 4 },
        { match: '127.0.1.[102..106]', name: 'ABUSED', sender: 1 },
      ],
    });
    const named = { 'A good.test.dbl.test': ['127.0.1.103'] };
    expect((await run(checkDomainLists, { settings: { lists: [dbl] }, answers: named })).trace).toBe(
      ' IN_DBL_ABUSED=1',
    );
  });
});

test.each([
  ['no data', NO_DATA],
  ['SERVFAIL', SERVFAIL],
  ['a refusal of the list', ['127.255.255.254']],
  ['an address of somebody else', ['203.0.113.1']],
])('%s is a miss, and gives nothing', async (_, answer) => {
  const checked = await run(checkDomainLists, { settings, answers: { 'A good.test.rhs1.test': answer } });
  expect(checked).toMatchObject({ trace: '', score: 0, findings: { failures: 0, listedIn: [] } });
});

describe('lists of host names', () => {
  const hosts = [
    listOf({ name: 'DBL', answers: [{ match: '127.0.1.2', name: 'SPAM', sender: 4, helo: 1.5, client_name: 2.5 }] }),
  ];

  test('are asked for HELO and the name of the client too, and need no penalty', async () => {
    const checked = await run(checkDomainLists, {
      settings: { lists: hosts, reject_level: 100 },
      helo: 'mail.helo.test',
      clientName: 'host.client.test',
      answers: {
        'A good.test.dbl.test': ['127.0.1.2'],
        'A mail.helo.test.dbl.test': ['127.0.1.2'],
        'A host.client.test.dbl.test': ['127.0.1.2'],
      },
      findings: { bogusMx: true },
    });
    expect(checked.trace).toBe(' IN_DBL_SPAM=7.1 HELO_IN_DBL_SPAM=1.5 CLIENT_NAME_IN_DBL_SPAM=2.5');
    expect(checked.score).toBe(11.1);
    expect(checked.findings.listedIn).toEqual(['dbl.test']);
  });

  test('are not asked for what is no name of a host, nor without a sender domain for that', async () => {
    for (const helo of ['localhost', '[192.0.2.10]', '192.0.2.10', 'a b.test', '']) {
      const { asked } = await run(checkDomainLists, { settings: { lists: hosts }, sender: 'user', helo });
      expect(asked).toEqual([]);
    }
  });

  test('are not asked while they are off', async () => {
    const listStates = new Map([['DBL', 'off' as const]]);
    expect((await run(checkDomainLists, { settings: { lists: hosts }, listStates })).asked).toEqual([]);
  });
});

test('a time-out is a failure; the third ends the weighing as policyd-weight does', async () => {
  const answers = { 'A good.test.rhs1.test': SILENCE, 'A good.test.rhs2.test': SILENCE };
  const two = await run(checkDomainLists, { settings, answers });
  expect(two).toMatchObject({ ending: undefined, trace: '', score: 0, findings: { failures: 2, unknown: [] } });
  const many = await run(checkDomainLists, { settings, answers, findings: { failures: 2 } });
  expect(many.ending).toBeUndefined();
  const asOriginal = { ...settings, as_policyd_weight: true };
  const third = await run(checkDomainLists, { settings: asOriginal, answers, findings: { failures: 2 } });
  expect(third.ending).toEqual({ kind: 'dns-failures', where: ' in rhs1.test lookups' });
  expect(third.asked).toHaveLength(1);
});

test('a list for which no time was left is unknown: others may have used it up', async () => {
  const late: Answer = { kind: 'failed', reason: 'deadline' };
  const { findings, ending } = await run(checkDomainLists, { settings, answers: { 'A good.test.rhs1.test': late } });
  expect(ending).toBeUndefined();
  expect(findings).toMatchObject({
    failures: 0,
    unknown: [{ of: 'DNS list', type: 'A', name: 'rhs1.test', reason: 'deadline' }],
  });
});
