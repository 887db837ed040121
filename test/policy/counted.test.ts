import { describe, expect, test } from 'vitest';
import { settingsWith } from '../../rig/recorded.ts';
import { comeAgain, retry } from '../../src/policy/counted.ts';
import { newlyAccepted, newlyRefused } from '../../src/policy/known.ts';
import type { Refused } from '../../src/store/verdicts.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const settings = settingsWith();
const NOW = 1_000_000_000_000;

describe('a client that was refused', () => {
  test('has one retry', () => {
    expect(newlyRefused(5.5, NOW, settings)).toEqual({ rate: 5.5, retries: 1, seen: NOW });
  });

  test('starts the clock again with each try, and uses nothing up if it comes too fast', () => {
    let entry: Refused = { rate: 5.5, retries: 1, seen: NOW };
    let now = NOW;
    for (const wait of [0, 1, 29 * SECOND, 30 * SECOND]) {
      now += wait;
      const again = retry(entry, now, settings);
      expect(again).toEqual({ kind: 'refused', counts: false, entry: { rate: 5.5, retries: 1, seen: now } });
      if (again.kind === 'refused') entry = again.entry;
    }
  });

  test('uses a retry up if it waits for more than 30 seconds, and is weighed again after the last', () => {
    const slow = 30 * SECOND + 1;
    const first = retry({ rate: 5.5, retries: 1, seen: NOW }, NOW + slow, settings);
    expect(first).toEqual({ kind: 'refused', counts: true, entry: { rate: 5.5, retries: 0, seen: NOW + slow } });
    const fast = retry({ rate: 5.5, retries: 0, seen: NOW }, NOW + 30 * SECOND, settings);
    expect(fast).toEqual({ kind: 'refused', counts: false, entry: { rate: 5.5, retries: 0, seen: NOW + 30 * SECOND } });
    expect(retry({ rate: 5.5, retries: 0, seen: NOW }, NOW + slow, settings)).toEqual({ kind: 'expired' });
    expect(retry({ rate: 5.5, retries: -1, seen: NOW }, NOW + slow, settings)).toEqual({ kind: 'expired' });
  });

  test('has the retries and the time that are set', () => {
    const own = settingsWith({ spam_cache_retries: 0, spam_cache_time: 2 });
    const entry = newlyRefused(5, NOW, own);
    expect(entry.retries).toBe(0);
    expect(retry(entry, NOW + 2 * SECOND, own).kind).toBe('refused');
    expect(retry(entry, NOW + 2 * SECOND + 1, own).kind).toBe('expired');
  });

  test('has waited if it was refused while the clock was ahead', () => {
    const ahead = { rate: 5.5, retries: 0, seen: NOW + 3650 * DAY };
    expect(retry(ahead, NOW, settings)).toEqual({ kind: 'expired' });
  });
});

describe('a sender that was accepted', () => {
  const entry = newlyAccepted(-8.5, NOW, settings);

  test('has 60 uses', () => {
    expect(entry).toEqual({ rate: -8.5, uses: 60, seen: NOW, first: NOW, round: NOW });
  });

  test('is not trusted for its first day', () => {
    for (const wait of [0, HOUR, DAY]) {
      const seen = wait === 0 ? {} : { seen: NOW + wait };
      expect(comeAgain(entry, NOW + wait, settings)).toEqual({ kind: 'known', ...seen });
    }
  });

  test('starts a round with its first mail after that; from then on it is trusted', () => {
    const later = NOW + DAY + 1;
    const round = { ...entry, uses: 60, seen: later, round: later };
    expect(comeAgain({ ...entry, uses: 3 }, later, settings)).toEqual({ kind: 'round', entry: round });
    expect(comeAgain(round, later + 1, settings)).toEqual({ kind: 'trusted' });
  });

  test('is trusted for less than three hours, then a new round starts', () => {
    const old = { ...entry, first: NOW - 2 * DAY };
    expect(comeAgain(old, NOW + 3 * HOUR - 1, settings).kind).toBe('trusted');
    const late = comeAgain({ ...old, uses: 5 }, NOW + 3 * HOUR, settings);
    expect(late).toEqual({ kind: 'round', entry: { ...old, uses: 60, seen: NOW + 3 * HOUR, round: NOW + 3 * HOUR } });
  });

  test('is trusted while it has uses, then a new round starts', () => {
    const old = { ...entry, first: NOW - 2 * DAY };
    expect(comeAgain({ ...old, uses: 1 }, NOW + 1, settings)).toEqual({ kind: 'trusted' });
    expect(comeAgain({ ...old, uses: 0 }, NOW + 1, settings)).toMatchObject({
      kind: 'round',
      entry: { uses: 60, round: NOW + 1 },
    });
  });

  test('is not trusted because of a round that began while the clock was ahead', () => {
    const ahead = { ...entry, first: NOW - 2 * DAY, round: NOW + 3650 * DAY };
    expect(comeAgain(ahead, NOW, settings)).toMatchObject({ kind: 'round', entry: { round: NOW } });
  });
});
