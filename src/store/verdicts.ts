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
  // Each statement is prepared when it is first needed: most mails need two of them.
  #getRefused: BetterSqlite3.Statement<[string], Refused> | undefined;
  #getAccepted: BetterSqlite3.Statement<[string], Accepted> | undefined;
  #putAccepted: BetterSqlite3.Statement<[string, number, number, number, number, number]> | undefined;

  constructor(db: BetterSqlite3.Database) {
    this.#db = db;
  }

  refused(who: string): Refused | undefined {
    this.#getRefused ??= this.#db.prepare('SELECT rate, retries, seen FROM refused_v1 WHERE who = ?');
    return this.#getRefused.get(who);
  }

  putRefused(who: string, { rate, retries, seen }: Refused): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO refused_v1 (who, rate, retries, seen) VALUES (?, ?, ?, ?)')
      .run(who, rate, retries, seen);
  }

  accepted(who: string): Accepted | undefined {
    this.#getAccepted ??= this.#db.prepare('SELECT rate, uses, seen, first, round FROM accepted_v1 WHERE who = ?');
    return this.#getAccepted.get(who);
  }

  putAccepted(who: string, { rate, uses, seen, first, round }: Accepted): void {
    this.#putAccepted ??= this.#db.prepare(
      'INSERT OR REPLACE INTO accepted_v1 (who, rate, uses, seen, first, round) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#putAccepted.run(who, rate, uses, seen, first, round);
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
