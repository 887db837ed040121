import { describe, expect, test } from 'vitest';
import { listOf, NO_DATA, NOTHING, REFUSED, SERVFAIL, SILENCE } from '../../rig/recorded.ts';
import type { ListSetting } from '../../src/lists/list.ts';
import { hitName, knows, listingOf, type Subject } from '../../src/lists/listing.ts';

const ZEN = listOf({
  name: 'ZEN',
  answers: [
    { match: '127.0.0.2', name: 'SBL', client: 4.35 },
    { match: '127.0.0.3', name: 'CSS', client: 4 },
    { match: '127.0.0.[4..7]', name: 'XBL', client: 4.35 },
    { match: '127.0.0.[10..11]', name: 'PBL', client: 3.25, group: 'policy' },
    { match: '127.0.0.20', name: 'DOMAIN', sender: 2 },
  ],
});

/** What a list says to these addresses: the names and points of the rules, and what else it is. */
function read(list: ListSetting, values: string[], subject: Subject = 'client') {
  const listing = listingOf(list, subject, { kind: 'records', values, ttl: 1 });
  if (listing.kind !== 'listed') return listing.kind;
  const hits = listing.hits.map(({ rule, points }) => `${hitName(list, rule)}=${points}`);
  return listing.missed ? [...hits, 'missed'] : hits;
}

describe('an answer', () => {
  test.each([
    [['127.0.0.2'], ['ZEN_SBL=4.35']],
    [['127.0.0.3', '127.0.0.2'], ['ZEN_SBL=4.35']],
    // Of equal ones the first counts.
    [['127.0.0.4', '127.0.0.2'], ['ZEN_SBL=4.35']],
    [['127.0.0.11'], ['ZEN_PBL=3.25', 'missed']],
    [
      ['127.0.0.10', '127.0.0.11'],
      ['ZEN_PBL=3.25', 'missed'],
    ],
    [
      ['127.0.0.10', '127.0.0.3'],
      ['ZEN_CSS=4', 'ZEN_PBL=3.25'],
    ],
    // Known, but for other subjects.
    [['127.0.0.20'], 'not-listed'],
    [['127.0.0.99'], 'unknown'],
    [['127.0.0.99', '127.0.0.2'], ['ZEN_SBL=4.35']],
  ])('of %j', (values, expected) => {
    expect(read(ZEN, values)).toEqual(expected);
  });

  test('about another subject has the scores of that', () => {
    expect(read(ZEN, ['127.0.0.20'], 'sender')).toEqual(['ZEN_DOMAIN=2']);
    expect(read(ZEN, ['127.0.0.2'], 'sender')).toBe('not-listed');
    expect(knows(ZEN, 'sender')).toBe(true);
    expect(knows(ZEN, 'helo')).toBe(false);
  });

  test('that is a refusal, or comes from somebody else, lists nothing', () => {
    expect(read(ZEN, ['127.255.255.254'])).toBe('refused');
    expect(read(ZEN, ['203.0.113.1'])).toBe('hijacked');
    expect(read(ZEN, ['127.0.0.2', '203.0.113.1'])).toBe('hijacked');
    expect(read(ZEN, ['127.0.0.2', '127.255.255.254'])).toBe('refused');
  });

  test('of any kind lists, if the list takes any', () => {
    const any = listOf({ name: 'ANY', answers: [{ match: 'any', client: 1 }] });
    for (const address of ['127.0.0.2', '127.255.255.254', '203.0.113.1'])
      expect(read(any, [address])).toEqual(['ANY=1']);
  });

  test('of the whole of 127.0.0.0/8 lists, if nothing else is said', () => {
    const plain = listOf({ name: 'BL', answers: [{ client: 1 }] });
    expect(read(plain, ['127.0.0.2'])).toEqual(['BL=1']);
    expect(read(plain, ['127.254.1.2'])).toEqual(['BL=1']);
    expect(read(plain, ['127.255.255.1'])).toBe('refused');
  });

  test('of a white list gives the highest score too, which is the least good', () => {
    const white = listOf({
      name: 'WL',
      answers: [
        { match: '127.0.0.1', client: -1 },
        { match: '127.0.0.2', client: -4 },
      ],
    });
    expect(read(white, ['127.0.0.2'])).toEqual(['WL=-4']);
    expect(read(white, ['127.0.0.2', '127.0.0.3'])).toEqual(['WL=-4']);
  });

  test.each([
    ['no such name', NOTHING, 'not-listed'],
    ['no data', NO_DATA, 'not-listed'],
    ['SERVFAIL', SERVFAIL, 'not-listed'],
    ['REFUSED', REFUSED, 'not-listed'],
    ['a time-out', SILENCE, 'silent'],
    ['a dead server', { kind: 'failed', reason: 'unreachable' }, 'silent'],
    ['the deadline', { kind: 'failed', reason: 'deadline' }, 'silent'],
    ['too many questions', { kind: 'failed', reason: 'too-many' }, 'silent'],
  ] as const)('that is none: %s', (_, answer, kind) => {
    expect(listingOf(ZEN, 'client', answer).kind).toBe(kind);
  });
});
