// The world of a generated scenario: its configuration, its zone while that is being made, its addresses and names.

import type { Entry, Rcode } from '../dns-server.ts';
import type { Random } from './random.ts';
import type { Config } from './scenario.ts';

/** A configuration that names its lists, in rows of zone, hit, miss and name. */
export type WorldConfig = Config & {
  readonly dnsbl_score: readonly (number | string)[];
  readonly rhsbl_score: readonly (number | string)[];
};

/** An entry of a zone, while records are still being added to it. */
export interface Draft {
  A?: string[];
  AAAA?: string[];
  PTR?: string[];
  TXT?: string[];
  MX?: [preference: number, exchange: string][];
  CNAME?: string;
  answers?: NonNullable<Entry['answers']>;
  rcode?: Rcode | 'DROP';
  rcodes?: { readonly [type: string]: Rcode };
  tc?: boolean;
}

/** Counts the organisations of all worlds, so that no two have the same name. */
export interface Serial {
  last: number;
}

const WORDS = `alpha bravo delta echo foxtrot golf hotel india juliet kilo lima november oscar papa quebec romeo sierra
  tango uniform victor whisky xray yankee zulu acorn birch cedar damson elm fern gorse hazel ivy juniper larch maple oak
  pine rowan willow`.split(/\s+/);

export class World {
  readonly zone: Record<string, Draft> = {};

  constructor(
    readonly random: Random,
    readonly config: WorldConfig,
    readonly serial: Serial,
  ) {}

  /** The entry of a name, made if it isn't there. */
  entry(name: string): Draft {
    const key = name.toLowerCase().replace(/\.$/, '');
    const entry = this.zone[key] ?? {};
    this.zone[key] = entry;
    return entry;
  }

  put(name: string, type: 'A' | 'AAAA' | 'PTR' | 'TXT', ...values: readonly string[]): void {
    const entry = this.entry(name);
    entry[type] = [...(entry[type] ?? []), ...values];
  }

  putExchange(name: string, exchange: string, preference = 10): void {
    const entry = this.entry(name);
    entry.MX = [...(entry.MX ?? []), [preference, exchange]];
  }

  putAddress(name: string, address: string): void {
    this.put(name, address.includes(':') ? 'AAAA' : 'A', address);
  }

  /** Replaces parts of an entry. */
  change(name: string, changes: Draft): void {
    this.zone[name.toLowerCase()] = { ...this.zone[name.toLowerCase()], ...changes };
  }

  /** An IPv4 address of a documentation or benchmark network. */
  v4(): string {
    const { random } = this;
    const networks = ['192.0.2', '198.51.100', '203.0.113'];
    for (const block of ['198.18', '198.19', '198.18']) networks.push(`${block}.${random.int(0, 255)}`);
    return `${random.pick(networks)}.${random.int(1, 254)}`;
  }

  v6(): string {
    const { random } = this;
    const [site, subnet, host] = [random.int(1, 65535), random.int(0, 255), random.int(1, 65535)];
    return `2001:db8:${site.toString(16)}:${subnet.toString(16)}::${host.toString(16)}`;
  }

  /** Another address of the same network: its /24 or /16, of an IPv6 address its /64 or /48. */
  near(address: string, bits: 24 | 16): string {
    const { random } = this;
    if (address.includes(':')) {
      const groups = groupsOf(address);
      const network = bits === 24 ? groups.slice(0, 4) : [...groups.slice(0, 3), String(random.int(256, 999))];
      return `${network.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::${random.int(1, 9999)}`;
    }
    const [first, second, third, fourth] = address.split('.');
    if (bits === 24) {
      return `${first}.${second}.${third}.${this.#intBut(Number(fourth), 1, 254)}`;
    }
    const otherThird = this.#intBut(Number(third), 0, 255);
    return `${first}.${second}.${otherThird}.${random.int(1, 254)}`;
  }

  /** A name that no other organisation has. */
  organisation(): string {
    const { random, serial } = this;
    const name = random.pick(WORDS) + (random.chance(0.3) ? `-${random.pick(WORDS)}` : '');
    serial.last += 1;
    return name + serial.last;
  }

  #intBut(excluded: number, from: number, to: number): number {
    for (;;) {
      const drawn = this.random.int(from, to);
      if (drawn !== excluded) return drawn;
    }
  }
}

/** The octets or nibbles of an address, last one first, as names of lists and of reverse zones begin. */
export function reversed(address: string): string {
  const parts = address.includes(':') ? [...groupsOf(address).join('')] : address.split('.');
  return parts.reverse().join('.');
}

export function reverseName(address: string): string {
  return `${reversed(address)}.${address.includes(':') ? 'ip6' : 'in-addr'}.arpa`;
}

/** The eight groups of an IPv6 address that has a `::`, with four digits each. */
function groupsOf(address: string): string[] {
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
  const known = [...(left ?? []), ...(right ?? [])].length;
  const groups = [...(left ?? []), ...Array<string>(8 - known).fill('0'), ...(right ?? [])];
  return groups.map((group) => group.padStart(4, '0').toLowerCase());
}
