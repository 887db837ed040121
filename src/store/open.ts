// Opens the shared SQLite file, and makes it if there is none.

import { existsSync } from 'node:fs';
import path from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

declare const POLW_NODE_MODULES_VERSION: string | undefined;

/** How long one statement waits for another process, in milliseconds. */
export const BUSY_TIMEOUT = 100;
const PAGE_SIZE = 4096;
/** How often making the tables is tried again when other processes do the same. */
const RACES = 5;

/** Opens the file. Throws if it can't be used; the error's message says why. */
export async function openDatabase(file: string, maxMegabytes: number): Promise<BetterSqlite3.Database> {
  const nativeBinding = path.join(__dirname, 'better_sqlite3.node');
  const bundled = typeof POLW_NODE_MODULES_VERSION === 'string' && existsSync(nativeBinding);
  if (bundled && POLW_NODE_MODULES_VERSION !== process.versions.modules) {
    throw new Error(
      `better_sqlite3.node was built for another version of Node; build polw with Node ${process.versions.node}`,
    );
  }
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(file, { timeout: BUSY_TIMEOUT, ...(bundled ? { nativeBinding } : {}) });
  try {
    prepare(db);
    db.pragma('synchronous = NORMAL');
    db.pragma(`max_page_count = ${Math.floor((maxMegabytes * 1024 * 1024) / PAGE_SIZE)}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepare(db: BetterSqlite3.Database): void {
  for (let race = 1; ; race++) {
    if (Number(db.pragma('user_version', { simple: true })) >= SCHEMA_VERSION) return;
    try {
      db.pragma('journal_mode = WAL');
      db.exec('BEGIN IMMEDIATE');
      if (Number(db.pragma('user_version', { simple: true })) < SCHEMA_VERSION) {
        db.exec(SCHEMA);
        db.pragma(`user_version = ${SCHEMA_VERSION}`);
      }
      db.exec('COMMIT');
      return;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      // Changing to WAL says BUSY at once, without the time-out, when another process is doing it.
      if (race === RACES || !(error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY')) throw error;
    }
  }
}
