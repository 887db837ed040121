import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { octetName, octetsOf } from '../../src/dns/octets.ts';
import { questionBytes } from '../../src/dns/question.ts';

const label63 = 'a'.repeat(63);
/** 253 octets. */
const longest = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`;

test('text is taken as the octets of UTF-8, a character for each', () => {
  expect(octetsOf('good.test')).toBe('good.test');
  expect(octetsOf('caf\u00e9')).toBe('caf\u00c3\u00a9');
});

describe('a name made of octets', () => {
  test.each([
    ['Good.TEST', 'good.test'],
    ['good.test.', 'good.test'],
    ["O'b+r=i/e%n.x.test", "o'b+r=i/e%n.x.test"],
    ['a b.test', 'a b.test'],
    ['192.0.2.1', '192.0.2.1'],
    ['\u00c3\u00a9\0.test', '\u00c3\u00a9\0.test'],
    [`${label63}.test`, `${label63}.test`],
    [longest, longest],
    [`${longest}.`, longest],
  ])('is asked for: %j', (octets, name) => {
    expect(octetName(octets)).toBe(name);
  });

  test.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['an empty label', 'a..test'],
    ['an empty label in front', '.a.test'],
    ['two dots at the end', 'a.test..'],
    ['a label of 64 octets', `${label63}a.test`],
    ['254 octets', `${longest}a`],
  ])('is not asked for: %s', (_what, octets) => {
    expect(octetName(octets)).toBeUndefined();
  });

  test('always makes a question that the DNS can carry', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 6 }), (labels) => {
        const name = octetName(labels.map((label) => Buffer.from(label).toString('latin1')).join('.'));
        if (name === undefined) return;
        const bytes = questionBytes(1, 'TXT', name, false);
        expect(bytes.length).toBe(12 + name.length + 2 + 4);
        expect(bytes.length).toBeLessThanOrEqual(12 + 255 + 4);
      }),
    );
  });
});
