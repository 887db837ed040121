import { isIP, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPrivate, networkOf, parseAddress, reversed, reverseName } from '../../src/dns/address.ts';

/** The address, which must be one. */
function address(text: string) {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

describe('an address', () => {
  test.each([
    ['192.0.2.1', 4, '192.0.2.1'],
    ['0.0.0.0', 4, '0.0.0.0'],
    ['255.255.255.255', 4, '255.255.255.255'],
    ['::', 6, '0000:0000:0000:0000:0000:0000:0000:0000'],
    ['::1', 6, '0000:0000:0000:0000:0000:0000:0000:0001'],
    ['2001:DB8::a:1', 6, '2001:0db8:0000:0000:0000:0000:000a:0001'],
    ['1:2:3:4:5:6:7:8', 6, '0001:0002:0003:0004:0005:0006:0007:0008'],
    ['1:2:3:4:5:6:7::', 6, '0001:0002:0003:0004:0005:0006:0007:0000'],
    ['64:ff9b::192.0.2.33', 6, '0064:ff9b:0000:0000:0000:0000:c000:0221'],
    ['::ffff:192.0.2.1', 4, '192.0.2.1'],
    ['::FFFF:c000:0201', 4, '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', 4, '192.0.2.1'],
    ['::192.0.2.1', 6, '0000:0000:0000:0000:0000:0000:c000:0201'],
  ])('%s', (text, family, canonical) => {
    expect(parseAddress(text)).toEqual({ family, text: canonical });
  });

  test.each([
    '',
    'unknown',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.1.',
    ' 192.0.2.1',
    '192.0.2.1\n',
    '1.2.3.4.5',
    '[192.0.2.1]',
    'ipv6:::1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    '192.0.2.1::',
    '::192.0.2.1:1',
    '1:2:3:4:5:6:7:192.0.2.1',
    '::ffff:192.0.2.256',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
    expect(isIP(text)).toBe(0);
  });

  test.each(['010.0.0.1', '192.0.2.01', '00.0.0.0', '::ffff:192.0.2.010'])(
    '%s is none: some would take it for octal',
    (text) => {
      expect(isIP(text)).toBe(0);
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  test('is one if Node takes it for one', () => {
    const noise = fc.stringMatching(/^[0-9a-f]{0,4}(:{1,2}[0-9a-f]{0,4}){1,8}$/);
    const likeV4 = fc
      .array(fc.integer({ min: 0, max: 300 }), { minLength: 3, maxLength: 5 })
      .map((octets) => octets.join('.'));
    const mixed = fc.tuple(noise, likeV4).map(([six, four]) => `${six}:${four}`);
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), noise, likeV4, mixed, fc.string()), (text) => {
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same in all its forms', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const short = new SocketAddress({ address: text, family: 'ipv6' }).address;
        expect(parseAddress(text)).toEqual(parseAddress(short));
        expect(parseAddress(text.toUpperCase())).toEqual(parseAddress(short));
        const parsed = address(text);
        expect(parseAddress(parsed.text)).toEqual(parsed);
      }),
    );
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(parseAddress(text)).toEqual({ family: 4, text });
        expect(parseAddress(`::ffff:${text}`)).toEqual({ family: 4, text });
      }),
    );
  });
});

describe('the name of an address in the DNS', () => {
  test('is that of the standards', () => {
    // RFC 5782, sections 2.1 and 2.4; RFC 1035, section 3.5; RFC 3596, section 2.5.
    expect(reversed(address('192.0.2.99'))).toBe('99.2.0.192');
    expect(reversed(address('2001:db8:1:2:3:4:567:89ab'))).toBe(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2',
    );
    expect(reverseName(address('10.2.0.52'))).toBe('52.0.2.10.in-addr.arpa');
    expect(reverseName(address('4321:0:1:2:3:4:567:89ab'))).toBe(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
    );
  });
});

describe('the network of an address', () => {
  test('is its /24 or /16, in IPv6 its /64 or /48', () => {
    expect(networkOf(address('192.0.2.10'), 'near')).toBe('192.0.2.');
    expect(networkOf(address('192.0.2.10'), 'wide')).toBe('192.0.');
    expect(networkOf(address('2001:db8:1:2:3::'), 'near')).toBe('2001:0db8:0001:0002:');
    expect(networkOf(address('2001:db8:1:2:3::'), 'wide')).toBe('2001:0db8:0001:');
  });

  test('is the beginning of each address in it, and of no other', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (a, b) => {
        const [first, second] = [a.split('.'), b.split('.')];
        const near = first.slice(0, 3).join('.') === second.slice(0, 3).join('.');
        expect(b.startsWith(networkOf(address(a), 'near'))).toBe(near);
        const neighbour = [...first.slice(0, 3), second[3]].join('.');
        expect(neighbour.startsWith(networkOf(address(a), 'near'))).toBe(true);
      }),
    );
  });
});

test.each([
  ['127.0.0.1', true],
  ['10.255.0.1', true],
  ['172.16.0.1', true],
  ['172.31.0.1', true],
  ['192.168.0.1', true],
  ['172.15.0.1', false],
  ['172.32.0.1', false],
  ['172.160.0.1', false],
  ['192.167.0.1', false],
  ['100.0.0.1', false],
  ['1.10.0.1', false],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', false],
])('%s is private: %s', (text, expected) => {
  expect(isPrivate(text)).toBe(expected);
});
