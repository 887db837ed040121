import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer } from '../../src/dns/lookup.ts';
import { decodeAnswer, encodeAnswer, lifetimeOf } from '../../src/store/answers.ts';
import { Store } from '../../src/store/store.ts';
import { NO_DATA, NOTHING, REFUSED, SERVFAIL, SILENCE } from '../recorded.ts';

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

async function open(at = file): Promise<Store> {
  const store = new Store({
    file: at,
    maxMegabytes: 16,
    lifetimes: LIFETIMES,
    keepCounts: 86_400_000,
    onTrouble: (reason) => troubles.push(reason),
  });
  opened.push(store);
  await store.open();
  return store;
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

  test.each([
    ['at the beginning of the file', 0],
    ['in the middle of it', 0.03],
  ])('that have expired are dropped by and by: %s', async (_, place) => {
    const at = clock();
    const store = await open();
    const names = ['0.2.0.192.bl.test', '1.2.0.192.bl.test', '10.2.0.192.bl.test', '19.2.0.192.bl.test'];
    for (const name of names) store.put('A', name, ONE);
    store.flush();
    at(1000);
    // Each round looks at a part of the file that begins at a random place; here always the same.
    const random = vi.spyOn(Math, 'random').mockReturnValue(place);
    for (let round = 0; round < 40; round++) {
      store.put('PTR', 'fresh.test', ONE);
      store.flush();
    }
    random.mockRestore();
    const db = new Database(file, { readonly: true });
    const left = db.prepare('SELECT question FROM answer_v2').pluck().all();
    db.close();
    expect(left).toContain('PTR fresh.test');
    expect(left).not.toContain('A 19.2.0.192.bl.test');
    if (place === 0) expect(left).toEqual(['PTR fresh.test']);
  });
});

describe('verdicts', () => {
  const refused = { rate: 5.5, retries: 1, seen: 1000 };
  const accepted = { rate: -8.5, uses: 60, seen: 1000, first: 500, round: 700 };

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
    store.changeAccepted('a', { ...accepted, uses: 7 });
    store.flush();
    expect([store.refused('a'), store.accepted('a')]).toEqual([undefined, { ...accepted, uses: 7 }]);
  });

  describe('of a sender that is trusted', () => {
    /** Two stores; the first has let the sender through just now, so that further uses wait. */
    async function used(): Promise<{ store: Store; other: Store }> {
      const [store, other] = [await open(), await open()];
      store.putAccepted('a', accepted, 10, 5);
      store.flush();
      store.useAccepted('a', 2000);
      store.flush();
      return { store, other };
    }

    test('lose a use with each mail, which others hear of within a second', async () => {
      const goTo = clock();
      const { store, other } = await used();
      expect(other.accepted('a')).toEqual({ ...accepted, uses: 59, seen: 2000 });
      for (const seen of [3000, 4000]) {
        store.useAccepted('a', seen);
        store.flush();
      }
      expect(store.accepted('a')).toEqual({ ...accepted, uses: 57, seen: 4000 });
      await other.open();
      expect(other.accepted('a')).toEqual({ ...accepted, uses: 59, seen: 2000 });
      goTo(1.1);
      store.flush();
      await other.open();
      expect(other.accepted('a')).toEqual({ ...accepted, uses: 57, seen: 4000 });
      expect(store.accepted('a')).toEqual(other.accepted('a'));
    });

    test('lose them at the end of the process at the latest', async () => {
      const { store, other } = await used();
      store.useAccepted('a', 3000);
      store.flush();
      store.end();
      expect(other.accepted('a')).toEqual({ ...accepted, uses: 58, seen: 3000 });
    });

    test('lose those of all processes', async () => {
      const { store, other } = await used();
      store.useAccepted('a', 3000);
      other.useAccepted('a', 3500);
      other.end();
      store.end();
      expect((await open()).accepted('a')).toMatchObject({ uses: 57 });
    });

    test('start anew with what is written as a whole', async () => {
      const { store } = await used();
      store.useAccepted('a', 3000);
      store.changeAccepted('a', { ...accepted, round: 3000 });
      store.end();
      expect((await open()).accepted('a')).toEqual({ ...accepted, round: 3000 });
    });

    test('stay dropped', async () => {
      const { store, other } = await used();
      store.useAccepted('a', 3000);
      other.dropAccepted('a');
      other.flush();
      store.end();
      expect((await open()).accepted('a')).toBeUndefined();
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
    db.exec('DROP TABLE answer_v2; DROP TABLE refused_v1; DROP TABLE accepted_v1');
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
