// polw spf --lint: each thing that may be wrong with a policy, in a zone without a server.

import { describe, expect, test } from 'vitest';
import { type SpfZone, ZoneLookup } from '../../../rig/spf/zone.ts';
import { lint } from '../../../src/commands/spf/lint.ts';
import { type Linted, lintAsText } from '../../../src/commands/spf/linted.ts';
import { TimedQuestions } from '../../../src/commands/spf/questions.ts';
import type { Answer, WireType } from '../../../src/dns/lookup.ts';

const DOMAIN = 'example.test';
const HOST: SpfZone[string] = { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] };

/** What is found where the domain has this policy, as lines `severity term: text; advice`. */
async function linted(terms: string, more: SpfZone = {}): Promise<Linted & { readonly lines: readonly string[] }> {
  return lintedZone({ ...more, [DOMAIN]: { ...more[DOMAIN], TXT: [`v=spf1 ${terms}`] } });
}

async function lintedZone(zone: SpfZone, old?: Answer): Promise<Linted & { readonly lines: readonly string[] }> {
  const lookup = new ZoneLookup(zone);
  const servers = {
    async ask(type: WireType, name: string): Promise<Answer> {
      if (type === 'SPF') return old ?? { kind: 'no-data', ttl: 60 };
      return lookup.ask(type, name);
    },
    cancel() {},
  };
  const result = await lint(DOMAIN, new TimedQuestions(servers));
  // Nothing is asked twice.
  expect(new Set(lookup.asked).size).toBe(lookup.asked.length);
  const lines = result.remarks.map(
    ({ severity, domain, term, text, advice }) =>
      `${severity} ${domain === DOMAIN ? '' : `${domain} `}${term ?? ''}: ${text}; ${advice}`,
  );
  return { ...result, lines };
}

async function lines(terms: string, more?: SpfZone): Promise<readonly string[]> {
  return (await linted(terms, more)).lines;
}

/** Each remark begins so. */
async function expectLines(found: Promise<readonly string[]>, beginnings: readonly string[]): Promise<void> {
  const all = await found;
  expect(all.map((line, index) => line.slice(0, beginnings[index]?.length ?? 0))).toEqual(beginnings);
}

const services = (count: number): SpfZone =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`s${index}.test`, { TXT: ['v=spf1 ip4:192.0.2.9'] }]),
  );
const includes = (count: number): string =>
  Array.from({ length: count }, (_, index) => `include:s${index}.test`).join(' ');

describe('nothing is wrong with', () => {
  test.each<[string, SpfZone]>([
    ['-all', {}],
    ['ip4:192.0.2.0/24 ip6:2001:db8::/32 -all', {}],
    ['a:h.test -all', { 'h.test': HOST }],
    ['mx -all', { [DOMAIN]: { MX: [[1, 'h.test']] }, 'h.test': HOST }],
    ['include:s0.test -all', services(1)],
    ['redirect=s.test', { 's.test': { TXT: ['v=spf1 -all'] } }],
    ['exists:%{i}.x.test -all', {}],
    ['-all exp=e.%{d}', { 'e.example.test': { TXT: ['%{i} is not ours'] } }],
    ['include:%{d2}.s.test -all', { 'example.test.s.test': { TXT: ['v=spf1 -all'] } }],
  ])('%s', async (terms, zone) => {
    const result = await linted(terms, zone);
    expect(result.lines).toEqual([]);
    expect(lintAsText(result)).toContain('\nnothing is wrong with it\nlookups ');
  });
});

describe('the record', () => {
  test('is missing', async () => {
    const { policy, lines: found } = await lintedZone({});
    expect(policy).toBeNull();
    expect(found).toEqual([
      'error : has no policy; publish one as TXT, such as "v=spf1 mx -all", or "v=spf1 -all" if no mail comes from it',
    ]);
  });

  test.each(['"v=spf1 -all"', ' v=spf1 -all', 'v=spf1;-all', 'v=spf1\t-all', 'v = spf1 -all', 'spf1 -all', 'v=spf10'])(
    'is nearly one: %j',
    async (text) => {
      const { lines: found } = await lintedZone({ [DOMAIN]: { TXT: [text] } });
      expect(found).toEqual([
        `warning : "${text}" is no policy; begin it with v=spf1 and a blank`,
        expect.stringMatching(/^error : has no policy; /),
      ]);
    },
  );

  test('stands beside texts that are none of it', async () => {
    const TXT = ['v=spf1 -all', 'spf2.0/pra -all', 'google-site-verification=x', 'v=DMARC1; p=none', 'our spf record'];
    expect((await lintedZone({ [DOMAIN]: { TXT } })).lines).toEqual([]);
  });

  test('stands there twice', async () => {
    const { policy, lines: found } = await lintedZone({ [DOMAIN]: { TXT: ['v=spf1 -all', 'v=spf1 mx'] } });
    expect(policy).toBeNull();
    expect(found).toEqual(['error : has several policies, so none is valid; make one of them, with all their terms']);
  });

  test('can not be had', async () => {
    const { lines: found } = await lintedZone({ [DOMAIN]: { fail: { TXT: 'SERVFAIL' } } });
    expect(found).toEqual([
      "error : the policy of example.test can't be had (servfail), which puts mail off; mend its name servers, or try again later",
    ]);
  });

  test('stands in a record of type SPF', async () => {
    const old: Answer = { kind: 'records', values: ['v=spf1 -all'], ttl: 60 };
    const only = await lintedZone({}, old);
    expect(only.lines).toEqual([
      expect.stringMatching(/^warning : has a record of type SPF \(99\), which nobody reads any more; /),
      expect.stringMatching(/^error : has no policy; /),
    ]);
    expect((await lintedZone({ [DOMAIN]: { TXT: ['v=spf1 -all'] } }, old)).lines).toHaveLength(1);
  });

  test('is too long for any answer', async () => {
    const terms = (count: number): string =>
      `${Array.from({ length: count }, (_, index) => `ip4:192.0.2.${100 + index}`).join(' ')} -all`;
    expect(await lines(terms(27))).toEqual([]);
    await expectLines(lines(terms(28)), ['warning : has 459 octets, more than the 450 ']);
    await expectLines(lines(terms(32)), [
      'warning : has 523 octets, more than the 450 ',
      'note : all TXT records of it make a reply of 568 octets, more than the 512 ',
    ]);
  });

  test('is not too long, but all texts of the name are', async () => {
    const TXT = ['v=spf1 -all', 'x'.repeat(250), 'y'.repeat(250)];
    const { lines: found } = await lintedZone({ [DOMAIN]: { TXT } });
    expect(found).toEqual([expect.stringMatching(/^note : all TXT records of it make a reply of \d+ octets/)]);
  });
});

describe('a term that nobody can read', () => {
  test.each([
    ['mox', 'no such mechanism', 'did you mean mx?'],
    ['-al', 'no such mechanism', 'did you mean -all?'],
    ['inclde:x.test', 'no such mechanism', 'did you mean include:x.test?'],
    ['ipv4:192.0.2.1', 'no such mechanism', 'write ip4:192.0.2.1'],
    ['192.0.2.0/24', 'no such mechanism', 'write ip4:192.0.2.0/24'],
    ['~2001:db8::/32', 'no such mechanism', 'write ~ip6:2001:db8::/32'],
    [
      'mail.x.test',
      'no such mechanism',
      'for a host write a:mail.x.test, for the policy of a domain include:mail.x.test',
    ],
    ['redirect:x.test', 'no such mechanism', 'write redirect=x.test'],
    ['ip4:2001:db8::1', 'not an IPv4 address', 'write ip6:2001:db8::1'],
    ['ip6:192.0.2.1', 'not an IPv6 address', 'write ip4:192.0.2.1'],
    ['ip4:mail.x.test', 'not an IPv4 address', 'for a name write a:mail.x.test'],
    ['a:192.0.2.1', 'not a domain name', 'write ip4:192.0.2.1'],
    ['a:192.0.2.0/24', 'not a domain name', 'write ip4:192.0.2.0/24'],
    ['include:x', 'not a domain name', 'mend it: '],
    ['ip4:192.0.2.1/33', 'not a prefix length', 'write ip4:192.0.2.1'],
    ['exists:%{z}.x.test', 'no macro has the letter "z"', 'macros are such as '],
    ['exists:%{c}.x.test', 'the macro "c" is for explanations only', 'macros are such as '],
    ['exists:%i.x.test', 'a bare "%"', 'macros are such as '],
    ['\u2013all', 'not printable ASCII', 'type it anew: '],
  ])('%s', async (term, problem, advice) => {
    // Characters of a fixture are octets.
    const octets = Buffer.from(term).toString('latin1');
    await expectLines(lines(`ip4:192.0.2.7 ${octets} -all`), [`error ${term}: ${problem}; ${advice}`]);
  });

  test('is named, and each other one too', async () => {
    await expectLines(lines('foo:x.test ip4:1.2.3 -all'), [
      'error foo:x.test: no such',
      'error ip4:1.2.3: not an IPv4',
    ]);
  });

  test('is one of two that exclude each other', async () => {
    await expectLines(lines('redirect=a.test redirect=b.test'), [
      'error redirect=b.test: redirect stands there twice; leave one of them out',
    ]);
  });

  test('stands in a policy that is included', async () => {
    await expectLines(lines('include:i.test -all', { 'i.test': { TXT: ['v=spf1 foo'] } }), [
      'error i.test foo: no such mechanism; ',
    ]);
  });

  test('is cut off, for the policy is too long by far', async () => {
    const found = await lines(`${'ip4:192.0.2.1 '.repeat(700)}-all`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^error .*\ufffd: not printable ASCII; shorten the policy: /);
  });
});

describe('a term that should not stand there', () => {
  test.each<[string, string, SpfZone?]>([
    ['+all', 'error +all: lets everybody send for the domain; write -all'],
    ['all', 'error all: lets everybody send'],
    ['~all', 'note ~all: makes other clients suspect only; write -all'],
    ['?all', 'warning ?all: says nothing about all other clients; write -all, or ~all'],
    ['ip4:192.0.2.1', 'warning : says nothing about all other clients; end it with -all'],
    ['ptr -all', 'warning ptr: should not be used (RFC 7208, section 5.5)'],
    ['exists:%{p}.x.test -all', 'warning exists:%{p}.x.test: %{p} should not be used'],
    ['exists:%{l}.x.test -all', 'note exists:%{l}.x.test: is a question of its own for each sender address'],
    [
      'ip4=192.0.2.1 -all',
      'error ip4=192.0.2.1: is ignored by all receivers, as "=" makes it no mechanism; write ip4:',
    ],
    [
      'redirct=x.test -all',
      'warning redirct=x.test: is no modifier that receivers know, and ignored; did you mean redirect=',
    ],
    ['zzzzzz=x -all', 'warning zzzzzz=x: is no modifier that receivers know, and ignored; leave it out'],
    ['-all ip4:192.0.2.1', 'warning ip4:192.0.2.1: is never reached, behind -all; leave it out'],
    ['ip4:192.0.2.0/24 -ip4:192.0.2.7 -all', "warning -ip4:192.0.2.7: can't match, being part of ip4:192.0.2.0/24"],
    ['ip4:192.0.2.7 -ip4:192.0.2.7 -all', "warning -ip4:192.0.2.7: can't match, for ip4:192.0.2.7 stands before it"],
    ['redirect=x.test -all', 'warning redirect=x.test: is never followed, as there is -all; '],
    ['ip4:0.0.0.0/0 -all', 'error ip4:0.0.0.0/0: lets all of IPv4 send for the domain'],
    ['ip6:::/0 -all', 'error ip6:::/0: lets all of IPv6 send for the domain'],
    ['ip4:192.0.0.0/8 -all', 'warning ip4:192.0.0.0/8: lets a great part of IPv4 send'],
    ['a:h.test/0 -all', 'error a:h.test/0: lets all of IPv4 send for the domain', { 'h.test': HOST }],
    ['a:h.test//16 -all', 'warning a:h.test//16: lets a great part of IPv6 send', { 'h.test': HOST }],
    ['ip4:192.168.1.0/24 -all', 'warning ip4:192.168.1.0/24: is private: nobody on the Internet has such an address'],
    ['ip6:fe80::1 -all', 'warning ip6:fe80::1: is link-local: nobody'],
    ['a:no.test -all', 'warning a:no.test: no.test has no address; leave the term out'],
    ['a:b..test -all', "warning a:b..test: there can't be a name such as b..test"],
    ['mx -all', 'warning mx: example.test has no MX; leave the term out'],
    ['mx -all', 'warning mx: its host no.test has no address; ', { [DOMAIN]: { MX: [[1, 'no.test']] } }],
    ['mx -all', 'warning mx: example.test takes no mail, so nobody matches; ', { [DOMAIN]: { MX: [[0, '.']] } }],
    ['exists:h.test -all', 'error exists:h.test: matches every client; ', { 'h.test': HOST }],
    ['exists:no.test -all', 'warning exists:no.test: never matches, for no.test has no address; '],
    [
      'a:bad.test -all',
      'error a:bad.test: no answer about bad.test (servfail)',
      { 'bad.test': { fail: { '*': 'SERVFAIL' } } },
    ],
    ['include:no.test -all', 'error include:no.test: no.test has no policy: receivers take the whole for an error; '],
    ['redirect=no.test', 'error redirect=no.test: no.test has no policy'],
    ['include:%{i}.x.test -all', 'note include:%{i}.x.test: depends on the mail, so it is not looked at'],
    ['include:example.test -all', 'error include:example.test: leads back to itself'],
    ['-all exp=no.test', 'warning exp=no.test: is ignored: no.test has no text; '],
    ['-all exp=e.test', 'warning exp=e.test: is ignored: e.test has several texts', { 'e.test': { TXT: ['a', 'b'] } }],
    [
      '-all exp=e.test',
      'warning exp=e.test: is ignored: e.test has a text that is',
      { 'e.test': { TXT: ['caf\u00c3\u00a9'] } },
    ],
    [
      '-all exp=e.test',
      'warning exp=e.test: is ignored: e.test has a text with a bare "%"',
      { 'e.test': { TXT: ['50%'] } },
    ],
    [
      'redirect=r.test exp=e.test',
      'warning exp=e.test: is forgotten for the policy that redirect leads to; ',
      { 'r.test': { TXT: ['v=spf1 -all'] }, 'e.test': { TXT: ['no'] } },
    ],
  ])('%s: %s', async (terms, expected, zone = {}) => {
    await expectLines(lines(terms, zone), [expected]);
  });

  test('is one in a policy that a redirect leads to', async () => {
    await expectLines(lines('redirect=r.test', { 'r.test': { TXT: ['v=spf1 ?all'] } }), ['warning r.test ?all: says']);
  });

  test('is none where only a pass counts', async () => {
    for (const end of ['', '?all', '~all']) {
      expect(await lines('include:i.test -all', { 'i.test': { TXT: [`v=spf1 ip4:192.0.2.9 ${end}`] } })).toEqual([]);
    }
    await expectLines(lines('include:i.test -all', { 'i.test': { TXT: ['v=spf1 +all'] } }), [
      'error i.test +all: lets',
    ]);
  });
});

describe('the limits', () => {
  test('of lookups are counted over all that is included, and the one too many is named', async () => {
    const zone = { ...services(9), 'm.test': { TXT: [`v=spf1 ${includes(9)} -all`] } };
    const atLimit = await linted('include:m.test -all', zone);
    expect(atLimit).toMatchObject({ terms: 10, lines: [] });
    const over = await linted('include:m.test a:h.test mx:h.test -all', {
      ...zone,
      'h.test': { ...HOST, MX: [[1, 'h.test']] },
    });
    expect(over.terms).toBe(12);
    expect(over.lines).toEqual([
      'error a:h.test: is lookup 11, of which 10 are allowed: here receivers take the whole for an error; leave out what is not used, or name networks by ip4 and ip6',
    ]);
  });

  test('of lookups count what is included twice, and a redirect', async () => {
    const zone = { ...services(1), 'm.test': { TXT: ['v=spf1 include:s0.test -all'] } };
    const result = await linted('include:m.test include:s0.test redirect=s0.test', zone);
    expect(result.terms).toBe(4);
    // The last policy decides: it has no `all`.
    expect(result.lines).toEqual([expect.stringMatching(/^warning s0.test : says nothing about all other clients/)]);
  });

  test('of lookups do not count what stands behind all', async () => {
    expect((await linted('-all a:h.test include:no.test')).terms).toBe(0);
  });

  test('of lookups without an answer hold for each family of clients', async () => {
    const four = { 'a.test': { A: ['192.0.2.1'] }, 'b.test': { A: ['192.0.2.1'] }, 'c.test': { A: ['192.0.2.1'] } };
    const two = await linted('a:a.test a:b.test -all', four);
    expect(two).toMatchObject({ voids: { ipv4: 0, ipv6: 2 }, lines: [] });
    const three = await linted('a:a.test a:b.test a:c.test -all', four);
    expect(three).toMatchObject({ voids: { ipv4: 0, ipv6: 3 } });
    expect(three.lines).toEqual([
      expect.stringMatching(
        /^error a:c.test: for IPv6 clients that no earlier term knows, it is lookup 3 without an answer/,
      ),
    ]);
    const none = await linted('a:x.test a:y.test a:z.test -all');
    expect(none.lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(/^error a:z.test: for all clients /),
    ]);
  });

  test('of MX hold for all of them', async () => {
    const hosts = (count: number): SpfZone => ({
      [DOMAIN]: { MX: Array.from({ length: count }, (_, index) => [index, `h${index}.test`] as const) },
      ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}.test`, HOST])),
    });
    expect(await lines('mx -all', hosts(10))).toEqual([]);
    await expectLines(lines('mx -all', hosts(11)), ['error mx: example.test has 11 MX, of which 10 are allowed; ']);
  });

  test('end the walk, however policies include each other', async () => {
    const zone: SpfZone = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `d${index}.test`,
        { TXT: [`v=spf1 include:d${index + 1}.test include:d${index + 1}.test. -all`] },
      ]),
    );
    const { terms, lines: found } = await linted('include:d0.test -all', zone);
    expect(terms).toBeLessThan(200);
    expect(found.filter((line) => line.includes('is lookup 11, of which 10'))).toHaveLength(1);
  });
});
