// The entries by which a DNS list shows that it is alive and does not list everything (RFC 5782, section 5).

import { parseAddress, reversed } from '../dns/address.ts';
import { knownList } from './known.ts';
import type { ListSetting } from './list.ts';
import { knows } from './listing.ts';
import { zoneAsked } from './zone.ts';

/** The names to ask for; undefined for an entry that the list doesn't have. */
export interface TestNames {
  readonly listed: string | undefined;
  readonly notListed: string | undefined;
}

export function testNames(list: ListSetting): TestNames {
  const known = knownList(list.zone);
  const [listed, notListed] = standardEntries(list);
  return {
    listed: nameOf(list, list.test || known?.test || listed),
    notListed: nameOf(list, list.not_test || known?.notTest || notListed),
  };
}

function standardEntries(list: ListSetting): readonly [string, string] {
  if (!knows(list, 'client')) return ['test', 'invalid'];
  return list.family === 'ipv6' ? ['::ffff:7f00:2', '::ffff:7f00:1'] : ['127.0.0.2', '127.0.0.1'];
}

function nameOf(list: ListSetting, entry: string): string | undefined {
  if (entry === 'none') return undefined;
  const zone = zoneAsked(list);
  // To a list of IPv6 addresses the mapped test address is an IPv6 address.
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(entry);
  if (mapped !== null) {
    const nibbles = `${'0'.repeat(20)}ffff${(mapped[1] ?? '').padStart(4, '0')}${(mapped[2] ?? '').padStart(4, '0')}`;
    return `${[...nibbles.toLowerCase()].reverse().join('.')}.${zone}`;
  }
  const address = parseAddress(entry);
  return `${address === undefined ? entry.toLowerCase() : reversed(address)}.${zone}`;
}
