// What lists of domains are asked for: whole names or organisations, and no name that is too long.

import { describe, expect, test } from 'vitest';
import { listOf } from '../../rig/recorded.ts';
import { nameInList } from '../../src/lists/subject.ts';
import { defaultSettings } from '../../src/settings/read.ts';

const list = (parts: { readonly [name: string]: unknown }) =>
  listOf({ name: 'RHS', answers: [{ sender: 1 }], ...parts });
const label = (length: number): string => 'a'.repeat(length);
/** 239 octets, with `.spam.test`. */
const LONG = `${label(60)}.${label(60)}.${label(60)}.${label(46)}.spam.test`;

describe('a list is asked', () => {
  test.each([
    ['news.spam.test', {}, 'known', 'news.spam.test.rhs.test'],
    ['news.spam.test', { subject: 'name' }, 'known', 'news.spam.test.rhs.test'],
    ['news.spam.test', { subject: 'organisation' }, 'known', 'spam.test.rhs.test'],
    ['a.news.spam.co.uk', { subject: 'organisation' }, 'known', 'spam.co.uk.rhs.test'],
    ['news.spam.test', { zone: 'multi.uribl.com' }, 'known', 'spam.test.multi.uribl.com'],
    ['news.spam.test', { zone: 'multi.uribl.com', subject: 'name' }, 'known', 'news.spam.test.multi.uribl.com'],
    ['news.spam.test', { zone: 'dbl.spamhaus.org' }, 'known', 'news.spam.test.dbl.spamhaus.org'],
    // As policyd-weight: for the whole name, if nothing is said.
    ['news.spam.test', { zone: 'multi.uribl.com' }, 'name', 'news.spam.test.multi.uribl.com'],
    ['news.spam.test', { zone: 'multi.uribl.com', subject: 'organisation' }, 'name', 'spam.test.multi.uribl.com'],
    // Nobody has registered a suffix.
    ['co.uk', { subject: 'organisation' }, 'known', undefined],
    ['co.uk', {}, 'known', 'co.uk.rhs.test'],
    ['foo', {}, 'name', 'foo.rhs.test'],
  ] as const)('about %s, with %j: %s', (name, parts, usual, question) => {
    expect(nameInList(list(parts), name, usual)).toBe(question);
  });

  test('about a name that is too long with its zone without the first labels', () => {
    expect(LONG).toHaveLength(239);
    const zone = { zone: 'dbl.spamhaus.org' };
    const shorter = LONG.slice(LONG.indexOf('.') + 1);
    for (const usual of ['known', 'name'] as const) {
      expect(nameInList(list(zone), LONG, usual)).toBe(`${shorter}.dbl.spamhaus.org`);
    }
    expect(nameInList(list({ zone: 'x.spam' }), LONG, 'known')).toBe(`${LONG}.x.spam`);
    const longZone = `${label(60)}.${label(60)}.${label(60)}.${label(50)}.test`;
    expect(nameInList(list({ zone: longZone }), LONG, 'known')).toBe(`spam.test.${longZone}`);
  });

  test('about nothing if not even the organisation has room', () => {
    const zone = `${label(60)}.${label(60)}.${label(60)}.${label(57)}.test`;
    expect(nameInList(list({ zone }), LONG, 'known')).toBeUndefined();
    expect(nameInList(list({ zone }), 'spam.test', 'known')).toBeUndefined();
  });
});

test('SURBL and URIBL, which hold organisations only, say so among the default lists', () => {
  const subjects = defaultSettings().lists.flatMap(({ name, subject }) =>
    subject === undefined ? [] : [[name, subject]],
  );
  expect(subjects).toEqual([
    ['SURBL', 'organisation'],
    ['URIBL', 'organisation'],
  ]);
});
