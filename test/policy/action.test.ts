import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, cleanShort } from '../../src/log/clean.ts';
import { formatAction, wellFormed } from '../../src/policy/action.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.string({ maxLength: 1500 }),
  fc.stringMatching(
    /^ {0,2}(\d{3}|REJECT|DEFER|PREPEND|DUNNO|greylist)?[ ;]{0,2}(\d\.\d\.\d)?[ ;]{0,2}[a-z\r\n]{0,3}$/,
  ),
);

describe('text from outside', () => {
  test.each([
    ['plain', 'plain'],
    ['a\r\nb\tc\0d', 'a??b?c?d'],
    ['b\u00fccher \u{1f4da}', 'b?cher ?'],
    ['\x7f~ ', '?~ '],
  ])('%j becomes printable', (text, cleaned) => {
    expect(clean(text)).toBe(cleaned);
  });

  test('of any kind does', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(clean(text)).toMatch(/^[ -~]*$/);
      }),
    );
  });

  test('is cut where it is too long', () => {
    expect(cleanShort('abcdefghij', 10)).toBe('abcdefghij');
    expect(cleanShort('abcdefghijk', 10)).toBe('abcdefg...');
  });
});

describe('the answer', () => {
  test('of any action is one line of printable letters, and an empty one', () => {
    fc.assert(
      fc.property(anyText, (action) => {
        expect(formatAction(action)).toMatch(/^action=[!-~][ -~]*\n\n$/);
      }),
    );
  });

  test('is never a bare code, nor a status without words', () => {
    fc.assert(
      fc.property(anyText, (action) => {
        expect(wellFormed(action)).not.toMatch(/^\d{3} *$/);
        expect(wellFormed(action)).not.toMatch(/^\w+ \d\.\d+\.\d+ *$/);
      }),
    );
  });

  test('is no longer than a reply or a header may be', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('550 ', 'REJECT ', 'PREPEND X-Weight: ', 'DUNNO '), (words, start) => {
        const limit = start.startsWith('PREPEND') || start === 'DUNNO ' ? 998 : 512 - 'NNN '.length;
        expect(wellFormed(start + words).length).toBeLessThanOrEqual(limit);
      }),
    );
    expect(wellFormed(`550 ${'x'.repeat(1000)}`)).toMatch(/^550 x+\.\.\.$/);
    expect(wellFormed(`PREPEND X-Weight: ${'x'.repeat(900)}`)).toMatch(/x$/);
    expect(wellFormed(`PREPEND X-Weight: ${'x'.repeat(1000)}`)).toMatch(/^PREPEND X-Weight: x+\.\.\.$/);
  });

  test.each([
    ['', 'DUNNO'],
    ['   ', 'DUNNO'],
    ['550', '550 refused'],
    ['450 ', '450 refused'],
    ['550 5.7.1', '550 5.7.1 refused'],
    ['REJECT 5.7.1 ', 'REJECT 5.7.1 refused'],
    ['REJECT', 'REJECT'],
    ['550 Spam', '550 Spam'],
    ['550 5.7.1 Spam', '550 5.7.1 Spam'],
    ['REJECT; MTA helo: x', 'REJECT MTA helo: x'],
    ['451 4.7.1; in rhs1.test', '451 4.7.1 in rhs1.test'],
    ['DEFER_IF_PERMIT; in rhs1.test', 'DEFER_IF_PERMIT in rhs1.test'],
    ['550 Spam; in rhs1.test', '550 Spam; in rhs1.test'],
    ['  DUNNO  cached; rate: -1', 'DUNNO  cached; rate: -1'],
    [
      'PREPEND X-policyd-weight:  NOT_IN_BL1=-1.5; rate: -1.5',
      'PREPEND X-policyd-weight:  NOT_IN_BL1=-1.5; rate: -1.5',
    ],
  ])('of %j is %j', (action, formed) => {
    expect(formatAction(action)).toBe(`action=${formed}\n\n`);
  });
});
