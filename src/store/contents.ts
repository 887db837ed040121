// What the shared file holds, for people to look at.

import type BetterSqlite3 from 'better-sqlite3';
import { timeInWords } from '../clock.ts';
import { FORMER_TABLES } from './schema.ts';
import { keep, pragma, statement } from './statement.ts';

export interface Summary {
  readonly answers: number;
  readonly expired: number;
  readonly refused: number;
  readonly accepted: number;
  readonly bytes: number;
  /** Times in milliseconds. */
  readonly nextToExpire: number | null;
  readonly lastToExpire: number | null;
  readonly oldestVerdict: number | null;
}

export function summarize(db: BetterSqlite3.Database, now: number): Summary {
  const answers = statement<[number, number], { n: number; expired: number; next: number | null; last: number | null }>(
    db,
    `SELECT count(*) AS n, total(expires <= ?) AS expired, min(CASE WHEN expires > ? THEN expires END) AS next,
         max(expires) AS last FROM answer_v2`,
  )().get(now, now);
  const verdicts = statement<[], { refused: number; accepted: number; oldest: number | null }>(
    db,
    `SELECT (SELECT count(*) FROM refused_v2) AS refused, (SELECT count(*) FROM accepted_v2) AS accepted,
         (SELECT min(seen) FROM (SELECT seen FROM refused_v2 UNION ALL SELECT seen FROM accepted_v2)) AS oldest`,
  )().get();
  const pages = Number(pragma(db, 'page_count')) * Number(pragma(db, 'page_size'));
  return {
    answers: answers?.n ?? 0,
    expired: answers?.expired ?? 0,
    refused: verdicts?.refused ?? 0,
    accepted: verdicts?.accepted ?? 0,
    bytes: pages,
    nextToExpire: answers?.next ?? null,
    lastToExpire: answers?.last ?? null,
    oldestVerdict: verdicts?.oldest ?? null,
  };
}

/** Where in each table a name or address can stand. */
const COLUMNS = [
  { table: 'answer_v2', column: 'question' },
  { table: 'refused_v2', column: 'who' },
  { table: 'accepted_v2', column: 'who' },
] as const;

/** The entries that hold one of the patterns as whole words or labels, a line each. */
export function findEntries(db: BetterSqlite3.Database, patterns: readonly string[]): readonly string[] {
  const answers = matching<{ question: string; expires: number; answer: string }>(
    db,
    'answer_v2',
    'question',
    patterns,
  );
  const refused = matching<{ who: string; rate: number; seen: number }>(db, 'refused_v2', 'who', patterns);
  const accepted = matching<{ who: string; rate: number; first: number; seen: number }>(
    db,
    'accepted_v2',
    'who',
    patterns,
  );
  return [
    ...answers.map(({ question, expires, answer }) => `${question}: ${answer} (until ${timeInWords(expires)})`),
    ...refused.map(({ who, rate, seen }) => `refused ${who}: rate ${rate}, at ${timeInWords(seen)}`),
    ...accepted.map(({ who, rate, first, seen }) => {
      return `accepted ${who}: rate ${rate}, first at ${timeInWords(first)}, last at ${timeInWords(seen)}`;
    }),
  ];
}

/** Deletes the entries that `findEntries` finds; all of them without patterns. Returns how many. */
export function forgetEntries(db: BetterSqlite3.Database, patterns: readonly string[] | undefined): number {
  let count = 0;
  if (patterns === undefined) count += dropFormer(db);
  for (const { table, column } of COLUMNS) {
    if (patterns === undefined) {
      count += statement<[]>(db, `DELETE FROM ${table}`)().run().changes;
      continue;
    }
    const drop = statement<[string | undefined]>(db, `DELETE FROM ${table} WHERE ${column} = ?`);
    for (const row of matching<Record<string, string>>(db, table, column, patterns)) {
      count += drop().run(row[column]).changes;
    }
  }
  return count;
}

/** Drops what an earlier version of polw has left. */
function dropFormer(db: BetterSqlite3.Database): number {
  let count = 0;
  for (const table of FORMER_TABLES) {
    const isThere = keep(db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")).get(table);
    if (isThere !== undefined) count += statement<[]>(db, `DELETE FROM ${table}`)().run().changes;
  }
  return count;
}

function matching<T>(
  db: BetterSqlite3.Database,
  table: string,
  column: string,
  patterns: readonly string[],
): readonly T[] {
  const conditions = patterns.map(
    () =>
      `instr(' ' || replace(${column}, '@', ' ') || ' ', ?) > 0 OR instr('.' || replace(replace(${column}, ' ', '.'), '@', '.') || '.', ?) > 0`,
  );
  const values = patterns.flatMap((pattern) => [` ${pattern.replace('@', ' ')} `, `.${pattern.replace('@', '.')}.`]);
  return statement<string[], T>(db, `SELECT * FROM ${table} WHERE ${conditions.join(' OR ')}`)().all(...values);
}
