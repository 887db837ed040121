import { describe, expect, test } from 'vitest';
import { clientList, listOf, NO_DATA, NOTHING, REFUSED, run, SERVFAIL, SILENCE } from '../../../rig/recorded.ts';
import { checkClientLists } from '../../../src/weigh/checks/client-lists.ts';

const BL1 = clientList('BL1', 4.35, -1.5);
const BL2 = clientList('BL2', 3.75, -1);
const BL3 = clientList('BL3', 2.5, -0.5);
const BL4 = clientList('BL4', 1, -0.25);
const WHITE = clientList('WHITE', -3.5, 0);

describe('the name asked', () => {
  test('of an IPv4 client: its octets in reverse order', async () => {
    const { asked } = await run(checkClientLists, { client: '192.0.2.10', settings: { lists: [BL1] } });
    expect(asked).toEqual(['A 10.2.0.192.bl1.test']);
  });

  test('of an IPv6 client: its 32 nibbles in reverse order', async () => {
    const { asked } = await run(checkClientLists, { client: '2001:db8::ab', settings: { lists: [BL1] } });
    expect(asked).toEqual(['A b.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl1.test']);
  });

  test('none of a list for the other family, one that is off, or one that knows no clients', async () => {
    const lists = [
      listOf({ name: 'SIX', family: 'ipv6', answers: [{ client: 1 }] }),
      listOf({ name: 'FOUR', family: 'ipv4', answers: [{ client: 1 }] }),
      listOf({ name: 'OFF', enabled: false, answers: [{ client: 1 }] }),
      listOf({ name: 'DOMAINS', answers: [{ sender: 1, helo: 1 }] }),
    ];
    const four = await run(checkClientLists, { client: '192.0.2.10', settings: { lists } });
    expect(four.asked).toEqual(['A 10.2.0.192.four.test']);
    const six = await run(checkClientLists, { client: '2001:db8::1', settings: { lists } });
    expect(six.asked).toHaveLength(1);
    expect(six.asked[0]).toMatch(/\.six\.test$/);
  });
});

describe('an answer', () => {
  test('that lists the client gives the hit', async () => {
    const checked = await run(checkClientLists, {
      settings: { lists: [BL1] },
      answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] },
    });
    expect(checked.trace).toBe(' IN_BL1=4.35');
    expect(checked.score).toBe(4.35);
    expect(checked.findings).toMatchObject({ dnsblScore: 4.35, dnsblHits: 1, dialUp: false, failures: 0 });
    expect([...checked.learnt]).toEqual([['BL1', 'listed']]);
    expect(checked.ending).toBeUndefined();
  });

  test.each([
    ['no such name', NOTHING],
    ['no address', NO_DATA],
    ['SERVFAIL', SERVFAIL],
    ['REFUSED', REFUSED],
  ])('of %s gives the miss', async (_, answer) => {
    const checked = await run(checkClientLists, {
      settings: { lists: [BL1] },
      answers: { 'A 10.2.0.192.bl1.test': answer },
    });
    expect(checked.trace).toBe(' NOT_IN_BL1=-1.5');
    expect(checked.score).toBe(-1.5);
    expect(checked.findings).toMatchObject({ dnsblScore: 0, dnsblHits: 0, failures: 0 });
    expect([...checked.learnt]).toEqual([['BL1', 'not-listed']]);
  });

  test('of no points for a miss has a token only if that is wanted', async () => {
    const lists = [clientList('BL1', 1, 0)];
    expect((await run(checkClientLists, { settings: { lists } })).trace).toBe('');
    expect((await run(checkClientLists, { settings: { lists, log_hits_only: false } })).trace).toBe(' NOT_IN_BL1=0');
  });

  test.each([
    ['refused', '127.255.255.254'],
    ['hijacked', '203.0.113.1'],
  ])('that is none of a list (%s) is no hit, and takes nothing from a clean client', async (kind, address) => {
    const lists = [listOf({ name: 'BL1', miss: -1.5, answers: [{ client: 4 }] }), BL2];
    const checked = await run(checkClientLists, {
      settings: { lists },
      answers: { 'A 10.2.0.192.bl1.test': [address] },
    });
    expect(checked.trace).toBe(' NOT_IN_BL2=-1 LISTS_OFF=-1.5');
    expect(checked.score).toBe(-2.5);
    expect(checked.findings).toMatchObject({ dnsblHits: 0, dnsblScore: 0, failures: 0 });
    expect(checked.learnt.get('BL1')).toBe(kind);
  });

  test('that no rule knows is neither hit nor miss: what a miss gives is made up for', async () => {
    const lists = [listOf({ name: 'BL1', miss: -1.5, answers: [{ match: '127.0.0.2', client: 4 }] })];
    const checked = await run(checkClientLists, {
      settings: { lists },
      answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.77'] },
    });
    expect(checked).toMatchObject({ tokens: ['LISTS_OFF=-1.5'], score: -1.5 });
    expect([...checked.learnt]).toEqual([['BL1', 'unknown']]);
  });

  test('of a list that takes any address is a hit, whatever it is', async () => {
    const lists = [listOf({ name: 'BL1', answers: [{ match: 'any', client: 4 }] })];
    const answers = { 'A 10.2.0.192.bl1.test': ['127.255.255.254'] };
    expect((await run(checkClientLists, { settings: { lists }, answers })).tokens).toEqual(['IN_BL1=4']);
  });

  test('of a list that is called dyn marks a dial-up line', async () => {
    const lists = [clientList('aDynList', 3, 0)];
    const answers = { 'A 10.2.0.192.adynlist.test': ['127.0.0.2'] };
    expect((await run(checkClientLists, { settings: { lists }, answers })).findings.dialUp).toBe(true);
    expect((await run(checkClientLists, { settings: { lists } })).findings.dialUp).toBe(false);
  });

  test('can hit in several groups, and be a miss for the group without a name', async () => {
    const lists = [
      listOf({
        name: 'ZEN',
        miss: -1.5,
        answers: [
          { match: '127.0.0.2', name: 'SBL', client: 4.35 },
          { match: '127.0.0.4', name: 'XBL', client: 4 },
          { match: '127.0.0.10', name: 'PBL', client: 3.25, group: 'policy', dial_up: true },
        ],
      }),
    ];
    const tokens = async (...values: string[]) => {
      const answers = { 'A 10.2.0.192.zen.test': values };
      return (await run(checkClientLists, { settings: { lists }, answers })).tokens;
    };
    expect(await tokens('127.0.0.10')).toEqual(['IN_ZEN_PBL=3.25', 'NOT_IN_ZEN=-1.5']);
    expect(await tokens('127.0.0.10', '127.0.0.4')).toEqual(['IN_ZEN_XBL=4', 'IN_ZEN_PBL=3.25']);
    expect(await tokens('127.0.0.4', '127.0.0.2')).toEqual(['IN_ZEN_SBL=4.35']);
    expect(await tokens()).toEqual(['NOT_IN_ZEN=-1.5']);
  });
});

describe('a list that is not asked', () => {
  test('because it is off, gives its miss, in one token for all such lists', async () => {
    const checked = await run(checkClientLists, {
      settings: { lists: [BL1, BL2, BL3] },
      listStates: new Map([
        ['BL1', 'off'],
        ['BL3', 'off'],
      ]),
    });
    expect(checked.trace).toBe(' NOT_IN_BL2=-1 LISTS_OFF=-2');
    expect(checked.asked).toEqual(['A 10.2.0.192.bl2.test']);
    expect([...checked.learnt.keys()]).toEqual(['BL2']);
  });

  test('because it knows no such addresses, gives its miss too', async () => {
    const lists = [listOf({ name: 'FOUR', family: 'ipv4', miss: -1.5, answers: [{ client: 1 }] })];
    expect((await run(checkClientLists, { client: '2001:db8::1', settings: { lists } })).trace).toBe(' LISTS_OFF=-1.5');
  });

  test('gives no token if a miss gives nothing', async () => {
    const settings = { lists: [clientList('BL1', 1, 0)] };
    expect((await run(checkClientLists, { settings, listStates: new Map([['BL1', 'off']]) })).trace).toBe('');
  });
});

test('a score that all clients begin with comes first', async () => {
  const checked = await run(checkClientLists, { settings: { lists: [BL1], base_score: -1 } });
  expect(checked.trace).toBe(' BASE=-1 NOT_IN_BL1=-1.5');
  expect(checked.findings.dnsblScore).toBe(0);
});

describe('several lists', () => {
  test('are asked in their order, and add up', async () => {
    const checked = await run(checkClientLists, {
      settings: { lists: [BL2, WHITE, BL1, BL4] },
      answers: { 'A 10.2.0.192.bl1.test': ['127.0.0.2'], 'A 10.2.0.192.white.test': ['127.0.0.2'] },
    });
    expect(checked.trace).toBe(' NOT_IN_BL2=-1 IN_WHITE=-3.5 IN_BL1=4.35 NOT_IN_BL4=-0.25');
    expect(checked.score).toBeCloseTo(-0.4, 12);
    expect(checked.findings.dnsblScore).toBeCloseTo(0.85, 12);
    expect(checked.findings.dnsblHits).toBe(1);
  });

  const three = {
    'A 10.2.0.192.bl2.test': ['127.0.0.2'],
    'A 10.2.0.192.bl3.test': ['127.0.0.2'],
    'A 10.2.0.192.bl4.test': ['127.0.0.2'],
  };

  test('end the weighing with three hits, when all have said what they know', async () => {
    const lists = [BL4, BL3, BL2, WHITE, BL1];
    const settings = { lists, max_dnsbl_score: 100 };
    const checked = await run(checkClientLists, { settings, answers: three });
    expect(checked.ending).toEqual({ kind: 'listed-too-often' });
    expect(checked.tokens).toEqual(['IN_BL4=1', 'IN_BL3=2.5', 'IN_BL2=3.75', 'NOT_IN_BL1=-1.5']);
    const answers = { ...three, 'A 10.2.0.192.white.test': ['127.0.0.2'] };
    const allowed = await run(checkClientLists, { settings, answers });
    expect(allowed.ending).toBeUndefined();
    expect(allowed.tokens).toContain('IN_WHITE=-3.5');
    expect(allowed.findings.dnsblHits).toBe(3);
  });

  test('do not end it above the highest score, if an allow list knows the client', async () => {
    const lists = [clientList('A', 9, 0), clientList('ALLOW', -0.1, 0)];
    const answers = { 'A 10.2.0.192.a.test': ['127.0.0.2'], 'A 10.2.0.192.allow.test': ['127.0.0.2'] };
    const { ending, findings } = await run(checkClientLists, { settings: { lists }, answers });
    expect(ending).toBeUndefined();
    expect(findings.dnsblScore).toBeCloseTo(8.9, 12);
  });

  test('end the weighing at the third hit as policyd-weight, and the fourth is not asked', async () => {
    const lists = [BL4, BL3, BL2, BL1];
    const settings = { lists, max_dnsbl_score: 100, as_policyd_weight: true };
    const checked = await run(checkClientLists, { settings, answers: three });
    expect(checked.ending).toEqual({ kind: 'listed-too-often' });
    expect(checked.tokens).toEqual(['IN_BL4=1', 'IN_BL3=2.5', 'IN_BL2=3.75']);
    expect(checked.findings).toMatchObject({ dnsblHits: 3, dnsblScore: 7.25 });
    expect(checked.asked).not.toContain('A 10.2.0.192.bl1.test');
  });

  test('do not end it at the second hit', async () => {
    const answers = { 'A 10.2.0.192.bl1.test': ['127.0.0.2'], 'A 10.2.0.192.bl3.test': ['127.0.0.2'] };
    const checked = await run(checkClientLists, { settings: { lists: [BL1, BL3] }, answers });
    expect(checked.ending).toBeUndefined();
    expect(checked.findings.dnsblHits).toBe(2);
  });

  test('end it above the highest score, not at it', async () => {
    const answers = { 'A 10.2.0.192.a.test': ['127.0.0.2'], 'A 10.2.0.192.b.test': ['127.0.0.2'] };
    const at = [clientList('A', 4, 0), clientList('B', 4, 0)];
    expect((await run(checkClientLists, { settings: { lists: at }, answers })).ending).toBeUndefined();
    const above = [clientList('A', 4, 0), clientList('B', 4.01, 0)];
    expect((await run(checkClientLists, { settings: { lists: above }, answers })).ending).toEqual({
      kind: 'listed-too-often',
    });
  });

  test('a white list brings the score below the highest again', async () => {
    const answers = {
      'A 10.2.0.192.white.test': ['127.0.0.2'],
      'A 10.2.0.192.bl1.test': ['127.0.0.2'],
      'A 10.2.0.192.bl2.test': ['127.0.0.2'],
    };
    const checked = await run(checkClientLists, { settings: { lists: [WHITE, BL1, BL2] }, answers });
    expect(checked.ending).toBeUndefined();
    expect(checked.findings.dnsblHits).toBe(2);
  });
});

describe('a list that fails', () => {
  test('gives its miss, and counts as a failure', async () => {
    const checked = await run(checkClientLists, {
      settings: { lists: [BL1, BL2] },
      answers: { 'A 10.2.0.192.bl1.test': SILENCE },
    });
    expect(checked.trace).toBe(' BL1=ERR(-1.5) NOT_IN_BL2=-1');
    expect(checked.score).toBe(-2.5);
    expect(checked.findings.failures).toBe(1);
    expect([...checked.learnt]).toEqual([
      ['BL1', 'silent'],
      ['BL2', 'not-listed'],
    ]);
  });

  test('has its token also where a miss gives nothing', async () => {
    const settings = { lists: [clientList('BL1', 1, 0)] };
    const checked = await run(checkClientLists, { settings, answers: { 'A 10.2.0.192.bl1.test': SILENCE } });
    expect(checked.trace).toBe(' BL1=ERR(0)');
  });

  test('ends the weighing as the third failure, as policyd-weight does', async () => {
    const checked = await run(checkClientLists, {
      settings: { lists: [BL1, BL2, BL3, BL4], as_policyd_weight: true },
      answers: {
        'A 10.2.0.192.bl1.test': SILENCE,
        'A 10.2.0.192.bl2.test': SILENCE,
        'A 10.2.0.192.bl3.test': SILENCE,
      },
    });
    expect(checked.ending).toEqual({ kind: 'dns-failures', where: ' in bl3.test lookups' });
    expect(checked.tokens).toEqual(['BL1=ERR(-1.5)', 'BL2=ERR(-1)']);
    expect(checked.asked).toHaveLength(3);
    expect(checked.learnt.get('BL3')).toBe('silent');
  });

  test.each([
    ['both of two', [BL1, BL2], ['bl1', 'bl2'], ' in bl2.test lookups'],
    ['two of three', [BL1, BL2, BL3], ['bl1', 'bl3'], ' in bl3.test lookups'],
    ['three of four', [BL1, BL2, BL3, BL4], ['bl1', 'bl2', 'bl3'], ' in bl3.test lookups'],
    ['two of four', [BL1, BL2, BL3, BL4], ['bl1', 'bl2'], undefined],
    ['the only one', [BL1], ['bl1'], undefined],
  ])('ends the weighing where two thirds of the lists do, and two at least: %s', async (_, lists, silent, where) => {
    const answers = Object.fromEntries(silent.map((name) => [`A 10.2.0.192.${name}.test`, SILENCE]));
    const { ending, asked } = await run(checkClientLists, { settings: { lists }, answers });
    expect(ending).toEqual(where === undefined ? undefined : { kind: 'lists-silent', where });
    expect(asked).toHaveLength(lists.length);
  });

  test('and with which others fail does not hide too many hits', async () => {
    const lists = [clientList('A', 9, 0), BL1, BL2];
    const answers = {
      'A 10.2.0.192.a.test': ['127.0.0.2'],
      'A 10.2.0.192.bl1.test': SILENCE,
      'A 10.2.0.192.bl2.test': SILENCE,
    };
    const { ending } = await run(checkClientLists, { settings: { lists }, answers });
    expect(ending).toEqual({ kind: 'listed-too-often' });
  });

  test('ends it as the first failure if none is allowed, as policyd-weight does', async () => {
    for (const max_dns_errors of [0, 1]) {
      const settings = { lists: [BL1], max_dns_errors, as_policyd_weight: true };
      const { ending } = await run(checkClientLists, { settings, answers: { 'A 10.2.0.192.bl1.test': SILENCE } });
      expect(ending).toEqual({ kind: 'dns-failures', where: ' in bl1.test lookups' });
    }
  });

  test('is not asked while it is left out', async () => {
    const checked = await run(checkClientLists, {
      settings: { lists: [BL1, BL2] },
      listStates: new Map([['BL1', 'skipped']]),
    });
    expect(checked.trace).toBe(' BL1=SKIP(-1.5) NOT_IN_BL2=-1');
    expect(checked.score).toBe(-2.5);
    expect(checked.asked).toEqual(['A 10.2.0.192.bl2.test']);
    expect(checked.learnt.get('BL1')).toBe('skipped');
    expect(checked.findings.failures).toBe(0);
  });
});

describe('nothing but lists', () => {
  test('for all clients', async () => {
    const checked = await run(checkClientLists, { settings: { lists: [BL1], dnsbl_checks_only: true } });
    expect(checked.ending).toEqual({ kind: 'lists-only' });
    expect(checked.tokens).toEqual(['NOT_IN_BL1=-1.5']);
  });

  test('for those whose name matches; the first pattern that does is named', async () => {
    const settings = { lists: [BL1], dnsbl_checks_only_names: ['^relay', '\\.friend\\.test$', 'friend'] };
    const endingOf = async (clientName: string) => (await run(checkClientLists, { settings, clientName })).ending;
    expect(await endingOf('mx.friend.test')).toEqual({ kind: 'lists-only', pattern: 1 });
    expect(await endingOf('relay.friend.test')).toEqual({ kind: 'lists-only', pattern: 0 });
    expect(await endingOf('mx.foe.test')).toBeUndefined();
  });

  test('but lists that say too much go before', async () => {
    const settings = { lists: [clientList('BL1', 9, 0)], dnsbl_checks_only: true };
    const answers = { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] };
    expect((await run(checkClientLists, { settings, answers })).ending).toEqual({ kind: 'listed-too-often' });
  });
});
