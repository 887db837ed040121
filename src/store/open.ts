// Opens the shared SQLite file, and makes it if there is none.

import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { hasCode } from '../errors.ts';
import { leaveRoot } from '../files/rights.ts';
import { nativePart } from './native.ts';
import { preparePlace } from './place.ts';
import { isOfThisVersion } from './schema.ts';
import { setAside } from './set-aside.ts';
import { isBroken } from './sqlite-error.ts';
import { keep } from './statement.ts';

/** How long one statement waits for another process, in milliseconds. */
export const BUSY_TIMEOUT = 50;
/** How long a transaction waits that writes when an answer is out, in milliseconds. The next request waits as long. */
const WRITE_TIMEOUT = 100;
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
  if (preparePlace(file) === 'no file') {
    const { makeFile } = await import('./make.ts');
    makeFile(file);
  }
  const { ino: inode } = lstatSync(file);
  const db = keep(
    new Database(file, { timeout: BUSY_TIMEOUT, ...(nativeBinding === undefined ? {} : { nativeBinding }) }),
  );
  try {
    await prepare(db);
    return { db, inode, mended: false };
  } catch (error) {
    db.close();
    if (isBroken(error) && setAside(file, inode)) return { ...(await openDatabase(file)), mended: true };
    throw error;
  }
}

async function prepare(db: BetterSqlite3.Database): Promise<void> {
  if (isPrepared(db)) return;
  const { makeTables } = await import('./make.ts');
  makeTables(db);
}

function isPrepared(db: BetterSqlite3.Database): boolean {
  try {
    return isOfThisVersion(db);
  } catch (error) {
    // Another process is preparing it, and is waited for.
    if (hasCode(error, 'SQLITE_BUSY')) return false;
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
