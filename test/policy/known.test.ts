import { describe, expect, test } from 'vitest';
import { envelopeOf, settingsWith } from '../../rig/recorded.ts';
import { holds, isKnown, isWorthNoting, keysOf, newlyAccepted, newlyRefused } from '../../src/policy/known.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const YEARS = 10 * 365 * 24 * HOUR;
const settings = settingsWith();
const faithful = settingsWith({ as_policyd_weight: true });
const NOW = 1_000_000_000_000;

describe('a refusal', () => {
  const entry = newlyRefused(5.5, NOW, settings);

  test('holds for spam_cache_time, and says how much of it is left', () => {
    expect(holds(entry, NOW, settings)).toEqual({ ago: 0, left: 30 * SECOND });
    expect(holds(entry, NOW + 29_999, settings)).toEqual({ ago: 29_999, left: 1 });
    expect(holds(entry, NOW + 30 * SECOND, settings)).toBeUndefined();
    expect(holds(entry, NOW, settingsWith({ spam_cache_time: 0 }))).toBeUndefined();
  });

  test('that was written while the clock was ahead does not hold', () => {
    expect(holds({ ...entry, seen: NOW + YEARS }, NOW, settings)).toBeUndefined();
    expect(holds({ ...entry, seen: NOW + 1 }, NOW, settings)).toBeUndefined();
  });
});

describe('an accepted sender', () => {
  const entry = newlyAccepted(-8.5, NOW, settings);

  test('is known from then on, and noted again once in an hour', () => {
    expect([isKnown(entry, NOW), isKnown(entry, NOW + YEARS)]).toEqual([true, true]);
    expect([isWorthNoting(entry, NOW + HOUR - 1), isWorthNoting(entry, NOW + HOUR)]).toEqual([false, true]);
  });

  test('is not known if that was while the clock was ahead', () => {
    expect(isKnown({ ...entry, first: NOW + YEARS }, NOW)).toBe(false);
    expect(isKnown({ ...entry, seen: NOW + YEARS }, NOW)).toBe(false);
  });
});

describe('the keys', () => {
  test('are the client, the client and the sender, the client and the domain', () => {
    const keys = keysOf(envelopeOf(), settings);
    expect(keys.client).toBe('192.0.2.10');
    expect(new Set(Object.values(keys)).size).toBe(3);
    expect(keysOf(envelopeOf({ sender: 'other@good.test' }), settings)).toMatchObject({
      client: keys.client,
      domain: keys.domain,
    });
    expect(keysOf(envelopeOf({ sender: 'user@other.test' }), settings).domain).not.toBe(keys.domain);
  });

  test('are no others because of blanks, or because there is no domain', () => {
    const all = ['user@good.test', 'a b@c.test', 'a', 'b', '@', 'a@', ' a', '@ a', 'x@ a', '0'].map((sender) =>
      keysOf(envelopeOf({ sender }), settings),
    );
    expect(new Set(all.map((keys) => keys.sender)).size).toBe(all.length);
    const [, , a, b] = all;
    expect(a?.domain).not.toBe(b?.domain);
    // Somebody with the domain " a" is not the sender "a".
    expect(keysOf(envelopeOf({ sender: 'x@ a' }), settings).domain).not.toBe(
      keysOf(envelopeOf({ sender: 'a' }), settings).domain,
    );
  });

  test('are one for all addresses of an IPv6 network, but as policyd-weight', () => {
    const [one, two, other] = ['2001:db8::1', '2001:db8::ffff:2', '2001:db8:0:1::1'].map((client) =>
      envelopeOf({ client }),
    );
    if (one === undefined || two === undefined || other === undefined) throw new Error('three envelopes');
    expect(keysOf(one, settings).client).toBe('2001:0db8:0000:0000::/64');
    expect(keysOf(two, settings)).toEqual(keysOf(one, settings));
    expect(keysOf(other, settings).client).not.toBe(keysOf(one, settings).client);
    expect(keysOf(two, faithful).client).toBe('2001:0db8:0000:0000:0000:0000:ffff:0002');
  });

  test('are one for all names of an organisation, but as policyd-weight', () => {
    const domainOf = (sender: string, by = settings): string => keysOf(envelopeOf({ sender }), by).domain;
    expect(domainOf('a@x.y.example.co.uk')).toBe('192.0.2.10 @example.co.uk');
    expect(domainOf('a@example.co.uk')).toBe('192.0.2.10 @example.co.uk');
    expect(domainOf('a@other.co.uk')).toBe('192.0.2.10 @other.co.uk');
    expect(domainOf('a@co.uk')).toBe('192.0.2.10 @co.uk');
    expect(domainOf('a@x.y.example.co.uk', faithful)).toBe('192.0.2.10 @x.y.example.co.uk');
  });

  test('of the null sender are those of the client with HELO, by which bounces differ', () => {
    const { client, sender, domain } = keysOf(envelopeOf({ sender: '' }), settings);
    expect([client, sender, domain]).toEqual(['192.0.2.10', '192.0.2.10 <> mail.good.test', '192.0.2.10 ']);
  });
});
