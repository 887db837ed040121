// The conditions of the DNS lists, in the shared file, and what was logged about them.

import type BetterSqlite3 from 'better-sqlite3';
import { type Condition, type OffReason, unknownCondition } from '../lists/condition.ts';
import { statement } from './statement.ts';

/** A list's condition and what it was asked. */
export interface ListRow extends Condition {
  readonly zone: string;
  readonly questions: number;
  readonly hits: number;
  readonly failed: number;
}

interface Row extends Omit<ListRow, 'off'> {
  readonly off: string;
}

const REASONS: readonly string[] = [
  'refused',
  'hijacked',
  'lists everything',
  'lists nothing',
  'does not answer',
] satisfies OffReason[];

export class ListTable {
  readonly #all;
  readonly #one;
  readonly #put;
  readonly #count;
  readonly #told;
  readonly #tell;

  constructor(db: BetterSqlite3.Database) {
    this.#all = statement<[], Row>(db, 'SELECT * FROM list_v1');
    this.#one = statement<[string], Row>(db, 'SELECT * FROM list_v1 WHERE zone = ?');
    this.#put = statement<[string, number, number, string, number, number, string]>(
      db,
      `INSERT INTO list_v1 (zone, failures, skips, off, since, due, answer) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (zone) DO UPDATE SET failures = excluded.failures, skips = excluded.skips, off = excluded.off,
           since = excluded.since, due = excluded.due, answer = excluded.answer`,
    );
    this.#count = statement<[string, number, number, number, number, number]>(
      db,
      `INSERT INTO list_v1 (zone, failures, skips, off, since, due, answer, questions, hits, failed)
         VALUES (?, 0, 0, '', ?, ?, '', ?, ?, ?)
         ON CONFLICT (zone) DO UPDATE SET questions = questions + excluded.questions, hits = hits + excluded.hits,
           failed = failed + excluded.failed`,
    );
    this.#told = statement<[string], { readonly at: number }>(db, 'SELECT at FROM told_v1 WHERE what = ?');
    this.#tell = statement<[string, number]>(db, 'INSERT OR REPLACE INTO told_v1 (what, at) VALUES (?, ?)');
  }

  all(): readonly ListRow[] {
    return this.#all().all().map(rowOf);
  }

  /** Changes a condition, if the change is one. */
  change(zone: string, now: number, change: (condition: Condition) => Condition): void {
    const found = this.#one().get(zone);
    const before = found === undefined ? unknownCondition(now) : rowOf(found);
    const after = change(before);
    const same =
      found !== undefined &&
      after.failures === before.failures &&
      after.skips === before.skips &&
      after.off === before.off &&
      after.due === before.due &&
      after.answer === before.answer;
    if (same) return;
    this.#put().run(zone, after.failures, after.skips, after.off, after.since, after.due, after.answer);
  }

  count(zone: string, now: number, questions: number, hits: number, failed: number): void {
    this.#count().run(zone, now, now, questions, hits, failed);
  }

  /** True if nothing was said about this for so long (milliseconds). Notes that it is said now. */
  isTimeToTell(what: string, interval: number, now: number): boolean {
    const told = this.#told().get(what);
    if (told !== undefined && now - told.at < interval) return false;
    this.#tell().run(what, now);
    return true;
  }
}

function rowOf(row: Row): ListRow {
  return { ...row, off: isReason(row.off) ? row.off : '' };
}

function isReason(word: string): word is OffReason {
  return REASONS.includes(word);
}
