// Requests and their answers, with name servers whose answers are written down.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LiveDns } from '../../src/dns/live.ts';
import { type Answer, keyOf, type RecordType } from '../../src/dns/lookup.ts';
import { Log } from '../../src/log/log.ts';
import { decide, type Service } from '../../src/policy/decide.ts';
import { ListWatch } from '../../src/policy/list-watch.ts';
import { requestOf } from '../../src/policy/request.ts';
import { storeOf } from '../../src/service.ts';
import type { Settings } from '../../src/settings/table.ts';
import { type Answers, answerIn, clientList, settingsWith } from '../recorded.ts';

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

class RecordedLog extends Log {
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
    cached_reject_text: '550 Again: {seconds} x {retries}, {rate}',
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

describe('later mails', () => {
  test('of a refused client are refused from the cache, and weighed again after the last retry', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { ask, dns } = rig(LISTED, { cache_file: cacheFile(), spam_cache_time: 30 });
    expect(await ask({ instance: '1' })).toBe('550 Too many lists');
    const before = dns.asked.length;
    expect(await ask({ instance: '2', sender: 'other@other.test' })).toBe('550 Again: 30 x 1, 9');
    vi.advanceTimersByTime(31_000);
    expect(await ask({ instance: '3' })).toBe('550 Again: 30 x 0, 9');
    expect(await ask({ instance: '3' })).toBe('550 Again: 30 x 0, 9');
    expect(dns.asked).toHaveLength(before);
    vi.advanceTimersByTime(31_000);
    expect(await ask({ instance: '4' })).toBe('550 Too many lists');
    expect(await ask({ instance: '5', client_address: '192.0.2.11' })).not.toContain('Again');
  });

  test('of an accepted sender ask the lists only, and after a day nothing for a while', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { ask, dns } = rig(GOOD, { cache_file: cacheFile() });
    expect(await ask({ instance: '1' })).toBe(ACCEPTED);
    vi.advanceTimersByTime(12 * 3_600_000);
    dns.asked.length = 0;
    const soft = 'PREPEND X-policyd-weight: accepted before; rate: -4.6';
    expect(await ask({ instance: '2', sender: 'other@good.test' })).toBe(soft);
    expect(dns.asked).toEqual(['A 10.2.0.192.bl1.test']);
    vi.advanceTimersByTime(13 * 3_600_000);
    expect(await ask({ instance: '3' })).toBe(soft);
    dns.asked.length = 0;
    const hard = 'PREPEND X-policyd-weight: known sender; rate:hard: -4.6';
    expect(await ask({ instance: '4' })).toBe(hard);
    expect(dns.asked).toEqual([]);
    vi.advanceTimersByTime(3 * 3_600_000);
    expect(await ask({ instance: '5' })).toBe(soft);
  });

  test('of an accepted sender that gets listed are weighed, and it is forgotten', async () => {
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

  test('are not known if no cache is wanted', async () => {
    const none = { cache_file: cacheFile(), spam_cache_size: 0, ham_cache_size: 0 };
    const good = rig(GOOD, none);
    await good.ask({ instance: '1' });
    expect(await good.ask({ instance: '2' })).toBe(ACCEPTED);
    const bad = rig(LISTED, { ...none, cache_file: cacheFile() });
    await bad.ask({ instance: '1' });
    expect(await bad.ask({ instance: '2' })).toBe('550 Too many lists');
  });
});
