// Earlier versions kept the keys of lists in the shared file: in the names of cached questions, and in zones into which
// a key is written. A key must not outlive its change there.

import type BetterSqlite3 from 'better-sqlite3';
import { holdsKey } from '../lists/zone.ts';
import { GONE } from './schema.ts';
import { keep, statement } from './statement.ts';

const NAMES = GONE.map((name) => `'${name}'`).join(', ');

/** Does so again if a process of an earlier version, which still runs, made its tables anew. Within a transaction. */
export function forgetKeysAgain(db: BetterSqlite3.Database): void {
  const tables = keep(
    db.prepare(`SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN (${NAMES})`).pluck(),
  );
  if (tables.get() === 0) return;
  // Nobody rewrites the file now, so free pages are overwritten.
  db.exec('PRAGMA secure_delete = ON');
  forgetKeys(db);
  db.exec('PRAGMA secure_delete = OFF');
}

/** Removes all that may hold a key. Within a transaction. */
export function forgetKeys(db: BetterSqlite3.Database): void {
  for (const name of GONE) db.exec(`DROP TABLE IF EXISTS ${name}`);
  db.exec('DELETE FROM pruned_v1');
  forget(db, 'list_v1', 'zone', holdsKey);
  // The zone is the second word of it.
  forget(db, 'told_v1', 'what', (what) => holdsKey(what.split(' ')[1] ?? ''));
}

/** Writes the file anew, as what was removed stays in its free pages. Other processes must not be at it. */
export function rewrite(db: BetterSqlite3.Database): void {
  db.exec('PRAGMA temp_store = MEMORY');
  db.exec('VACUUM');
  // The journal has old pages too. If somebody reads just now, it goes later.
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function forget(db: BetterSqlite3.Database, table: string, column: string, holds: (text: string) => boolean): void {
  const texts = keep(db.prepare<[], string>(`SELECT ${column} FROM ${table}`).pluck()).all();
  const drop = statement<[string]>(db, `DELETE FROM ${table} WHERE ${column} = ?`);
  for (const text of texts) if (holds(text)) drop().run(text);
}
