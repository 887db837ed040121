// A shared file of an earlier version, with the keys of lists in it.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/open.ts';
import { SCHEMA_VERSION } from '../../src/store/schema.ts';
import { Store } from '../../src/store/store.ts';

const KEY = 's3cr3tk3ys3cr3tk3y';

const ANSWERS = 'answer_v1 (question TEXT PRIMARY KEY, expires INTEGER NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID';
const REST = `
  CREATE TABLE pruned_v1 (one INTEGER PRIMARY KEY, question TEXT NOT NULL);
  CREATE TABLE refused_v1 (who TEXT PRIMARY KEY, rate REAL NOT NULL, retries INTEGER NOT NULL, seen INTEGER NOT NULL)
    WITHOUT ROWID;
  CREATE TABLE accepted_v1 (who TEXT PRIMARY KEY, rate REAL NOT NULL, uses INTEGER NOT NULL, seen INTEGER NOT NULL,
    first INTEGER NOT NULL, round INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE list_v1 (zone TEXT PRIMARY KEY, failures INTEGER NOT NULL, skips INTEGER NOT NULL, off TEXT NOT NULL,
    since INTEGER NOT NULL, due INTEGER NOT NULL, answer TEXT NOT NULL, questions INTEGER NOT NULL DEFAULT 0,
    hits INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE TABLE count_v1 (hour INTEGER NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (hour, what))
    WITHOUT ROWID;
  CREATE TABLE told_v1 (what TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;`;

function newFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return path.join(folder, 'cache.sqlite');
}

function fillAnswers(db: Database.Database): void {
  const put = db.prepare("INSERT OR REPLACE INTO answer_v1 VALUES (?, ?, 'no-such-name')");
  for (let i = 0; i < 500; i++) put.run(`A ${i}.2.0.192.${KEY}.zen.dq.spamhaus.net`, Date.now() + 3_600_000);
}

/** A file as the version before left it, some of whose rows were deleted already. */
function oldFile(): string {
  const file = newFile();
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(`CREATE TABLE ${ANSWERS}; ${REST}`);
  fillAnswers(db);
  db.exec(`DELETE FROM answer_v1 WHERE question > 'A 3';
    INSERT INTO pruned_v1 VALUES (1, 'A 1.2.0.192.${KEY}.zen.dq.spamhaus.net');
    INSERT INTO refused_v1 VALUES ('192.0.2.66', 5, 1, 1);
    INSERT INTO list_v1 VALUES ('${KEY}.zen.dq.spamhaus.net', 0, 0, '', 1, 2, '', 7, 8, 9),
      ('{key}.dbl.dq.spamhaus.net', 0, 0, '', 1, 2, '', 7, 8, 9), ('bl.test', 0, 0, '', 1, 2, '', 7, 8, 9);
    INSERT INTO told_v1 VALUES ('refused ${KEY}.zen.dq.spamhaus.net', 1), ('off bl.test', 1);
    PRAGMA user_version = 7`);
  db.close();
  expect(holdsKey(file)).toBe(true);
  return file;
}

/** True if the key stands in any byte of the file or its journals. */
function holdsKey(file: string): boolean {
  const folder = path.dirname(file);
  return readdirSync(folder).some((name) => readFileSync(path.join(folder, name), 'latin1').includes(KEY));
}

function zonesOf(db: Database.Database): unknown {
  return db.prepare('SELECT zone FROM list_v1 ORDER BY zone').pluck().all();
}

test('no byte of a key is left when the file is opened, and what holds none stays', async () => {
  const file = oldFile();
  const { db } = await openDatabase(file);
  expect(holdsKey(file)).toBe(false);
  expect(zonesOf(db)).toEqual(['bl.test', '{key}.dbl.dq.spamhaus.net']);
  expect(db.prepare('SELECT what FROM told_v1').pluck().all()).toEqual(['off bl.test']);
  expect(db.prepare('SELECT who FROM refused_v1').pluck().all()).toEqual(['192.0.2.66']);
  expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
});

test('a process that reads meanwhile is not in the way', async () => {
  const file = oldFile();
  const reader = new Database(file);
  reader.exec('BEGIN');
  expect(reader.prepare('SELECT count(*) FROM list_v1').pluck().get()).toBe(3);
  const { db } = await openDatabase(file);
  expect(reader.prepare('SELECT count(*) FROM list_v1').pluck().get()).toBe(3);
  reader.exec('COMMIT');
  reader.close();
  db.close();
  expect(holdsKey(file)).toBe(false);
});

test('a process of the version before that goes on brings none back for long', async () => {
  const file = oldFile();
  const store = new Store({
    file,
    maxMegabytes: 16,
    lifetimes: { min: 60, max: 3600, negativeMax: 3600, failure: 60 },
    keepCounts: 3_600_000,
    longestListWait: 3_600_000,
    fingerprint: () => 1,
    onTrouble: (reason) => expect.unreachable(reason),
  });
  await store.open();
  const old = new Database(file);
  old.exec(`CREATE TABLE ${ANSWERS}`);
  fillAnswers(old);
  old.close();
  // One out of 16 rounds of writing prunes: in 400 rounds one does, but for one case in 10 to the 11th.
  for (let round = 0; round < 400; round++) {
    store.put('A', `n${round}.test`, { kind: 'no-such-name', ttl: 600 });
    store.flush();
  }
  store.end();
  expect(holdsKey(file)).toBe(false);
});
