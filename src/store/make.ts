// Makes the shared file, and what is missing in one of another version. Loaded when there is something to make.

import { closeSync, constants, fchmodSync, lstatSync, openSync } from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { milliseconds } from '../clock.ts';
import { hasCode } from '../errors.ts';
import { forgetKeys, rewrite } from './forget-keys.ts';
import { SCHEMA_VERSION, TABLES } from './schema.ts';
import { dropJournals, underLock } from './set-aside.ts';
import { allOrNothing, keep, pragma } from './statement.ts';

/** How often, and after how many milliseconds, it is tried to make a file that another process may be making. */
const TURNS = 25;
const PAUSE = 2;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

/** How long it may take to make the tables when other processes are in the way, in milliseconds. */
const PATIENCE = 150;

const COLUMNS: { readonly [name in (typeof TABLES)[number]]: string } = {
  answer_v2: `(
  question TEXT PRIMARY KEY,
  expires INTEGER NOT NULL,
  answer TEXT NOT NULL
) WITHOUT ROWID`,
  pruned_v1: `(
  one INTEGER PRIMARY KEY,
  question TEXT NOT NULL
)`,
  refused_v2: `(
  who TEXT NOT NULL,
  settings INTEGER NOT NULL,
  rate REAL NOT NULL,
  retries INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  PRIMARY KEY (who, settings)
) WITHOUT ROWID`,
  accepted_v2: `(
  who TEXT NOT NULL,
  settings INTEGER NOT NULL,
  rate REAL NOT NULL,
  uses INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  first INTEGER NOT NULL,
  round INTEGER NOT NULL,
  PRIMARY KEY (who, settings)
) WITHOUT ROWID`,
  list_v1: `(
  zone TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  skips INTEGER NOT NULL,
  off TEXT NOT NULL,
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  answer TEXT NOT NULL,
  questions INTEGER NOT NULL DEFAULT 0,
  hits INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID`,
  count_v1: `(
  hour INTEGER NOT NULL,
  what TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (hour, what)
) WITHOUT ROWID`,
  told_v1: `(
  what TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) WITHOUT ROWID`,
};

const SCHEMA = TABLES.map((name) => `CREATE TABLE IF NOT EXISTS ${name} ${COLUMNS[name]};`).join('\n');

/** Makes an empty file that only its owner may read. A journal that was left of an older file would spoil it. */
export function makeFile(file: string): void {
  const make = (): void => {
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return;
    dropJournals(file);
    const fd = openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    // Whatever the umask took away.
    fchmodSync(fd, 0o600);
    closeSync(fd);
  };
  // Whoever is at it needs a millisecond.
  for (let turn = 0; turn < TURNS; turn++) {
    if (underLock(file, make)) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return;
  }
  throw new Error(`${file} can't be made: there is a lock, ${file}.lock`);
}

/** Makes the tables that are missing. */
export function makeTables(db: BetterSqlite3.Database): void {
  const begun = milliseconds();
  for (;;) {
    try {
      const version = Number(pragma(db, 'user_version'));
      if (version >= SCHEMA_VERSION && hasTables(db)) return;
      db.exec('PRAGMA journal_mode = WAL');
      if (version > 0 && version < SCHEMA_VERSION) leaveEarlierVersion(db);
      db.exec('BEGIN IMMEDIATE');
      const latest = Number(pragma(db, 'user_version'));
      db.exec(SCHEMA);
      db.exec(`PRAGMA user_version = ${Math.max(latest, SCHEMA_VERSION)}`);
      db.exec('COMMIT');
      return;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      // Changing to WAL says BUSY at once, without the time-out, when another process is doing it.
      if (!hasCode(error, 'SQLITE_BUSY') || milliseconds() - begun > PATIENCE) throw error;
    }
  }
}

/** Removes what must not be in the file any more. The version rises only when all of it is gone. */
function leaveEarlierVersion(db: BetterSqlite3.Database): void {
  allOrNothing(db, () => {
    db.exec(SCHEMA);
    forgetKeys(db);
  });
  rewrite(db);
}

/** True if all our tables are there. A later version of polw may have made the file without them. */
function hasTables(db: BetterSqlite3.Database): boolean {
  const names = TABLES.map((name) => `'${name}'`).join(', ');
  const count = keep(
    db.prepare(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN (${names})`).pluck(),
  );
  return count.get() === TABLES.length;
}
