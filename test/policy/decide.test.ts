// Requests and their answers, with name servers whose answers are written down.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Answers, answerIn, clientList, senderList, settingsWith } from '../../rig/recorded.ts';
import { LiveDns } from '../../src/dns/live.ts';
import { type Answer, keyOf, type RecordType } from '../../src/dns/lookup.ts';
import { LogWriter } from '../../src/log/log.ts';
import { decide, type Service } from '../../src/policy/decide.ts';
import { ListWatch } from '../../src/policy/list-watch.ts';
import { requestOf } from '../../src/policy/request.ts';
import { storeOf } from '../../src/service.ts';
import type { Settings } from '../../src/settings/table.ts';

const CLIENT = '192.0.2.10';
const GOOD: Answers = { 'MX good.test': ['mail.good.test'], 'A mail.good.test': [CLIENT] };
const LISTED: Answers = { 'A 10.2.0.192.bl1.test': ['127.0.0.2'] };
const ATTRIBUTES = {
  request: 'smtpd_access_policy',
  protocol_state: 'rcpt',
  client_address: CLIENT,
  client_name: 'unknown',
  helo_name: 'mail.good.test',
  sender: 'user@good.test',
  recipient: 'someone@here.test',
  instance: '1.1',
};
const ACCEPTED = 'PREPEND X-policyd-weight:  NOT_IN_BL1=-1.5 CL_IP_EQ_FROM_MX=-3.1; rate: -4.6';
const FURTHER = 'DUNNO multirecipient-mail - already accepted by previous query';

class RecordedDns extends LiveDns {
  readonly asked: string[] = [];
  answers: Answers;

  constructor(answers: Answers) {
    super([], 1, 1);
    this.answers = answers;
  }

  override async ask(type: RecordType, name: string): Promise<Answer> {
    this.asked.push(keyOf(type, name));
    return answerIn(this.answers, keyOf(type, name));
  }

  override cancel(): void {}
}

class RecordedLog extends LogWriter {
  readonly lines: string[] = [];

  override info(line: string): void {
    this.lines.push(line);
    super.info(line);
  }
}

const clean: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const action of clean.splice(0).reverse()) action();
});

type Changes = Partial<typeof ATTRIBUTES> & { readonly sasl_username?: string; readonly ccert_fingerprint?: string };

interface Rig {
  readonly service: Service;
  readonly dns: RecordedDns;
  readonly log: RecordedLog;
  /** The answer to a request that differs in these attributes. */
  ask(changes?: Changes): Promise<string>;
}

function rig(answers: Answers, changes: Partial<Settings> = {}, trouble?: string): Rig {
  const settings = settingsWith({
    lists: [clientList('BL1', 9, -1.5)],
    cache_file: '',
    log_to: 'nowhere',
    reject_text: '550 Spam',
    mismatch_text: '',
    max_dnsbl_text: '550 Too many lists',
    cached_reject_text: '550 Again: {refused}, {ago} + {seconds}, {retries}, {rate}',
    ...changes,
  });
  const log = new RecordedLog(settings, false);
  const store = storeOf(settings, log);
  clean.push(() => store.close());
  const dns = new RecordedDns(answers);
  const service: Service = {
    settings,
    store,
    log,
    lists: new ListWatch(settings, store, log),
    wire: async () => dns,
    testWire: async () => dns,
    memory: { accepted: undefined, blocked: undefined, blockedAction: '' },
    configurationTrouble: trouble,
  };
  const ask = async (attributes: Changes = {}): Promise<string> => {
    const action = await decide(requestOf(new Map(Object.entries({ ...ATTRIBUTES, ...attributes }))), service);
    store.flush();
    return action;
  };
  return { service, dns, log, ask };
}

/** A file for what is kept from mail to mail. */
function cacheFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-decide-'));
  clean.push(() => rmSync(folder, { recursive: true }));
  return path.join(folder, 'cache.sqlite');
}

describe('answered at once, without a question', () => {
  test.each([
    ['the null sender, if there is no address', { sender: '', client_address: '' }, 'DUNNO NULL (<>) Sender'],
    ['mail for postmaster', { recipient: 'postmaster@here.test' }, 'DUNNO mail for postmaster@here.test'],
    ['mail for abuse', { recipient: 'abuse@other.test' }, 'DUNNO mail for abuse@other.test'],
    ['a bounce to abuse', { sender: '', recipient: 'abuse@other.test' }, 'DUNNO mail for abuse@other.test'],
    ['an authenticated user', { sasl_username: 'joe' }, 'DUNNO'],
    ['a client with a certificate', { ccert_fingerprint: 'AA:BB' }, 'DUNNO'],
    ['a user of a listed client', { sasl_username: 'joe', sender: '' }, 'DUNNO'],
    ['this host', { client_address: '127.0.0.1' }, 'DUNNO'],
    ['a host of this network', { client_address: 'fe80::1%eth0' }, 'DUNNO'],
    ['no address', { client_address: 'unknown' }, 'DUNNO'],
    ['an empty address', { client_address: '' }, 'DUNNO'],
    ['another request', { request: 'other' }, 'DUNNO'],
    ['no request', { request: '' }, 'DUNNO'],
  ])('%s', async (_, attributes, action) => {
    const { ask, dns } = rig(LISTED);
    expect(await ask(attributes)).toBe(action);
    expect(dns.asked).toEqual([]);
  });

  test('as policyd-weight: the null sender, before all others', async () => {
    const { ask, dns } = rig(LISTED, { as_policyd_weight: true });
    expect(await ask({ sender: '' })).toBe('DUNNO NULL (<>) Sender');
    expect(await ask({ sender: '', recipient: 'abuse@other.test' })).toBe('DUNNO NULL (<>) Sender');
    expect(dns.asked).toEqual([]);
  });

  test('as policyd-weight too: who has authenticated', async () => {
    const { ask, dns } = rig(LISTED, { as_policyd_weight: true, weigh_private_clients: true });
    expect(await ask({ sasl_username: 'joe' })).toBe('DUNNO');
    expect(await ask({ ccert_fingerprint: 'AA:BB' })).toBe('DUNNO');
    expect(dns.asked).toEqual([]);
  });

  test('but not mail for somebody called alike', async () => {
    for (const recipient of ['postmaster', 'xabuse@here.test', 'postmaster.x@here.test']) {
      expect(await rig(GOOD).ask({ recipient })).toBe(ACCEPTED);
    }
  });

  test('and the sender 0 is a sender', async () => {
    const { ask, dns } = rig(GOOD);
    expect(await ask({ sender: '0' })).not.toContain('NULL');
    expect(dns.asked).not.toEqual([]);
  });

  test('requests that cannot be weighed are logged', async () => {
    for (const attributes of [{ client_address: 'unknown' }, { request: 'other' }]) {
      const { ask, log } = rig(LISTED);
      await ask(attributes);
      expect(log.lines[0]).toMatch(/^warning: /);
    }
  });
});

describe('a mail', () => {
  test('is weighed', async () => {
    expect(await rig(GOOD).ask()).toBe(ACCEPTED);
  });

  test('of an IPv4 client in IPv6 form is weighed as that of the IPv4 client', async () => {
    expect(await rig(GOOD).ask({ client_address: '::ffff:192.0.2.10' })).toBe(ACCEPTED);
  });

  test('is logged with its decision', async () => {
    const { ask, log } = rig(GOOD);
    await ask();
    const about = '<client=unknown[192.0.2.10]> <helo=mail.good.test> <from=user@good.test> <to=someone@here.test>';
    expect(log.lines).toEqual([
      `weighted check:  NOT_IN_BL1=-1.5 CL_IP_EQ_FROM_MX=-3.1; ${about}; rate: -4.6`,
      expect.stringMatching(/^decided action=PREPEND X-policyd-weight: .*; delay: \d+s$/),
    ]);
    expect(log.lines[1]).toContain(`; ${about}; delay: `);
  });

  test('has a header that says so if the settings are not those of the file', async () => {
    const { ask } = rig(GOOD, {}, 'built-in settings');
    expect(await ask()).toBe(`${ACCEPTED}; built-in settings`);
    expect(await ask()).toBe(FURTHER);
  });
});

describe('a further recipient', () => {
  test('of an accepted mail', async () => {
    const { ask, dns } = rig(GOOD);
    await ask();
    const before = dns.asked.length;
    expect(await ask({ recipient: 'other@here.test' })).toBe(FURTHER);
    expect(dns.asked).toHaveLength(before);
  });

  test('of a mail that was refused: the very same words', async () => {
    const { ask, dns } = rig(LISTED);
    expect(await ask()).toBe('550 Too many lists');
    const before = dns.asked.length;
    expect(await ask({ recipient: 'other@here.test' })).toBe('550 Too many lists');
    expect(dns.asked).toHaveLength(before);
    const spam = rig({});
    expect(await spam.ask({ helo_name: 'other.test' })).toBe('550 Spam');
    expect(await spam.ask({ helo_name: 'other.test' })).toBe('550 Spam');
    expect(spam.log.lines.filter((line) => line.startsWith('weighted'))).toHaveLength(1);
  });

  test.each([
    ['another instance', { instance: '1.2' }],
    ['another client', { client_address: '192.0.2.11' }],
    ['another sender', { sender: 'other@good.test' }],
  ])('is none with %s', async (_, attributes) => {
    const { ask } = rig(GOOD);
    await ask();
    expect(await ask(attributes)).not.toBe(FURTHER);
  });

  test('is one with another tag of the sender', async () => {
    const { ask } = rig(GOOD);
    await ask({ sender: 'user+a@good.test' });
    expect(await ask({ sender: 'user-b@good.test' })).toBe(FURTHER);
  });

  test('is none without an instance', async () => {
    const { ask } = rig(GOOD);
    expect(await ask({ instance: '' })).toBe(ACCEPTED);
    expect(await ask({ instance: '' })).toBe(ACCEPTED);
  });

  test('is known of the last accepted and the last refused mail only', async () => {
    const { ask, dns } = rig(GOOD);
    await ask({ instance: '1' });
    dns.answers = LISTED;
    await ask({ instance: '2' });
    // The refused mail doesn't make the accepted one forgotten.
    expect(await ask({ instance: '1' })).toBe(FURTHER);
    expect(await ask({ instance: '2' })).toBe('550 Too many lists');
    dns.answers = GOOD;
    await ask({ instance: '3' });
    dns.answers = LISTED;
    expect(await ask({ instance: '1' })).toBe('550 Too many lists');
  });
});

const SOFT = 'PREPEND X-policyd-weight: accepted before; rate: -4.6';

/** With a file, and a list of sender domains. */
function remembering(answers: Answers, changes: Partial<Settings> = {}): Rig {
  vi.useFakeTimers({ toFake: ['Date'] });
  return rig(answers, {
    cache_file: cacheFile(),
    lists: [clientList('BL1', 9, -1.5), senderList('RHS1', 3)],
    ...changes,
  });
}

describe('later mails', () => {
  test('of a client whose lists alone reach the level are put off, until a fixed time', async () => {
    const { ask, dns } = remembering(LISTED);
    expect(await ask({ instance: '1' })).toBe('550 Too many lists');
    const before = dns.asked.length;
    vi.advanceTimersByTime(1_000);
    const second = await ask({ instance: '2', sender: 'other@other.test', helo_name: 'other.test' });
    expect(second).toBe('450 Again: Mail from 192.0.2.10, 1 + 29, 0, 9');
    for (let retries = 0; retries < 9; retries++) {
      vi.advanceTimersByTime(3_000);
      expect(await ask({ instance: `3.${retries}` })).toMatch(/^450 Again/);
    }
    expect(dns.asked).toHaveLength(before);
    vi.advanceTimersByTime(2_000);
    dns.answers = GOOD;
    expect(await ask({ instance: '4', client_address: '192.0.2.11' })).not.toContain('Again');
    expect(await ask({ instance: '5', sender: 'other@other.test' })).not.toContain('Again');
  });

  test('of a client with one bad sender are weighed, those of this sender are put off', async () => {
    const { ask } = remembering(GOOD);
    const bad = { sender: 'www@customer.test', helo_name: 'localhost' };
    expect(await ask({ instance: '1', ...bad })).toBe('550 Spam');
    vi.advanceTimersByTime(2_000);
    expect(await ask({ instance: '2', ...bad })).toMatch(
      /^450 Again: Mail of this sender from 192\.0\.2\.10, 2 \+ 28, 0, /,
    );
    expect(await ask({ instance: '3' })).toBe(ACCEPTED.replace('NOT_IN_BL1=-1.5', 'NOT_IN_BL1=-1.5'));
    expect(await ask({ instance: '4', sender: 'boss@customer.test', helo_name: 'localhost' })).toBe('550 Spam');
  });

  test.each([
    ['550 5.7.1 Again', '450 4.7.1 Again'],
    ['554 Again', '450 Again'],
    ['521 5.7.1 Again', '450 4.7.1 Again'],
    ['421 4.7.1 Again', '421 4.7.1 Again'],
    ['REJECT 5.7.1 Again', 'DEFER 4.7.1 Again'],
    ['reject Again', 'DEFER Again'],
    ['REJECT', 'DEFER'],
    ['550 5.7 Again', '450 5.7 Again'],
    ['rc:later', 'later'],
  ])('are never refused for good because of what is remembered: %s', async (text, action) => {
    const { ask } = remembering(LISTED, { cached_reject_text: text });
    await ask({ instance: '1' });
    expect(await ask({ instance: '2' })).toBe(action);
  });

  test('of an IPv6 client are known by its network', async () => {
    const { ask } = remembering({ [`A ${'1'.padEnd(64, '.0').slice(0, 47)}.8.b.d.0.1.0.0.2.bl1.test`]: ['127.0.0.2'] });
    expect(await ask({ client_address: '2001:db8::1', instance: '1' })).toBe('550 Too many lists');
    expect(await ask({ client_address: '2001:db8::2', instance: '2' })).toBe(
      '450 Again: Mail from 2001:0db8:0000:0000::/64, 0 + 30, 0, 9',
    );
    expect(await ask({ client_address: '2001:db8:0:1::1', instance: '3' })).not.toContain('Again');
  });

  test('of an accepted sender ask the lists, of clients and of domains, and nothing else', async () => {
    const { ask, dns } = remembering(GOOD);
    expect(await ask({ instance: '1' })).toBe(ACCEPTED);
    for (const hours of [12, 13, 100]) {
      vi.advanceTimersByTime(hours * 3_600_000);
      dns.asked.length = 0;
      expect(await ask({ instance: `${hours}`, sender: 'other@good.test' })).toBe(SOFT);
      expect(dns.asked).toEqual(['A 10.2.0.192.bl1.test', 'A good.test.rhs1.test']);
    }
    expect(await ask({ instance: 'sub', sender: 'other@sub.good.test' })).toBe(SOFT);
    expect(await ask({ instance: 'far', sender: 'other@bad.test' })).not.toBe(SOFT);
  });

  test('of an accepted sender whose domain gets listed are weighed, and it is forgotten', async () => {
    const { ask, dns } = remembering(GOOD, { dns_ttl_min: 0, spam_cache_size: 0, reject_level: -3 });
    await ask({ instance: '1' });
    vi.advanceTimersByTime(3_600_000);
    dns.answers = { ...GOOD, 'A good.test.rhs1.test': ['127.0.0.2'] };
    expect(await ask({ instance: '2' })).toBe('550 Spam; in rhs1.test');
    vi.advanceTimersByTime(3_600_000);
    dns.answers = GOOD;
    expect(await ask({ instance: '3' })).toBe(ACCEPTED);
    expect(await ask({ instance: '4' })).toBe(SOFT);
  });

  test('of a hundred accepted sub-domains are refused, all of them, once their client is listed', async () => {
    const exchanges = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`MX sub${index}.good.test`, ['mail.good.test']] as const),
    );
    const { ask, dns } = remembering({ ...GOOD, ...exchanges }, { spam_cache_size: 0 });
    for (const day of [1, 2]) {
      for (let index = 0; index < 100; index++) {
        const accepted = await ask({ instance: `${day}.${index}`, sender: `x@sub${index}.good.test` });
        expect(accepted).toMatch(/^PREPEND/);
        // The first of them makes the organisation known.
        if (day === 1) expect(accepted === SOFT).toBe(index > 0);
      }
      vi.advanceTimersByTime(86_400_000);
    }
    dns.answers = { ...dns.answers, ...LISTED };
    for (let mail = 0; mail < 600; mail++) {
      expect(await ask({ instance: `3.${mail}`, sender: `x@sub${mail % 100}.good.test` })).toBe('550 Too many lists');
    }
  });

  test('of a sender that was accepted in spite of a list are weighed each time', async () => {
    const { ask } = remembering({ ...GOOD, 'A good.test.rhs1.test': ['127.0.0.2'] });
    const accepted = await ask({ instance: '1' });
    expect(accepted).toContain('IN_RHS1=3; rate: -1.6');
    expect(await ask({ instance: '2' })).toBe(accepted);
  });

  test('are not known to a service that decides otherwise', async () => {
    const file = cacheFile();
    const lax = remembering(GOOD, { cache_file: file });
    const strict = remembering(GOOD, { cache_file: file, reject_level: -10 });
    expect(await lax.ask({ instance: '1' })).toBe(ACCEPTED);
    expect(await strict.ask({ instance: '2' })).toBe('550 Spam');
    expect(await lax.ask({ instance: '3' })).toBe(SOFT);
    const sameInOtherWords = remembering(GOOD, { cache_file: file, cached_accept_text: 'again' });
    expect(await sameInOtherWords.ask({ instance: '4' })).toBe('PREPEND X-policyd-weight: again');
  });

  test('are not judged by what was remembered while the clock was ahead', async () => {
    const { ask, dns } = remembering(GOOD);
    const now = Date.now();
    vi.setSystemTime(now + 10 * 365 * 86_400_000);
    await ask({ instance: '1' });
    dns.answers = LISTED;
    expect(await ask({ instance: '2', client_address: '192.0.2.10', sender: 'x@bad.test' })).toMatch(/^450 Spam/);
    vi.setSystemTime(now);
    dns.answers = GOOD;
    expect(await ask({ instance: '3' })).toBe(ACCEPTED);
  });
});

describe('later mails, as policyd-weight decides,', () => {
  const faithful = { as_policyd_weight: true, spam_cache_time: 30 };

  test('of a refused client are refused from the cache, and weighed again after the last retry', async () => {
    const { ask, dns } = remembering(LISTED, faithful);
    expect(await ask({ instance: '1' })).toBe('550 Too many lists');
    const before = dns.asked.length;
    const again = '550 Again: Mail from 192.0.2.10, 0 + 30, 1, 9';
    expect(await ask({ instance: '2', sender: 'other@other.test' })).toBe(again);
    vi.advanceTimersByTime(31_000);
    expect(await ask({ instance: '3' })).toBe('550 Again: Mail from 192.0.2.10, 31 + 30, 0, 9');
    expect(await ask({ instance: '3' })).toBe('550 Again: Mail from 192.0.2.10, 31 + 30, 0, 9');
    expect(dns.asked).toHaveLength(before);
    vi.advanceTimersByTime(31_000);
    expect(await ask({ instance: '4' })).toBe('550 Too many lists');
    expect(await ask({ instance: '5', client_address: '192.0.2.11' })).not.toContain('Again');
  });

  test('of an accepted sender ask the lists of clients only, and after a day nothing for a while', async () => {
    const { ask, dns } = remembering(GOOD, faithful);
    expect(await ask({ instance: '1' })).toBe(ACCEPTED);
    vi.advanceTimersByTime(12 * 3_600_000);
    dns.asked.length = 0;
    expect(await ask({ instance: '2', sender: 'other@good.test' })).toBe(SOFT);
    expect(dns.asked).toEqual(['A 10.2.0.192.bl1.test']);
    vi.advanceTimersByTime(13 * 3_600_000);
    expect(await ask({ instance: '3' })).toBe(SOFT);
    dns.asked.length = 0;
    const hard = 'PREPEND X-policyd-weight: known sender; rate:hard: -4.6';
    expect(await ask({ instance: '4' })).toBe(hard);
    expect(dns.asked).toEqual([]);
    vi.advanceTimersByTime(3 * 3_600_000);
    expect(await ask({ instance: '5' })).toBe(SOFT);
  });
});

describe('what is remembered', () => {
  test('of an accepted sender is forgotten when its client gets listed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const settings = { cache_file: cacheFile(), dns_ttl_min: 0, spam_cache_size: 0 };
    const { ask, dns } = rig(GOOD, settings);
    await ask({ instance: '1' });
    vi.advanceTimersByTime(3_600_000);
    dns.answers = { ...GOOD, ...LISTED };
    expect(await ask({ instance: '2' })).toBe('550 Too many lists');
    vi.advanceTimersByTime(3_600_000);
    dns.answers = GOOD;
    expect(await ask({ instance: '3' })).toBe(ACCEPTED);
  });

  test('is nothing if no cache is wanted', async () => {
    const none = { cache_file: cacheFile(), spam_cache_size: 0, ham_cache_size: 0 };
    const good = rig(GOOD, none);
    await good.ask({ instance: '1' });
    expect(await good.ask({ instance: '2' })).toBe(ACCEPTED);
    const bad = rig(LISTED, { ...none, cache_file: cacheFile() });
    await bad.ask({ instance: '1' });
    expect(await bad.ask({ instance: '2' })).toBe('550 Too many lists');
  });
});
