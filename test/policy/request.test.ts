import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_LIMIT, type Block, BlockReader, LINE_LIMIT, requestOf } from '../../src/policy/request.ts';

function blocksOf(...parts: (string | Buffer)[]): Block[] {
  const reader = new BlockReader();
  return parts.flatMap((part) => [...reader.push(Buffer.from(part))]);
}

/** The attributes of the only block. */
function attributesOf(text: string | Buffer): Record<string, string> {
  const blocks = blocksOf(text);
  expect(blocks).toHaveLength(1);
  return Object.fromEntries(blocks[0]?.attributes ?? []);
}

describe('a block', () => {
  test('is a run of attributes, their names in small letters, up to an empty line', () => {
    expect(attributesOf('request=smtpd_access_policy\nSender=User@Good.TEST\n\n')).toEqual({
      request: 'smtpd_access_policy',
      sender: 'User@Good.TEST',
    });
  });

  test('may have lines that end in CR LF', () => {
    expect(attributesOf('a=1\r\nb=2\r\n\r\n')).toEqual({ a: '1', b: '2' });
  });

  test('loses each CR', () => {
    expect(attributesOf('a=1\r2\r\r\n\n')).toEqual({ a: '12' });
  });

  test('has values that may hold "="', () => {
    expect(attributesOf('helo_name=a=b=\n=x\nempty=\n\n')).toEqual({ helo_name: 'a=b=', '': 'x', empty: '' });
  });

  test('has the last of equal attributes', () => {
    expect(attributesOf('a=1\nA=2\na=3\n\n')).toEqual({ a: '3' });
  });

  test('may be empty', () => {
    expect(blocksOf('\n\r\n').map((block) => block.attributes.size)).toEqual([0, 0]);
  });

  test('is followed by others in the same bytes', () => {
    expect(blocksOf('a=1\n\nb=2\n\nc=').map((block) => [...block.attributes])).toEqual([[['a', '1']], [['b', '2']]]);
  });

  test('may hold bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('helo_name=a'), Buffer.from([0xff, 0xc3]), Buffer.from('b\n\n')]);
    expect(attributesOf(bytes)).toEqual({ helo_name: 'a\ufffd\ufffdb' });
    expect(attributesOf(Buffer.from('sender=\u00fcser@b\u00fccher.test\n\n'))).toEqual({
      sender: '\u00fcser@b\u00fccher.test',
    });
  });

  test('tells of lines without "=", of the first few and their beginnings', () => {
    const [block] = blocksOf(`a=1\n${'x'.repeat(200)}\nrubbish\n\n`);
    expect(block?.garbage).toEqual(['x'.repeat(100), 'rubbish']);
    expect([...(block?.attributes ?? [])]).toEqual([['a', '1']]);
    const [many] = blocksOf(`${'y\n'.repeat(1000)}a=1\n\n`);
    expect(many?.garbage.length).toBeLessThanOrEqual(10);
    expect(many?.attributes.get('a')).toBe('1');
  });

  test('does not change when the memory of its bytes is used again', () => {
    const reader = new BlockReader();
    const memory = Buffer.from('sender=user');
    expect([...reader.push(memory)]).toEqual([]);
    memory.fill('x');
    const [block] = [...reader.push(Buffer.from('@good.test\n\n'))];
    expect(block?.attributes.get('sender')).toBe('user@good.test');
  });
});

describe('however the bytes are split', () => {
  const line = fc.oneof(
    fc
      .tuple(fc.stringMatching(/^[a-zA-Z_]{1,8}$/), fc.string({ unit: 'grapheme', maxLength: 12 }))
      .map(([name, value]) => `${name}=${value.replace(/[\r\n]/g, '')}`),
    fc.constantFrom('garbage', 'x', '=', `long=${'y'.repeat(LINE_LIMIT)}`),
  );
  const text = fc
    .array(fc.tuple(fc.array(line, { maxLength: 5 }), fc.constantFrom('\n', '\r\n')), { maxLength: 4 })
    .map((blocks) => blocks.map(([lines, end]) => [...lines, ''].map((item) => item + end).join('')).join(''));
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

  test('the blocks are the same, and as many as there are empty lines', () => {
    fc.assert(
      fc.property(text, cuts, (source, places) => {
        const bytes = Buffer.from(source);
        const edges = [
          0,
          ...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b),
          bytes.length,
        ];
        const parts = edges.slice(1).map((edge, index) => bytes.subarray(edges[index] ?? 0, edge));
        const blocks = blocksOf(...parts);
        expect(blocks).toEqual(blocksOf(bytes));
        expect(blocks).toHaveLength(
          source.split('\n').filter((item, index, all) => index < all.length - 1 && item.replace('\r', '') === '')
            .length,
        );
      }),
    );
  });

  test('single bytes give the same blocks', () => {
    const bytes = Buffer.from('a=1\r\n\u00fc=\u00fc\ngarbage\n\r\nb=2\n\n');
    expect(blocksOf(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(blocksOf(bytes));
  });

  test('any bytes at all are taken', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (parts) => {
        const buffers = parts.map((part) => Buffer.from(part));
        for (const block of blocksOf(...buffers)) requestOf(block.attributes);
      }),
    );
  });
});

describe('a line', () => {
  const lineOf = (length: number): string => `a=${'x'.repeat(length - 2)}`;

  test.each(['\n', '\r\n'])('of 64 KiB is taken, with a line end of %j', (end) => {
    const [block] = blocksOf(`${lineOf(LINE_LIMIT)}${end}${end}`);
    expect(block?.overlong).toBe(false);
    expect(block?.attributes.get('a')).toHaveLength(LINE_LIMIT - 2);
  });

  test.each(['\n', '\r\n'])('of one byte more is not, with a line end of %j', (end) => {
    const [block] = blocksOf(`${lineOf(LINE_LIMIT + 1)}${end}${end}`);
    expect(block?.overlong).toBe(true);
  });

  test('that is too long is skipped, and what belongs to its block; the next block is whole', () => {
    const [first, second, ...more] = blocksOf(`a=1\n${lineOf(LINE_LIMIT * 3)}\nb=2\n\nc=3\n\n`);
    expect(first?.overlong).toBe(true);
    expect(second).toEqual({ attributes: new Map([['c', '3']]), garbage: [], overlong: false });
    expect(more).toEqual([]);
  });

  test('that is too long may be followed by very short ones', () => {
    const blocks = blocksOf(`${lineOf(LINE_LIMIT * 2)}\nx\n=\nrequest=forged\n\nc=3\n\n`);
    expect(blocks.map((block) => block.overlong)).toEqual([true, false]);
  });

  test('that is too long may come in many parts', () => {
    const part = 'x'.repeat(1000);
    const blocks = blocksOf('a=', ...Array.from({ length: 100 }, () => part), '\n', 'b=2\n', '\n', 'c=3\n\n');
    expect(blocks.map((block) => block.overlong)).toEqual([true, false]);
  });
});

describe('a block that is too long', () => {
  /** A block whose lines have so many bytes in all, without their ends. */
  const blockOf = (length: number): string => {
    const line = `a=${'x'.repeat(1022)}\n`;
    const rest = length - 1024 * Math.floor(length / 1024);
    return `${line.repeat(Math.floor(length / 1024))}${rest === 0 ? '' : `b${'='.padEnd(rest - 1, 'x')}\n`}\n`;
  };

  test('is one over 256 KiB', () => {
    expect(blocksOf(blockOf(BLOCK_LIMIT))[0]?.overlong).toBe(false);
    expect(blocksOf(blockOf(BLOCK_LIMIT + 2))[0]?.overlong).toBe(true);
  });

  test('is skipped up to its end; the next is whole', () => {
    const [first, second, ...more] = blocksOf(blockOf(BLOCK_LIMIT * 2), 'c=3\n\n');
    expect(first?.overlong).toBe(true);
    expect(second).toEqual({ attributes: new Map([['c', '3']]), garbage: [], overlong: false });
    expect(more).toEqual([]);
  });
});

describe('a request', () => {
  const of = (attributes: Record<string, string>) => requestOf(new Map(Object.entries(attributes)));

  test('has what Postfix says', () => {
    expect(
      of({
        request: 'smtpd_access_policy',
        protocol_state: 'rcpt',
        client_address: '192.0.2.10',
        client_name: 'mail.good.test',
        helo_name: 'helo.test',
        sender: 'user@good.test',
        recipient: 'someone@here.test',
        instance: '1.2.3',
        stress: 'yes',
      }),
    ).toEqual({
      request: 'smtpd_access_policy',
      protocolState: 'rcpt',
      client: { family: 4, text: '192.0.2.10' },
      clientAddress: '192.0.2.10',
      clientName: 'mail.good.test',
      helo: 'helo.test',
      sender: 'user@good.test',
      senderUntagged: 'user@good.test',
      senderDomain: 'good.test',
      recipient: 'someone@here.test',
      names: { sender: 'good.test', helo: 'helo.test', client: 'mail.good.test' },
      instance: '1.2.3',
      authenticatedBy: undefined,
    });
  });

  test.each([
    ['a@Good.Test..', 'good.test'],
    ['a@spa\u200dm.test', 'spam.test'],
    ['a@.spam.test', undefined],
    ['a@[192.0.2.1]', undefined],
    ['a@foo', undefined],
    ['a@', undefined],
    ['foo', undefined],
    ['', undefined],
  ])('from %j has the sender domain %s', (sender, domain) => {
    expect(of({ sender }).names.sender).toBe(domain);
  });

  test('has all in small letters but the sender, which is as Postfix gives it too', () => {
    expect(
      of({
        client_name: 'Mail.Good.TEST',
        helo_name: 'HELO.test',
        sender: 'No-Reply@Kunde.TEST',
        recipient: 'A@B.test',
      }),
    ).toMatchObject({
      clientName: 'mail.good.test',
      helo: 'helo.test',
      sender: 'No-Reply@Kunde.TEST',
      senderUntagged: 'no@kunde.test',
      senderDomain: 'kunde.test',
      recipient: 'a@b.test',
    });
  });

  test('says how the client has authenticated', () => {
    expect(of({ sasl_username: 'joe', ccert_fingerprint: 'AA:BB' }).authenticatedBy).toBe('password');
    expect(of({ sasl_username: '', ccert_fingerprint: 'AA:BB' }).authenticatedBy).toBe('certificate');
    expect(of({ sasl_username: '', ccert_fingerprint: '', sasl_sender: 'x' }).authenticatedBy).toBeUndefined();
  });

  test('of nothing has nothing', () => {
    expect(of({})).toMatchObject({ request: '', client: undefined, sender: '', senderDomain: undefined, instance: '' });
  });

  test.each([
    ['foo+bar@baz.example', 'foo@baz.example', 'baz.example'],
    ['foo-bar+more@baz.example', 'foo@baz.example', 'baz.example'],
    ['mary-ann@good.test', 'mary@good.test', 'good.test'],
    ['-@good.test', '@good.test', 'good.test'],
    ['user@my-domain.test', 'user@my-domain.test', 'my-domain.test'],
    ['a+b@c@good.test', 'a@good.test', 'good.test'],
    ['a@b-c@good.test', 'a@b@good.test', 'good.test'],
    ['a@b@good.test', 'a@b@good.test', 'good.test'],
    ['foo-bar', 'foo-bar', undefined],
    ['user@', 'user@', ''],
    ['0', '0', undefined],
    ['', '', undefined],
  ])('from %s', (sender, stripped, senderDomain) => {
    expect(of({ sender })).toMatchObject({ sender, senderUntagged: stripped, senderDomain });
  });

  test('from anybody: no tag is left, the domain stays, and stripping again changes nothing', () => {
    const sender = fc.stringMatching(/^[a-c+@.-]{0,20}$/);
    fc.assert(
      fc.property(sender, (text) => {
        const once = of({ sender: text });
        expect(of({ sender: once.senderUntagged }).senderUntagged).toBe(once.senderUntagged);
        expect(once.senderDomain).toBe(text.includes('@') ? text.split('@').at(-1) : undefined);
        if (once.senderDomain === undefined) expect(once.senderUntagged).toBe(text);
        else {
          expect(once.senderUntagged.endsWith(`@${once.senderDomain}`)).toBe(true);
          expect(once.senderUntagged.slice(0, once.senderUntagged.lastIndexOf('@'))).not.toMatch(/[+-]/);
          expect(text.startsWith(once.senderUntagged.slice(0, once.senderUntagged.lastIndexOf('@')))).toBe(true);
        }
      }),
    );
  });
});
