// The rules of RFC 7208 one by one; the numbers are its sections.

import { describe, expect, test } from 'vitest';
import { queryOf } from '../../../rig/spf/cases.ts';
import { BoundedLookup, type SpfZone, ZoneLookup } from '../../../rig/spf/zone.ts';
import { checkHost, type SpfOptions } from '../../../src/evidence/spf/check-host.ts';
import type { SpfVerdict } from '../../../src/evidence/spf/query.ts';

const DOMAIN = 'example.test';

interface Mail {
  readonly ip?: string;
  readonly helo?: string;
  readonly sender?: string;
}

/** The verdict with and without questions asked early, which must be the same; and what was asked in turn. */
async function check(
  zone: SpfZone,
  { ip = '192.0.2.1', helo = 'mail.other.test', sender = `user@${DOMAIN}` }: Mail = {},
  options: SpfOptions = {},
): Promise<SpfVerdict & { readonly asked: readonly string[] }> {
  const query = queryOf({ ip, helo, sender });
  const lookup = new ZoneLookup(zone);
  const verdict = await checkHost(query, lookup, { ...options, early: false });
  expect(await checkHost(query, new ZoneLookup(zone), options)).toEqual(verdict);
  return { ...verdict, asked: lookup.asked };
}

/** A zone in which the sender's domain has this policy. */
function withPolicy(terms: string, more: SpfZone = {}): SpfZone {
  return { ...more, [DOMAIN]: { ...more[DOMAIN], TXT: [`v=spf1 ${terms}`] } };
}

async function result(terms: string, more?: SpfZone, mail?: Mail): Promise<string> {
  return (await check(withPolicy(terms, more), mail)).result;
}

const HERE: SpfZone[string] = { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] };
const ELSEWHERE: SpfZone[string] = { A: ['10.0.0.1'], AAAA: ['2001:db8:ffff::1'] };
const SERVFAIL: SpfZone[string] = { fail: { '*': 'SERVFAIL' } };
const V6: Mail = { ip: '2001:db8::1' };

describe('nothing is asked, and the result is none (4.3)', () => {
  test.each([
    ['one label', 'a@localhost'],
    ['an address literal', 'a@[192.0.2.1]'],
    ['an IPv6 literal', 'a@[IPv6:2001:db8::1]'],
    ['an empty label', 'a@b..test'],
    ['a label of 64 octets', `a@${'b'.repeat(64)}.test`],
    ['over 253 octets', `a@${`${'b'.repeat(50)}.`.repeat(5)}test`],
    ['no domain', 'a@'],
    ['a blank', 'a@b c.test'],
    ['a control character', 'a@b\n.test'],
    ['octets that make no A-label', 'a@\ufffd.test'],
  ])('%s', async (_what, sender) => {
    expect(await check({}, { sender })).toMatchObject({ result: 'none', problem: { kind: 'domain' }, asked: [] });
  });

  test('nor for a null sender whose HELO is no name', async () => {
    expect(await check({}, { sender: '', helo: 'host' })).toMatchObject({ result: 'none', asked: [] });
  });
});

describe('the record (4.4, 4.5)', () => {
  const of = async (TXT: SpfZone[string]['TXT']): Promise<SpfVerdict> =>
    check(TXT === undefined ? {} : { [DOMAIN]: { TXT } });

  test('is looked for in TXT, and nowhere else', async () => {
    expect((await check(withPolicy('-all'))).asked).toEqual([`TXT ${DOMAIN}`]);
  });

  test('is none if there is none', async () => {
    expect(await of(undefined)).toMatchObject({ result: 'none', problem: { kind: 'no-policy' } });
    expect(await of(['v=spf10 -all', 'spf1 -all', ' v=spf1 -all', 'v=spf1\t-all', ''])).toMatchObject({
      result: 'none',
    });
  });

  test('is in any case, beside any others, and of strings that are joined without a blank', async () => {
    expect(await of(['caf\u00c3\u00a9', ['V=Sp', 'F1', ' ', '-al', 'l']])).toMatchObject({ result: 'fail' });
    expect(await of(['v=spf1'])).toMatchObject({ result: 'neutral' });
  });

  test('must be the only one, even if they are alike', async () => {
    const verdict = await of(['v=spf1 -all', 'v=spf1 -all']);
    expect(verdict).toMatchObject({ result: 'permerror', problem: { kind: 'policies' } });
  });

  test('must be printable ASCII', async () => {
    expect(await of(['v=spf1 a:caf\u00c3\u00a9.test -all'])).toMatchObject({
      result: 'permerror',
      problem: { kind: 'syntax' },
    });
  });

  test.each(['SERVFAIL', 'REFUSED', 'TIMEOUT', 'NOTIMP'])('is a temperror with %s', async (failure) => {
    const verdict = await check({ [DOMAIN]: { fail: { TXT: failure } } });
    expect(verdict).toMatchObject({ result: 'temperror', problem: { kind: 'dns' } });
  });

  test('that is cut off, being too long, is a permerror', async () => {
    const verdict = await of([`v=spf1 ${'ip4:10.0.0.1 '.repeat(700)}ip4:192.0.2.1 -all`]);
    expect(verdict).toMatchObject({ result: 'permerror', problem: { kind: 'syntax' } });
  });

  test('may be of 8 KiB', async () => {
    expect(await of([`v=spf1 ${'ip4:10.0.0.1 '.repeat(620)}ip4:192.0.2.1 -all`])).toMatchObject({ result: 'pass' });
  });
});

describe('evaluation (4.6)', () => {
  test('comes after the syntax of the whole record', async () => {
    expect(await check(withPolicy('ip4:192.0.2.1 moo -all'))).toMatchObject({
      result: 'permerror',
      mechanism: 'moo',
      problem: {
        kind: 'syntax',
        text: 'the policy of example.test is wrong at character 22, in moo: no such mechanism',
      },
    });
  });

  test('does not look at records that it doesn\u2019t come to', async () => {
    expect(await result('ip4:192.0.2.1 include:i.test', { 'i.test': { TXT: ['v=spf1 moo'] } })).toBe('pass');
  });

  test.each([
    ['+', 'pass'],
    ['', 'pass'],
    ['-', 'fail'],
    ['~', 'softfail'],
    ['?', 'neutral'],
  ])('gives the qualifier "%s" of the first match', async (qualifier, expected) => {
    const verdict = await check(withPolicy(`ip4:10.0.0.1 ${qualifier}ip4:192.0.2.0/24 -all +all`));
    expect(verdict).toMatchObject({ result: expected, mechanism: `${qualifier}ip4:192.0.2.0/24`, domain: DOMAIN });
  });

  test('is neutral without a match', async () => {
    expect(await check(withPolicy('ip4:10.0.0.1'))).toMatchObject({
      result: 'neutral',
      mechanism: null,
      problem: null,
    });
  });

  test('has no use for an error, a void lookup or a limit behind the match', async () => {
    const terms = `a:here.test include:bad.test ${'a:no.test '.repeat(20)}-all`;
    expect(await check(withPolicy(terms, { 'here.test': HERE, 'bad.test': SERVFAIL }))).toMatchObject({
      result: 'pass',
      terms: 1,
      voids: 0,
      questions: [
        { type: 'TXT', name: DOMAIN, answer: 'records' },
        { type: 'A', name: 'here.test', answer: 'records' },
      ],
    });
  });

  test('ends at the failure of a term, and tells which', async () => {
    const verdict = await check(withPolicy('a:bad.test a:here.test', { 'bad.test': SERVFAIL, 'here.test': HERE }));
    const text = 'no answer for A of bad.test (servfail), at a:bad.test of example.test';
    expect(verdict).toMatchObject({ result: 'temperror', mechanism: 'a:bad.test', problem: { kind: 'dns', text } });
  });
});

describe('networks (5.6)', () => {
  test.each([
    ['ip4:192.0.2.1', '192.0.2.1', true],
    ['ip4:192.0.2.2', '192.0.2.1', false],
    ['ip4:192.0.2.0/31', '192.0.2.1', true],
    ['ip4:192.0.2.2/31', '192.0.2.1', false],
    ['ip4:192.0.0.0/9', '192.127.255.255', true],
    ['ip4:192.0.0.0/9', '192.128.0.0', false],
    ['ip4:0.0.0.0/0', '203.0.113.5', true],
    ['ip4:128.0.0.0/1', '203.0.113.5', true],
    ['ip6:2001:db8::/33', '2001:db8:7fff::1', true],
    ['ip6:2001:db8::/33', '2001:db8:8000::1', false],
    ['ip6:2001:db8::1', '2001:db8::1', true],
    ['ip6:::/0', '2001:db8::1', true],
    ['ip6:::/0', '192.0.2.1', false],
    ['ip4:0.0.0.0/0', '2001:db8::1', false],
    ['ip4:192.0.2.1', '::ffff:192.0.2.1', true],
    ['ip6:::ffff:192.0.2.1', '::ffff:192.0.2.1', false],
    ['ip6:::ffff:192.0.2.1/16', '::5', true],
    ['ip6:::ffff:192.0.2.1/88', '::ff00:1:1', true],
    ['ip6:::ffff:192.0.2.1/88', '::1:1', false],
  ])('%s and the client %s', async (term, ip, matches) => {
    expect(await result(`${term} -all`, {}, { ip })).toBe(matches ? 'pass' : 'fail');
  });
});

describe('a (5.3)', () => {
  describe('of a host with more addresses than the resolver gives', () => {
    const many = (first: string): SpfZone => ({
      'many.test': { A: [first, ...Array.from({ length: 99 }, (_, index) => `10.0.0.${index}`)] },
    });
    const bounded = async (terms: string, zone: SpfZone): Promise<SpfVerdict> => {
      const query = queryOf({ ip: '192.0.2.1', helo: 'mail.other.test', sender: `user@${DOMAIN}` });
      const lookup = (): BoundedLookup => new BoundedLookup(new ZoneLookup(withPolicy(terms, zone)));
      const verdict = await checkHost(query, lookup(), { early: false });
      expect(await checkHost(query, lookup())).toEqual(verdict);
      return verdict;
    };

    test('matches if the client is among those that it gives', async () => {
      expect(await bounded('a:many.test -all', many('192.0.2.1'))).toMatchObject({ result: 'pass' });
    });

    test('is undecided if not, and nobody fails for it', async () => {
      const verdict = await bounded('a:many.test a:other.test -all', many('10.0.1.1'));
      const text = 'many.test has more A records than are looked at, at a:many.test of example.test';
      expect(verdict).toMatchObject({
        result: 'temperror',
        mechanism: 'a:many.test',
        problem: { kind: 'limit', text },
      });
    });

    test('may be the name of the client, or not', async () => {
      const zone = { ...many('10.0.1.1'), '1.2.0.192.in-addr.arpa': { PTR: ['many.test'] } };
      expect(await bounded('ptr:many.test -all', zone)).toMatchObject({
        result: 'temperror',
        problem: { kind: 'limit' },
      });
    });

    test('is there, for exists; and of so many MX it is told how many there are', async () => {
      expect(await bounded('exists:many.test -all', many('10.0.1.1'))).toMatchObject({ result: 'pass' });
      const hosts = Array.from({ length: 70 }, (_, index) => [index, `h${index}.test`] as const);
      expect(await bounded('mx -all', { [DOMAIN]: { MX: hosts } })).toMatchObject({
        problem: { kind: 'hosts', text: 'too many hosts: mx of example.test has 70' },
      });
    });
  });

  test('asks for addresses of the client\u2019s family only', async () => {
    expect((await check(withPolicy('a -all', { [DOMAIN]: HERE }))).asked).toEqual([`TXT ${DOMAIN}`, `A ${DOMAIN}`]);
    expect((await check(withPolicy('a -all', { [DOMAIN]: HERE }), V6)).asked).toEqual([
      `TXT ${DOMAIN}`,
      `AAAA ${DOMAIN}`,
    ]);
    const mapped = await check(withPolicy('a -all', { [DOMAIN]: HERE }), { ip: '::ffff:192.0.2.1' });
    expect(mapped.asked).toEqual([`TXT ${DOMAIN}`, `A ${DOMAIN}`]);
  });

  test('has a prefix length for each', async () => {
    const near: SpfZone = { 'n.test': { A: ['192.0.2.200'], AAAA: ['2001:db8::ffff'] } };
    expect(await result('a:n.test/24 -all', near)).toBe('pass');
    expect(await result('a:n.test/25 -all', near)).toBe('fail');
    expect(await result('a:n.test/24 -all', near, V6)).toBe('fail');
    expect(await result('a:n.test//112 -all', near, V6)).toBe('pass');
    expect(await result('a:n.test//112 -all', near)).toBe('fail');
  });

  test('takes any number of addresses, and follows aliases', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `10.0.0.${index}`);
    expect(await result('a:m.test -all', { 'm.test': { A: [...many, '192.0.2.1'] } })).toBe('pass');
    expect(await result('a:c.test -all', { 'c.test': { CNAME: 'here.test' }, 'here.test': HERE })).toBe('pass');
  });

  test('takes a mapped address of an AAAA record for what it is', async () => {
    const zone: SpfZone = { 'm.test': { AAAA: ['::ffff:10.0.0.1'] } };
    expect(await result('a:m.test//16 -all', zone, { ip: '::5' })).toBe('pass');
    expect(await result('a:m.test -all', zone, V6)).toBe('fail');
  });
});

describe('mx (5.4)', () => {
  const hosts = (count: number): SpfZone =>
    Object.fromEntries([
      ['m.test', { MX: Array.from({ length: count }, (_, index): [number, string] => [index, `h${index}.test`]) }],
      ...Array.from({ length: count }, (_, index): [string, SpfZone[string]] => [
        `h${index}.test`,
        index === count - 1 ? HERE : ELSEWHERE,
      ]),
    ]);

  test('asks for the addresses of each host, ten at most', async () => {
    expect(await result('mx:m.test -all', hosts(10))).toBe('pass');
    expect(await result('mx:m.test -all', hosts(10), V6)).toBe('pass');
    expect(await check(withPolicy('mx:m.test -all', hosts(11)))).toMatchObject({
      result: 'permerror',
      problem: { kind: 'hosts', text: 'too many hosts: mx:m.test of example.test has 11' },
    });
  });

  test('does not take the domain itself for a host without MX', async () => {
    expect(await result('mx -all', { [DOMAIN]: HERE })).toBe('fail');
  });

  test('knows that "." is no host', async () => {
    const verdict = await check(withPolicy('mx -all', { [DOMAIN]: { MX: [[0, '.']] } }));
    expect(verdict).toMatchObject({ result: 'fail', voids: 0, asked: [`TXT ${DOMAIN}`, `MX ${DOMAIN}`] });
  });

  test('matches by one host although another fails, in whatever order they come', async () => {
    for (const order of [
      ['bad.test', 'here.test'],
      ['here.test', 'bad.test'],
    ]) {
      const MX = order.map((host): [number, string] => [10, host]);
      const zone = { 'm.test': { MX }, 'bad.test': SERVFAIL, 'here.test': HERE };
      expect(await result('mx:m.test -all', zone)).toBe('pass');
    }
    const failing: SpfZone = {
      'm.test': {
        MX: [
          [1, 'bad.test'],
          [2, 'other.test'],
        ],
      },
      'bad.test': SERVFAIL,
      'other.test': ELSEWHERE,
    };
    expect(await result('mx:m.test -all', failing)).toBe('temperror');
  });
});

describe('exists (5.7)', () => {
  test('asks for A of any value, even for an IPv6 client', async () => {
    const zone: SpfZone = { 'e.test': { A: ['127.0.0.2'] }, 'six.test': { AAAA: ['2001:db8::1'] } };
    expect(await result('exists:e.test -all', zone, V6)).toBe('pass');
    expect(await result('exists:six.test -all', zone, V6)).toBe('fail');
  });

  test('asks for a name made by macros as it is', async () => {
    const zone: SpfZone = { "o'b+r=i/e%n.x.test": HERE, 'a b.x.test': HERE, '192.0.2.1.10.1': HERE };
    expect(await result('exists:%{l}.x.test -all', zone, { sender: `o'b+r=i/e%n@${DOMAIN}` })).toBe('pass');
    expect(await result('exists:%{l}.x.test -all', zone, { sender: `"a b"@${DOMAIN}` })).toBe('fail');
    expect(await result('exists:a%_b.x.test -all', zone)).toBe('pass');
    expect(await result('exists:%{i}.%{h} -all', zone, { helo: '10.1' })).toBe('pass');
  });

  test('asks nothing for a name that can not be', async () => {
    const verdict = await check(withPolicy('exists:%{l}.x.test -all'), { sender: `a..b@${DOMAIN}` });
    expect(verdict).toMatchObject({ result: 'fail', terms: 1, voids: 0, asked: [`TXT ${DOMAIN}`] });
  });

  test('asks for octets of UTF-8', async () => {
    const verdict = await check(withPolicy('exists:%{l}.x.test -all'), { sender: `caf\u00e9@${DOMAIN}` });
    expect(verdict.asked).toContain('A caf\u00c3\u00a9.x.test');
  });
});

describe('ptr (5.5)', () => {
  const REVERSE = '1.2.0.192.in-addr.arpa';
  const named = (...PTR: readonly string[]): SpfZone => ({ [REVERSE]: { PTR } });

  test('wants a name that has the client, and is the domain or below it', async () => {
    const zone = { ...named('Host.Example.test.'), 'host.example.test': HERE };
    expect(await result('ptr -all', zone)).toBe('pass');
    expect(await result('ptr:other.test -all', zone)).toBe('fail');
    expect(await result('ptr -all', { ...zone, 'host.example.test': ELSEWHERE })).toBe('fail');
    expect(await result('ptr -all', { ...named(DOMAIN), [DOMAIN]: HERE })).toBe('pass');
    expect(await result('ptr -all', { ...named('evilexample.test'), 'evilexample.test': HERE })).toBe('fail');
  });

  test('looks at ten names', async () => {
    const others = Array.from({ length: 10 }, (_, index) => `n${index}.test`);
    const hosts = Object.fromEntries([...others, 'x.example.test'].map((name) => [name, HERE]));
    expect(await result('ptr -all', { ...named(...others.slice(1), 'x.example.test'), ...hosts })).toBe('pass');
    expect(await result('ptr -all', { ...named(...others, 'x.example.test'), ...hosts })).toBe('fail');
  });

  test('does not match where PTR fails, and passes over a host that does', async () => {
    expect(await result('ptr ?all', { [REVERSE]: SERVFAIL })).toBe('neutral');
    const zone = {
      ...named('bad.example.test', 'good.example.test'),
      'bad.example.test': SERVFAIL,
      'good.example.test': HERE,
    };
    expect(await result('ptr -all', zone)).toBe('pass');
  });

  test('gives %{p} the best name, or "unknown"', async () => {
    const zone = { ...named('x.test', 'host.example.test'), 'x.test': HERE, 'host.example.test': HERE };
    expect((await check(withPolicy('exists:%{p}.l.test -all', zone))).asked).toContain('A host.example.test.l.test');
    expect((await check(withPolicy('exists:%{p}.l.test -all'))).asked).toContain('A unknown.l.test');
    expect((await check(withPolicy('exists:%{p}.l.test -all', { [REVERSE]: SERVFAIL }))).asked).toContain(
      'A unknown.l.test',
    );
  });
});

describe('include (5.2)', () => {
  const included = (TXT: readonly string[]): SpfZone => ({ 'i.test': { TXT } });

  test.each([
    ['pass', 'v=spf1 +all', 'softfail'],
    ['fail', 'v=spf1 -all', 'neutral'],
    ['softfail', 'v=spf1 ~all', 'neutral'],
    ['neutral', 'v=spf1', 'neutral'],
    ['permerror', 'v=spf1 moo', 'permerror'],
    ['none', 'other', 'permerror'],
  ])('of a %s', async (_result, text, expected) => {
    expect(await result('~include:i.test ?all', included([text]))).toBe(expected);
  });

  test('of a failure is a temperror', async () => {
    expect(await result('include:i.test +all', { 'i.test': SERVFAIL })).toBe('temperror');
  });

  test('tells whose term decided, and whose was wrong', async () => {
    const match = await check(withPolicy('-include:i.test', included(['v=spf1 +all'])));
    expect(match).toMatchObject({ domain: DOMAIN, mechanism: '-include:i.test' });
    const wrong = await check(withPolicy('include:i.test', included(['v=spf1 moo'])));
    expect(wrong).toMatchObject({ domain: 'i.test', mechanism: 'moo' });
    const none = await check(withPolicy('include:i.test', included(['other'])));
    expect(none).toMatchObject({ domain: DOMAIN, mechanism: 'include:i.test', problem: { kind: 'no-policy' } });
  });

  test('changes %{d}, but not %{o}', async () => {
    const zone = { ...included(['v=spf1 exists:%{d}.%{o}.l.test -all']), 'i.test.example.test.l.test': HERE };
    expect(await result('include:i.test -all', zone)).toBe('pass');
  });

  test('of itself ends by the limit', async () => {
    expect(await check(withPolicy(`include:${DOMAIN} -all`))).toMatchObject({
      result: 'permerror',
      terms: 11,
      problem: { kind: 'terms', text: 'too many lookups: 11th is include:example.test of example.test' },
    });
  });

  test('of a name that can not be is a permerror', async () => {
    expect(await result('include:%{l}.x.test -all', {}, { sender: `a..b@${DOMAIN}` })).toBe('permerror');
    expect(await result('include:%{d1} -all')).toBe('permerror');
  });
});

describe('redirect (6.1)', () => {
  test('gives the other record\u2019s result if nothing matched', async () => {
    const zone: SpfZone = { 'r.test': { TXT: ['v=spf1 ~all'] } };
    expect(await check(withPolicy('redirect=r.test', zone))).toMatchObject({
      result: 'softfail',
      domain: 'r.test',
      terms: 1,
    });
    expect(await check(withPolicy('redirect=r.test a', { ...zone, [DOMAIN]: HERE }))).toMatchObject({
      result: 'pass',
      terms: 1,
    });
    expect(await result('redirect=r.test ?all', zone)).toBe('neutral');
  });

  test('of none is a permerror, of a failure a temperror', async () => {
    expect(await result('redirect=no.test')).toBe('permerror');
    expect(await result('redirect=bad.test', { 'bad.test': SERVFAIL })).toBe('temperror');
    expect(await result('redirect=%{d1}')).toBe('permerror');
  });

  test('counts as a term if it is followed', async () => {
    const terms = Array.from({ length: 10 }, () => 'a:else.test').join(' ');
    const zone = { 'else.test': ELSEWHERE, 'r.test': { TXT: ['v=spf1 +all'] } };
    expect(await result(`${terms} redirect=r.test`, zone)).toBe('permerror');
    expect(await result(`${terms} ip4:192.0.2.1 redirect=r.test`, zone)).toBe('pass');
  });

  test('of itself ends by the limit', async () => {
    expect(await result(`redirect=${DOMAIN}`)).toBe('permerror');
  });
});

describe('limits (4.6.4)', () => {
  test('ten terms ask, over all records, and networks don\u2019t count', async () => {
    const terms = (count: number): string => Array.from({ length: count }, () => 'a:else.test ip4:10.0.0.9').join(' ');
    const zone = { 'else.test': ELSEWHERE, 'i.test': { TXT: [`v=spf1 ${terms(4)} ?all`] } };
    expect(await check(withPolicy(`${terms(10)} -all`, zone))).toMatchObject({ result: 'fail', terms: 10 });
    expect(await check(withPolicy(`${terms(11)} -all`, zone))).toMatchObject({ result: 'permerror', terms: 11 });
    expect(await check(withPolicy(`include:i.test ${terms(5)} -all`, zone))).toMatchObject({
      result: 'fail',
      terms: 10,
    });
    expect(await result(`include:i.test ${terms(6)} -all`, zone)).toBe('permerror');
  });

  test('two lookups may be void, the third is an error at once', async () => {
    expect(await check(withPolicy('a:x.test exists:y.test -all'))).toMatchObject({ result: 'fail', voids: 2 });
    expect(await check(withPolicy('a:x.test exists:y.test mx:z.test +all'))).toMatchObject({
      result: 'permerror',
      voids: 3,
      mechanism: 'mx:z.test',
      problem: {
        kind: 'voids',
        text: 'too many lookups without an answer: MX of z.test is number 3, at mx:z.test of example.test',
      },
    });
  });

  test('how many may be void can be set', async () => {
    const limits = { voids: 0, questions: 60, time: 8000 };
    expect((await check(withPolicy('a:x.test -all'), {}, { limits })).result).toBe('permerror');
  });

  test.each<[string, string, SpfZone, Mail]>([
    ['a name twice', 'a:x.test a:x.test a:x.test', {}, {}],
    ['a name of the other family only', 'a:x.test a:x.test a:x.test', { 'x.test': { A: ['10.0.0.1'] } }, V6],
    ['an alias to nowhere', 'a:x.test a:x.test a:x.test', { 'x.test': { CNAME: 'no.test' } }, {}],
    [
      'each host of an MX set',
      'mx:m.test',
      {
        'm.test': {
          MX: [
            [1, 'a.test'],
            [2, 'b.test'],
            [3, 'c.test'],
          ],
        },
      },
      {},
    ],
    ['PTR itself', 'ptr ptr ptr', {}, {}],
    ['each host of PTR', 'ptr', { '1.2.0.192.in-addr.arpa': { PTR: ['a.test', 'b.test', 'c.test'] } }, {}],
    ['what %{p} asks', 'exists:%{p}.x.test exists:y.test', {}, {}],
  ])('void lookups are counted by the question: %s', async (_what, terms, zone, mail) => {
    expect(await check(withPolicy(`${terms} +all`, zone), mail)).toMatchObject({ result: 'permerror', voids: 3 });
  });

  test('an alias to nowhere is one void lookup', async () => {
    const zone: SpfZone = { 'x.test': { CNAME: 'no.test' } };
    expect(await check(withPolicy('a:x.test -all', zone))).toMatchObject({ result: 'fail', voids: 1 });
  });
});

describe('the explanation (6.2)', () => {
  const explained = async (
    text: string | readonly string[],
    terms = '-all exp=e.test',
    mail: Mail = {},
  ): Promise<string | null> => {
    const TXT = [text].flat();
    return (await check(withPolicy(terms, { 'e.test': { TXT } }), mail)).explanation;
  };

  test('is the text of exp, with macros, for a fail', async () => {
    expect(await explained('%{s} not from %{c}: 100%%')).toBe('user@example.test not from 192.0.2.1: 100%');
    expect(await explained('no', '~all exp=e.test')).toBeNull();
    expect(await explained('no', '-all')).toBeNull();
  });

  test('is not asked for if nobody wants it', async () => {
    const verdict = await check(withPolicy('-all exp=e.test', { 'e.test': { TXT: ['no'] } }), {}, { explain: false });
    expect(verdict).toMatchObject({ explanation: null, asked: [`TXT ${DOMAIN}`] });
  });

  test('is of the record that decided: not of an included one, and after a redirect of the last', async () => {
    const zone: SpfZone = {
      'e.test': { TXT: ['outer'] },
      'f.test': { TXT: ['inner of %{d}'] },
      'i.test': { TXT: ['v=spf1 +all exp=f.test'] },
      'r.test': { TXT: ['v=spf1 -all exp=f.test'] },
      's.test': { TXT: ['v=spf1 -all'] },
    };
    const of = async (terms: string): Promise<string | null> => (await check(withPolicy(terms, zone))).explanation;
    expect(await of('-include:i.test exp=e.test')).toBe('outer');
    expect(await of('redirect=r.test exp=e.test')).toBe('inner of r.test');
    expect(await of('redirect=s.test exp=e.test')).toBeNull();
  });

  test.each([
    ['two records', ['one', 'two']],
    ['an empty text', ['']],
    ['a line break', ['no\r\n\r\naction=OK']],
    ['a tab', ['no\tmore']],
    ['a zero octet', ['no\0']],
    ['octets beyond ASCII', ['caf\u00c3\u00a9']],
    ['a bare percent sign', ['bad % percent']],
    ['an unknown macro', ['%{x}']],
    ['a macro that keeps nothing', ['%{d0}']],
  ])('is none, and the fail stays: %s', async (_what, TXT) => {
    const verdict = await check(withPolicy('-all exp=e.test', { 'e.test': { TXT } }));
    expect(verdict).toMatchObject({ result: 'fail', explanation: null, terms: 0, voids: 0 });
  });

  test('is none, and counts nothing, where exp is void, fails, or is no name', async () => {
    expect(await check(withPolicy('a:x.test a:y.test -all exp=no.test'))).toMatchObject({
      explanation: null,
      voids: 2,
    });
    expect(await check(withPolicy('-all exp=b.test', { 'b.test': SERVFAIL }))).toMatchObject({
      result: 'fail',
      explanation: null,
    });
    expect(await explained('no', '-all exp=%{l}.test', { sender: `a..b@${DOMAIN}` })).toBeNull();
    expect(await check(withPolicy('-all exp=%{p}.e.test'))).toMatchObject({ explanation: null, voids: 0 });
  });

  test('has the client\u2019s own name', async () => {
    const zone: SpfZone = {
      'e.test': { TXT: ['%{p}'] },
      '1.2.0.192.in-addr.arpa': { PTR: ['h.test'] },
      'h.test': HERE,
    };
    expect((await check(withPolicy('-all exp=e.test', zone))).explanation).toBe('h.test');
  });

  test('shows what sender and HELO put into it as printable ASCII', async () => {
    expect(await explained('%{h}', undefined, { helo: 'a\r\nb\u00e9\0.test' })).toBe('a??b???.test');
    expect(await explained('%{l}', undefined, { sender: `"\u007f\u0001"@${DOMAIN}` })).toBe('"??"');
  });

  test('is bounded', async () => {
    const text = await explained('%{h}'.repeat(500), undefined, { helo: 'h'.repeat(250) });
    expect(text?.length).toBe(1000);
  });
});

describe('a sender without a local part, or none (2.4)', () => {
  test('is postmaster of HELO', async () => {
    const zone: SpfZone = {
      'mail.other.test': { TXT: ['v=spf1 exists:%{l}.%{o}.x.test -all'] },
      'postmaster.mail.other.test.x.test': HERE,
    };
    expect(await check(zone, { sender: '' })).toMatchObject({ result: 'pass', domain: 'mail.other.test' });
  });

  test('keeps the tag in its local part', async () => {
    expect(await result('exists:%{l}.x.test -all', { 'user+tag.x.test': HERE }, { sender: `user+tag@${DOMAIN}` })).toBe(
      'pass',
    );
  });
});
