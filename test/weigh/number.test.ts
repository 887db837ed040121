import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatG, formatNumber, round, roundScore } from '../../src/weigh/number.ts';

describe('a number is printed as C does', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-1.5, '-1.5'],
    [0.1 + 0.2, '0.3'],
    [-3.1 + 2.1, '-1'],
    [100000000000000, '100000000000000'],
    [1000000000000000, '1e+15'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [1e100, '1e+100'],
    [1 / 3, '0.333333333333333'],
    [123456789.12345679, '123456789.123457'],
    [5.551115123125783e-17, '5.55111512312578e-17'],
  ])('%d', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test('a tie that shows in its sixteenth digit', () => {
    expect(formatG(812548762936572.25, 16)).toBe('812548762936572.2');
    expect(formatG(812548762936572.75, 16)).toBe('812548762936572.8');
  });

  test('any number, with any number of digits', () => {
    const cases = [
      ...fc.sample(
        fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 17 })),
        1500,
      ),
      // Such as scores are, and ties among them.
      ...fc
        .sample(fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 17 })), 1500)
        .map(([whole, digits]) => [whole / 1024, digits] as const),
      ...fc.sample(fc.integer({ min: -1e6, max: 1e6 }), 1500).map((whole) => [whole / 1000, 15] as const),
    ].filter(([value]) => value !== 0);
    const ours = cases.map(([value, digits]) => formatG(value, digits));
    expect(ours).toEqual(printf(cases));
  });
});

/** What C prints. The numbers are handed over as bytes, so that none is read wrongly. */
function printf(cases: readonly (readonly [value: number, digits: number])[]): string[] {
  const bytes = Buffer.from(new Float64Array(cases.flat()).buffer);
  const program =
    'binmode STDIN; local $/; my @n = unpack "d*", <STDIN>; while (@n) { printf "%.$n[1]g\\n", $n[0]; splice @n, 0, 2 }';
  return execFileSync('perl', ['-e', program], { input: bytes, encoding: 'latin1', maxBuffer: 1e7 })
    .trimEnd()
    .split('\n');
}

describe('a number is rounded', () => {
  test.each([
    [18.68549, 18.685],
    [120.3567, 120.357],
    [-120.3567, -120.357],
    // A 0 before the point is a digit too; those behind it aren't.
    [0.0125, 0.0125],
    [0.01251, 0.01251],
    [1.0125, 1.012],
    [1.00049, 1],
    // Ties go to the even digit.
    [1.0625, 1.062],
    [1.1875, 1.188],
    [-1.0625, -1.062],
    [-1.1875, -1.188],
    [5.551115123125783e-17, 5.55e-17],
    // Without a point it is left alone.
    [1e-5, 1e-5],
    [5, 5],
    [-12345678, -12345678],
    [0, 0],
    [1e300, 1e300],
  ])('%d to %d', (value, rounded) => {
    expect(round(value)).toBe(rounded);
  });

  test('to one that is near, and stays when it is rounded again', () => {
    const score = fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => Math.abs(value) > 0.001);
    fc.assert(
      fc.property(score, (value) => {
        const rounded = round(value);
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(0.000500001);
        expect(round(rounded)).toBe(rounded);
      }),
    );
  });
});

describe('the score that decides', () => {
  test('is 0 if a rounding error is all that there is', () => {
    expect(roundScore(5.551115123125783e-17)).toBe(0);
    expect(roundScore(-9.9e-10)).toBe(0);
    expect(roundScore(1.1e-9)).toBe(1.1e-9);
  });

  test('is rounded else', () => {
    expect(roundScore(0.99951)).toBe(0.9995);
    expect(roundScore(1.0625)).toBe(1.062);
    expect(roundScore(-4.5)).toBe(-4.5);
  });
});
