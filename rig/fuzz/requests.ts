// Hostile requests, made from a seed: the same seed gives the same bytes. Each of them ends with its only empty line, so
// each of them is to have exactly one answer.

/** Random numbers that can be repeated (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 on, below the limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }
}

/** What the name server of a fuzz run knows, so that some mails are found to be honest. */
export const ZONE = {
  'example.test': { MX: [[10, 'mail.example.test.']] },
  'mail.example.test': { A: ['192.0.2.1', '192.0.2.66', '198.51.100.7'] },
  'xn--bcher-kva.test': { MX: [[10, 'mail.example.test.']] },
  '*.2.0.192.in-addr.arpa': { PTR: 'mail.example.test.' },
  '66.2.0.192.bl.test': { A: '127.0.0.2' },
} as const;

type Bytes = string | Buffer;

const LF = 10;
const CR = 13;

const STATES = [
  'CONNECT',
  'HELO',
  'EHLO',
  'MAIL',
  'RCPT',
  'VRFY',
  'ETRN',
  'DATA',
  'END-OF-MESSAGE',
  'XCLIENT',
  '',
  'rcpt',
  'NONSENSE',
] as const;

const ADDRESSES = [
  '192.0.2.1',
  '192.0.2.66',
  '198.51.100.7',
  '2001:db8::25',
  '::ffff:192.0.2.1',
  '::',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '01.02.03.04',
  '2001:db8::1::2',
  'fe80::1%eth0',
  'unknown',
  '',
  '0x7f.1',
] as const;

const NAMES = [
  'mail.example.test',
  'a..b.test',
  '.',
  '..',
  'test',
  '[192.0.2.1]',
  '[192.0.2.1',
  '192.0.2.1',
  '[ipv6:2001:db8::1]',
  'b\u00fccher.test',
  '\u4f8b\u3048.test',
  'xn--bcher-kva.test',
  'xn--\u0000.test',
  'a'.repeat(64),
  'a.'.repeat(300),
  '1-2-3-4.dip.rev.home.client.test',
  '*.test',
  '_dmarc.test',
  '%00.test',
  '{helo}{sender}{recipient}',
  '$& $1 %s \\n',
  'action=OK',
  'x'.repeat(2048),
  'unknown',
  '',
] as const;

const LOCALS = ['user', 'nobody', 'postmaster', 'a+b', 'a-b', '"a b"', 'zxcvbnm', '', '\u00fcser', '=', 'a@b'] as const;

const ODD = [
  '\u0000',
  '\u0001\u001b[2J',
  '\u007f',
  '\u0085\u2028\u2029',
  '\u202eevil',
  '\ufeff',
  '\ud83d\ude00',
  '\u0130\u0131\u00df\u212a',
  '=',
  '==',
  ' ',
  '\t',
  '\r',
  '@',
  '.',
  ';',
  '\\n',
  '550 5.7.1',
  'action=REJECT',
] as const;

/** Bytes that are no UTF-8, each in another way: alone, overlong, cut off, a surrogate, beyond the end. */
const BROKEN = [
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xe2, 0x82]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf5, 0x80, 0x80, 0x80]),
  Buffer.from([0x80, 0xbf]),
] as const;

const ATTRIBUTES = [
  'protocol_name',
  'client_name',
  'reverse_client_name',
  'helo_name',
  'recipient_count',
  'queue_id',
  'size',
  'stress',
  'sasl_username',
  'ccert_subject',
  'encryption_cipher',
  'policy_context',
  '__proto__',
  'constructor',
  'toString',
  '',
] as const;

/** A stream of hostile requests. */
export class Requests {
  readonly #random: Random;
  #count = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** The bytes of the next request, with its empty line. */
  next(): Buffer {
    this.#count += 1;
    const lines = this.#lines().map(asLine);
    return Buffer.concat([...lines, Buffer.from(this.#random.oneIn(50) ? '\r\n' : '\n')]);
  }

  #lines(): Bytes[] {
    const random = this.#random;
    switch (random.below(40)) {
      case 0:
        return this.#times(random.below(20), () => this.#randomBytes(random.below(400)));
      case 1:
        return this.#times(random.below(200), () => random.pick(['=', '==', 'a', 'a=', '=a', '\r', 'x\r']));
      case 2:
        return random.oneIn(20) ? this.#times(10_000, (index) => `name${index}=${index}`) : [];
      case 3:
        return random.oneIn(10) ? this.#huge() : this.#shuffled(this.#mail());
      case 4:
        return this.#mail().filter(() => !random.oneIn(4));
      case 5:
        return this.#shuffled([...this.#mail(), ...this.#mail()]);
      case 6:
        return this.#mail().map((line) => (random.oneIn(5) ? this.#mangled(line) : line));
      default:
        return this.#mail();
    }
  }

  /** A request as Postfix sends it, whose values aren't. */
  #mail(): Bytes[] {
    const random = this.#random;
    const ordinary = random.below(3) > 0;
    const state = random.below(8) > 0 ? 'RCPT' : random.pick(STATES);
    const helo = this.#name();
    return [
      `request=${random.oneIn(60) ? this.#text() : 'smtpd_access_policy'}`,
      `protocol_state=${state}`,
      `client_address=${ordinary ? this.#client() : random.pick(ADDRESSES)}`,
      `client_name=${random.oneIn(2) ? 'unknown' : helo}`,
      ...this.#times(random.below(6), () => `${random.pick(ATTRIBUTES)}=${this.#text()}`),
      join('helo_name=', random.oneIn(20) ? random.pick(BROKEN) : '', helo),
      join('sender=', this.#mailbox(), random.oneIn(20) ? random.pick(BROKEN) : ''),
      `recipient=${random.oneIn(10) ? this.#mailbox() : 'someone@here.test'}`,
      `instance=${random.oneIn(3) ? random.below(50) : `${this.#count}.${random.below(1000)}`}`,
    ];
  }

  /** One that may be known from earlier requests, or hardly. */
  #client(): string {
    const random = this.#random;
    return random.oneIn(2) ? `192.0.2.${random.below(256)}` : `198.51.${random.below(256)}.${random.below(256)}`;
  }

  #mailbox(): string {
    const random = this.#random;
    if (random.oneIn(12)) return this.#text();
    return `${random.pick(LOCALS)}@${this.#name()}`;
  }

  /** Mostly one of a few names, as each new one is to be looked up. */
  #name(): string {
    const random = this.#random;
    if (random.below(15) > 0) return random.pick(NAMES);
    return this.#times(1 + random.below(4), () => this.#text().slice(0, 70)).join('.');
  }

  #text(): string {
    const random = this.#random;
    return this.#times(random.below(4), () =>
      random.oneIn(2)
        ? random.pick(ODD)
        : random
            .below(2 ** 30)
            .toString(36)
            .repeat(random.oneIn(50) ? 100 : 1),
    ).join('');
  }

  /** Lines and blocks around the sizes at which they are too long. */
  #huge(): Bytes[] {
    const random = this.#random;
    const long = (): string =>
      `helo_name=${random.pick(['x', '=', '.', 'a.', '\u00fc'])}`.padEnd(65_500 + random.below(80), 'y');
    const lines = this.#times(1 + random.below(6), long);
    return this.#shuffled([
      ...this.#mail(),
      ...lines,
      ...this.#times(random.below(3), () => random.pick(['a', '=', '\r', 'ab'])),
    ]);
  }

  #mangled(line: Bytes): Bytes {
    const bytes = Buffer.from(line);
    const at = this.#random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), this.#randomBytes(this.#random.below(4)), bytes.subarray(at)]);
  }

  #randomBytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#random.below(256)));
  }

  #times<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }

  #shuffled(lines: readonly Bytes[]): Bytes[] {
    return lines
      .map((line) => ({ line, place: this.#random.below(2 ** 30) }))
      .sort((a, b) => a.place - b.place)
      .map(({ line }) => line);
  }
}

/** One line that isn't empty: no line feed in it, and neither nothing nor a lone carriage return. */
function asLine(line: Bytes): Buffer {
  const bytes = Buffer.from(line).filter((byte) => byte !== LF);
  const empty = bytes.length === 0 || (bytes.length === 1 && bytes[0] === CR);
  return Buffer.concat([empty ? Buffer.from('=') : bytes, Buffer.from('\n')]);
}

function join(...parts: readonly Bytes[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}
