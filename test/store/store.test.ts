import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { NO_DATA, NOTHING, REFUSED, SERVFAIL, SILENCE } from '../../rig/recorded.ts';
import type { Answer } from '../../src/dns/lookup.ts';
import { decodeAnswer, encodeAnswer, lifetimeOf } from '../../src/store/answers.ts';
import { type Summary, summarize } from '../../src/store/contents.ts';
import { Store, type StoreOptions } from '../../src/store/store.ts';

const LIFETIMES = { min: 60, max: 6 * 3600, negativeMax: 3600, failure: 15 };
const ONE: Answer = { kind: 'records', values: ['192.0.2.1', '192.0.2.2'], ttl: 300 };

let folder = '';
let file = '';
let troubles: string[] = [];
const opened: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'polw-store-'));
  file = path.join(folder, 'cache.sqlite');
  troubles = [];
});

afterEach(() => {
  vi.useRealTimers();
  for (const store of opened.splice(0)) store.close();
  rmSync(folder, { recursive: true });
});

const SETTINGS = 4711;
const ACCEPTED = { rate: -8.5, uses: 60, seen: 1000, first: 500, round: 700 };

async function open(at = file, changes: Partial<StoreOptions> = {}): Promise<Store> {
  const store = new Store({
    file: at,
    maxMegabytes: 16,
    lifetimes: LIFETIMES,
    keepCounts: 86_400_000,
    longestListWait: 3_600_000,
    fingerprint: () => SETTINGS,
    onTrouble: (reason) => troubles.push(reason),
    ...changes,
  });
  opened.push(store);
  await store.open();
  return store;
}

function summaryOf(store: Store | undefined): Summary | undefined {
  return store?.inspect((db) => summarize(db, Date.now()));
}

/** Goes to a time, in seconds from the beginning; only what asks for the time sees it. */
function clock(): (seconds: number) => void {
  const begun = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now: begun });
  return (seconds) => vi.setSystemTime(begun + seconds * 1000);
}

describe('answers', () => {
  test.each([
    ['records', ONE],
    ['no data', { kind: 'no-data', ttl: 300 } as const],
    ['no such name', { kind: 'no-such-name', ttl: 300 } as const],
    ['no records at all', { kind: 'records', values: [], ttl: 300 } as const],
  ])('are kept: %s', async (_, answer) => {
    const store = await open();
    store.put('A', 'good.test', answer);
    store.flush();
    clock();
    expect(store.get('A', 'good.test')).toMatchObject({ ...answer, ttl: expect.any(Number) });
    expect(store.get('MX', 'good.test')).toBeUndefined();
    expect(store.get('A', 'other.test')).toBeUndefined();
    expect(troubles).toEqual([]);
  });

  test('are there after they were written, for other processes as well', async () => {
    const [first, second] = [await open(), await open()];
    first.put('A', 'good.test', ONE);
    expect(second.get('A', 'good.test')).toBeUndefined();
    first.flush();
    expect(second.get('A', 'good.test')).toMatchObject({ values: ONE.kind === 'records' ? ONE.values : [] });
    first.close();
    expect(await open().then((store) => store.get('A', 'good.test'))).toMatchObject({ kind: 'records' });
  });

  test('are kept for their time, and say how much is left', async () => {
    const at = clock();
    const store = await open();
    store.put('A', 'good.test', ONE);
    store.flush();
    at(100);
    expect(store.get('A', 'good.test')).toEqual({ ...ONE, ttl: 200 });
    at(299.5);
    expect(store.get('A', 'good.test')).toEqual({ ...ONE, ttl: 1 });
    at(300);
    expect(store.get('A', 'good.test')).toBeUndefined();
  });

  test('are replaced by later ones', async () => {
    const store = await open();
    store.put('A', 'good.test', ONE);
    store.put('A', 'good.test', NOTHING);
    store.flush();
    expect(store.get('A', 'good.test')).toMatchObject({ kind: 'no-such-name' });
  });

  test.each([
    ['records', ONE, 300],
    ['short-lived records', { ...ONE, ttl: 0 }, 60],
    ['long-lived records', { ...ONE, ttl: 1e9 }, 6 * 3600],
    ['no data', NO_DATA, 300],
    ['no such name, for long', { ...NOTHING, ttl: 1e9 }, 3600],
    ['no such name, for a moment', { ...NOTHING, ttl: 1 }, 60],
    ['SERVFAIL', SERVFAIL, 15],
    ['REFUSED', REFUSED, 15],
    ['a time-out', SILENCE, 15],
    ['the end of the time for a mail', { kind: 'failed', reason: 'deadline' }, 0],
    ['too many questions', { kind: 'failed', reason: 'too-many' }, 0],
  ] as const)('live for a while: %s', (_, answer, seconds) => {
    expect(lifetimeOf(answer, LIFETIMES)).toBe(seconds);
  });

  test('never live longer than the longest time', () => {
    expect(lifetimeOf(NOTHING, { min: 60, max: 10, negativeMax: 3600, failure: 15 })).toBe(10);
  });

  test('of any kind can be written and read', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (values) => {
        expect(decodeAnswer(encodeAnswer({ kind: 'records', values, ttl: 1 }), 5)).toEqual({
          kind: 'records',
          values,
          ttl: 5,
        });
      }),
    );
    for (const answer of [SERVFAIL, REFUSED, SILENCE]) expect(decodeAnswer(encodeAnswer(answer), 5)).toEqual(answer);
  });

  test.each(['', 'x', '{}', '[1]', '"a"', 'null', '["a"', 'deadline'])('are none of ours: %j', (text) => {
    expect(decodeAnswer(text, 5)).toBeUndefined();
  });

  test('that have expired are dropped by and by', async () => {
    const at = clock();
    const store = await open();
    const names = ['0.2.0.192.bl.test', '1.2.0.192.bl.test', '10.2.0.192.bl.test', '19.2.0.192.bl.test'];
    for (const name of names) store.put('A', name, ONE);
    store.flush();
    at(1000);
    pruneAlways();
    for (let round = 0; round < 40; round++) {
      store.put('PTR', 'fresh.test', ONE);
      store.flush();
    }
    expect(questionsKept()).toEqual(['PTR fresh.test']);
  });

  test('that have expired are dropped in the next part of the file at each round, and then from its beginning', async () => {
    const at = clock();
    const store = await open();
    const names = Array.from({ length: 2500 }, (_, index) => `${String(index).padStart(4, '0')}.test`);
    // A round looks at a thousand. Those of the first part are fresh for longer.
    for (const [index, name] of names.entries()) store.put('A', name, { ...ONE, ttl: index < 1000 ? 5000 : 300 });
    store.flush();
    pruneAlways();
    const leftAfterRound = (): number => {
      store.put('PTR', 'fresh.test', ONE);
      store.flush();
      return questionsKept().filter((question) => question !== 'PTR fresh.test').length;
    };
    at(1000);
    expect(leftAfterRound()).toBe(2500);
    expect(leftAfterRound()).toBe(1500);
    expect(leftAfterRound()).toBe(1000);
    at(6000);
    expect(leftAfterRound()).toBe(0);
  });

  /** Once in a while, by chance, a flush prunes: now each does. */
  function pruneAlways(): void {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    onTestFinished(() => random.mockRestore());
  }

  function questionsKept(): readonly unknown[] {
    const db = new Database(file, { readonly: true });
    const questions = db.prepare('SELECT question FROM answer_v2 ORDER BY question').pluck().all();
    db.close();
    return questions;
  }
});

describe('verdicts', () => {
  const refused = { rate: 5.5, retries: 1, seen: 1000 };
  const accepted = ACCEPTED;

  test('are kept, replaced and dropped', async () => {
    const store = await open();
    store.putRefused('a', refused, 10, 5);
    store.putAccepted('a', accepted, 10, 5);
    store.flush();
    const other = await open();
    expect(other.refused('a')).toEqual(refused);
    expect(other.accepted('a')).toEqual(accepted);
    expect(other.refused('b')).toBeUndefined();
    other.putRefused('a', { ...refused, rate: 0, retries: 0 }, 10, 5);
    other.dropAccepted('a');
    other.flush();
    expect(store.refused('a')).toEqual({ ...refused, rate: 0, retries: 0 });
    expect(store.accepted('a')).toBeUndefined();
    store.dropRefused('a');
    store.flush();
    expect(other.refused('a')).toBeUndefined();
  });

  test('of which nothing is known are looked for again when anybody has written', async () => {
    const store = await open();
    const other = await open();
    expect([store.refused('a'), store.accepted('a')]).toEqual([undefined, undefined]);
    other.putRefused('a', refused, 10, 5);
    other.putAccepted('a', accepted, 10, 5);
    other.flush();
    await store.open();
    expect([store.refused('a'), store.accepted('a')]).toEqual([refused, accepted]);
    store.dropRefused('a');
    store.sawAccepted('a', 7000);
    store.flush();
    expect([store.refused('a'), store.accepted('a')]).toEqual([undefined, { ...accepted, seen: 7000 }]);
  });

  test('are those of a service with the same settings, and of no other', async () => {
    const lax = await open();
    const strict = await open(file, { fingerprint: () => SETTINGS + 1 });
    lax.putRefused('a', refused, 10, 5);
    lax.putAccepted('a', accepted, 10, 5);
    lax.put('A', 'good.test', ONE);
    lax.changeList('bl.test', 1000, (condition) => ({ ...condition, off: 'refused' }));
    lax.flush();
    expect([strict.refused('a'), strict.accepted('a')]).toEqual([undefined, undefined]);
    strict.putAccepted('a', { ...accepted, rate: 1 }, 10, 5);
    strict.dropRefused('a');
    strict.flush();
    await lax.open();
    expect([lax.refused('a'), lax.accepted('a')]).toEqual([refused, accepted]);
    strict.dropAccepted('a');
    strict.flush();
    await lax.open();
    expect(lax.accepted('a')).toEqual(accepted);
    // What the DNS and the lists say is the same for all.
    expect(strict.get('A', 'good.test')).toMatchObject({ kind: 'records' });
    expect(strict.conditions()?.get('bl.test')).toMatchObject({ off: 'refused' });
  });

  test('of a refused client are changed at once, from what they are by then', async () => {
    const [store, other] = [await open(), await open()];
    store.putRefused('a', { ...refused, retries: 3 }, 10, 5);
    store.flush();
    const take = (one: Store) => one.exchangeRefused('a', (entry) => ({ ...entry, retries: entry.retries - 1 }));
    expect([take(store), take(other), take(store)].map((entry) => entry?.retries)).toEqual([2, 1, 0]);
    expect(other.exchangeRefused('a', () => undefined)).toBeUndefined();
    expect(store.refused('a')).toMatchObject({ retries: 0 });
    expect(store.exchangeRefused('b', (entry) => entry)).toBeUndefined();
  });

  describe('of a sender that is trusted', () => {
    /** Stores on one file that knows the sender. */
    async function several(count: number, uses = 60): Promise<readonly Store[]> {
      const stores: Store[] = [];
      for (let index = 0; index < count; index++) stores.push(await open());
      stores[0]?.putAccepted('a', { ...accepted, uses }, 10, 5);
      stores[0]?.flush();
      return stores;
    }

    /** How many uses these stores get between them, taking turns, until none of them gets one. */
    function usesOf(stores: readonly Store[]): number {
      let sum = 0;
      for (let left = stores; left.length > 0; ) {
        left = left.filter((store) => store.useAccepted('a', accepted, 2000));
        sum += left.length;
      }
      return sum;
    }

    test.each([
      [1, 60],
      [16, 60],
      [16, 7],
      [3, 0],
    ])('give uses to %d processes, which get %d of them and no more', async (processes, uses) => {
      expect(usesOf(await several(processes, uses))).toBe(uses);
    });

    test('are known with the uses that are left', async () => {
      const [store, other] = await several(2);
      if (store === undefined || other === undefined) throw new Error('two stores');
      expect(store.useAccepted('a', accepted, 2000)).toBe(true);
      expect(store.accepted('a')).toEqual({ ...accepted, uses: 59, seen: 2000 });
      await other.open();
      // The first one holds a few for its next mails.
      const seen = other.accepted('a')?.uses ?? 0;
      expect(seen).toBeLessThan(60);
      expect(seen).toBeGreaterThan(50);
    });

    test('get back at the end of a process what it has not used', async () => {
      const [store, other] = await several(2);
      store?.useAccepted('a', accepted, 3000);
      other?.useAccepted('a', accepted, 3500);
      other?.end();
      store?.end();
      expect((await open()).accepted('a')).toMatchObject({ uses: 58 });
    });

    test('have one round, whoever begins it, and uses of an earlier one are void', async () => {
      const [store, other] = await several(2, 20);
      if (store === undefined || other === undefined) throw new Error('two stores');
      expect(store.useAccepted('a', accepted, 3000)).toBe(true);
      store.beginRound('a', accepted, { ...accepted, uses: 5, round: 5000, seen: 5000 });
      store.flush();
      other.useAccepted('a', { ...accepted, round: 5000 }, 5001);
      other.beginRound('a', accepted, { ...accepted, uses: 60, round: 5002, seen: 5002 });
      other.end();
      store.end();
      expect((await open()).accepted('a')).toMatchObject({ uses: 4, round: 5000 });
    });

    test('stay dropped', async () => {
      const [store, other] = await several(2);
      if (store === undefined || other === undefined) throw new Error('two stores');
      store.useAccepted('a', accepted, 3000);
      other.dropAccepted('a');
      other.flush();
      store.beginRound('a', accepted, { ...accepted, round: 3000 });
      store.sawAccepted('a', 3000);
      store.end();
      const after = await open();
      expect(after.accepted('a')).toBeUndefined();
      expect(after.useAccepted('a', accepted, 4000)).toBe(false);
    });

    test('give none while another process writes', async () => {
      const [store] = await several(1);
      const db = new Database(file);
      db.exec('BEGIN IMMEDIATE');
      expect(store?.useAccepted('a', accepted, 3000)).toBe(false);
      db.exec('ROLLBACK');
      db.close();
      expect(store?.useAccepted('a', accepted, 3000)).toBe(true);
      expect(troubles).toEqual([]);
    });

    test('lose none to one that only looks', async () => {
      const [store] = await several(1);
      store?.end();
      const looking = await open();
      looking.onlyRead();
      expect(looking.useAccepted('a', accepted, 3000)).toBe(true);
      looking.dropAccepted('a');
      looking.put('A', 'good.test', ONE);
      looking.end();
      expect((await open()).accepted('a')).toEqual(accepted);
    });
  });

  test('seen longest ago go when there are too many', async () => {
    const store = await open();
    for (let index = 0; index < 10; index++) {
      store.putRefused(`r${index}`, { ...refused, seen: index === 3 ? 99 : index }, 10, 4);
      store.putAccepted(`a${index}`, { ...accepted, seen: 100 - index }, 10, 4);
    }
    store.flush();
    // So many are not too many.
    expect(store.refused('r0')).toBeDefined();
    store.putRefused('r10', { ...refused, seen: 10 }, 10, 4);
    store.putAccepted('a10', { ...accepted, seen: 200 }, 10, 4);
    store.flush();
    const left = (names: string[], get: (who: string) => unknown) => names.filter((name) => get(name) !== undefined);
    const names = Array.from({ length: 11 }, (_, index) => index);
    expect(
      left(
        names.map((index) => `r${index}`),
        (who) => store.refused(who),
      ),
    ).toEqual(['r3', 'r8', 'r9', 'r10']);
    expect(
      left(
        names.map((index) => `a${index}`),
        (who) => store.accepted(who),
      ),
    ).toEqual(['a0', 'a1', 'a2', 'a10']);
  });

  test('have keys of any letters', async () => {
    const store = await open();
    for (const who of ["a' OR 1", 'b "c"', '\u00fc \u{1f4da}', '']) {
      store.putRefused(who, refused, 10, 5);
      store.flush();
      expect(store.refused(who)).toEqual(refused);
    }
  });
});

/** One megabyte, and answers of which a few dozen fill it. */
const SMALL = { maxMegabytes: 1 };
const LARGE: Answer = { kind: 'records', values: ['x'.repeat(12_000)], ttl: 300 };

describe('a file that gets full', () => {
  const size = (): number => {
    const db = new Database(file, { readonly: true });
    const pages =
      Number(db.pragma('page_count', { simple: true })) - Number(db.pragma('freelist_count', { simple: true }));
    db.close();
    return pages;
  };
  const names = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${String(from + index).padStart(5, '0')}.test`);

  /** Puts answers, ten a mail. */
  function fill(store: Store, from: number, count: number, answer = LARGE): void {
    for (let mail = 0; mail < count; mail += 10) {
      for (const name of names(from + mail, Math.min(10, count - mail))) store.put('A', name, answer);
      store.flush();
    }
  }

  test('keeps room for what is not an answer', async () => {
    const store = await open(file, SMALL);
    fill(store, 0, 500);
    // 256 pages; an answer takes three or four, and ten of them are written at once.
    expect(size()).toBeLessThan(0.8 * 256 + 45);
    for (let index = 0; index < 200; index++) {
      store.putRefused(`198.51.100.${index} someone@good.test`, { rate: 1, retries: 1, seen: index }, 1000, 500);
      store.putAccepted(`198.51.100.${index} @good.test`, ACCEPTED, 1000, 500);
    }
    store.changeList('bl.test', Date.now(), (condition) => ({ ...condition, off: 'refused' }));
    store.count('decision', 'accept', 7);
    store.end();
    const other = await open(file, SMALL);
    expect(summaryOf(other)).toMatchObject({ refused: 200, accepted: 200 });
    expect(other.conditions()?.get('bl.test')).toMatchObject({ off: 'refused' });
    expect(other.countsSince(0)).toEqual([{ what: 'decision accept', n: 7 }]);
    expect(troubles).toEqual([]);
  });

  test('goes on keeping answers; those that expire first make room', async () => {
    const store = await open(file, SMALL);
    store.put('A', '~~long.test', { ...ONE, ttl: 6 * 3600 });
    for (const name of names(0, 40)) store.put('A', name, { kind: 'records', values: ['y'.repeat(3000)], ttl: 100 });
    store.flush();
    fill(store, 1000, 100, { ...LARGE, ttl: 3000 });
    expect(store.get('A', '01099.test')).toMatchObject({ kind: 'records' });
    expect(names(0, 40).filter((name) => store.get('A', name) !== undefined)).toEqual([]);
    expect(store.get('A', '~~long.test')).toMatchObject({ kind: 'records' });
    expect(troubles).toEqual([]);
  });

  test('was filled by an earlier version to its last page: answers go, nothing else', async () => {
    (await open(file, SMALL)).close();
    const db = new Database(file);
    db.pragma('max_page_count = 256');
    const put = db.prepare('INSERT INTO answer_v2 VALUES (?, ?, ?)');
    expect(() => {
      for (let row = 0; ; row++) put.run(`A ${row}.test`, Date.now() + 1e7, JSON.stringify(['z'.repeat(1500)]));
    }).toThrow(/full/);
    db.close();
    const store = await open(file, SMALL);
    for (let index = 0; index < 500; index++) {
      store.putRefused(`${index} ${'s'.repeat(500)}`, { rate: 1, retries: 1, seen: index }, 1000, 500);
    }
    store.flush();
    store.count('decision', 'accept', 7);
    fill(store, 0, 10);
    store.end();
    const other = await open(file, SMALL);
    expect(summaryOf(other)).toMatchObject({ refused: 500 });
    expect(other.countsSince(0)).toEqual([{ what: 'decision accept', n: 7 }]);
    expect(other.get('A', '00009.test')).toMatchObject({ kind: 'records' });
    expect(troubles).toEqual([]);
  });

  test('is full of what is no answer: that is said, and kept for later', async () => {
    const store = await open(file, SMALL);
    const db = new Database(file);
    db.exec('CREATE TABLE other (x)');
    const put = db.prepare('INSERT INTO other VALUES (?)');
    db.pragma('max_page_count = 256');
    expect(() => {
      for (;;) put.run('z'.repeat(50));
    }).toThrow(/full/);
    for (let index = 0; index < 100; index++) {
      store.putRefused(`${index} ${'s'.repeat(500)}`, { rate: 1, retries: 1, seen: index }, 1000, 500);
    }
    store.flush();
    expect(troubles).toEqual([expect.stringMatching(/full/)]);
    expect(store.refused(`99 ${'s'.repeat(500)}`)).toBeUndefined();
    db.exec('DROP TABLE other');
    db.close();
    store.flush();
    expect(store.refused(`99 ${'s'.repeat(500)}`)).toMatchObject({ seen: 99 });
    expect(troubles).toHaveLength(1);
  });

  test('never by one mail alone', async () => {
    const store = await open(file, SMALL);
    for (const name of names(0, 100)) store.put('A', name, LARGE);
    store.put('A', 'small.test', ONE);
    store.flush();
    const kept = names(0, 100).filter((name) => store.get('A', name) !== undefined);
    expect(kept).toEqual(names(0, 21));
    expect(store.get('A', 'small.test')).toMatchObject({ kind: 'records' });
    store.put('A', 'too-large.test', { kind: 'records', values: ['x'.repeat(17_000)], ttl: 300 });
    store.flush();
    expect(store.get('A', 'too-large.test')).toBeUndefined();
    // The next mail has a share of its own.
    fill(store, 100, 10);
    expect(store.get('A', '00109.test')).toMatchObject({ kind: 'records' });
  });
});

describe('a clock that was ten years ahead and was put right', () => {
  const YEARS = 10 * 365 * 86_400;

  /** What is written ten years ahead, found by a process that starts now and by one that has seen it all. */
  async function afterwards(write: (store: Store) => void): Promise<readonly Store[]> {
    const goTo = clock();
    goTo(YEARS);
    const old = await open();
    write(old);
    old.flush();
    // As before its next mail.
    await old.open();
    goTo(0);
    await old.open();
    return [old, await open()];
  }

  test('leaves no answer, and they are dropped by and by', async () => {
    const [old, young] = await afterwards((store) => {
      store.put('A', 'good.test', ONE);
      store.flush();
      store.get('A', 'good.test');
    });
    expect(young?.get('A', 'good.test')).toBeUndefined();
    expect(old?.get('A', 'good.test')).toBeUndefined();
    for (let round = 0; round < 200; round++) {
      young?.put('PTR', 'fresh.test', ONE);
      young?.flush();
    }
    expect(summaryOf(young)).toMatchObject({ answers: 1 });
  });

  test('leaves no list that is not tested, nor anything that is not said', async () => {
    const stores = await afterwards((store) => {
      const now = Date.now();
      store.changeList('bl.test', now, (condition) => ({ ...condition, off: 'refused', due: now + 600_000 }));
      store.once('a warning', 3_600_000, () => {});
    });
    const now = Date.now();
    for (const store of stores) {
      expect(store.conditions()?.get('bl.test')).toMatchObject({ since: now, due: now });
      const said: string[] = [];
      store.once('a warning', 3_600_000, () => said.push('again'));
      store.flush();
      store.once('a warning', 3_600_000, () => said.push('too often'));
      store.flush();
      expect(said).toEqual(store === stores[0] ? ['again'] : []);
    }
    expect(stores[1]?.claimTests(['bl.test'], now, now + 60_000)).toEqual(['bl.test']);
    expect(stores[0]?.claimTests(['bl.test'], now, now + 60_000)).toEqual([]);
  });

  test('leaves no counts', async () => {
    const [, store] = await afterwards((one) => one.count('decision', 'accept', 7));
    store?.count('decision', 'accept', 2);
    store?.end();
    const after = await open();
    expect(after.countsSince(0)).toEqual([{ what: 'decision accept', n: 2 }]);
  });

  test('leaves no file that is not looked after', async () => {
    const [old] = await afterwards(() => {});
    rmSync(file);
    vi.setSystemTime(Date.now() + 2000);
    await old?.open();
    old?.put('A', 'good.test', ONE);
    old?.flush();
    expect(await open().then((store) => store.get('A', 'good.test'))).toMatchObject({ kind: 'records' });
  });
});

describe('the file', () => {
  test('is none: nothing is kept, and nothing is wrong', async () => {
    const store = await open('');
    store.put('A', 'good.test', ONE);
    store.putRefused('a', { rate: 1, retries: 1, seen: 1 }, 10, 5);
    store.flush();
    expect(store.get('A', 'good.test')).toBeUndefined();
    expect(store.refused('a')).toBeUndefined();
    expect(troubles).toEqual([]);
  });

  test('is made by the first of many that open it at once', async () => {
    const stores = await Promise.all(Array.from({ length: 10 }, () => open()));
    for (const [index, store] of stores.entries()) {
      store.put('A', `n${index}.test`, ONE);
      store.flush();
    }
    for (const index of stores.keys()) expect(stores[0]?.get('A', `n${index}.test`)).toMatchObject({ kind: 'records' });
    expect(troubles).toEqual([]);
  });

  /** Nothing throws, nothing is kept, and the trouble is told once. */
  async function expectUseless(at: string): Promise<void> {
    const store = await open(at);
    for (let mail = 0; mail < 3; mail++) {
      await store.open();
      expect(store.get('A', 'good.test')).toBeUndefined();
      expect(store.accepted('a')).toBeUndefined();
      store.put('A', 'good.test', ONE);
      store.putRefused('a', { rate: 1, retries: 1, seen: 1 }, 10, 5);
      store.dropAccepted('a');
      store.flush();
    }
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatch(/\S/);
    store.close();
  }

  test('is a folder', async () => {
    mkdirSync(file);
    await expectUseless(file);
  });

  test('is in a folder that does not exist', async () => {
    await expectUseless(path.join(folder, 'missing', 'deeper', 'cache.sqlite'));
  });

  test('is garbage: it is set aside, which is told once, and a new one is made', async () => {
    const garbage = 'This is no database. '.repeat(1000);
    writeFileSync(file, garbage);
    const store = await open();
    store.put('A', 'good.test', ONE);
    store.flush();
    expect(store.get('A', 'good.test')).toMatchObject({ kind: 'records' });
    expect(troubles).toHaveLength(1);
    expect(readFileSync(`${file}.broken`, 'utf8')).toBe(garbage);
    expect(await open().then((other) => other.get('A', 'good.test'))).toMatchObject({ kind: 'records' });
    expect(troubles).toHaveLength(1);
  });

  test('may not be written to', async () => {
    (await open()).close();
    chmodSync(file, 0o444);
    chmodSync(folder, 0o555);
    // Root may write to anything.
    const asRoot = process.geteuid?.() === 0;
    if (asRoot) process.seteuid?.(65534);
    try {
      const store = await open();
      for (let mail = 0; mail < 3; mail++) {
        await store.open();
        store.get('A', 'good.test');
        store.put('A', 'good.test', ONE);
        store.flush();
      }
      expect(troubles).toHaveLength(1);
      store.close();
    } finally {
      if (asRoot) process.seteuid?.(0);
      chmodSync(folder, 0o755);
    }
  });

  test('breaks while it is in use: from then on there is none', async () => {
    const store = await open();
    store.put('A', 'good.test', ONE);
    store.flush();
    const db = new Database(file);
    db.exec('DROP TABLE answer_v2; DROP TABLE refused_v2; DROP TABLE accepted_v2');
    db.close();
    expect(store.get('A', 'good.test')).toBeUndefined();
    store.put('A', 'good.test', ONE);
    store.flush();
    expect(store.refused('a')).toBeUndefined();
    expect(troubles).toHaveLength(1);
  });

  test('is tried again after a while', async () => {
    const at = clock();
    mkdirSync(file);
    const store = await open();
    expect(troubles).toHaveLength(1);
    rmSync(file, { recursive: true });
    await store.open();
    store.put('A', 'good.test', ONE);
    store.flush();
    expect(store.get('A', 'good.test')).toBeUndefined();
    at(31);
    await store.open();
    store.put('A', 'good.test', ONE);
    store.flush();
    expect(store.get('A', 'good.test')).toMatchObject({ kind: 'records' });
  });

  test('is locked by another for long: what was to be written is lost, and the rest goes on', async () => {
    const store = await open();
    store.put('A', 'good.test', ONE);
    store.flush();
    const db = new Database(file);
    db.exec('BEGIN IMMEDIATE');
    store.put('A', 'other.test', ONE);
    store.flush();
    db.exec('ROLLBACK');
    db.close();
    expect(store.get('A', 'good.test')).toMatchObject({ kind: 'records' });
    store.put('A', 'third.test', ONE);
    store.flush();
    expect(store.get('A', 'third.test')).toMatchObject({ kind: 'records' });
    expect(troubles).toEqual([]);
  });

  test('of a later version can be used', async () => {
    (await open()).close();
    const db = new Database(file);
    db.pragma('user_version = 1000');
    db.close();
    const store = await open();
    store.put('A', 'good.test', ONE);
    store.flush();
    expect(store.get('A', 'good.test')).toMatchObject({ kind: 'records' });
    expect(troubles).toEqual([]);
  });
});
