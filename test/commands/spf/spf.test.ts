// polw spf: a check by hand through a real name server, for people and for programs.

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DnsServer, type Zone } from '../../../rig/dns-server.ts';
import { newPlace, type Place, run } from '../../../rig/shell.ts';

const ZONE: Zone = {
  'example.test': { TXT: ['v=spf1 a:h.test a:no.test include:i.test -all exp=why.test', 'another text'] },
  'i.test': { TXT: 'v=spf1 exists:%{l}.who.test ?all' },
  'h.test': { A: '192.0.2.10' },
  'why.test': { TXT: '%{i} is not one of %{d}' },
  'mail.client.test': { TXT: 'v=spf1 a -all', A: '192.0.2.20' },
  'bad.test': { TXT: 'v=spf1 ip4:192.0.2.999 -all' },
  'broken.test': { rcode: 'SERVFAIL' },
  'caf\u00e9.who.test': { A: '127.0.0.2' },
  'nasty.test': { TXT: 'v=spf1 \u001b[31m -all' },
};

const dns = new DnsServer(ZONE);
beforeAll(() => dns.start());
afterAll(() => dns.stop());

/** What is on stdout; nothing is on stderr. */
async function said(args: readonly string[], code = 0, place: Place = newPlace(dns)): Promise<string> {
  const result = await run(place, ['spf', ...args]);
  expect({ stderr: result.stderr, code: result.code }).toEqual({ stderr: '', code });
  return result.stdout;
}

/** What takes its time, or comes in any order. */
function settled(text: string): string {
  return text.replace(/\(\d+ ms\)/g, '(… ms)');
}

describe('a check', () => {
  test('is told with its result, its term, both counts, the explanation, and all questions', async () => {
    const text = settled(await said(['192.0.2.66', 'someone@example.test', 'mail.client.test']));
    expect(text).toBe(`client 192.0.2.66, sender <someone@example.test>, HELO mail.client.test

MAIL FROM
  result     fail
  decided by -all of example.test
  terms      4/10
  void       2/2
  they say   192.0.2.66 is not one of example.test
  asked      TXT example.test: v=spf1 a:h.test a:no.test include:i.test -all exp=why.test, another text (… ms)
  asked      A h.test: 192.0.2.10 (… ms)
  asked      A no.test: no-such-name (… ms)
  asked      TXT i.test: v=spf1 exists:%{l}.who.test ?all (… ms)
  asked      A someone.who.test: no-such-name (… ms)
  asked      TXT why.test: %{i} is not one of %{d} (… ms)

HELO
  result     fail
  decided by -all of mail.client.test
  terms      1/10
  void       0/2
  asked      TXT mail.client.test: v=spf1 a -all (… ms)
  asked      A mail.client.test: 192.0.2.20 (… ms)
`);
  });

  test('for programs has the same in one object', async () => {
    expect(JSON.parse(await said(['--json', '192.0.2.66', 'someone@example.test', 'mail.client.test']))).toEqual({
      mailfrom: {
        result: 'fail',
        explanation: '192.0.2.66 is not one of example.test',
        domain: 'example.test',
        mechanism: '-all',
        terms: 4,
        voids: 2,
      },
      helo: {
        result: 'fail',
        explanation: null,
        domain: 'mail.client.test',
        mechanism: '-all',
        terms: 1,
        voids: 0,
      },
    });
  });

  test.each([
    [['192.0.2.10', '<someone@example.test>'], 'pass', 'none'],
    [['192.0.2.20', '', 'mail.client.test'], 'pass', 'pass'],
    [['192.0.2.20', '<>', 'mail.client.test'], 'pass', 'pass'],
    [['192.0.2.20', 'mail.client.test', '[192.0.2.20]'], 'pass', 'none'],
    [['192.0.2.1', 'a@no.test', 'host'], 'none', 'none'],
    [['192.0.2.1', 'a@bad.test', 'broken.test'], 'permerror', 'temperror'],
    [['192.0.2.1', 'caf\u00e9@i.test', 'no.test'], 'pass', 'none'],
    [['::ffff:192.0.2.10', 'a@example.test', 'i.test'], 'pass', 'neutral'],
  ])('%j: %s, and %s for HELO', async (args, mailfrom, helo) => {
    expect(JSON.parse(await said(['--json', ...args]))).toMatchObject({
      mailfrom: { result: mailfrom, explanation: null },
      helo: { result: helo, explanation: null },
    });
  });

  test('says why there is an error, and which HELO it was not given', async () => {
    const text = await said(['192.0.2.1', 'a@bad.test']);
    expect(text).toContain('HELO (not given)\n');
    expect(text).toContain('\n  result     permerror\n  decided by ip4:192.0.2.999 of bad.test\n');
    expect(text).toContain(
      '\n  because    the policy of bad.test is wrong at character 12, in ip4:192.0.2.999: not an IPv4 address\n',
    );
    expect(text).toContain('\n  result     none\n  because    not a domain name\n');
  });

  test('names what was asked early and not needed', async () => {
    dns.setZone({ ...ZONE, 'h.test': { A: '192.0.2.10', delay: 300 } });
    const text = settled(await said(['192.0.2.10', 'a@example.test']));
    dns.setZone(ZONE);
    expect(text).toContain(
      '\nasked early, and not needed\n  A no.test: no-such-name (… ms)\n  TXT i.test: v=spf1 exists:%{l}.who.test ?all (… ms)\n',
    );
  });

  test('asks each question once, those of the local part only if they are reached, and keeps nothing', async () => {
    const place = newPlace(dns);
    dns.queries.length = 0;
    await said(['192.0.2.10', 'a@example.test', 'example.test'], 0, place);
    const asked = dns.queries.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toContain('TXT example.test');
    expect(asked.filter((question) => question.includes('who.test'))).toEqual([]);
    await said(['192.0.2.66', 'a@example.test', 'example.test'], 0, place);
    expect(dns.queries.map(({ name }) => name)).toContain('a.who.test');
    expect(existsSync(place.cache)).toBe(false);
  });

  test('shows nothing that a terminal would obey', async () => {
    const text = await said(['192.0.2.1', 'a@nasty.test']);
    expect(text).toContain('  result     permerror\n');
    expect(text).not.toContain('\u001b');
    expect(await said(['--json', '192.0.2.1', 'a\u001b@nasty.test'])).not.toContain('\u001b');
  });
});

describe('lint', () => {
  test('names what is wrong, a line for each term, and the counts; exit status 0 without an error', async () => {
    expect(await said(['--lint', 'example.test'])).toBe(
      `example.test: v=spf1 a:h.test a:no.test include:i.test -all exp=why.test
warning: a:no.test of example.test: no.test has no address; leave the term out
note: exists:%{l}.who.test of i.test: is a question of its own for each sender address; mind the load
lookups 4/10; without an answer 1/2 for IPv4 clients, 2/2 for IPv6
`,
    );
  });

  test('for programs has the same', async () => {
    expect(JSON.parse(await said(['--lint', 'Bad.test', '--json'], 1))).toEqual({
      domain: 'bad.test',
      policy: 'v=spf1 ip4:192.0.2.999 -all',
      remarks: [
        {
          severity: 'error',
          domain: 'bad.test',
          term: 'ip4:192.0.2.999',
          text: 'not an IPv4 address',
          advice: 'mend it: until then receivers take the whole policy for an error',
        },
      ],
      terms: 0,
      voids: { ipv4: 0, ipv6: 0 },
    });
  });

  test('is content with a policy that is right', async () => {
    const text = await said(['--lint', 'mail.client.test']);
    expect(text).toContain('\nnothing is wrong with it\n');
  });

  test('asks also for the type that policies once had', async () => {
    dns.queries.length = 0;
    dns.fault = (query, respond) => {
      if (query.type !== 'SPF' || query.reply === undefined) return respond(query.reply);
      // A reply to the question with one record, whose owner is that of the question.
      const name = query.bytes.subarray(12, query.bytes.indexOf(0, 12) + 5);
      const data = Buffer.from('\x0bv=spf1 -all', 'latin1');
      const record = Buffer.from([0xc0, 12, 0, 99, 0, 1, 0, 0, 0, 60, 0, data.length]);
      const header = Buffer.from([...query.bytes.subarray(0, 2), 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
      respond(Buffer.concat([header, name, record, data]));
    };
    const text = await said(['--lint', 'mail.client.test']);
    dns.fault = undefined;
    expect(text).toContain('warning: mail.client.test: has a record of type SPF (99), which nobody reads any more; ');
    expect(dns.queries.map(({ type }) => type)).toContain('SPF');
  });
});

describe('wrong words get one line, and 64', () => {
  test.each([
    [[], 'spf wants the address of a client and a sender, or --lint DOMAIN'],
    [['192.0.2.1'], 'spf wants the address of a client and a sender, or --lint DOMAIN'],
    [['mail.test', 'a@b.test'], 'spf wants the address of a client such as 192.0.2.1, not "mail.test"'],
    [['192.0.2.1', 'a@b.test', 'h.test', 'more'], 'spf does not know what to do with "more"; see polw -h'],
    [['--lint', 'localhost'], '--lint wants a domain such as example.org, not "localhost"'],
    [['--lint', 'a b.test'], '--lint wants a domain such as example.org, not "a b.test"'],
    [['--lint', 'a.test', 'b.test'], '--lint wants a domain and no other words'],
  ])('%j', async (args, line) => {
    const { stdout, stderr, code } = await run(newPlace(dns), ['spf', ...args]);
    expect({ stdout, stderr, code }).toEqual({ stdout: '', stderr: `polw: ${line}\n`, code: 64 });
  });
});
