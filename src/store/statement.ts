// SQLite's statements, so that none is ever left to V8's collector. better-sqlite3 12 has objects that abort the process
// under Node 24 (seen with 24.21) when the collector finds them while no JavaScript runs: "Assertion failed: (env) !=
// nullptr". better-sqlite3 13, where that is mended, crashes on Node 20. They are few and small, and live as long as the
// process.

import type BetterSqlite3 from 'better-sqlite3';

const kept: unknown[] = [];

/** Keeps an object of better-sqlite3 until the process ends. */
export function keep<T>(object: T): T {
  kept.push(object);
  return object;
}

/** A statement that is prepared once for its connection, at its first use. */
export function statement<Bound extends unknown[], Result = unknown>(
  db: BetterSqlite3.Database,
  sql: string,
): () => BetterSqlite3.Statement<Bound, Result> {
  let prepared: BetterSqlite3.Statement<Bound, Result> | undefined;
  return () => {
    prepared ??= keep(db.prepare<Bound, Result>(sql));
    return prepared;
  };
}

/** The value of a pragma. */
export function pragma(db: BetterSqlite3.Database, name: string): unknown {
  return keep(db.prepare(`PRAGMA ${name}`).pluck()).get();
}

/** Does all of something, or nothing of it. Waits for other writers before it begins. */
export function allOrNothing<T>(db: BetterSqlite3.Database, action: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = action();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
