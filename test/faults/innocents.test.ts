// Innocent people behind the address of somebody bad. A hoster's relay is the MX of many domains; one of its customers
// does what gets a mail refused. All others are answered as if they were alone, byte for byte.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Entry, Zone } from '../../rig/dns-server.ts';
import { copyOfProgram, dnsForAll, newFolder, startFrom } from '../../rig/faults/faults.ts';
import type { Polw } from '../../rig/process.ts';
import { type Answers, answerIn, SERVFAIL } from '../../rig/recorded.ts';
import { type Attributes, rcpt } from '../../rig/request.ts';
import { serverOf } from '../../rig/settings-text.ts';
import { LiveDns } from '../../src/dns/live.ts';
import { type Answer, keyOf, type RecordType } from '../../src/dns/lookup.ts';
import { LogWriter } from '../../src/log/log.ts';
import { decide, type Service } from '../../src/policy/decide.ts';
import { requestOf } from '../../src/policy/request.ts';
import { makeService } from '../../src/service.ts';
import { readSettings } from '../../src/settings/read.ts';

const CLIENT = '198.51.100.25';
const RELAY = 'out.hoster.test';
const CUSTOMERS = 100;
const MINUTE = 60_000;

/** The customers' domains have the relay as their MX. The relay itself is on a list that is not enough for a refusal. */
const WORLD: Answers = {
  'A 25.100.51.198.bl.test': ['127.0.0.2'],
  'A 2.0.0.127.bl.test': ['127.0.0.2'],
  [`A ${RELAY}`]: [CLIENT],
  [`MX ${RELAY}`]: [RELAY],
  'PTR 25.100.51.198.in-addr.arpa': [RELAY],
  ...Object.fromEntries(Array.from({ length: CUSTOMERS }, (_, index) => [`MX ${domainOf(index)}`, [RELAY]] as const)),
  // What the bad ones have.
  'MX crook.test': [RELAY],
  'A crook.test.dbl.test': ['127.0.1.2'],
  'A rogue.test.surbl.test': ['127.0.0.64'],
  'A rogue.test.uribl.test': ['127.0.0.2'],
  'MX bogus.test': ['mail.bogus.test'],
  'A mail.bogus.test': ['127.0.0.1'],
  'MX failing.test': SERVFAIL,
  'A failing.test': SERVFAIL,
  'AAAA failing.test': SERVFAIL,
};

const LISTS = `
[[lists]]
name = "BL"
zone = "bl.test"
miss = -1.5
answers = [{ client = 0.5 }]

[[lists]]
name = "DBL"
zone = "dbl.test"
answers = [{ match = "127.0.1.2", sender = 9 }]

[[lists]]
name = "SURBL"
zone = "surbl.test"
answers = [{ sender = 5 }]

[[lists]]
name = "URIBL"
zone = "uribl.test"
answers = [{ sender = 5 }]
`;

function settingsText(cache: string, dns = ''): string {
  return `[dns]\n${dns}\n[cache]\ncache_file = "${cache}"\n[log]\nlog_to = "nowhere"\n${LISTS}`;
}

/** Their mail is refused or deferred, at first and again. */
const BAD: readonly (readonly [string, Attributes])[] = [
  ['whose domain is listed', { sender: 'x@crook.test' }],
  ['whose domain has no usable MX', { sender: 'x@bogus.test', helo_name: 'exchange' }],
  ['who sends as the web server, with a HELO of localhost', { sender: `www@nowhere.test`, helo_name: 'localhost' }],
  ['with a HELO that does not resolve', { sender: 'x@nowhere.test', helo_name: 'no.such.host.test' }],
  ['whose domain is on two lists', { sender: 'x@rogue.test', helo_name: 'rogue.test' }],
  ['whose name servers fail', { sender: 'x@failing.test', helo_name: 'failing.test' }],
];

function domainOf(index: number): string {
  return `customer${index}.test`;
}

function mailOf(index: number, time: string): Attributes {
  return mailFrom({ sender: `boss@${domainOf(index)}`, instance: `${time}.${index}` });
}

function mailFrom(changes: Attributes): Attributes {
  return rcpt({ client_address: CLIENT, client_name: RELAY, helo_name: RELAY, ...changes });
}

class RecordedDns extends LiveDns {
  constructor() {
    super([], 1, 1);
  }

  override async ask(type: RecordType, name: string): Promise<Answer> {
    return answerIn(WORLD, keyOf(type, name));
  }

  override cancel(): void {}
}

/** A service whose time can be played. */
function newService(): Service {
  const file = path.join(newFolder(), 'cache.sqlite');
  const { settings, problems } = readSettings(settingsText(file));
  expect(problems).toEqual([]);
  const service = makeService({ settings, problems, warnings: [] }, new LogWriter(settings, false));
  open.push(service);
  return { ...service, wire: async () => new RecordedDns(), testWire: async () => new RecordedDns() };
}

const open: Service[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const { store } of open.splice(0)) store.close();
});

async function answerOf(attributes: Attributes, service: Service): Promise<string> {
  const lower = Object.entries(attributes).map(([name, value]): [string, string] => [
    name,
    String(value).toLowerCase(),
  ]);
  const action = await decide(requestOf(new Map(lower)), service);
  service.store.flush();
  return action;
}

describe('behind the address of one', () => {
  /** What the customers are told when nobody is bad: at once, and in each quarter of an hour that follows. */
  const alone: string[][] = [];
  const QUARTERS = 4;

  /** Plays an hour. `bad` sends before each round, and between all mails of it. */
  async function anHour(bad?: Attributes): Promise<{ readonly told: string[][]; readonly badTold: string[] }> {
    vi.useFakeTimers({ toFake: ['Date'] });
    const service = newService();
    const told: string[][] = [];
    const badTold: string[] = [];
    for (let quarter = 0; quarter <= QUARTERS; quarter++) {
      const answers: string[] = [];
      for (let index = 0; index < CUSTOMERS; index++) {
        if (bad !== undefined && index % 3 === 0) {
          badTold.push(await answerOf(mailFrom({ ...bad, instance: `bad.${quarter}.${index}` }), service));
          vi.setSystemTime(Date.now() + 100);
        }
        answers.push(await answerOf(mailOf(index, String(quarter)), service));
      }
      told.push(answers);
      vi.setSystemTime(Date.now() + 15 * MINUTE);
    }
    vi.useRealTimers();
    return { told, badTold };
  }

  beforeAll(async () => {
    alone.push(...(await anHour()).told);
    for (const store of open.splice(0)) store.store.close();
    expect(alone.flat().filter((answer) => !answer.startsWith('PREPEND X-policyd-weight: '))).toEqual([]);
  });

  test.each(BAD)('%s, the others are answered as if alone, for an hour', async (_, bad) => {
    const { told, badTold } = await anHour(bad);
    expect(told).toEqual(alone);
    // A bad one that is accepted like the others would show nothing.
    expect(badTold.filter((answer) => answer.startsWith('PREPEND'))).toEqual([]);
  });
});

describe('with several processes, behind the address of one', () => {
  const bin = copyOfProgram();
  const dns = dnsForAll(zoneOf(WORLD));
  let alone: string[] = [];

  async function processes(): Promise<readonly Polw[]> {
    const folder = newFolder();
    const settings = path.join(folder, 'polw.toml');
    writeFileSync(settings, settingsText(path.join(folder, 'cache.sqlite'), `nameservers = ["${serverOf(dns)}"]`));
    return Promise.all(Array.from({ length: 4 }, () => startFrom(bin, settings)));
  }

  async function ask(all: readonly Polw[], bad?: Attributes): Promise<string[]> {
    const answers: string[] = [];
    for (let index = 0; index < CUSTOMERS; index++) {
      const [one, two] = [all[index % all.length], all[(index + 1) % all.length]];
      if (one === undefined || two === undefined) throw new Error('no process');
      if (bad !== undefined && index % 5 === 0) {
        expect(await two.ask(mailFrom({ ...bad, instance: `bad.${index}` }))).not.toMatch(/^action=PREPEND/);
      }
      answers.push(await one.ask(mailOf(index, 'now')));
    }
    await Promise.all(all.map((polw) => polw.end()));
    return answers;
  }

  beforeAll(async () => {
    alone = await ask(await processes());
  });

  test.each(BAD)('%s, the others are answered as if alone, at once', async (_, bad) => {
    const all = await processes();
    expect(await ask(all, bad)).toEqual(alone);
  });
});

/** The world for a name server. */
function zoneOf(world: Answers): Zone {
  const zone: { [name: string]: Entry } = {};
  for (const [question, answer] of Object.entries(world)) {
    const [type = '', name = ''] = question.split(' ');
    zone[name] = { ...zone[name], ...('kind' in answer ? { rcode: 'SERVFAIL' } : recordsOf(type, answer)) };
  }
  return zone;
}

function recordsOf(type: string, values: readonly string[]): Entry {
  if (type === 'MX') return { MX: values.map((host) => [10, host] as const) };
  return type === 'PTR' ? { PTR: values } : { A: values };
}
