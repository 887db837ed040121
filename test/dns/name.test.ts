import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askableName, hostName, nameAndParents } from '../../src/dns/name.ts';

const label63 = 'a'.repeat(63);
/** 253 letters: three labels of 63, one of 61, and three dots. */
const longest = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`;

describe('a name', () => {
  test.each([
    ['Good.TEST', 'good.test'],
    ['good.test.', 'good.test'],
    ['localhost', 'localhost'],
    ['_dmarc.good.test', '_dmarc.good.test'],
    ['-x-.good.test', '-x-.good.test'],
    ['2.0.192.in-addr.arpa', '2.0.192.in-addr.arpa'],
    ['1.2.3.4a', '1.2.3.4a'],
    [`${label63}.test`, `${label63}.test`],
    [longest, longest],
    [`${longest}.`, longest],
  ])('is asked for: %s', (text, name) => {
    expect(askableName(text)).toBe(name);
  });

  test.each([
    ['b\u00fccher.test', 'xn--bcher-kva.test'],
    ['B\u00dcCHER.test', 'xn--bcher-kva.test'],
    ['bu\u0308cher.test', 'xn--bcher-kva.test'],
    ['\u043f\u043e\u0447\u0442\u0430.test', 'xn--80a1acny.test'],
    ['mail.\u65e5\u672c.test', 'mail.xn--wgv71a.test'],
  ])('is asked for in A-labels: %s', (text, name) => {
    expect(askableName(text)).toBe(name);
  });

  test.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['an empty label', 'a..test'],
    ['an empty label in front', '.a.test'],
    ['two dots at the end', 'a.test..'],
    ['a label of 64 letters', `${label63}a.test`],
    ['254 letters', `${longest}a`],
    ['a blank', 'a b.test'],
    ['a quote', 'a"b.test'],
    ['a parenthesis', 'a(b).test'],
    ['an @', 'a@b.test'],
    ['a slash', 'a/b.test'],
    ['a port', 'a.test:53'],
    ['brackets', '[192.0.2.1]'],
    ['a zero byte', 'a\0.test'],
    ['a line end', 'a.test\n'],
    ['a bare address', '192.0.2.1'],
    ['digits and dots', '12.34'],
    ['digits', '12345'],
    ['an address in digits of another script', '\uff11\uff19\uff12.0.2.1'],
    ['a slash beyond ASCII', 'b\u00fc/cher.test'],
    ['a user beyond ASCII', '\u00fc@a.test'],
    ['a symbol', '\u2603@\u2603'],
    ['a replaced byte', 'a\ufffd.test'],
    ['an IDN label that gets too long', `${'\u00fc'.repeat(63)}.test`],
    ['very much', 'a.'.repeat(100_000)],
    ['very much beyond ASCII', '\u00fc.'.repeat(100_000)],
  ])('is not asked for: %s', (_, text) => {
    expect(askableName(text)).toBeUndefined();
  });

  test('of any kind is within the limits, or is not asked for', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.stringMatching(/^[a-z0-9_-]{1,70}$/));
    const any = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('.'));
    fc.assert(
      fc.property(any, (text) => {
        const name = askableName(text);
        if (name === undefined) return;
        expect(name.length).toBeLessThanOrEqual(253);
        for (const label of name.split('.')) expect(label).toMatch(/^[a-z0-9_-]{1,63}$/);
        expect(askableName(name)).toBe(name);
      }),
      { numRuns: 500 },
    );
  });
});

test('in ASCII it is labels of small letters, digits, hyphens and underscores, and not digits alone', () => {
  const piece = fc.stringMatching(/^[a-zA-Z0-9_.-]{0,66}$/);
  const label = fc.oneof(piece, fc.constantFrom('', '1', '255', label63), fc.string({ maxLength: 3 }));
  const names = fc.array(label, { maxLength: 6 }).map((labels) => labels.join('.'));
  const ascii = names.filter((text) => /^[\0-\x7f]*$/.test(text));
  fc.assert(
    fc.property(ascii, (text) => {
      const name = text.toLowerCase().replace(/\.$/, '');
      const isName = /^(?![0-9.]+$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/.test(name) && name.length <= 253;
      expect(askableName(text)).toBe(isName ? name : undefined);
    }),
    { numRuns: 2000 },
  );
});

describe('the one form of a name', () => {
  test.each([
    ['Good.TEST', 'good.test'],
    ['good.test.', 'good.test'],
    ['good.test....', 'good.test'],
    ['spa\u200dm.test', 'spam.test'],
    ['spa\u200cm.test', 'spam.test'],
    ['spa\u00adm.test', 'spam.test'],
    ['spa\u200bm.test', 'spam.test'],
    ['spa\ufeffm.test', 'spam.test'],
    ['\uff33\uff30\uff21\uff2d\u3002test\u3002', 'spam.test'],
    ['b\u00fccher.test..', 'xn--bcher-kva.test'],
    // In Persian it is seen, and part of the name.
    ['\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.test', 'xn--mgba3gch31f060k.test'],
    ['1.2.3.4a', '1.2.3.4a'],
  ])('of %j is %s', (text, name) => {
    expect(hostName(text)).toBe(name);
  });

  test.each(['', '.', '..', 'foo', 'foo.', '.spam.test', 'a..b.test', '[192.0.2.1]', '192.0.2.1', '192.0.2.1.'])(
    'does not exist for %j',
    (text) => {
      expect(hostName(text)).toBeUndefined();
    },
  );

  test.each(['a.1', 'a.0x7f', 'a.b.123', '\uff11.\uff12', 'a b.test', `${longest}a`, '.'.repeat(5000)])(
    'nor for %j',
    (text) => {
      expect(hostName(text)).toBeUndefined();
    },
  );
});

test('a name has parents down to two labels', () => {
  expect(nameAndParents('a.b.co.uk')).toEqual(['a.b.co.uk', 'b.co.uk', 'co.uk']);
  expect(nameAndParents('good.test')).toEqual(['good.test']);
  expect(nameAndParents('localhost')).toEqual([]);
  expect(nameAndParents('')).toEqual([]);
});
