// How often a check waits for the DNS: policies as they are published, with all questions in turn, and asked early.

import { expect, test } from 'vitest';
import { queryOf } from '../../../rig/spf/cases.ts';
import { CountedRounds, type SpfZone, ZoneLookup } from '../../../rig/spf/zone.ts';
import { checkHost } from '../../../src/evidence/spf/check-host.ts';

const QUERY = queryOf({ ip: '192.0.2.1', helo: 'mail.other.test', sender: 'user@example.test' });

const policy = (text: string): SpfZone[string] => ({ TXT: [`v=spf1 ${text}`] });
const flat = policy('ip4:10.0.0.0/8 ~all');
const exchange: SpfZone = {
  'example.test': {
    A: ['10.0.0.1'],
    MX: [
      [10, 'mx1.example.test'],
      [20, 'mx2.example.test'],
    ],
  },
  'mx1.example.test': { A: ['10.0.0.2'] },
  'mx2.example.test': { A: ['10.0.0.3'] },
};
const services = (count: number): SpfZone =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}.test`, flat]));
const includes = (count: number): string =>
  Array.from({ length: count }, (_, index) => `include:s${index}.test`).join(' ');
const own = (text: string): SpfZone => ({
  ...exchange,
  'example.test': { ...exchange['example.test'], ...policy(text) },
});
const chain: SpfZone = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [
    `c${index}.test`,
    policy(index === 9 ? '-all' : `include:c${index + 1}.test -all`),
  ]),
);

test.each<[string, SpfZone, number, number, number]>([
  ['one include', { ...own('include:s0.test ~all'), ...services(1) }, 1, 2, 2],
  ['an include of three', { ...own('include:m.test -all'), 'm.test': policy(includes(3)), ...services(3) }, 4, 5, 3],
  ['mx', own('mx -all'), 1, 4, 3],
  ['a and mx', own('a mx -all'), 2, 5, 3],
  [
    'an include in an include',
    { ...own('include:m.test -all'), 'm.test': policy('include:s0.test -all'), ...services(1) },
    2,
    3,
    3,
  ],
  ['an include with exists', { ...own('include:m.test -all'), 'm.test': policy('exists:%{i}.m.test -all') }, 2, 3, 3],
  [
    'a company: a, mx, five services of which one has another',
    { ...own(`a mx ${includes(5)} -all`), ...services(6), 's4.test': policy('include:s5.test -all') },
    8,
    11,
    3,
  ],
  ['a company at the limit: a, mx, eight services', { ...own(`a mx ${includes(8)} -all`), ...services(8) }, 10, 13, 3],
  [
    'an include that may match or not, and what stands behind it',
    {
      ...own('include:m.test a:z.test -all'),
      'm.test': policy('-a:y.test all'),
      'y.test': { A: ['192.0.2.1'] },
      'z.test': { A: ['10.0.0.1'] },
    },
    3,
    4,
    3,
  ],
  [
    'an include that can not match any more, whatever the answer',
    { ...own('include:m.test include:s0.test -all'), 'm.test': policy('-include:s1.test -all'), ...services(2) },
    3,
    4,
    3,
  ],
  ['a chain of ten includes, the worst that is legal', { ...own('include:c0.test -all'), ...chain }, 10, 11, 11],
])('%s', async (_name, zone, terms, inTurn, atOnce) => {
  const slow = new CountedRounds(new ZoneLookup(zone));
  const plain = await checkHost(QUERY, slow, { early: false });
  expect(plain.terms).toBe(terms);
  expect(slow.rounds).toBe(inTurn);
  const quick = new CountedRounds(new ZoneLookup(zone));
  expect(await checkHost(QUERY, quick)).toEqual(plain);
  expect(quick.rounds).toBe(atOnce);
});
