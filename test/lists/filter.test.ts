import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterOf, isListing } from '../../src/lists/filter.ts';

/** Of these addresses those that a filter takes. */
function taken(source: string, ...addresses: string[]): string[] {
  const { filter, complaint } = filterOf(source);
  expect(complaint).toBeUndefined();
  return addresses.filter(filter);
}

describe('a filter', () => {
  test('is an address', () => {
    expect(taken('127.0.0.2', '127.0.0.2', '127.0.0.20', '127.0.0.3', '127.0.1.2')).toEqual(['127.0.0.2']);
  });

  test('has numbers and ranges in brackets', () => {
    const addresses = Array.from({ length: 14 }, (_, index) => `127.0.0.${index}`);
    expect(taken('127.0.0.[4..7]', ...addresses)).toEqual(['127.0.0.4', '127.0.0.5', '127.0.0.6', '127.0.0.7']);
    expect(taken('127.0.0.[2;4..5;10]', ...addresses)).toEqual(['127.0.0.2', '127.0.0.4', '127.0.0.5', '127.0.0.10']);
    expect(taken('127.0.[2..9;11..20].[0..3]', '127.0.2.0', '127.0.10.0', '127.0.20.3', '127.0.20.4')).toEqual([
      '127.0.2.0',
      '127.0.20.3',
    ]);
    expect(taken('127.[0..255].[0..255].[3..3]', '127.9.8.3', '127.9.8.4')).toEqual(['127.9.8.3']);
  });

  test('has bit masks: any of the bits', () => {
    const addresses = Array.from({ length: 33 }, (_, index) => `127.0.0.${index}`);
    expect(taken('127.0.0.&32', ...addresses)).toEqual(['127.0.0.32']);
    expect(taken('127.0.0.&24', '127.0.0.7', '127.0.0.8', '127.0.0.16', '127.0.0.24', '127.0.0.32')).toEqual([
      '127.0.0.8',
      '127.0.0.16',
      '127.0.0.24',
    ]);
  });

  test('is empty: all that a list may say', () => {
    const addresses = [
      '127.0.0.1',
      '127.0.0.2',
      '127.1.2.3',
      '127.255.254.1',
      '127.255.255.1',
      '127.255.255.254',
      '203.0.113.1',
    ];
    expect(taken('', ...addresses)).toEqual(['127.0.0.1', '127.0.0.2', '127.1.2.3', '127.255.254.1']);
    expect(addresses.filter(isListing)).toEqual(taken('', ...addresses));
  });

  test('is "any": any address at all', () => {
    expect(taken('any', '203.0.113.1', '127.255.255.254')).toEqual(['203.0.113.1', '127.255.255.254']);
  });

  test.each([
    'x',
    '127.0.0',
    '127.0.0.2.3',
    '127.0.0.256',
    '127.0.0.-1',
    '127.0.0.*',
    '127.0.0.[',
    '127.0.0.[]',
    '127.0.0.[4..2]',
    '127.0.0.[4..]',
    '127.0.0.[1,2]',
    '127.0.0.[1;;2]',
    '127.0.0.[0..256]',
    '127.0.0.&0',
    '127.0.0.&256',
    '127.0.0.&',
    ' 127.0.0.2',
    'ANY',
  ])('is none, and takes nothing: %s', (source) => {
    const { filter, complaint } = filterOf(source);
    expect(complaint).toMatch(/\S/);
    expect(['127.0.0.2', '127.0.0.4', '203.0.113.1'].filter(filter)).toEqual([]);
  });

  test('takes what stands within its bounds, and nothing else', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const range = fc.tuple(octet, octet).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
    const ranges = fc.array(range, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.tuple(ranges, ranges), fc.tuple(octet, octet), (parts, values) => {
        const words = parts.map((items) => `[${items.map(({ first, last }) => `${first}..${last}`).join(';')}]`);
        const within = parts.every((items, index) =>
          items.some(({ first, last }) => (values[index] ?? -1) >= first && (values[index] ?? -1) <= last),
        );
        expect(taken(`127.0.${words.join('.')}`, `127.0.${values.join('.')}`)).toHaveLength(within ? 1 : 0);
      }),
    );
  });

  test('of any text is one, or says why not', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.[\];&a-]{0,16}$/), (source) => {
        const { filter, complaint } = filterOf(source);
        if (complaint !== undefined) expect(filter('127.0.0.2')).toBe(false);
      }),
    );
  });
});
