// Faults of the shared file and of SQLite's native part: mail goes on as if there were no cache, the log says why, once,
// and the cache works again where it can. Wants root, as it mounts a file system and changes users.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  copyOfProgram,
  dnsForAll,
  expectOnly,
  logLines,
  mail,
  mails,
  median,
  newFolder,
  startFrom,
  USER,
  type Weighed,
  weighAll,
} from '../../rig/faults/faults.ts';
import type { Polw } from '../../rig/process.ts';
import type { Attributes } from '../../rig/request.ts';
import { serverOf, settingsText } from '../../rig/settings-text.ts';
import { filesOfBundles } from '../../scripts/bundles.mjs';

/** What the store may add to the time of an answer, in milliseconds. */
const STORE_TIME = 250;
/** So long a process may go on with a file that isn't in its place any more. */
const NOTICED = 1100;
const COUNT = 40;
/** Mails from this one on are for the question whether the cache works. */
const LATER = 400;

const bin = copyOfProgram();
const dns = dnsForAll();
let undisturbed: Weighed;
/** How long a process takes to its first answer, and to each of the others. */
let firstTime = 0;
let nextTime = 0;

beforeAll(async () => {
  const { settings } = newPlace({ cache: '' });
  const firsts: number[] = [];
  for (let round = 0; round < 3; round++) {
    const polw = await startFrom(bin, settings);
    undisturbed = await weighAll(polw, mails(0, COUNT));
    await polw.end();
    expectOnly(polw, undisturbed.answers);
    firsts.push(undisturbed.times[0] ?? 0);
  }
  firstTime = median(firsts);
  nextTime = median(undisturbed.times.slice(1));
  for (const [kind, start] of [/^action=PREPEND/, /^action=550/, /^action=450/].entries()) {
    expect(undisturbed.answers[kind]).toMatch(start);
  }
});

interface Place {
  readonly folder: string;
  /** The folder of the cache; it is there, and belongs to the user. */
  readonly state: string;
  readonly file: string;
  readonly log: string;
  readonly settings: string;
  readonly user: number | undefined;
}

/** `cache`: where in the folder the file is to be; empty: nowhere. */
function newPlace({ user, cache = 'state/cache.sqlite' }: { user?: number; cache?: string } = {}): Place {
  const folder = newFolder();
  const state = path.join(folder, 'state');
  mkdirSync(state, { mode: 0o700 });
  mkdirSync(path.join(folder, 'log'));
  if (user !== undefined) {
    chownSync(state, user, user);
    chownSync(path.join(folder, 'log'), user, user);
  }
  const file = cache === '' ? '' : path.join(folder, cache);
  const log = path.join(folder, 'log', 'polw.log');
  const settings = path.join(folder, 'polw.toml');
  writeFileSync(settings, settingsText({ servers: [serverOf(dns)], cache: file, log }), { mode: 0o644 });
  return { folder, state, file, log, settings, user };
}

function start({ settings, user }: Place, program = bin): Promise<Polw> {
  return startFrom(program, settings, user);
}

/** Weighs the first mails, and expects the answers of the undisturbed run, in time and no others. */
async function weighAsUsual(polw: Polw, count = 12): Promise<Weighed> {
  const weighed = await weighAll(polw, mails(0, count));
  expect(weighed.answers).toEqual(undisturbed.answers.slice(0, count));
  expectInTime(weighed);
  return weighed;
}

function expectInTime({ times: [first = 0, ...next] }: Weighed): void {
  expect(first).toBeLessThan(STORE_TIME + 3 * firstTime);
  expect(Math.max(0, ...next)).toBeLessThan(STORE_TIME + 3 * nextTime + 50);
}

function troubles({ log }: Place, pid?: number): string[] {
  return logLines(log, pid).filter((line) => line.includes('trouble with'));
}

/** The mail of a client that is refused, as another one each time. */
function refused(client: number, time = 0): Attributes {
  return { ...mail(LATER + 4 * client + 1), instance: `again.${client}.${time}` };
}

const FROM_CACHE = /^action=450 4\.7\.1 Mail from \S+ was refused \d+ seconds ago/;

/** One process refuses a client, and another one knows. */
async function expectCacheWorks(place: Place, client: number): Promise<void> {
  const first = await start(place);
  expect(await first.ask(refused(client))).toMatch(/^action=550 5\.7\.1 Your mail looks like/);
  await first.end();
  const second = await start(place);
  expect(await second.ask(refused(client, 1))).toMatch(FROM_CACHE);
  await second.end();
  expectWhole(place.file);
}

/** Afterwards all that is in the file is in the file itself: there is no journal from which it could be mended. */
function expectWhole(file: string): void {
  const db = new Database(file);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
}

/** Makes a file with some content, as polw would. */
async function fillCache(place: Place): Promise<void> {
  const polw = await start(place);
  await weighAll(polw, mails(LATER + 200, 40));
  await polw.end();
  expectWhole(place.file);
}

describe('a file that is of no use', () => {
  const cases: readonly {
    readonly name: string;
    readonly user?: number;
    /** Where the file is to be, if not where it usually is. */
    readonly cache?: string;
    readonly prepare: (place: Place) => unknown;
    readonly says: RegExp;
    /** Takes the fault away. */
    readonly mend: (place: Place) => void;
  }[] = [
    {
      name: 'its folder and the one above are missing',
      cache: 'missing/folder/cache.sqlite',
      prepare: () => {},
      says: /ENOENT/,
      mend: ({ folder }) => mkdirSync(path.join(folder, 'missing')),
    },
    {
      name: 'its folder may not be written to',
      user: USER,
      prepare: ({ state }) => chownSync(state, 0, 0),
      says: /EACCES|permission denied/,
      mend: ({ state }) => chownSync(state, USER, USER),
    },
    {
      name: 'it may only be read',
      user: USER,
      prepare: async (place) => {
        await fillCache(place);
        chmodSync(place.file, 0o400);
        chmodSync(place.state, 0o500);
      },
      says: /readonly/,
      mend: ({ file, state }) => {
        chmodSync(file, 0o600);
        chmodSync(state, 0o700);
      },
    },
    {
      name: 'a folder is in its place',
      prepare: ({ file }) => mkdirSync(file),
      says: /is no file/,
      mend: ({ file }) => rmSync(file, { recursive: true }),
    },
    {
      name: 'a FIFO is in its place',
      prepare: ({ file }) => execFileSync('mkfifo', [file]),
      says: /is no file/,
      mend: ({ file }) => rmSync(file),
    },
    {
      name: 'a symbolic link is in its place',
      prepare: ({ file, folder }) => {
        writeFileSync(path.join(folder, 'victim'), 'precious');
        symlinkSync(path.join(folder, 'victim'), file);
      },
      says: /is a symbolic link/,
      mend: ({ file, folder }) => {
        expect(readFileSync(path.join(folder, 'victim'), 'utf8')).toBe('precious');
        rmSync(file);
      },
    },
    {
      name: 'its folder is a symbolic link',
      prepare: ({ state, folder }) => {
        renameSync(state, path.join(folder, 'elsewhere'));
        symlinkSync(path.join(folder, 'elsewhere'), state);
      },
      says: /is a symbolic link/,
      mend: ({ state, folder }) => {
        rmSync(state);
        renameSync(path.join(folder, 'elsewhere'), state);
      },
    },
    {
      name: 'it belongs to somebody else',
      user: USER,
      prepare: ({ file }) => {
        writeFileSync(file, '');
        chownSync(file, USER + 1, USER + 1);
        chmodSync(file, 0o666);
      },
      says: /belongs to user 47012/,
      mend: ({ file }) => rmSync(file),
    },
    {
      name: 'its folder belongs to somebody else',
      user: USER,
      prepare: ({ state }) => {
        chownSync(state, USER + 1, USER + 1);
        chmodSync(state, 0o755);
      },
      says: /belongs to user 47012/,
      mend: ({ state }) => chownSync(state, USER, USER),
    },
    {
      name: 'others may write to its folder',
      prepare: ({ state }) => chmodSync(state, 0o777),
      says: /others may write to/,
      mend: ({ state }) => chmodSync(state, 0o700),
    },
    {
      name: 'the disk is full',
      prepare: ({ state }) => {
        mountSmall(state, '96k');
        fillUp(state);
      },
      says: /full/,
      mend: ({ state }) => rmSync(path.join(state, 'filling')),
    },
  ];

  test.each(cases)('$name', async ({ user, cache, prepare, says, mend }) => {
    const place = newPlace({ ...(user === undefined ? {} : { user }), ...(cache === undefined ? {} : { cache }) });
    await prepare(place);
    const polw = await start(place);
    const { answers } = await weighAsUsual(polw);
    await polw.end();
    expectOnly(polw, answers);
    expect(troubles(place)).toHaveLength(1);
    expect(troubles(place)[0]).toMatch(says);
    mend(place);
    await expectCacheWorks(place, 0);
  });
});

function mountSmall(folder: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'none', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
  });
}

/** Leaves not one byte free. */
function fillUp(folder: string): void {
  const filling = openSync(path.join(folder, 'filling'), 'a');
  try {
    for (;;) writeSync(filling, Buffer.alloc(4096));
  } catch {
    closeSync(filling);
  }
}

describe('a broken file', () => {
  const cases: readonly { readonly name: string; readonly spoil: (file: string) => void }[] = [
    { name: 'garbage', spoil: (file) => writeFileSync(file, 'This is no database. '.repeat(2000)) },
    { name: 'garbage behind a good beginning', spoil: (file) => overwrite(file, 100, statSync(file).size) },
    { name: 'cut off', spoil: (file) => truncateSync(file, 5000) },
    { name: 'pages overwritten in the middle', spoil: (file) => overwrite(file, 4096, statSync(file).size) },
  ];

  test.each(cases)('$name is set aside, and a new one is made', async ({ spoil }) => {
    const place = newPlace();
    await fillCache(place);
    spoil(place.file);
    const spoilt = readFileSync(place.file);
    const polw = await start(place);
    const { answers } = await weighAsUsual(polw);
    expect(troubles(place, polw.pid)).toHaveLength(1);
    // The same process has a cache again.
    answers.push(await polw.ask(refused(1)), await polw.ask(refused(1, 1)));
    expect(answers.at(-1)).toMatch(FROM_CACHE);
    await polw.end();
    expectOnly(polw, answers);
    expect(readFileSync(`${place.file}.broken`).equals(spoilt)).toBe(true);
    expect(readdirSync(place.state).filter((name) => name.includes('broken'))).toEqual(['cache.sqlite.broken']);
    await expectCacheWorks(place, 2);
  });

  test('is set aside by exactly one of 20 processes', async () => {
    const place = newPlace();
    const garbage = 'This is no database. '.repeat(2000);
    writeFileSync(place.file, garbage);
    const all = await Promise.all(Array.from({ length: 20 }, () => start(place)));
    const answers = await Promise.all(all.map((polw, index) => polw.ask(mail(index))));
    expect(answers).toEqual(undisturbed.answers.slice(0, 20));
    // They all stay, so that no inode is used twice; then they all go on with the one new file.
    const more = await Promise.all(all.map((polw, index) => polw.ask(mail(20 + index))));
    expect(more).toEqual(undisturbed.answers.slice(20, 40));
    await Promise.all(all.map((polw) => polw.end()));
    for (const [index, polw] of all.entries()) {
      expectOnly(polw, [answers[index] ?? '', more[index] ?? '']);
      expect(troubles(place, polw.pid).length).toBeLessThanOrEqual(1);
    }
    // Had two of them done it, the second one would have put a good file in place of the broken one.
    expect(readFileSync(`${place.file}.broken`, 'utf8')).toBe(garbage);
    expect(readdirSync(place.state).some((name) => name.endsWith('.lock'))).toBe(false);
    await expectCacheWorks(place, 3);
  });

  test('of no length is used', async () => {
    const place = newPlace();
    writeFileSync(place.file, '', { mode: 0o600 });
    const polw = await start(place);
    await weighAsUsual(polw);
    await polw.end();
    expect(troubles(place)).toEqual([]);
    await expectCacheWorks(place, 4);
  });
});

function overwrite(file: string, from: number, to: number): void {
  const opened = openSync(file, 'r+');
  writeSync(opened, Buffer.alloc(to - from, 0xa7), 0, to - from, from);
  closeSync(opened);
}

describe('another version of polw', () => {
  test('made the file later, with tables of its own', async () => {
    const place = newPlace();
    await fillCache(place);
    const db = new Database(place.file);
    db.exec('CREATE TABLE answer_v99 (question TEXT PRIMARY KEY, answer BLOB) WITHOUT ROWID; PRAGMA user_version = 99');
    db.close();
    const polw = await start(place);
    await weighAsUsual(polw);
    await polw.end();
    expect(troubles(place)).toEqual([]);
    await expectCacheWorks(place, 5);
  });

  test('made the file later, without our tables', async () => {
    const place = newPlace();
    const db = new Database(place.file);
    db.exec('CREATE TABLE answer_v99 (question TEXT PRIMARY KEY, answer BLOB) WITHOUT ROWID; PRAGMA user_version = 99');
    db.close();
    chmodSync(place.file, 0o600);
    const polw = await start(place);
    await weighAsUsual(polw);
    await polw.end();
    expect(troubles(place)).toEqual([]);
    await expectCacheWorks(place, 6);
    const after = new Database(place.file, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(99);
    expect(after.prepare('SELECT count(*) FROM answer_v99').pluck().get()).toBe(0);
    after.close();
  });

  test('uses the file at the same time', async () => {
    const place = newPlace();
    const polw = await start(place);
    const answers = [await polw.ask(mail(0))];
    const other = new Database(place.file);
    other.pragma('user_version = 99');
    other.exec('CREATE TABLE answer_v99 (question TEXT PRIMARY KEY, answer BLOB) WITHOUT ROWID');
    const put = other.prepare('INSERT INTO answer_v99 VALUES (?, ?)');
    for (let index = 1; index < COUNT; index++) {
      put.run(`A ${index}.test`, Buffer.alloc(2000));
      answers.push(await polw.ask(mail(index)));
    }
    await polw.end();
    expect(answers).toEqual(undisturbed.answers);
    expect(troubles(place)).toEqual([]);
    expect(other.prepare('SELECT count(*) FROM answer_v99').pluck().get()).toBe(COUNT - 1);
    expect(Number(other.prepare('SELECT count(*) FROM answer_v2').pluck().get())).toBeGreaterThan(COUNT);
    other.close();
    await expectCacheWorks(place, 7);
  });
});

describe('a lock that another process holds', () => {
  test.each([
    {
      name: 'on a file that is not in WAL mode',
      lock: (db: Database.Database) => {
        db.pragma('journal_mode = DELETE');
        db.exec('BEGIN EXCLUSIVE');
      },
    },
    {
      name: 'on a file in WAL mode, with locking_mode = EXCLUSIVE',
      lock: (db: Database.Database) => {
        db.pragma('locking_mode = EXCLUSIVE');
        db.exec('BEGIN IMMEDIATE; CREATE TABLE other (x); COMMIT; BEGIN EXCLUSIVE');
      },
    },
  ])('$name costs the cache while it is held, and no longer', async ({ lock }) => {
    const place = newPlace();
    await fillCache(place);
    const db = new Database(place.file);
    lock(db);
    const polw = await start(place);
    const { answers } = await weighAsUsual(polw, COUNT);
    // Long enough for the file to be tried again.
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const again = await weighAll(polw, mails(LATER, 4));
    expectInTime(again);
    expect(troubles(place, polw.pid)).toHaveLength(1);
    expect(troubles(place, polw.pid)[0]).toMatch(/locked/);
    if (db.inTransaction) db.exec('ROLLBACK');
    db.close();
    answers.push(...again.answers);
    for (let time = 0; !FROM_CACHE.test(answers.at(-1) ?? ''); time++) {
      expect(time).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 50));
      answers.push(await polw.ask(refused(8, time)));
    }
    await polw.end();
    expectOnly(polw, answers);
    expect(troubles(place, polw.pid)).toHaveLength(1);
    await expectCacheWorks(place, 9);
  });

  test('comes while polw has the file open', async () => {
    const place = newPlace();
    const polw = await start(place);
    await weighAsUsual(polw);
    const db = new Database(place.file);
    db.exec('BEGIN IMMEDIATE');
    const weighed = await weighAll(polw, mails(12, 12));
    expect(weighed.answers).toEqual(undisturbed.answers.slice(12, 24));
    expect(Math.max(...weighed.times)).toBeLessThan(STORE_TIME + 3 * nextTime);
    db.exec('ROLLBACK');
    db.close();
    expect(await polw.ask(refused(10))).not.toMatch(FROM_CACHE);
    expect(await polw.ask(refused(10, 1))).toMatch(FROM_CACHE);
    await polw.end();
    expectWhole(place.file);
  });
});

test('100 writers that are killed in the middle of a transaction leave the file whole', async () => {
  const place = newPlace();
  await fillCache(place);
  const polw = await start(place);
  const answers: string[] = [];
  const script = `
    const Database = require(process.argv[1]);
    const db = new Database(process.argv[2], { timeout: 5000 });
    db.pragma('cache_size = 5');
    db.exec('BEGIN IMMEDIATE');
    const put = db.prepare('INSERT INTO answer_v2 VALUES (?, ?, ?)');
    for (let row = 0; row < 400; row++) put.run('A killed' + row + '.test', 1e15, '["' + '1'.repeat(500) + '"]');
    process.stdout.write('written');
    setInterval(() => {}, 1000);`;
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3');
  for (let kill = 0; kill < 100; kill++) {
    const writer = spawn(process.execPath, ['-e', script, sqlite, place.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(writer, 'exit');
    await once(writer.stdout, 'data');
    // What is asked meanwhile is answered, although nothing can be written.
    if (kill % 5 === 0) answers.push(await polw.ask(mail(answers.length)));
    writer.kill('SIGKILL');
    await exited;
  }
  expect(answers).toEqual(undisturbed.answers.slice(0, answers.length));
  await polw.end();
  expectOnly(polw, answers);
  expectWhole(place.file);
  const db = new Database(place.file, { readonly: true });
  expect(db.prepare("SELECT count(*) FROM answer_v2 WHERE question LIKE 'A killed%'").pluck().get()).toBe(0);
  db.close();
  expect(troubles(place)).toEqual([]);
  await expectCacheWorks(place, 11);
});

test('processes of polw that are killed anywhere leave the file whole', async () => {
  const place = newPlace();
  for (let kill = 0; kill < 20; kill++) {
    const polw = await start(place);
    await polw.ask(mail(LATER + 100 + kill));
    for (let index = 0; index < 10; index++) polw.send('request=smtpd_access_policy\n\n');
    await new Promise((resolve) => setTimeout(resolve, kill % 4));
    await polw.kill('SIGKILL');
  }
  expectWhole(place.file);
  const polw = await start(place);
  await weighAsUsual(polw);
  await polw.end();
  expect(troubles(place)).toEqual([]);
  await expectCacheWorks(place, 12);
});

describe('while polw has the file open, it', () => {
  const cases: readonly { readonly name: string; readonly change: (place: Place) => unknown }[] = [
    { name: 'is deleted', change: ({ file }) => rmSync(file) },
    {
      name: 'is deleted with its journal',
      change: ({ file }) => {
        for (const end of ['', '-wal', '-shm']) rmSync(file + end);
      },
    },
    { name: 'is deleted with its folder', change: ({ state }) => rmSync(state, { recursive: true }) },
    {
      name: 'is replaced by another',
      change: async (place) => {
        const other = newPlace();
        await fillCache(other);
        copyFileSync(other.file, `${place.file}.new`);
        renameSync(`${place.file}.new`, place.file);
        chmodSync(place.file, 0o600);
      },
    },
    { name: 'is replaced by garbage', change: ({ file }) => replaceByGarbage(file) },
    { name: 'is overwritten with garbage', change: ({ file }) => overwrite(file, 0, statSync(file).size) },
  ];

  test.each(cases)('$name', async ({ change }) => {
    const place = newPlace();
    const polw = await start(place);
    const { answers } = await weighAsUsual(polw);
    await change(place);
    const next = await weighAll(polw, mails(12, 12));
    expect(next.answers).toEqual(undisturbed.answers.slice(12, 24));
    expect(Math.max(...next.times)).toBeLessThan(STORE_TIME + 3 * nextTime + 50);
    answers.push(...next.answers, await polw.ask(refused(13)), await polw.ask(refused(13, 1)));
    expect(answers.at(-1)).toMatch(FROM_CACHE);
    await polw.end();
    expectOnly(polw, answers);
    expect(troubles(place, polw.pid).length).toBeLessThanOrEqual(1);
    await expectCacheWorks(place, 14);
  });

  test.each([
    {
      name: 'lies on a disk that gets full',
      user: undefined,
      prepare: (place: Place) => mountSmall(place.state, '1m'),
      change: (place: Place) => fillUp(place.state),
      says: /full/,
      mend: (place: Place) => rmSync(path.join(place.state, 'filling')),
    },
    {
      name: 'gets a folder that may not be searched',
      user: USER,
      prepare: () => {},
      change: ({ state }: Place) => chmodSync(state, 0),
      says: /EACCES|permission/,
      mend: ({ state }: Place) => chmodSync(state, 0o700),
    },
    {
      name: 'gets a file where its folder was',
      user: undefined,
      prepare: () => {},
      change: ({ state, folder }: Place) => {
        renameSync(state, path.join(folder, 'elsewhere'));
        writeFileSync(state, '');
      },
      says: /no folder|ENOTDIR/,
      mend: ({ state }: Place) => rmSync(state),
    },
  ])('$name: it is done without, and said once', async ({ user, prepare, change, says, mend }) => {
    const place = newPlace(user === undefined ? {} : { user });
    prepare(place);
    const polw = await start(place);
    const { answers } = await weighAsUsual(polw);
    change(place);
    await new Promise((resolve) => setTimeout(resolve, NOTICED));
    const next = await weighAll(polw, mails(12, 28));
    expect(next.answers).toEqual(undisturbed.answers.slice(12, 40));
    expect(Math.max(...next.times)).toBeLessThan(STORE_TIME + 3 * nextTime + 50);
    await polw.end();
    expectOnly(polw, [...answers, ...next.answers]);
    mend(place);
    expect(troubles(place, polw.pid)).toHaveLength(1);
    expect(troubles(place, polw.pid)[0]).toMatch(says);
    expect(logLines(place.log).filter((line) => line.includes('internal error'))).toEqual([]);
    await expectCacheWorks(place, 15);
  });

  test('is deleted again and again under ten processes, which never spoil it', async () => {
    const place = newPlace();
    const all = await Promise.all(Array.from({ length: 10 }, () => start(place)));
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(all.map((polw, index) => polw.ask(mail((round * 10 + index) % COUNT))));
      expect(answers.filter((answer) => !/^action=(PREPEND|550|450|DUNNO) ?/.test(answer))).toEqual([]);
      rmSync(place.file, { force: true });
      await new Promise((resolve) => setTimeout(resolve, NOTICED / 3));
    }
    await Promise.all(all.map((polw) => polw.end()));
    expect(troubles(place).filter((line) => /malformed|not a database/.test(line))).toEqual([]);
    expect(existsSync(`${place.file}.broken`)).toBe(false);
    await expectCacheWorks(place, 16);
  });
});

function replaceByGarbage(file: string): void {
  writeFileSync(`${file}.new`, 'This is no database. '.repeat(2000), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

describe("SQLite's native part", () => {
  const cases: readonly { readonly name: string; readonly change: (folder: string) => void; readonly says: RegExp }[] =
    [
      {
        name: 'is missing',
        change: (folder) => rmSync(path.join(folder, 'better_sqlite3.node')),
        says: /better_sqlite3/,
      },
      {
        name: 'is garbage',
        change: (folder) => writeFileSync(path.join(folder, 'better_sqlite3.node'), 'no library'.repeat(1000)),
        says: /invalid ELF header|file too short/,
      },
      {
        name: 'is made for another kind of machine',
        change: (folder) => {
          const file = path.join(folder, 'better_sqlite3.node');
          const library = readFileSync(file);
          // e_machine of the ELF header: RISC-V.
          library.writeUInt16LE(243, 18);
          writeFileSync(file, library);
        },
        says: /ELF|cannot open shared object/,
      },
      {
        name: 'is made for another version of Node',
        change: (folder) => {
          for (const name of ['polw', 'polw.bundle.cjs']) {
            const file = path.join(folder, name);
            const source = readFileSync(file, 'latin1');
            const other = source.replaceAll(`"${process.versions.modules}"`, '"999"');
            if (other !== source) writeFileSync(file, other, 'latin1');
          }
          rmSync(path.join(folder, 'polw.bundle.cache'), { force: true });
        },
        says: /better_sqlite3\.node was built for another version of Node/,
      },
    ];

  test.each(cases)('$name', async ({ change, says }) => {
    const place = newPlace();
    const program = copyOfProgram();
    change(program);
    const polw = await start(place, program);
    const { answers } = await weighAsUsual(polw);
    await polw.end();
    expectOnly(polw, answers);
    expect(troubles(place)).toHaveLength(1);
    expect(troubles(place)[0]).toMatch(says);
    await expectCacheWorks(place, 17);
  });
});

describe.each(filesOfBundles().filter((file) => file.endsWith('.cache')))('what V8 has compiled, %s,', (name) => {
  test.each([
    { name: 'is missing', change: (file: string) => rmSync(file) },
    { name: 'is empty', change: (file: string) => truncateSync(file, 0) },
    { name: 'is cut off', change: (file: string) => truncateSync(file, statSync(file).size >> 1) },
    { name: 'is garbage', change: (file: string) => overwrite(file, 0, statSync(file).size) },
    { name: 'is garbage behind a good beginning', change: (file: string) => overwrite(file, 64, statSync(file).size) },
    { name: 'has one byte that is wrong', change: (file: string) => overwrite(file, 40_000, 40_001) },
  ])('$name', async ({ change }) => {
    const place = newPlace();
    const program = copyOfProgram();
    const compiled = path.join(program, name);
    expect(lstatSync(compiled).size).toBeGreaterThan(40_001);
    change(compiled);
    const polw = await start(place, program);
    const { answers } = await weighAll(polw, mails(0, 12));
    expect(answers).toEqual(undisturbed.answers.slice(0, 12));
    await polw.end();
    expectOnly(polw, answers);
    expect(troubles(place)).toEqual([]);
  });
});

describe('a bundle that is loaded late', () => {
  test('is missing: mail is weighed without what it does, and the log says so', async () => {
    const place = newPlace();
    const program = copyOfProgram();
    rmSync(path.join(program, 'polw.seldom.cjs'));
    const polw = await start(place, program);
    const { answers } = await weighAll(polw, mails(0, 12));
    expect(answers).toEqual(undisturbed.answers.slice(0, 12));
    await polw.end();
    expectOnly(polw, answers);
    expect(troubles(place)).toEqual([expect.stringContaining('polw.seldom.cjs')]);
  });
});
