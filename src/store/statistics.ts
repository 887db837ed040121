// What polw stats shows: counts per hour, in bounded space. A count has a name such as `decision accept`.

import type BetterSqlite3 from 'better-sqlite3';
import { statement } from './statement.ts';

const HOUR = 3_600_000;

/** The first word of a count's name. */
export type CountKind = 'decision' | 'decided' | 'token' | 'tipped' | 'latency' | 'questions';

export interface CountRow {
  readonly what: string;
  readonly n: number;
}

export class StatisticsTable {
  readonly #add;
  readonly #forget;
  readonly #since;

  constructor(db: BetterSqlite3.Database) {
    this.#add = statement<[number, string, number]>(
      db,
      'INSERT INTO count_v1 (hour, what, n) VALUES (?, ?, ?) ON CONFLICT (hour, what) DO UPDATE SET n = n + excluded.n',
    );
    this.#forget = statement<[number, number]>(db, 'DELETE FROM count_v1 WHERE hour < ? OR hour > ?');
    this.#since = statement<[number, number], CountRow>(
      db,
      'SELECT what, sum(n) AS n FROM count_v1 WHERE hour BETWEEN ? AND ? GROUP BY what ORDER BY what',
    );
  }

  /**
   * Adds counts to those of this hour, and forgets those older than `keep` milliseconds, and of hours to come: they
   * were counted while the clock was wrong.
   */
  add(counts: ReadonlyMap<string, number>, now: number, keep: number): void {
    const add = this.#add();
    const hour = Math.floor(now / HOUR);
    for (const [what, n] of counts) add.run(hour, what, n);
    this.#forget().run(hour - Math.ceil(keep / HOUR), hour);
  }

  /** The sums from a time until now (milliseconds). The hours in which they lie count whole. */
  since(from: number, now: number): readonly CountRow[] {
    return this.#since().all(Math.floor(from / HOUR), Math.floor(now / HOUR));
  }
}
