// Organisational domains: the cases that the Public Suffix List publishes for its readers, and tldts as a second one.

import fc from 'fast-check';
import { getDomain } from 'tldts';
import { describe, expect, test } from 'vitest';
import { organisationOf } from '../../src/dns/organisation.ts';

describe('the organisational domain of', () => {
  test.each([
    // One label, or a suffix alone.
    ['com', undefined],
    ['example', undefined],
    ['uk.com', undefined],
    ['co.uk', undefined],
    ['ck', undefined],
    ['test.ck', undefined],
    ['kyoto.jp', undefined],
    ['ide.kyoto.jp', undefined],
    ['c.kobe.jp', undefined],
    ['ak.us', undefined],
    ['k12.ak.us', undefined],
    ['biz', undefined],
    ['github.io', undefined],
    ['xn--55qx5d.cn', undefined],
    ['xn--fiqs8s', undefined],
    // No list knows the last label.
    ['example.example', 'example.example'],
    ['a.b.example.example', 'example.example'],
    // One rule.
    ['domain.biz', 'domain.biz'],
    ['a.b.domain.biz', 'domain.biz'],
    ['gw.firma.online', 'firma.online'],
    // Several.
    ['example.com', 'example.com'],
    ['a.b.example.com', 'example.com'],
    ['example.uk.com', 'example.uk.com'],
    ['a.b.example.uk.com', 'example.uk.com'],
    ['test.ac', 'test.ac'],
    ['a.b.example.co.uk', 'example.co.uk'],
    // Wildcards and their exceptions.
    ['b.test.ck', 'b.test.ck'],
    ['a.b.test.ck', 'b.test.ck'],
    ['www.ck', 'www.ck'],
    ['www.www.ck', 'www.ck'],
    ['b.c.kobe.jp', 'b.c.kobe.jp'],
    ['a.b.c.kobe.jp', 'b.c.kobe.jp'],
    ['city.kobe.jp', 'city.kobe.jp'],
    ['www.city.kobe.jp', 'city.kobe.jp'],
    // Deeper ones.
    ['test.jp', 'test.jp'],
    ['www.test.ac.jp', 'test.ac.jp'],
    ['a.test.kyoto.jp', 'test.kyoto.jp'],
    ['a.b.ide.kyoto.jp', 'b.ide.kyoto.jp'],
    ['test.us', 'test.us'],
    ['www.test.ak.us', 'test.ak.us'],
    ['www.test.k12.ak.us', 'test.k12.ak.us'],
    // The private section.
    ['a.github.io', 'a.github.io'],
    ['www.a.github.io', 'a.github.io'],
    // A-labels.
    ['xn--85x722f.com.cn', 'xn--85x722f.com.cn'],
    ['www.xn--85x722f.xn--55qx5d.cn', 'xn--85x722f.xn--55qx5d.cn'],
    ['shishi.xn--55qx5d.cn', 'shishi.xn--55qx5d.cn'],
    ['www.xn--85x722f.xn--fiqs8s', 'xn--85x722f.xn--fiqs8s'],
    // No domains.
    ['192.0.2.1', undefined],
    ['a.1', undefined],
    ['', undefined],
    ['.', undefined],
    ['.example.com', undefined],
    ['a..com', undefined],
    ['example.com.', undefined],
  ])('%s: %s', (name, organisation) => {
    expect(organisationOf(name)).toBe(organisation);
  });
});

/** What rules and their neighbours look like. */
const SUFFIXES: readonly string[] = [
  'com',
  'co.uk',
  'com.br',
  'ck',
  'www.ck',
  'er',
  'kobe.jp',
  'city.kobe.jp',
  'k12.ak.us',
  'xn--p1ai',
  'xn--55qx5d.cn',
  'github.io',
  'blogspot.com',
  's3.dualstack.eu-west-1.amazonaws.com',
  'ex.ortsinfo.at',
  'kunden.ortsinfo.at',
  'online',
  'test',
  'internal',
];

test('is what tldts says too', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const name = fc.tuple(fc.array(label, { maxLength: 4 }), fc.constantFrom(...SUFFIXES));
  fc.assert(
    fc.property(name, ([labels, suffix]) => {
      const text = [...labels, suffix].join('.');
      // A wildcard's own parent is a suffix to us, as it is to libpsl; to tldts it is a domain like any other.
      fc.pre(labels.length > 0);
      expect(organisationOf(text) ?? null).toBe(getDomain(text, { allowPrivateDomains: true }));
    }),
    { numRuns: 5000 },
  );
});
