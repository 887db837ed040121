import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Answers,
  answerIn,
  clientList,
  type EnvelopeParts,
  envelopeOf,
  NO_DATA,
  NOTHING,
  RecordedLookup,
  SERVFAIL,
  SILENCE,
  senderList,
  settingsWith,
} from '../../rig/recorded.ts';
import { type Answer, keyOf, type RecordType } from '../../src/dns/lookup.ts';
import { MailLookup, type Wire } from '../../src/dns/mail-lookup.ts';
import type { ListState } from '../../src/lists/listing.ts';
import type { Settings } from '../../src/settings/table.ts';
import { foresee } from '../../src/weigh/anticipate.ts';
import { weigh } from '../../src/weigh/weigh.ts';

const CLIENT = '192.0.2.10';
const BL1 = 'A 10.2.0.192.bl1.test';
const BL2 = 'A 10.2.0.192.bl2.test';
const BL3 = 'A 10.2.0.192.bl3.test';
const PTR = 'PTR 10.2.0.192.in-addr.arpa';
const RHS = 'A good.test.rhs1.test';
const LISTS = [
  clientList('BL1', 4.35, -1.5),
  clientList('BL2', 3.75, -1.5),
  clientList('BL3', 3, 0),
  senderList('RHS1', 3.2),
];
const settings = settingsWith({ lists: LISTS, list_check_interval: 0 });
const CLEAN: Answers = { [BL1]: NOTHING, [BL2]: NOTHING, [BL3]: NOTHING };

interface Case extends EnvelopeParts {
  /** What is known already; all else is only asked. */
  readonly answers?: Answers;
  readonly settings?: Settings;
  readonly listStates?: ReadonlyMap<string, ListState>;
  readonly known?: boolean;
  readonly waitedLong?: boolean;
}

/** The questions that are asked early, without those that are answered. */
function wanted(parts: Case): string[] {
  const { answers = {}, known = false, waitedLong = false } = parts;
  const asked = new Set<string>();
  foresee(
    envelopeOf(parts),
    parts.settings ?? settings,
    parts.listStates ?? new Map(),
    known,
  )((type, name) => {
    const question = keyOf(type, name);
    if (Object.hasOwn(answers, question)) return answerIn(answers, question);
    asked.add(question);
    return undefined;
  }, waitedLong);
  return [...asked];
}

describe('asked early', () => {
  test('at first: the lists, the reverse name, the MX of the sender domain', () => {
    expect(wanted({})).toEqual([BL1, BL2, BL3, PTR, 'MX good.test']);
  });

  test('of the lists those that are left, and none that is left out', () => {
    expect(wanted({ listStates: new Map([['BL2', 'skipped']]) })).toEqual([BL1, BL3, PTR, 'MX good.test']);
  });

  test('nothing but the lists, for a known sender or if that is set', () => {
    expect(wanted({ known: true })).toEqual([BL1, BL2, BL3, RHS]);
    expect(wanted({ known: true, settings: { ...settings, as_policyd_weight: true } })).toEqual([BL1, BL2, BL3]);
    expect(wanted({ settings: { ...settings, dnsbl_checks_only: true } })).toEqual([BL1, BL2, BL3]);
  });

  test('nothing, for a client that is on too many lists', () => {
    expect(wanted({ answers: { [BL1]: ['127.0.0.2'], [BL2]: ['127.0.0.2'], [BL3]: NOTHING } })).toEqual([]);
  });

  test('with a hit, the entry that must not be listed, to confirm it', () => {
    const tested = settingsWith({ lists: LISTS });
    const answers = {
      ...CLEAN,
      [BL1]: ['127.0.0.2'],
      [PTR]: NOTHING,
      'MX good.test': ['mx1.test'],
      'A mx1.test': [CLIENT],
    };
    expect(wanted({ settings: tested, answers })).toEqual(['A 1.0.0.127.bl1.test']);
  });

  test('the exchanges as soon as they are known, with the name itself', () => {
    const answers = { ...CLEAN, [PTR]: NOTHING, 'MX good.test': ['mx1.test', 'mx2.test', 'mx3.test', 'mx4.test'] };
    expect(wanted({ answers })).toEqual([
      'A mx1.test',
      'A mx2.test',
      'A mx3.test',
      'A good.test',
      RHS,
      'MX mail.good.test',
      'A mail.good.test',
    ]);
  });

  test('HELO too, if nothing was heard of the sender domain for long', () => {
    expect(wanted({ waitedLong: true })).toEqual([
      BL1,
      BL2,
      BL3,
      PTR,
      'MX good.test',
      'MX mail.good.test',
      'A mail.good.test',
    ]);
    const answers = { ...CLEAN, [PTR]: NOTHING, 'MX good.test': ['mx1.test'], 'A mx1.test': [CLIENT] };
    expect(wanted({ waitedLong: true, answers })).toEqual([RHS]);
  });

  test('not HELO, if the client is a host of the sender domain', () => {
    const answers = { ...CLEAN, 'MX good.test': ['mx1.test'], 'A mx1.test': [CLIENT] };
    expect(wanted({ answers })).toEqual([PTR, RHS]);
  });

  test('the lists of domains only for a client that is on no list', () => {
    const answers = { ...CLEAN, [BL1]: ['127.0.0.2'], 'MX good.test': ['mx1.test'], 'A mx1.test': [CLIENT] };
    expect(wanted({ answers })).toEqual([PTR]);
  });

  test('the parents of the names, if the names lead elsewhere', () => {
    const answers: Answers = {
      ...CLEAN,
      [PTR]: NOTHING,
      'MX a.good.test': NOTHING,
      'A a.good.test': NOTHING,
      'A a.good.test.rhs1.test': NOTHING,
      'MX b.helo.test': NOTHING,
      'A b.helo.test': NOTHING,
    };
    const parts = { sender: 'user@a.good.test', helo: 'b.helo.test' };
    expect(wanted({ ...parts, answers })).toEqual(['MX good.test', 'A good.test']);
    const elsewhere = { ...answers, 'MX good.test': NOTHING, 'A good.test': NOTHING };
    expect(wanted({ ...parts, answers: elsewhere })).toEqual(['MX helo.test', 'A helo.test']);
  });

  test('addresses of both kinds for a client with IPv6', () => {
    const asked = wanted({ client: '2001:db8::1', answers: { 'MX good.test': ['mx1.test'] } });
    expect(asked).toContain('A mx1.test');
    expect(asked).toContain('AAAA mx1.test');
  });

  test('nothing for names that cannot be asked for', () => {
    expect(wanted({ sender: 'user', helo: 'localhost', answers: CLEAN })).toEqual([PTR]);
  });
});

// A small world, in which names that the checks come upon have all kinds of answers.
const addresses = fc.constantFrom(CLIENT, '192.0.2.77', '192.0.77.7', '198.51.100.1', '10.0.0.1');
const hosts = fc.constantFrom('mx1.test', 'mx.good.test', 'good.test', 'mail.good.test', 'dsl.host.provider.test', '');
const failures = fc.constantFrom<Answer>(NOTHING, NOTHING, NO_DATA, SERVFAIL, SILENCE);
const anyOf = (values: fc.Arbitrary<string>): fc.Arbitrary<Answer> =>
  fc.oneof(
    { weight: 2, arbitrary: failures },
    {
      weight: 3,
      arbitrary: fc
        .uniqueArray(values, { minLength: 1, maxLength: 3 })
        .map((found): Answer => ({ kind: 'records', values: found, ttl: 300 })),
    },
  );
const names = [
  'good.test',
  'a.good.test',
  'helo.test',
  'mail.good.test',
  'mx1.test',
  'mx.good.test',
  'dsl.host.provider.test',
];
const listed = fc.oneof({ weight: 4, arbitrary: failures }, { weight: 1, arbitrary: anyOf(fc.constant('127.0.0.2')) });
const world: fc.Arbitrary<Answers> = fc.record({
  ...Object.fromEntries(names.map((name) => [`A ${name}`, anyOf(addresses)])),
  ...Object.fromEntries(names.map((name) => [`MX ${name}`, anyOf(hosts)])),
  ...Object.fromEntries([BL1, BL2, BL3, RHS, 'A a.good.test.rhs1.test'].map((question) => [question, listed])),
  [PTR]: anyOf(hosts),
});
const envelopes: fc.Arbitrary<EnvelopeParts> = fc.record({
  sender: fc.constantFrom('user@good.test', 'user@a.good.test', 'nobody@localhost', 'user', 'bcdfgh@mx1.test'),
  helo: fc.constantFrom('helo.test', 'mail.good.test', 'localhost', '[192.0.2.10]', CLIENT, 'dsl.host.provider.test'),
  clientName: fc.constantFrom('unknown', 'mail.good.test'),
});

describe('a mail is weighed the same', () => {
  test('whatever is asked early, and in whatever order the answers come', async () => {
    const property = fc.asyncProperty(
      world,
      envelopes,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      fc.scheduler(),
      async (answers, parts, early, known, waitedLong, scheduler) => {
        const envelope = envelopeOf(parts);
        const circumstances = { settings, listStates: new Map(), ...(known ? { knownRate: -3 } : {}) };
        const plain = await weigh(envelope, { ...circumstances, lookup: new RecordedLookup(answers) });

        const asked: string[] = [];
        const wire: Wire = {
          ask(type: RecordType, name: string) {
            asked.push(keyOf(type, name));
            return scheduler.schedule(Promise.resolve(answerIn(answers, keyOf(type, name))), keyOf(type, name));
          },
          cancel() {},
        };
        const lookup = new MailLookup({
          store: { get: () => undefined, put() {} },
          wire: async () => wire,
          deadline: 60_000,
          maxQuestions: 1000,
          anticipate: (want) => {
            if (early) foresee(envelope, settings, new Map(), known)(want, waitedLong);
          },
        });
        const weighed = await scheduler.waitFor(weigh(envelope, { ...circumstances, lookup }));
        lookup.end();
        expect(weighed).toEqual(plain);
        expect(new Set(asked).size).toBe(asked.length);
        expect(lookup.questions).toBe(asked.length);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
