// Opens the shared SQLite file, and makes it if there is none.

import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { milliseconds } from '../clock.ts';
import { hasCode } from '../errors.ts';
import { leaveRoot } from '../files/rights.ts';
import { forgetKeys, rewrite } from './forget-keys.ts';
import { nativePart } from './native.ts';
import { preparePlace } from './place.ts';
import { SCHEMA, SCHEMA_VERSION, TABLES } from './schema.ts';
import { setAside } from './set-aside.ts';
import { allOrNothing, keep, pragma } from './statement.ts';

/** How long one statement waits for another process, in milliseconds. */
export const BUSY_TIMEOUT = 50;
/** How long a transaction waits that writes when an answer is out, in milliseconds. The next request waits as long. */
const WRITE_TIMEOUT = 100;
/** How long opening may take when other processes are in the way, in milliseconds. */
const PATIENCE = 150;
const PAGE_SIZE = 4096;

/** An open file, and which file it is. */
export interface Opened {
  readonly db: BetterSqlite3.Database;
  readonly inode: number;
  /** True if a broken file was set aside for it. */
  readonly mended: boolean;
}

/** Opens the file. Throws if it can't be used; the error's message says why. */
export async function openDatabase(file: string): Promise<Opened> {
  const nativeBinding = nativePart();
  const { default: Database } = await import('better-sqlite3');
  // SQLite opens files, journals too, by their names, and root would follow a link there.
  await leaveRoot(dirname(file));
  preparePlace(file);
  const { ino: inode } = lstatSync(file);
  const db = keep(
    new Database(file, { timeout: BUSY_TIMEOUT, ...(nativeBinding === undefined ? {} : { nativeBinding }) }),
  );
  try {
    prepare(db);
    return { db, inode, mended: false };
  } catch (error) {
    db.close();
    if (isBroken(error) && setAside(file, inode)) return { ...(await openDatabase(file)), mended: true };
    throw error;
  }
}

/** Prepares a connection for writing, which is first needed when the answer is out. */
export function prepareToWrite(db: BetterSqlite3.Database, maxMegabytes: number): void {
  db.exec(`PRAGMA busy_timeout = ${WRITE_TIMEOUT}`);
  db.exec('PRAGMA synchronous = NORMAL');
  db.exec(`PRAGMA max_page_count = ${pagesIn(maxMegabytes)}`);
}

/** How many pages a file of so many megabytes has. */
export function pagesIn(megabytes: number): number {
  return Math.floor((megabytes * 1024 * 1024) / PAGE_SIZE);
}

/** True for an error that says that the file is no database, or a damaged one. */
export function isBroken(error: unknown): boolean {
  return hasCode(error, 'SQLITE_NOTADB') || hasCode(error, 'SQLITE_CORRUPT');
}

function prepare(db: BetterSqlite3.Database): void {
  const begun = milliseconds();
  for (;;) {
    try {
      const version = Number(pragma(db, 'user_version'));
      if (version === SCHEMA_VERSION && isReadable(db)) return;
      if (version >= SCHEMA_VERSION && isPrepared(db)) return;
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

/** Reads the schema, which is where damage shows first. False if somebody dropped our tables. */
function isReadable(db: BetterSqlite3.Database): boolean {
  try {
    keep(db.prepare('SELECT 0 FROM answer_v2'));
    return true;
  } catch (error) {
    if (hasCode(error, 'SQLITE_ERROR')) return false;
    throw error;
  }
}

/** True if all our tables are there. A later version of polw may have made the file without them. */
function isPrepared(db: BetterSqlite3.Database): boolean {
  const names = TABLES.map((name) => `'${name}'`).join(', ');
  const count = keep(
    db.prepare(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN (${names})`).pluck(),
  );
  return count.get() === TABLES.length;
}
