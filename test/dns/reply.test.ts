import { type Answer as DnsRecord, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordType } from '../../src/dns/lookup.ts';
import { questionBytes } from '../../src/dns/question.ts';
import { type Reply, readReply } from '../../src/dns/reply.ts';

const ID = 0x1234;
const NXDOMAIN = 3;
const SOA: DnsRecord = {
  type: 'SOA',
  name: 'test',
  ttl: 900,
  data: { mname: 'ns.test', rname: 'x.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 600 },
};

interface ReplyParts {
  readonly type?: RecordType;
  readonly name?: string;
  readonly answers?: DnsRecord[];
  readonly authorities?: DnsRecord[];
  readonly rcode?: number;
  readonly change?: Partial<Packet>;
}

function replyBytes({
  type = 'A',
  name = 'good.test',
  answers = [],
  authorities = [],
  rcode = 0,
  change,
}: ReplyParts): Buffer {
  return encode({
    type: 'response',
    id: ID,
    flags: 0x180 | rcode,
    questions: [{ type, name, class: 'IN' }],
    answers,
    authorities,
    ...change,
  });
}

/** What a reply says to the question for its own type and name. */
function read(parts: ReplyParts): Reply {
  return readReply(replyBytes(parts), ID, parts.type ?? 'A', (parts.name ?? 'good.test').toLowerCase());
}

const a = (name: string, data: string, ttl = 300): DnsRecord => ({ type: 'A', name, ttl, data });
const cname = (name: string, data: string, ttl = 300): DnsRecord => ({ type: 'CNAME', name, ttl, data });
const answer = (value: object) => ({ kind: 'answer', answer: value });

describe('a reply has records', () => {
  test('of each type, in their order', () => {
    const name = 'good.test';
    expect(read({ answers: [a(name, '192.0.2.2', 60), a(name, '192.0.2.1', 30)] })).toEqual(
      answer({ kind: 'records', values: ['192.0.2.2', '192.0.2.1'], ttl: 30 }),
    );
    expect(read({ type: 'AAAA', answers: [{ type: 'AAAA', name, ttl: 1, data: '2001:db8::1' }] })).toEqual(
      answer({ kind: 'records', values: ['2001:0db8:0000:0000:0000:0000:0000:0001'], ttl: 1 }),
    );
    const mx = (preference: number, exchange: string): DnsRecord => ({
      type: 'MX',
      name,
      ttl: 5,
      data: { preference, exchange },
    });
    expect(read({ type: 'MX', answers: [mx(20, 'Mx2.Good.test.'), mx(10, 'mx1.good.test')] })).toEqual(
      answer({ kind: 'records', values: ['mx2.good.test', 'mx1.good.test'], ttl: 5 }),
    );
    expect(read({ type: 'MX', answers: [mx(0, '.')] })).toEqual(answer({ kind: 'records', values: [''], ttl: 5 }));
    expect(read({ type: 'PTR', answers: [{ type: 'PTR', name, ttl: 5, data: 'Host.Good.test' }] })).toEqual(
      answer({ kind: 'records', values: ['host.good.test'], ttl: 5 }),
    );
    expect(read({ type: 'TXT', answers: [{ type: 'TXT', name, ttl: 5, data: ['two ', 'parts'] }] })).toEqual(
      answer({ kind: 'records', values: ['two parts'], ttl: 5 }),
    );
  });

  test('whose names are written in other letters', () => {
    const bytes = replyBytes({ name: 'GOOD.test', answers: [a('gOOd.TEST', '192.0.2.1')] });
    expect(readReply(bytes, ID, 'A', 'good.test')).toMatchObject(answer({ kind: 'records', values: ['192.0.2.1'] }));
  });

  test('of an alias, and of the alias of an alias', () => {
    const answers = [cname('good.test', 'b.test', 20), cname('b.test', 'C.test', 50), a('c.test', '192.0.2.1', 40)];
    expect(read({ answers })).toEqual(answer({ kind: 'records', values: ['192.0.2.1'], ttl: 20 }));
    expect(read({ answers: answers.toReversed() })).toEqual(
      answer({ kind: 'records', values: ['192.0.2.1'], ttl: 20 }),
    );
  });

  test('of foreign names or types, which say nothing', () => {
    const foreign = [a('evil.test', '203.0.113.1'), { type: 'TXT', name: 'good.test', ttl: 1, data: 'x' } as const];
    expect(read({ answers: foreign })).toMatchObject(answer({ kind: 'no-data' }));
    expect(read({ answers: [...foreign, a('good.test', '192.0.2.1')] })).toMatchObject(
      answer({ kind: 'records', values: ['192.0.2.1'] }),
    );
    // The name itself is an alias: what stands beside it isn't of the name that it leads to.
    const beside = [cname('good.test', 'b.test'), a('good.test', '203.0.113.1'), a('x.test', '203.0.113.1')];
    expect(read({ answers: beside })).toMatchObject(answer({ kind: 'no-data' }));
  });

  test('of aliases that lead in a circle: a failure', () => {
    expect(read({ answers: [cname('good.test', 'b.test'), cname('b.test', 'good.test')] })).toEqual(
      answer({ kind: 'failed', reason: 'servfail' }),
    );
    expect(read({ answers: [cname('good.test', 'good.test')] })).toEqual(
      answer({ kind: 'failed', reason: 'servfail' }),
    );
  });

  test('of the same name in another letter case', () => {
    const answers = [cname('good.test', 'Other.TEST'), a('oTHER.test', '192.0.2.1')];
    expect(read({ answers })).toMatchObject(answer({ kind: 'records', values: ['192.0.2.1'] }));
  });
});

describe('a reply has none', () => {
  test('and says for how long: the lesser of the two numbers of the SOA record', () => {
    expect(read({ authorities: [SOA] })).toEqual(answer({ kind: 'no-data', ttl: 600 }));
    expect(read({ authorities: [{ ...SOA, ttl: 5 }], rcode: NXDOMAIN })).toEqual(
      answer({ kind: 'no-such-name', ttl: 5 }),
    );
  });

  test('behind an alias: for no longer than that', () => {
    expect(read({ answers: [cname('good.test', 'b.test', 7)], authorities: [SOA], rcode: NXDOMAIN })).toEqual(
      answer({ kind: 'no-such-name', ttl: 7 }),
    );
  });

  test('and does not say for how long: a short time', () => {
    const reply = read({ rcode: NXDOMAIN });
    expect(reply).toMatchObject(answer({ kind: 'no-such-name' }));
    if (reply.kind === 'answer' && reply.answer.kind === 'no-such-name') {
      expect(reply.answer.ttl).toBeLessThanOrEqual(60);
    }
  });

  test.each([
    [2, 'servfail'],
    [5, 'refused'],
    [9, 'servfail'],
  ])('because of rcode %d', (rcode, reason) => {
    expect(read({ rcode, answers: [a('good.test', '192.0.2.1')] })).toEqual(answer({ kind: 'failed', reason }));
  });
});

test.each([1, 4])('a reply with rcode %d may mean that EDNS is not known', (rcode) => {
  expect(read({ rcode })).toEqual({ kind: 'no-edns' });
  expect(read({ rcode, change: { questions: [] } })).toEqual({ kind: 'no-edns' });
  const foreign = readReply(replyBytes({ rcode, name: 'other.test' }), ID, 'A', 'good.test');
  expect(foreign).toEqual({ kind: 'foreign' });
});

describe('a packet is foreign', () => {
  const good: ReplyParts = { answers: [a('good.test', '192.0.2.1')] };
  test.each([
    ['another id', replyBytes({ ...good, change: { id: ID + 1 } })],
    ['a query', replyBytes({ ...good, change: { type: 'query' } })],
    ['another name', replyBytes({ ...good, name: 'evil.test' })],
    ['another type', replyBytes({ ...good, type: 'MX' })],
    ['no question', replyBytes({ ...good, change: { questions: [] } })],
    [
      'two questions',
      replyBytes({ ...good, change: { questions: ['good.test', 'good.test'].map((name) => ({ type: 'A', name })) } }),
    ],
    ['nothing', Buffer.alloc(0)],
    ['a header and no more', replyBytes(good).subarray(0, 12)],
    ['half a record', replyBytes(good).subarray(0, -3)],
    ['another opcode', replyBytes({ ...good, change: { flags: 0x180 | (4 << 11) } })],
    ['a truncated reply to another question', replyBytes({ name: 'evil.test', change: { flags: 0x380 } })],
    ['a truncated reply without a question', replyBytes({ change: { questions: [], flags: 0x380 } })],
  ])('%s', (_, bytes) => {
    expect(readReply(bytes, ID, 'A', 'good.test')).toEqual({ kind: 'foreign' });
  });
});

test('a packet is truncated, wherever it was cut', () => {
  const bytes = replyBytes({ answers: [a('good.test', '192.0.2.1')], change: { flags: 0x380 } });
  expect(readReply(bytes, ID, 'A', 'good.test')).toEqual({ kind: 'truncated' });
  expect(readReply(bytes.subarray(0, -3), ID, 'A', 'good.test')).toEqual({ kind: 'truncated' });
});

describe('a name of any octets', () => {
  /** A reply with one address, to a question whose name is that of these octets. */
  const replyTo = (name: string): Buffer => {
    const question = questionBytes(ID, 'A', name, false);
    question[2] = 0x81;
    question[3] = 0x80;
    question[7] = 1;
    return Buffer.concat([question, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])]);
  };

  test.each(["o'b+r=i/e%n.test", 'a b.test', 'caf\u00c3\u00a9.test', '\u00ff\u0000.test'])(
    'is known again: %j',
    (name) => {
      const expected = answer({ kind: 'records', values: ['192.0.2.1'], ttl: 60 });
      expect(readReply(replyTo(name), ID, 'A', name)).toEqual(expected);
    },
  );

  test('is not taken for one that differs in what is no text', () => {
    expect(readReply(replyTo('\u00ff.test'), ID, 'A', '\u00fe.test')).toEqual({ kind: 'foreign' });
  });

  test('has no case but that of its ASCII letters', () => {
    const upper = '\u00c3\u00c9.test';
    const lower = '\u00e3\u00e9.test';
    expect(readReply(replyTo(upper), ID, 'A', lower)).toEqual({ kind: 'foreign' });
    expect(readReply(replyTo(upper.replace('t', 'T')), ID, 'A', upper)).toMatchObject({ kind: 'answer' });
  });

  test('is an alias of a name of other octets only by its own record', () => {
    const octets = (name: string): DnsRecord[] => [cname('good.test', name), a('\u212a.test', '192.0.2.1')];
    // The sign for kelvin is a "k" in lower case, and no octet of it is.
    expect(read({ answers: octets('k.test') })).toMatchObject(answer({ kind: 'no-data' }));
    expect(read({ answers: octets('\u212a.test') })).toMatchObject(answer({ kind: 'records', values: ['192.0.2.1'] }));
  });

  test('is text where it is the value of a record', () => {
    const data = { preference: 1, exchange: 'caf\u00e9.Good.test' };
    expect(read({ type: 'MX', answers: [{ type: 'MX', name: 'good.test', ttl: 5, data }] })).toEqual(
      answer({ kind: 'records', values: ['caf\u00e9.good.test'], ttl: 5 }),
    );
  });
});

test('texts that are too long for one name are bounded', () => {
  const data = (length: number): Buffer[] => Array.from({ length }, () => Buffer.alloc(250, 'x'));
  const texts: DnsRecord[] = [data(40), [Buffer.from('v=spf1 '), Buffer.from('-all')]].map((strings) => ({
    type: 'TXT',
    name: 'good.test',
    ttl: 60,
    data: strings,
  }));
  expect(read({ type: 'TXT', answers: texts })).toEqual(
    answer({ kind: 'records', values: ['v=spf1 -all', ''], ttl: 60 }),
  );
});

test('a sender policy is kept, however many texts stand before it', () => {
  const texts = [...Array.from({ length: 1000 }, (_, index) => `text ${index}`), 'v=spf1 -all'].map(
    (data): DnsRecord => ({ type: 'TXT', name: 'good.test', ttl: 60, data }),
  );
  const reply = read({ type: 'TXT', answers: texts });
  expect(reply).toMatchObject(answer({ kind: 'records', left: 937 }));
  if (reply.kind !== 'answer' || reply.answer.kind !== 'records') return;
  expect(reply.answer.values).toHaveLength(64);
  expect(reply.answer.values[0]).toBe('v=spf1 -all');
});

test('packets with any bytes changed are never more than an answer, and never an error', () => {
  const bytes = replyBytes({
    answers: [cname('good.test', 'b.test'), a('b.test', '192.0.2.1')],
    authorities: [SOA],
  });
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(changes, fc.nat(bytes.length), fc.nat(20), (spoilt, length, more) => {
      const packet = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(more, 0xc0)]);
      for (const [index, value] of spoilt) if (index < packet.length) packet[index] = value;
      const reply = readReply(packet, ID, 'A', 'good.test');
      expect(['foreign', 'no-edns', 'truncated', 'answer']).toContain(reply.kind);
      if (reply.kind === 'answer' && reply.answer.kind === 'records') {
        for (const value of reply.answer.values) expect(value).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      }
    }),
    { numRuns: 3000 },
  );
});

describe('a reply that is far too large', () => {
  const addresses = (count: number, owner: (index: number) => string): DnsRecord[] =>
    Array.from({ length: count }, (_, index) => a(owner(index), `10.0.${index >> 8}.${index & 255}`));

  test('has 64 values, and says how many were left out', () => {
    const reply = read({ answers: addresses(3900, () => 'good.test') });
    expect(reply).toMatchObject(answer({ kind: 'records', ttl: 300, left: 3836 }));
    if (reply.kind === 'answer' && reply.answer.kind === 'records') {
      expect(reply.answer.values).toEqual(Array.from({ length: 64 }, (_, index) => `10.0.0.${index}`));
    }
    expect(read({ answers: addresses(64, () => 'good.test') })).not.toMatchObject({ answer: { left: 0 } });
  });

  test('has none if thousands of foreign records stand before the first that is meant', () => {
    const answers = [...addresses(3000, (index) => `n${index}.evil.test`), a('good.test', '192.0.2.1')];
    expect(read({ answers })).toMatchObject(answer({ kind: 'no-data' }));
  });

  test.each<[string, RecordType, DnsRecord[]]>([
    ['values', 'A', addresses(3900, () => 'good.test')],
    ['foreign records', 'A', addresses(2500, (index) => `n${index}.evil.test`)],
    [
      'policies',
      'TXT',
      Array.from({ length: 2200 }, (_, index) => ({ type: 'TXT', name: 'good.test', ttl: 5, data: `v=spf1 ${index}` })),
    ],
    ['aliases', 'A', Array.from({ length: 2500 }, (_, index) => cname(`n${index}.test`, `n${index + 1}.test`))],
  ])('is read in no time: %s', (_, type, answers) => {
    const bytes = replyBytes({ type, answers });
    const rounds = (packet: Buffer): number => {
      const begun = performance.now();
      for (let round = 0; round < 50; round++) readReply(packet, ID, type, 'good.test');
      return (performance.now() - begun) / 50;
    };
    rounds(bytes);
    // Looking where its records begin and end is all that is done with most of it.
    expect(rounds(bytes)).toBeLessThan(5);
  });

  test('made of pointers to pointers is read in no time, and is foreign', () => {
    const head = replyBytes({}).subarray(0, 27);
    const chain = Buffer.alloc(16_000);
    for (let at = 0; at < chain.length; at += 2) chain.writeUInt16BE(0xc000 | (at === 0 ? 12 : 27 + 11 + at - 2), at);
    const first = Buffer.concat([
      Buffer.from([0, 0, 16, 0, 1, 0, 0, 0, 9]),
      Buffer.from([chain.length >> 8, 0]),
      chain,
    ]);
    first.writeUInt16BE(chain.length, 9);
    const record = Buffer.from([0, 0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1]);
    record.writeUInt16BE(0xc000 | (27 + 11 + chain.length - 2), 0);
    const bytes = Buffer.concat([head, first, ...Array.from({ length: 2900 }, () => record)]);
    bytes.writeUInt16BE(2901, 6);
    const begun = performance.now();
    expect(readReply(bytes, ID, 'A', 'good.test')).toEqual({ kind: 'foreign' });
    expect(performance.now() - begun).toBeLessThan(50);
  });
});

test('a dot inside of a label does not look like one between two', () => {
  const name = 'good.test';
  const bytes = replyBytes({ type: 'PTR', answers: [{ type: 'PTR', name, ttl: 5, data: 'mail-good.test' }] });
  bytes[bytes.lastIndexOf('mail-good') + 4] = '.'.charCodeAt(0);
  expect(readReply(bytes, ID, 'PTR', name)).toEqual(answer({ kind: 'records', values: ['mail\\.good.test'], ttl: 5 }));
});
