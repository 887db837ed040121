// Who was refused and who was accepted, in the shared file.

import type BetterSqlite3 from 'better-sqlite3';

/** A client, or a client and a sender, that was refused. `seen` in milliseconds. */
export interface Refused {
  readonly rate: number;
  readonly retries: number;
  readonly seen: number;
}

/** A client and a sender domain that were accepted. All times in milliseconds. */
export interface Accepted {
  readonly rate: number;
  readonly uses: number;
  readonly seen: number;
  readonly first: number;
  readonly round: number;
}

/** Tables up to this size are counted at each new entry; larger ones now and then. */
const COUNTED = 10000;

export class VerdictTables {
  readonly #db: BetterSqlite3.Database;
  readonly #getRefused: BetterSqlite3.Statement<[string], Refused>;
  readonly #putRefused: BetterSqlite3.Statement<[string, number, number, number]>;
  readonly #getAccepted: BetterSqlite3.Statement<[string], Accepted>;
  readonly #putAccepted: BetterSqlite3.Statement<[string, number, number, number, number, number]>;

  constructor(db: BetterSqlite3.Database) {
    this.#db = db;
    this.#getRefused = db.prepare('SELECT rate, retries, seen FROM refused_v1 WHERE who = ?');
    this.#putRefused = db.prepare('INSERT OR REPLACE INTO refused_v1 (who, rate, retries, seen) VALUES (?, ?, ?, ?)');
    this.#getAccepted = db.prepare('SELECT rate, uses, seen, first, round FROM accepted_v1 WHERE who = ?');
    this.#putAccepted = db.prepare(
      'INSERT OR REPLACE INTO accepted_v1 (who, rate, uses, seen, first, round) VALUES (?, ?, ?, ?, ?, ?)',
    );
  }

  refused(who: string): Refused | undefined {
    return this.#getRefused.get(who);
  }

  putRefused(who: string, entry: Refused): void {
    this.#putRefused.run(who, entry.rate, entry.retries, entry.seen);
  }

  accepted(who: string): Accepted | undefined {
    return this.#getAccepted.get(who);
  }

  putAccepted(who: string, entry: Accepted): void {
    this.#putAccepted.run(who, entry.rate, entry.uses, entry.seen, entry.first, entry.round);
  }

  drop(table: 'refused_v1' | 'accepted_v1', who: string): void {
    this.#db.prepare(`DELETE FROM ${table} WHERE who = ?`).run(who);
  }

  /** If there are more than `max` entries, those seen longest ago go until `keep` are left. */
  purge(table: 'refused_v1' | 'accepted_v1', max: number, keep: number): void {
    if (max > COUNTED && Math.random() > COUNTED / max / 10) return;
    const count = Number(this.#db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
    if (count <= max) return;
    this.#db
      .prepare(`DELETE FROM ${table} WHERE who IN (SELECT who FROM ${table} ORDER BY seen LIMIT ?)`)
      .run(count - keep);
  }
}
