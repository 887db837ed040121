// The conditions of the DNS lists, in the shared file, and what was logged about them.

import type BetterSqlite3 from 'better-sqlite3';
import { dueAt } from '../clock.ts';
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
  readonly #longestWait: number;
  readonly #all;
  readonly #one;
  readonly #put;
  readonly #count;
  readonly #told;
  readonly #tell;

  /** `longestWait`: how long a list may have to wait for its next test, in milliseconds. */
  constructor(db: BetterSqlite3.Database, longestWait: number) {
    this.#longestWait = longestWait;
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

  all(now: number): readonly ListRow[] {
    return this.#all()
      .all()
      .map((row) => this.#rowOf(row, now));
  }

  /** Changes a condition, if the change is one. */
  change(zone: string, now: number, change: (condition: Condition) => Condition): void {
    const found = this.#one().get(zone);
    const before = found === undefined ? unknownCondition(now) : this.#rowOf(found, now);
    const after = change(before);
    const same =
      found !== undefined &&
      after.failures === found.failures &&
      after.skips === found.skips &&
      after.off === found.off &&
      after.due === found.due &&
      after.answer === found.answer;
    if (same) return;
    this.#put().run(zone, after.failures, after.skips, after.off, after.since, after.due, after.answer);
  }

  count(zone: string, now: number, questions: number, hits: number, failed: number): void {
    this.#count().run(zone, now, now, questions, hits, failed);
  }

  /** True if nothing was said about this for so long (milliseconds). Notes that it is said now. */
  isTimeToTell(what: string, interval: number, now: number): boolean {
    const told = this.#told().get(what);
    if (told !== undefined && dueAt(told.at + interval, now, interval) > now) return false;
    this.#tell().run(what, now);
    return true;
  }

  #rowOf(row: Row, now: number): ListRow {
    return {
      ...row,
      off: isReason(row.off) ? row.off : '',
      since: dueAt(row.since, now, 0),
      due: dueAt(row.due, now, this.#longestWait),
    };
  }
}

function isReason(word: string): word is OffReason {
  return REASONS.includes(word);
}
