import { describe, expect, test } from 'vitest';
import { boundedTexts, isSenderPolicy } from '../../src/dns/texts.ts';

const long = 'x'.repeat(9000);

describe('a sender policy', () => {
  test.each(['v=spf1', 'V=SPF1 -all', 'v=spf1 '])('is one: %j', (text) => {
    expect(isSenderPolicy(text)).toBe(true);
  });

  test.each(['', 'v=spf10 -all', 'v=spf1\t-all', ' v=spf1', 'v=spf', 'spf1 -all'])('is none: %j', (text) => {
    expect(isSenderPolicy(text)).toBe(false);
  });
});

describe('of the texts of a name', () => {
  test('8 KiB are kept as they are', () => {
    const texts = ['a'.repeat(4000), 'v=spf1 -all', '', 'b'.repeat(4000)];
    expect(boundedTexts(texts)).toEqual(texts);
  });

  test('only the policy is kept if there are more, and that there were others', () => {
    expect(boundedTexts([long, 'V=spf1 -all', 'other'])).toEqual(['V=spf1 -all', '']);
  });

  test('one that is too long leaves that there was one', () => {
    expect(boundedTexts([long])).toEqual(['']);
  });

  test('a policy that is too long is cut, and shows it', () => {
    const [kept = '', ...others] = boundedTexts([`v=spf1 ${long}`]);
    expect(others).toEqual([]);
    expect(kept).toHaveLength(8192);
    expect(kept.endsWith('\ufffd')).toBe(true);
  });

  test('of several policies only that there are several', () => {
    expect(boundedTexts([`v=spf1 ${long}`, 'v=spf1 -all', long])).toEqual(['v=spf1', 'v=spf1', '']);
  });
});
