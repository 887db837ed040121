import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import {
  choice,
  duration,
  flag,
  integer,
  type Kind,
  number,
  printDuration,
  score,
  text,
  texts,
} from '../../src/toml/kinds.ts';

/** What a kind makes of a value that it printed, after a TOML reader has read it. */
function readBack<T>(kind: Kind<T>, value: T): unknown {
  const read = kind.read(parse(`value = ${kind.print(value)}`).value);
  return read.ok ? read.value : read.complaint;
}

/** What is wrong with a value. */
function complaint<T>(kind: Kind<T>, value: unknown): string {
  const read = kind.read(value);
  if (read.ok) throw new Error(`${JSON.stringify(value)} was taken`);
  return [...read.complaint.path, read.complaint.message].join(': ');
}

const points = number(-1e21, 1e21);
const anyPoints = fc.double({ min: -1e21, max: 1e21, noNaN: true }).map((value) => value + 0);
/** Text as it may stand in a TOML file: without halves of letters. */
const words = fc.string({ unit: 'grapheme' });
const line = words.map((value) => value.replace(/[\0-\x1f\x7f]/g, ''));

describe('what is printed can be read again', () => {
  test('numbers', () => {
    fc.assert(
      fc.property(anyPoints, (value) => {
        expect(readBack(points, value)).toBe(value);
      }),
    );
    for (const value of [0, 1.5, -3.1, 1e-7, 1e20, 2 ** 53, 123456789012345680000])
      expect(readBack(points, value)).toBe(value);
  });

  test('whole numbers', () => {
    const kind = integer(-1e7, 1e7);
    fc.assert(
      fc.property(fc.integer({ min: -1e7, max: 1e7 }), (value) => {
        expect(readBack(kind, value)).toBe(value);
      }),
    );
  });

  test('scores', () => {
    fc.assert(
      fc.property(fc.record({ hit: anyPoints, miss: anyPoints }, { noNullPrototype: true }), (value) => {
        expect(readBack(score, value)).toEqual(value);
      }),
    );
  });

  test('times', () => {
    const kind = duration(0, 7 * 86400);
    const time = fc.oneof(
      fc.integer({ min: 0, max: 7 * 86400 }),
      fc.integer({ min: 0, max: 1e6 }).map((ms) => ms / 1000),
    );
    fc.assert(
      fc.property(time, (value) => {
        expect(readBack(kind, value)).toBe(value);
      }),
    );
  });

  test('texts', () => {
    fc.assert(
      fc.property(line, (value) => {
        expect(readBack(text(), value)).toBe(value);
      }),
    );
    const kind = texts(() => undefined);
    fc.assert(
      fc.property(fc.array(words), (value) => {
        expect(readBack(kind, value)).toEqual(value);
      }),
    );
    expect(readBack(kind, ['"', '\\', '\n\t\x7f\0', "'''", '\u2028'])).toEqual([
      '"',
      '\\',
      '\n\t\x7f\0',
      "'''",
      '\u2028',
    ]);
  });

  test('flags and words', () => {
    for (const value of [true, false]) expect(readBack(flag, value)).toBe(value);
    expect(readBack(choice('a', 'b c'), 'b c')).toBe('b c');
  });
});

describe('what is wrong is told', () => {
  test.each([
    [number(0, 10), 'ten', 'wants a number, not the text "ten"'],
    [number(0, 10), Number.NaN, 'wants a number, not NaN'],
    [number(0, 10), 11, 'wants a number from 0 to 10, not 11'],
    [number(0, 10), true, 'wants a number, not true'],
    [integer(0, 10), 1.5, 'wants a whole number, not 1.5'],
    [integer(0, 10), -1, 'wants a whole number from 0 to 10, not -1'],
    [flag, 1, 'wants true or false, not 1'],
    [flag, 'true', 'wants true or false, not the text "true"'],
    [text(), ['a'], 'wants a text, not an array'],
    [text(), 'a\nb', 'wants a text of one line, without control characters'],
    [text(() => 'is wrong'), 'a', 'is wrong'],
    [texts(() => undefined), 'a', 'wants an array of texts, not the text "a"'],
    [texts(() => undefined), ['a', 1], '1: wants texts, not 1'],
    [texts((item) => (item === 'b' ? 'is b' : undefined)), ['a', 'b'], '1: is b'],
    [choice('yes', 'no'), 'maybe', 'wants "yes" or "no", not the text "maybe"'],
    [choice('yes', 'no'), new Date(0), 'wants "yes" or "no", not a date'],
    [score, 1.5, 'wants { hit = NUMBER, miss = NUMBER }, not 1.5'],
    [score, { hit: 1 }, 'miss: lacks its part miss'],
    [score, { miss: 1 }, 'hit: lacks its part hit'],
    [score, { hit: 1, miss: 'x' }, 'miss: wants a number, not the text "x"'],
    [score, { hit: 1, miss: 0, mis: 0 }, 'mis: has no part "mis"; it has hit and miss'],
    [duration(1, 60), '2h', 'wants a time from 1s to 1m, not the text "2h"'],
    [duration(1, 60), 0, 'wants a time from 1s to 1m, not 0'],
    [duration(1, 60), '5 weeks', 'wants a time such as 30, "30s", "10m", "3h" or "1d", not the text "5 weeks"'],
    [duration(1, 60), {}, 'wants a time such as 30, "30s", "10m", "3h" or "1d", not a table'],
  ] as const)('%#: %j %s', (kind: Kind<unknown>, value, message) => {
    expect(complaint(kind, value)).toBe(message);
  });
});

test.each([
  [30, 30],
  ['30', 30],
  ['30s', 30],
  ['1.5 m', 90],
  ['3h', 10800],
  ['1d', 86400],
  [0.25, 0.25],
])('the time %j is %d seconds', (value, seconds) => {
  expect(duration(0, 1e6).read(value)).toEqual({ ok: true, value: seconds });
});

test.each([
  [0, '0s'],
  [0.5, '0.5s'],
  [59, '59s'],
  [60, '1m'],
  [90, '90s'],
  [10800, '3h'],
  [86400, '1d'],
  [129600, '36h'],
])('%d seconds are printed as %s', (seconds, printed) => {
  expect(printDuration(seconds)).toBe(printed);
});
