// Who was refused and who was accepted, in the shared file.

import type BetterSqlite3 from 'better-sqlite3';
import { statement } from './statement.ts';

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

type VerdictTable = 'refused_v1' | 'accepted_v1';

export class VerdictTables {
  readonly #getRefused;
  readonly #putRefused;
  readonly #getAccepted;
  readonly #putAccepted;
  readonly #useAccepted;
  readonly #drop;
  readonly #count;
  readonly #dropOldest;

  constructor(db: BetterSqlite3.Database) {
    this.#getRefused = statement<[string], Refused>(db, 'SELECT rate, retries, seen FROM refused_v1 WHERE who = ?');
    this.#putRefused = statement<[string, number, number, number]>(
      db,
      'INSERT OR REPLACE INTO refused_v1 (who, rate, retries, seen) VALUES (?, ?, ?, ?)',
    );
    this.#getAccepted = statement<[string], Accepted>(
      db,
      'SELECT rate, uses, seen, first, round FROM accepted_v1 WHERE who = ?',
    );
    this.#putAccepted = statement<[string, number, number, number, number, number]>(
      db,
      'INSERT OR REPLACE INTO accepted_v1 (who, rate, uses, seen, first, round) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#useAccepted = statement<[number, number, string]>(
      db,
      'UPDATE accepted_v1 SET uses = uses - ?, seen = ? WHERE who = ?',
    );
    this.#drop = forBoth((table) => statement<[string]>(db, `DELETE FROM ${table} WHERE who = ?`));
    this.#count = forBoth((table) => statement<[], { readonly n: number }>(db, `SELECT count(*) AS n FROM ${table}`));
    this.#dropOldest = forBoth((table) =>
      statement<[number]>(db, `DELETE FROM ${table} WHERE who IN (SELECT who FROM ${table} ORDER BY seen LIMIT ?)`),
    );
  }

  refused(who: string): Refused | undefined {
    return this.#getRefused().get(who);
  }

  putRefused(who: string, { rate, retries, seen }: Refused): void {
    this.#putRefused().run(who, rate, retries, seen);
  }

  accepted(who: string): Accepted | undefined {
    return this.#getAccepted().get(who);
  }

  putAccepted(who: string, { rate, uses, seen, first, round }: Accepted): void {
    this.#putAccepted().run(who, rate, uses, seen, first, round);
  }

  /** Takes uses from an entry that was seen again. An entry that another process dropped stays dropped. */
  useAccepted(who: string, uses: number, seen: number): void {
    this.#useAccepted().run(uses, seen, who);
  }

  drop(table: VerdictTable, who: string): void {
    this.#drop[table]().run(who);
  }

  /** If there are more than `max` entries, those seen longest ago go until `keep` are left. */
  purge(table: VerdictTable, max: number, keep: number): void {
    if (max > COUNTED && Math.random() > COUNTED / max / 10) return;
    const count = this.#count[table]().get()?.n ?? 0;
    if (count > max) this.#dropOldest[table]().run(count - keep);
  }
}

function forBoth<T>(make: (table: VerdictTable) => T): { readonly [K in VerdictTable]: T } {
  return { refused_v1: make('refused_v1'), accepted_v1: make('accepted_v1') };
}
