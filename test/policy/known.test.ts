import { describe, expect, test } from 'vitest';
import { comeAgain, keysOf, newlyAccepted, newlyRefused, retry } from '../../src/policy/known.ts';
import type { Refused } from '../../src/store/verdicts.ts';
import { envelopeOf, settingsWith } from '../recorded.ts';

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
      expect(again).toEqual({ kind: 'refused', entry: { rate: 5.5, retries: 1, seen: now } });
      if (again.kind === 'refused') entry = again.entry;
    }
  });

  test('uses a retry up if it waits for more than 30 seconds, and is weighed again after the last', () => {
    const slow = 30 * SECOND + 1;
    const first = retry({ rate: 5.5, retries: 1, seen: NOW }, NOW + slow, settings);
    expect(first).toEqual({ kind: 'refused', entry: { rate: 5.5, retries: 0, seen: NOW + slow } });
    const fast = retry({ rate: 5.5, retries: 0, seen: NOW }, NOW + 30 * SECOND, settings);
    expect(fast).toEqual({ kind: 'refused', entry: { rate: 5.5, retries: 0, seen: NOW + 30 * SECOND } });
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
});

describe('a sender that was accepted', () => {
  const entry = newlyAccepted(-8.5, NOW, settings);

  test('has 60 uses', () => {
    expect(entry).toEqual({ rate: -8.5, uses: 60, seen: NOW, first: NOW, round: NOW });
  });

  test('is not trusted for its first day', () => {
    for (const wait of [0, HOUR, DAY]) {
      expect(comeAgain(entry, NOW + wait, settings)).toEqual({ trusted: false, entry: { ...entry, seen: NOW + wait } });
    }
  });

  test('starts a round with its first mail after that; from then on it is trusted', () => {
    const later = NOW + DAY + 1;
    const round = { ...entry, uses: 60, seen: later, round: later };
    expect(comeAgain({ ...entry, uses: 3 }, later, settings)).toEqual({ trusted: false, entry: round });
    expect(comeAgain(round, later + 1, settings)).toEqual({ trusted: true });
  });

  test('is trusted for less than three hours, then a new round starts', () => {
    const old = { ...entry, first: NOW - 2 * DAY };
    expect(comeAgain(old, NOW + 3 * HOUR - 1, settings).trusted).toBe(true);
    const late = comeAgain({ ...old, uses: 5 }, NOW + 3 * HOUR, settings);
    expect(late).toEqual({ trusted: false, entry: { ...old, uses: 60, seen: NOW + 3 * HOUR, round: NOW + 3 * HOUR } });
  });

  test('is trusted while it has uses, then a new round starts', () => {
    const old = { ...entry, first: NOW - 2 * DAY };
    expect(comeAgain({ ...old, uses: 1 }, NOW + 1, settings)).toEqual({ trusted: true });
    expect(comeAgain({ ...old, uses: 0 }, NOW + 1, settings)).toMatchObject({
      trusted: false,
      entry: { uses: 60, round: NOW + 1 },
    });
  });
});

describe('the keys', () => {
  test('are the client, the client and the sender, the client and the domain', () => {
    const keys = keysOf(envelopeOf());
    expect(keys.client).toBe('192.0.2.10');
    expect(new Set(Object.values(keys)).size).toBe(3);
    expect(keysOf(envelopeOf({ sender: 'other@good.test' }))).toMatchObject({
      client: keys.client,
      domain: keys.domain,
    });
    expect(keysOf(envelopeOf({ sender: 'user@other.test' })).domain).not.toBe(keys.domain);
  });

  test('are no others because of blanks, or because there is no domain', () => {
    const all = ['user@good.test', 'a b@c.test', 'a', 'b', '@', 'a@', ' a', '@ a', 'x@ a', '0'].map((sender) =>
      keysOf(envelopeOf({ sender })),
    );
    expect(new Set(all.map((keys) => keys.sender)).size).toBe(all.length);
    const [, , a, b] = all;
    expect(a?.domain).not.toBe(b?.domain);
    // Somebody with the domain " a" is not the sender "a".
    expect(keysOf(envelopeOf({ sender: 'x@ a' })).domain).not.toBe(keysOf(envelopeOf({ sender: 'a' })).domain);
  });
});
