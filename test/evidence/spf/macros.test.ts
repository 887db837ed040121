import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/dns/address.ts';
import { bestName, domainOf, expanded, identityOf } from '../../../src/evidence/spf/identity.ts';
import { type MacroString, readMacros } from '../../../src/evidence/spf/macros.ts';

function macros(text: string): MacroString {
  const read = readMacros(text, 'text');
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

function identity(ip: string, sender: string, helo = 'Mail.Other.test') {
  const client = parseAddress(ip);
  if (client === undefined) throw new Error(`${ip} is no address`);
  return identityOf({ client, helo, sender, receiver: 'mx.receiver.test', now: 1_700_000_000 });
}

const V4 = identity('192.0.2.1', 'Strong-Bad+tag@Sub.Example.test');
const V6 = identity('2001:DB8::CB01', 'user@example.test');

/** The example of RFC 7208, section 7.4. */
const RFC = identity('192.0.2.3', 'strong-bad@email.example.com');

const say = (text: string, who = V4): string => expanded(who, macros(text), 'current.test', 'own.name.test', 1000);

describe('the examples of the RFC', () => {
  const inDomain = (text: string): string => expanded(RFC, macros(text), 'email.example.com', 'unknown', 1000);
  test.each([
    ['%{s}', 'strong-bad@email.example.com'],
    ['%{o}', 'email.example.com'],
    ['%{d}', 'email.example.com'],
    ['%{d4}', 'email.example.com'],
    ['%{d3}', 'email.example.com'],
    ['%{d2}', 'example.com'],
    ['%{d1}', 'com'],
    ['%{dr}', 'com.example.email'],
    ['%{d2r}', 'example.email'],
    ['%{l}', 'strong-bad'],
    ['%{l-}', 'strong.bad'],
    ['%{lr}', 'strong-bad'],
    ['%{lr-}', 'bad.strong'],
    ['%{l1r-}', 'strong'],
    ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
    ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
    ['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
    ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
    ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
  ])('%s', (text, value) => {
    expect(inDomain(text)).toBe(value);
  });
});

describe('a macro', () => {
  test.each([
    ['the sender, as it was given', '%{s}', 'Strong-Bad+tag@Sub.Example.test'],
    ['its local part', '%{l}', 'Strong-Bad+tag'],
    ['its domain', '%{o}', 'Sub.Example.test'],
    ['the domain of the record', '%{d}', 'current.test'],
    ['HELO, as it was said', '%{h}', 'Mail.Other.test'],
    ['the name of the client', '%{p}', 'own.name.test'],
    ['the receiver and the time', '%{r} %{t}', 'mx.receiver.test 1700000000'],
    ['the address, in three ways', '%{i} %{c} %{v}', '192.0.2.1 192.0.2.1 in-addr'],
    ['a percent sign, a blank, and one that is encoded', '%%%_%-', '% %20'],
    ['all delimiters at once', '%{l-+}', 'Strong.Bad.tag'],
    ['a delimiter alone, whatever the letter', '%{v-}', 'in.addr'],
    ['parts from the right', '%{o2}', 'Example.test'],
    ['more parts than there are', '%{o127}', 'Sub.Example.test'],
    ['reversed first, then cut', '%{o2r}', 'Example.Sub'],
    ['R as r', '%{oR}', 'test.Example.Sub'],
    ['escaped in upper case', '%{S}', 'Strong-Bad%2Btag%40Sub.Example.test'],
  ])('gives %s', (_what, text, value) => {
    expect(say(text)).toBe(value);
  });

  test('gives an IPv6 address as nibbles in upper case, and in its short form', () => {
    const nibbles = '2.0.0.1.0.D.B.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.C.B.0.1';
    expect(say('%{i} %{c} %{v}', V6)).toBe(`${nibbles} 2001:db8::cb01 ip6`);
  });

  test.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ])('gives %s as %s (RFC 5952)', (ip, short) => {
    expect(say('%{c}', identity(ip, 'user@example.test'))).toBe(short);
  });

  test('takes a mapped client for the IPv4 client', () => {
    expect(say('%{i} %{c} %{v}', identity('::ffff:192.0.2.1', 'a@b.test'))).toBe('192.0.2.1 192.0.2.1 in-addr');
  });

  test('escapes each octet of UTF-8, and nothing that is unreserved', () => {
    expect(say('%{L}', identity('192.0.2.1', "caf\u00e9!*'()~_.-@b.test"))).toBe('caf%C3%A9%21%2A%27%28%29~_.-');
    expect(say('%{H}', identity('192.0.2.1', 'a@b.test', 'a\n.test'))).toBe('a%0A.test');
  });
});

describe('the identity', () => {
  test.each([
    ['behind the last @', '"a@b"@example.test', '"a@b"', 'example.test'],
    ['without a local part', '@example.test', 'postmaster', 'example.test'],
    ['without an @', 'example.test', 'postmaster', 'example.test'],
    ['with a final dot', 'a@example.test.', 'a', 'example.test'],
    ['of the null sender', '', 'postmaster', 'Mail.Other.test'],
    ['in U-labels', 'a@b\u00fccher.test', 'a', 'xn--bcher-kva.test'],
  ])('%s', (_what, sender, local, domain) => {
    expect(identity('192.0.2.1', sender)).toMatchObject({ local, domain });
  });
});

describe('the domain of a term', () => {
  const name = (text: string): string | undefined => domainOf(V4, macros(text), 'current.test', 'unknown');

  test('loses its final dot', () => {
    expect(name('%{d}.')).toBe('current.test');
  });

  test('loses labels on the left until it has 253 octets', () => {
    const label = 'x'.repeat(60);
    const whole = `a.${label}.${label}.${label}.${label}.%{d}`;
    expect(name(whole)).toBe(`${label}.${label}.${label}.current.test`);
    expect(name(`aa.${'y'.repeat(54)}.${label}.${label}.${label}.%{d}`)).toHaveLength(253);
  });

  test('loses a label as soon as it has 254 octets', () => {
    const label = 'y'.repeat(60);
    // 252 octets without the label in front.
    const rest = `${'y'.repeat(56)}.${label}.${label}.${label}.%{d}`;
    expect(name(rest)).toHaveLength(252);
    expect(name(`a.${rest}`)).toBe(name(rest));
  });

  test('is none if one label is longer than a name', () => {
    expect(name('z'.repeat(300))).toBeUndefined();
  });
});

test('of confirmed names the domain is preferred, then one below it, then any', () => {
  expect(bestName(['x.test', 'a.example.test', 'example.test'], 'Example.test')).toBe('example.test');
  expect(bestName(['x.test', 'a.example.test'], 'example.test')).toBe('a.example.test');
  expect(bestName(['x.test', 'badexample.test'], 'example.test')).toBe('x.test');
  expect(bestName([], 'example.test')).toBe('unknown');
});
