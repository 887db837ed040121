// Cases that others have answered as well: the test suite of RFC 7208 (203), a corpus of policies on which two other
// implementations agree or the RFC is plain (1,539), and 60 cases by hand. Whatever is asked early and in whatever
// order answers come, the verdict is the same.

import { beforeAll, describe, expect, test } from 'vitest';
import { checkCase, corpus, type SpfCase, suite, wrongIn } from '../../../rig/spf/cases.ts';
import { CachedLookup, ShuffledLookup, ZoneLookup } from '../../../rig/spf/zone.ts';
import type { SpfVerdict } from '../../../src/evidence/spf/query.ts';

/** Questions in turn of the two other implementations for the corpus; the second asks `exp` only for a fail. */
const QUESTIONS_OF_OTHERS = [6999, 6695] as const;
/** What asking early may cost, and the most for one case. */
const [MORE, MOST] = [1.5, 40] as const;

describe.each([
  ['the test suite of the RFC', suite(), 203],
  ['the corpus', corpus('corpus-1.json'), 1539],
  ['the cases by hand', corpus('edge-cases.json'), 60],
] as const)('%s', (_name, cases, count) => {
  const plain: SpfVerdict[] = [];

  beforeAll(async () => {
    for (const one of cases) plain.push(await checkCase(one, new ZoneLookup(one.zone), { early: false }));
  });

  const compare = async (check: (one: SpfCase, index: number) => Promise<SpfVerdict>): Promise<void> => {
    const verdicts: SpfVerdict[] = [];
    for (const [index, one] of cases.entries()) verdicts.push(await check(one, index));
    expect(verdicts.map((verdict) => JSON.stringify(verdict))).toEqual(plain.map((verdict) => JSON.stringify(verdict)));
  };

  test('has the right results and explanations', () => {
    expect(plain).toHaveLength(count);
    expect(cases.flatMap((one, index) => wrongIn(one, plain[index] ?? failed()) ?? [])).toEqual([]);
  });

  test('has the same verdicts if questions are asked early', async () => {
    await compare((one) => checkCase(one, new ZoneLookup(one.zone)));
  });

  test('has the same verdicts from a cache, and asks nothing then', async () => {
    await compare(async (one) => {
      const zone = new ZoneLookup(one.zone);
      const cached = new CachedLookup(zone);
      await checkCase(one, cached);
      const asked = zone.asked.length;
      const verdict = await checkCase(one, cached);
      expect(zone.asked).toHaveLength(asked);
      return verdict;
    });
  });

  test.each([1, 2, 3])('has the same verdicts with answers in any order and late, the seed being %d', async (seed) => {
    await compare((one, index) => checkCase(one, new ShuffledLookup(new ZoneLookup(one.zone), seed * 10_007 + index)));
  });

  test('has the same verdicts if both identities are checked at once', async () => {
    await compare(async (one) => {
      const shared = new CachedLookup(new ShuffledLookup(new ZoneLookup(one.zone), 7));
      const [verdict] = await Promise.all([checkCase(one, shared), checkCase({ ...one, sender: '' }, shared)]);
      return verdict;
    });
  });

  test('asks nothing twice, and little in vain', async () => {
    let early = 0;
    let inTurn = 0;
    for (const [index, one] of cases.entries()) {
      const lookup = new ZoneLookup(one.zone);
      await checkCase(one, lookup);
      expect(new Set(lookup.asked).size, one.id).toBe(lookup.asked.length);
      expect(lookup.asked.length, one.id).toBeLessThanOrEqual(MOST);
      early += lookup.asked.length;
      inTurn += plain[index]?.questions.length ?? 0;
    }
    expect(early).toBeLessThanOrEqual(MORE * inTurn);
    if (count === 1539) for (const others of QUESTIONS_OF_OTHERS) expect(early).toBeLessThanOrEqual(MORE * others);
  });
});

function failed(): never {
  throw new Error('a case has no verdict');
}
