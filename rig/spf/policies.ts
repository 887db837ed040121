// Random policies, by a seed, with the names that they speak of: what is published, what is wrong, and what is at the
// limits. No name is beyond what a name server of a test can serve.

import { Random } from '../parity/random.ts';
import type { SpfZone, ZoneEntry } from './zone.ts';

export interface RandomCase {
  readonly ip: string;
  readonly helo: string;
  readonly sender: string;
  readonly zone: SpfZone;
}

const CLIENTS = ['192.0.2.1', '198.51.100.77', '::ffff:192.0.2.9', '2001:db8::1', '2001:DB8:CAFE:0:1::42'];
const DOMAINS = ['example.test', 'a-b.example.test', 'x1.y2.example.test', 'Sender.Example.Test'];
const LOCALS = ['user', 'strong-bad', 'first.last', 'a+b', 'x=y', "o'brien", 'A.B-C', 'a%b', '0', ''];
const HELOS = ['mail.example.test', 'mx.other.test', 'host', '[192.0.2.1]', 'MX.Example.TEST'];
const HOSTS = ['h0.test', 'h1.other.test', 'h2.test', 'H3.Other.test', 'h4.test', 'h5.test', 'h6.test', 'h7.test'];
const EXCHANGES = ['m0.test', 'm1.other.test', 'm2.test'];
const POLICIES = ['p0.test', 'p1.other.test', 'p2.test', 'p3.test', 'p4.other.test'];
const NAMES = [...HOSTS, ...EXCHANGES, ...POLICIES];
const FAULTY = [
  'a:',
  'a/33',
  'a:foo',
  'a:foo.test/24/64',
  'a:192.0.2.1',
  'a:%{x}.test',
  'a:%{d',
  'mx:',
  'ptr/24',
  'include',
  'include:n1.test/24',
  'exists',
  'all:',
  'ip4:192.0.2',
  'ip4:192.0.2.1/33',
  'ip6::1',
  'redirect:n1.test',
  'moo',
  'x=%{z}',
  '--all',
  'a\tmx',
  'a:caf\u00e9.test',
  '%%',
  'redirect=n1.test redirect=n2.test',
];

export function randomCase(seed: number): RandomCase {
  return new Policies(new Random(seed)).make();
}

class Policies {
  readonly #random: Random;
  readonly #ip: string;
  readonly #domain: string;

  constructor(random: Random) {
    this.#random = random;
    this.#ip = random.pick(CLIENTS);
    this.#domain = random.pick(DOMAINS);
  }

  make(): RandomCase {
    const random = this.#random;
    const zone: Record<string, ZoneEntry> = { [this.#reverse()]: this.#reverseEntry() };
    for (const name of [...NAMES, `host.${this.#domain.toLowerCase()}`])
      if (random.chance(0.97)) zone[name.toLowerCase()] = this.#entry(name);
    zone[this.#domain.toLowerCase()] = { ...this.#addresses(), MX: this.#exchanges(), TXT: [this.#policy(5)] };
    zone['e.test'] = { TXT: [this.#explanation()] };
    const isNull = random.chance(0.05);
    const sender = isNull ? '' : `${random.pick(LOCALS)}@${this.#domain}`;
    return { ip: this.#ip, helo: isNull ? this.#domain : random.pick(HELOS), sender, zone };
  }

  get #isV6(): boolean {
    return this.#ip.includes(':') && !this.#ip.startsWith('::ffff');
  }

  /** As the DNS has it. */
  get #client(): string {
    return this.#ip.replace('::ffff:', '');
  }

  #reverse(): string {
    if (!this.#isV6) return `${this.#client.split('.').reverse().join('.')}.in-addr.arpa`;
    const digits = this.#ip === '2001:db8::1' ? `20010db8${'0'.repeat(23)}1` : '20010db8cafe00000001000000000042';
    return `${[...digits].reverse().join('.')}.ip6.arpa`;
  }

  #reverseEntry(): ZoneEntry {
    if (this.#random.chance(0.15)) return {};
    const names = [...NAMES, `host.${this.#domain.toLowerCase()}`];
    return { PTR: Array.from({ length: this.#random.int(1, 3) }, () => this.#random.pick(names)) };
  }

  #entry(name: string): ZoneEntry {
    const random = this.#random;
    if (random.chance(0.04)) return {};
    if (random.chance(0.02)) return { fail: { '*': 'SERVFAIL' } };
    // Only to a later name: a loop is another matter.
    const later = HOSTS[HOSTS.indexOf(name) + 1];
    if (HOSTS.includes(name) && later !== undefined && random.chance(0.1)) return { CNAME: later };
    if (POLICIES.includes(name)) return { ...this.#addresses(), TXT: [this.#policy(2)] };
    return EXCHANGES.includes(name) ? { ...this.#addresses(), MX: this.#exchanges() } : this.#addresses();
  }

  #exchanges(): readonly [number, string][] {
    const random = this.#random;
    const length = random.chance(0.03) ? 11 : random.int(1, 3);
    return Array.from({ length }, (_, index): [number, string] => [index, random.pick(HOSTS)]);
  }

  /** Mostly a name of the kind that is meant. */
  #oneOf(names: readonly string[]): string {
    return this.#random.pick(this.#random.chance(0.95) ? names : NAMES);
  }

  #addresses(): ZoneEntry {
    const own = this.#random.chance(0.15);
    if (this.#isV6) return { AAAA: [own ? this.#client : `2001:db8:ffff::${this.#random.int(1, 9)}`] };
    return { A: [own ? this.#client : `10.0.0.${this.#random.int(1, 9)}`] };
  }

  #policy(most: number): string {
    const random = this.#random;
    const terms = Array.from({ length: random.chance(0.04) ? 11 : random.int(0, most) }, () => this.#term());
    if (random.chance(0.06)) terms.splice(random.int(0, terms.length), 0, random.pick(FAULTY));
    if (random.chance(0.05)) terms.push('x-y.z=%{d}');
    if (random.chance(0.15)) terms.push(`redirect=${this.#oneOf(POLICIES)}`);
    else if (random.chance(0.9)) terms.push(random.pick(['-all', '-all', '~all', '?all', 'all', '-ALL']));
    if (random.chance(0.3)) terms.push('exp=e.test');
    return ['v=spf1', ...terms].join(' ');
  }

  #term(): string {
    const random = this.#random;
    const sign = random.pick(['', '', '', '+', '-', '~', '?']);
    switch (random.choose({ ip: 5, a: 4, mx: 3, include: 5, exists: 2, ptr: 0.7 })) {
      case 'ip':
        return `${sign}${this.#network()}`;
      case 'a':
        return `${sign}a${random.pick(['', `:${this.#name(HOSTS)}`])}${random.pick(['', '', '/24', '/0//64', '//32'])}`;
      case 'mx':
        return `${sign}mx${random.pick(['', `:${this.#name(EXCHANGES)}`])}${random.pick(['', '', '/24//64'])}`;
      case 'include':
        return `${sign}include:${this.#oneOf(POLICIES)}`;
      case 'exists':
        return `${sign}exists:${this.#name(HOSTS)}`;
      default:
        return `${sign}ptr${random.pick(['', `:${this.#domain}`])}`;
    }
  }

  #network(): string {
    const length = this.#random.int(8, 32);
    const own = this.#random.chance(0.1);
    if (this.#isV6) return own ? `ip6:${this.#client}/${length}` : `ip6:2001:db8:1::/${this.#random.int(48, 128)}`;
    return own ? `ip4:${this.#client}/${length}` : `ip4:10.${this.#random.int(0, 255)}.0.0/${length}`;
  }

  #name(names: readonly string[]): string {
    return this.#random.chance(0.15) ? `${this.#macro('slodiphv')}.%{d}` : this.#oneOf(names);
  }

  #macro(letters: string): string {
    const random = this.#random;
    const letter = random.pick([...letters]);
    const digits = random.pick(['', '', '1', '2', '9']);
    const reversed = random.pick(['', 'r']);
    // Delimiters stand with digits or `r` only: alone they are read in two ways.
    const delimiters = digits + reversed === '' ? '' : random.pick(['', '-', '.-+']);
    return `%{${random.chance(0.1) ? letter.toUpperCase() : letter}${digits}${reversed}${delimiters}}`;
  }

  #explanation(): string {
    return Array.from({ length: this.#random.int(1, 4) }, () =>
      this.#random.chance(0.5) ? this.#macro('slodihvcr') : this.#random.pick(['no', 'see http://x.test/', 'a, b']),
    ).join(' ');
  }
}
