import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RecordReading, readRecord } from '../../../src/evidence/spf/record.ts';

const read = (terms: string): RecordReading => readRecord(`v=spf1 ${terms}`);

describe('a policy is well-formed', () => {
  test.each([
    ['nothing but its version', ''],
    ['blanks anywhere', '  a   mx  '],
    ['names in any case', 'A MX PTR All Include:a.test EXISTS:a.test IP4:192.0.2.1 iP6::: REDIRECT=a.test Exp=a.test'],
    ['all qualifiers', '+a -a ~a ?a'],
    ['prefix lengths of both families', 'a/0 a/32 a//0 a//128 a/24//64 mx:a.test/8//8 a:a.test//64'],
    ['a slash inside of a domain', 'a:%{l/}.a.test a:%{d/}/24 exists:a/8.test a:x/24.test/24'],
    ['a macro at the end of a domain', 'a:%{d} include:x.%{d2} exists:%{ir}.%{v} a:x%% a:x%_ a:x%-'],
    ['a top label with a hyphen, a digit or a final dot', 'a:a.x-1 a:a.1x a:a.1-2 a:a.test. a:.test a:a.t'],
    ['unknown modifiers, often and empty', 'x=1 x=2 y= match.sub-domains_9=yes x=%{c}%{r}%{t}'],
    ['a mechanism that looks like a modifier', 'ip4=192.0.2.1 include=a.test all='],
    ['digits of any number and r in any case', 'a:%{d127}.%{d2R}.%{D1r-+,/_=.}.test'],
    [
      'addresses in all forms',
      'ip4:0.0.0.0/0 ip6::: ip6:::1 ip6:1:2:3:4:5:6:7:8 ip6:::192.0.2.1/128 ip6:1::/0 ip6:::ffff:192.0.2.1',
    ],
    ['modifiers before mechanisms', 'exp=a.test redirect=b.test a'],
    ['odd octets in a domain', 'a:!"#$&\'()*+,-.test'],
  ])('%s', (_what, terms) => {
    expect(read(terms)).toMatchObject({ ok: true });
  });
});

describe('a policy is faulty as a whole, and the place is told', () => {
  test.each<readonly [what: string, terms: string, at: number, term: string]>([
    ['moo', 'a moo -all', 9, 'moo'],
    ['moo:a.test', 'moo:a.test', 7, 'moo:a.test'],
    ['a modifier with a sign', '-moo=1', 8, '-moo=1'],
    ['a colon instead of =', 'redirect:a.test', 7, 'redirect:a.test'],
    ['a qualifier alone', 'a -', 10, '-'],
    ['two qualifiers', '--all', 8, '--all'],
    ['all with an argument', 'all:a.test', 10, 'all:a.test'],
    ['all with a length', '-all/8', 11, '-all/8'],
    ['all with a dot', 'all.', 7, 'all.'],
    ['a tab', 'a\tmx', 8, ''],
    ['a line break', 'a\r\n', 8, ''],
    ['a zero octet', 'a\0', 8, ''],
    ['an octet beyond ASCII', 'a:caf\u00e9.test', 12, ''],
    ['redirect twice', 'redirect=a.test REDIRECT=a.test', 23, 'REDIRECT=a.test'],
    ['exp twice', 'exp=a.test exp=a.test', 18, 'exp=a.test'],
    ['an unknown macro in an unknown modifier', 'x=%{z}', 9, 'x=%{z}'],
    ['a bare percent sign', 'x=1%', 10, 'x=1%'],
    ['a percent sign before something else', 'a:%d.test', 9, 'a:%d.test'],
    ['a macro without an end', 'a:%{d', 9, 'a:%{d'],
    ['a macro that keeps nothing', 'a:%{d0}.test', 9, 'a:%{d0}.test'],
    ['a macro in wrong order', 'a:%{dr2}.test', 9, 'a:%{dr2}.test'],
    ...[...'crt'].map((letter) => [`%{${letter}} in a name`, `a:%{${letter}}.test`, 9, `a:%{${letter}}.test`] as const),
    ['%{r} in exp', 'exp=%{r}.test', 11, 'exp=%{r}.test'],
    ...['a:', 'mx:', 'ptr:', 'include:', 'exists:'].map((term) => [term, term, 7 + term.length, term] as const),
    ...['redirect=', 'exp='].map((term) => [term, term, 7 + term.length, term] as const),
    ...['include', 'exists', 'ip4', 'ip6'].map((term) => [`${term} alone`, term, 7 + term.length, term] as const),
    ['an empty domain before a length', 'a:/24', 9, 'a:/24'],
    ['a length of 33', 'a/33', 8, 'a/33'],
    ['an IPv6 length of 129', 'a//129', 8, 'a//129'],
    ['a length with a zero in front', 'a/024', 8, 'a/024'],
    ['lengths in one slash each', 'a:a.test/24/64', 18, 'a:a.test/24/64'],
    ['a slash at the end', 'a:a.test/', 9, 'a:a.test/'],
    ['an include with a length', 'include:a.test/24', 15, 'include:a.test/24'],
    ['an exists with a length', 'exists:a.test/8', 14, 'exists:a.test/8'],
    ['a ptr with a length', 'ptr/24', 10, 'ptr/24'],
    ['an address as a domain', 'a:192.0.2.1', 9, 'a:192.0.2.1'],
    ['one label', 'a:foo', 9, 'a:foo'],
    ['a port', 'a:a.test:80', 9, 'a:a.test:80'],
    ['a top label of digits', 'mx:a.123', 10, 'mx:a.123'],
    ['a top label that ends in a hyphen', 'a:a.test-', 9, 'a:a.test-'],
    ['text behind a macro', 'a:%{d}foo', 13, 'a:%{d}foo'],
    ['two dots at the end', 'a:a.test..', 9, 'a:a.test..'],
    ['three octets', 'ip4:192.0.2', 11, 'ip4:192.0.2'],
    ['an octet of 256', 'ip4:192.0.2.256', 11, 'ip4:192.0.2.256'],
    ['an octet with a zero in front', 'ip4:192.0.02.1', 11, 'ip4:192.0.02.1'],
    ['an IPv4 length of 33', 'ip4:192.0.2.1/33', 20, 'ip4:192.0.2.1/33'],
    ['two lengths', 'ip4:192.0.2.1//32', 20, 'ip4:192.0.2.1//32'],
    ['an empty length', 'ip4:192.0.2.1/', 20, 'ip4:192.0.2.1/'],
    ['a negative length', 'ip4:192.0.2.0/-1', 20, 'ip4:192.0.2.0/-1'],
    ['an IPv6 address in ip4', 'ip4:2001:db8::1', 11, 'ip4:2001:db8::1'],
    ['an IPv4 address in ip6', 'ip6:192.0.2.1', 11, 'ip6:192.0.2.1'],
    ['nine groups', 'ip6:1:2:3:4:5:6:7:8:9', 11, 'ip6:1:2:3:4:5:6:7:8:9'],
    ['two gaps', 'ip6:1::2::3', 11, 'ip6:1::2::3'],
    ['an IPv6 length of 129', 'ip6:1::/129', 14, 'ip6:1::/129'],
  ])('%s', (_what, terms, at, term) => {
    expect(read(terms)).toMatchObject({ ok: false, fault: { at, term } });
  });
});

test('terms are read as a tree', () => {
  expect(read('-a:x.%{D2r-}/24//64 redirect=r.test')).toEqual({
    ok: true,
    value: {
      mechanisms: [
        {
          qualifier: '-',
          text: '-a:x.%{D2r-}/24//64',
          name: 'a',
          domain: [
            { kind: 'literal', text: 'x.' },
            { kind: 'macro', letter: 'd', escaped: true, digits: 2, reversed: true, delimiters: '-' },
          ],
          length4: 24,
          length6: 64,
        },
      ],
      redirect: { domain: [{ kind: 'literal', text: 'r.test' }], text: 'redirect=r.test' },
      exp: undefined,
    },
  });
});

test('any octets are a policy or a fault with a place in it, and take no time', () => {
  const words = fc.constantFrom(
    ' ',
    'a',
    'mx',
    ':',
    '/',
    '//',
    '%{',
    '}',
    '%%',
    '=',
    '.',
    'ip6:',
    '::',
    '1',
    'test',
    'exp=',
  );
  const texts = fc.oneof(
    fc.array(words, { maxLength: 200 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 500 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const record = `v=spf1${text}`;
      const reading = readRecord(record);
      if (reading.ok) return;
      expect(reading.fault.at).toBeGreaterThanOrEqual(0);
      expect(reading.fault.at).toBeLessThanOrEqual(record.length);
      expect(record).toContain(reading.fault.term);
    }),
    { numRuns: 5000 },
  );
});

test.each(['a:', '/', '/1', '%{', '%%', 'a', '.a', 'a.', 'ip6:1:', '-', '%{d}', ':'])(
  'a policy of 8 KiB of %j is read in a moment',
  (word) => {
    const begun = process.cpuUsage().user;
    for (const term of ['a:', 'exp=', 'ip6:', 'x=', '']) readRecord(`v=spf1 ${term}${word.repeat(8192 / word.length)}`);
    expect((process.cpuUsage().user - begun) / 1000).toBeLessThan(1000);
  },
);
