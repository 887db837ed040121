// Who was refused and who was accepted, in the shared file. Each entry is kept for the settings that decided it, so that
// a service never goes by what another one decided with other settings.

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
/** A process takes a part of the uses that are left, so that others find some; and no more than it will soon need. */
const PARTS = 16;
const MOST = 8;

type VerdictTable = 'refused_v2' | 'accepted_v2';

export class VerdictTables {
  readonly #settings: () => number;
  readonly #getRefused;
  readonly #putRefused;
  readonly #getAccepted;
  readonly #putAccepted;
  readonly #saw;
  readonly #beginRound;
  readonly #addUses;
  readonly #drop;
  readonly #count;
  readonly #dropOldest;

  /** `settings`: the fingerprint of those in use. */
  constructor(db: BetterSqlite3.Database, settings: () => number) {
    this.#settings = settings;
    this.#getRefused = statement<[string, number], Refused>(
      db,
      'SELECT rate, retries, seen FROM refused_v2 WHERE who = ? AND settings = ?',
    );
    this.#putRefused = statement<[string, number, number, number, number]>(
      db,
      'INSERT OR REPLACE INTO refused_v2 (who, settings, rate, retries, seen) VALUES (?, ?, ?, ?, ?)',
    );
    this.#getAccepted = statement<[string, number], Accepted>(
      db,
      'SELECT rate, uses, seen, first, round FROM accepted_v2 WHERE who = ? AND settings = ?',
    );
    this.#putAccepted = statement<[string, number, number, number, number, number, number]>(
      db,
      'INSERT OR REPLACE INTO accepted_v2 (who, settings, rate, uses, seen, first, round) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#saw = forBoth((table) =>
      statement<[number, string, number]>(db, `UPDATE ${table} SET seen = ? WHERE who = ? AND settings = ?`),
    );
    this.#beginRound = statement<[number, number, number, string, number, number]>(
      db,
      'UPDATE accepted_v2 SET uses = ?, round = ?, seen = ? WHERE who = ? AND settings = ? AND round = ?',
    );
    this.#addUses = statement<[number, string, number, number]>(
      db,
      'UPDATE accepted_v2 SET uses = uses + ? WHERE who = ? AND settings = ? AND round = ?',
    );
    this.#drop = forBoth((table) =>
      statement<[string, number]>(db, `DELETE FROM ${table} WHERE who = ? AND settings = ?`),
    );
    this.#count = forBoth((table) => statement<[], { readonly n: number }>(db, `SELECT count(*) AS n FROM ${table}`));
    this.#dropOldest = forBoth((table) =>
      statement<[number]>(
        db,
        `DELETE FROM ${table} WHERE (who, settings) IN (SELECT who, settings FROM ${table} ORDER BY seen LIMIT ?)`,
      ),
    );
  }

  refused(who: string): Refused | undefined {
    return this.#getRefused().get(who, this.#settings());
  }

  putRefused(who: string, { rate, retries, seen }: Refused): void {
    this.#putRefused().run(who, this.#settings(), rate, retries, seen);
  }

  accepted(who: string): Accepted | undefined {
    return this.#getAccepted().get(who, this.#settings());
  }

  putAccepted(who: string, { rate, uses, seen, first, round }: Accepted): void {
    this.#putAccepted().run(who, this.#settings(), rate, uses, seen, first, round);
  }

  /** Notes when somebody came again. An entry that another process dropped stays dropped. */
  saw(table: VerdictTable, who: string, seen: number): void {
    this.#saw[table]().run(seen, who, this.#settings());
  }

  /** Begins a round, unless another process has begun one after `before`. */
  beginRound(who: string, before: number, { uses, round, seen }: Accepted): void {
    this.#beginRound().run(uses, round, seen, who, this.#settings(), before);
  }

  /** Takes uses of a round out of an entry: how many of them there were to take. */
  takeUses(who: string, round: number): number {
    const entry = this.accepted(who);
    if (entry === undefined || entry.round !== round || entry.uses <= 0) return 0;
    const taken = Math.min(MOST, Math.max(1, Math.floor(entry.uses / PARTS)));
    this.addUses(who, round, -taken);
    return taken;
  }

  addUses(who: string, round: number, uses: number): void {
    this.#addUses().run(uses, who, this.#settings(), round);
  }

  drop(table: VerdictTable, who: string): void {
    this.#drop[table]().run(who, this.#settings());
  }

  /** If there are more than `max` entries, those seen longest ago go until `keep` are left. */
  purge(table: VerdictTable, max: number, keep: number): void {
    if (max > COUNTED && Math.random() > COUNTED / max / 10) return;
    const count = this.#count[table]().get()?.n ?? 0;
    if (count > max) this.#dropOldest[table]().run(count - keep);
  }
}

function forBoth<T>(make: (table: VerdictTable) => T): { readonly [K in VerdictTable]: T } {
  return { refused_v2: make('refused_v2'), accepted_v2: make('accepted_v2') };
}
