// DNS answers in the shared file. They can be asked for again, so they get a part of the file and no more: verdicts, the
// conditions of lists and the statistics always find room.

import type BetterSqlite3 from 'better-sqlite3';
import { dueAt } from '../clock.ts';
import type { Answer } from '../dns/lookup.ts';
import { statement } from './statement.ts';

/** For how many seconds answers are kept. */
export interface AnswerLifetimes {
  readonly min: number;
  readonly max: number;
  readonly negativeMax: number;
  readonly failure: number;
}

/** An answer as it is written. `expires` in milliseconds. */
export interface AnswerRow {
  readonly question: string;
  readonly expires: number;
  readonly answer: string;
}

/** How many rows one round of pruning looks at. */
const WINDOW = 1000;
/** Behind all questions, which begin with a type in capital letters. */
const BEHIND_ALL = '~';
/** The pages of the file, in hundredths, beyond which answers make room before others are written. */
const SHARE = 80;
/** How many windows are made room in for one round of writing. */
const WINDOWS = 4;

export class AnswerTable {
  readonly #longest: number;
  readonly #get;
  readonly #put;
  readonly #pruned;
  readonly #setPruned;
  readonly #endOfWindow;
  readonly #dropDue;
  readonly #dropNextDue;
  readonly #pages;
  readonly #freePages;

  constructor(db: BetterSqlite3.Database, lifetimes: AnswerLifetimes) {
    this.#longest = 1000 * Math.max(lifetimes.max, lifetimes.failure);
    this.#get = statement<[string], { readonly expires: number; readonly answer: string }>(
      db,
      'SELECT expires, answer FROM answer_v2 WHERE question = ?',
    );
    this.#put = statement<[string, number, string]>(
      db,
      'INSERT OR REPLACE INTO answer_v2 (question, expires, answer) VALUES (?, ?, ?)',
    );
    this.#pruned = statement<[], { readonly question: string }>(db, 'SELECT question FROM pruned_v1');
    this.#setPruned = statement<[string]>(db, 'INSERT OR REPLACE INTO pruned_v1 (one, question) VALUES (1, ?)');
    this.#endOfWindow = statement<[string, number], { readonly question: string }>(
      db,
      'SELECT question FROM answer_v2 WHERE question > ? ORDER BY question LIMIT 1 OFFSET ?',
    );
    this.#dropDue = statement<[string, string, number, number]>(
      db,
      'DELETE FROM answer_v2 WHERE question > ? AND question <= ? AND (expires <= ? OR expires > ?)',
    );
    this.#dropNextDue = statement<[string, string, number]>(
      db,
      `WITH part AS (SELECT question, expires FROM answer_v2 WHERE question > ? AND question <= ?)
         DELETE FROM answer_v2 WHERE question IN (SELECT question FROM part ORDER BY expires > ? DESC, expires
           LIMIT (SELECT max(1, count(*) * 3 / 4) FROM part))`,
    );
    this.#pages = statement<[], { readonly page_count: number }>(db, 'PRAGMA page_count');
    this.#freePages = statement<[], { readonly freelist_count: number }>(db, 'PRAGMA freelist_count');
  }

  /** The answer to a question, if it is fresh at `now`, and until when (milliseconds). */
  get(key: string, now: number): { readonly answer: Answer; readonly expires: number } | undefined {
    const row = this.#get().get(key);
    if (row === undefined) return undefined;
    const expires = dueAt(row.expires, now, this.#longest);
    if (expires <= now) return undefined;
    const answer = decodeAnswer(row.answer, Math.ceil((expires - now) / 1000));
    return answer === undefined ? undefined : { answer, expires };
  }

  put({ question, expires, answer }: AnswerRow): void {
    this.#put().run(question, expires, answer);
  }

  /** Drops what has expired in a small part of the table, each time in the next one. */
  prune(now: number): void {
    this.#nextWindow((from, to) => this.#dropDue().run(from, to, now, now + this.#longest));
  }

  /** True if there is room for more answers in a file of at most so many pages. Makes room if there is none. */
  hasRoom(maxPages: number, now: number): boolean {
    for (let turn = 0; turn < WINDOWS && this.#isFull(maxPages); turn++) this.makeRoom(now);
    return !this.#isFull(maxPages);
  }

  /**
   * Drops three quarters of a small part of the table, those that expire first: what is left of two pages fits into
   * one. All in the order of their expiry would take an index, which each answer would pay for.
   */
  makeRoom(now: number): void {
    this.#nextWindow((from, to) => this.#dropNextDue().run(from, to, now + this.#longest));
  }

  #isFull(maxPages: number): boolean {
    const used = (this.#pages().get()?.page_count ?? 0) - (this.#freePages().get()?.freelist_count ?? 0);
    return used * 100 > maxPages * SHARE;
  }

  #nextWindow(drop: (from: string, to: string) => void): void {
    const from = this.#pruned().get()?.question ?? '';
    const to = this.#endOfWindow().get(from, WINDOW - 1)?.question;
    drop(from, to ?? BEHIND_ALL);
    this.#setPruned().run(to ?? '');
  }
}

/** For how many seconds an answer is kept; 0 for one that isn't. */
export function lifetimeOf(answer: Answer, lifetimes: AnswerLifetimes): number {
  switch (answer.kind) {
    case 'records':
      return Math.min(Math.max(answer.ttl, lifetimes.min), lifetimes.max);
    case 'no-data':
    case 'no-such-name':
      return Math.min(Math.max(answer.ttl, lifetimes.min), lifetimes.negativeMax, lifetimes.max);
    case 'failed':
      // Whether this mail was out of time or asked too much says nothing about the name.
      return answer.reason === 'deadline' || answer.reason === 'too-many' || answer.reason === 'unreachable'
        ? 0
        : lifetimes.failure;
  }
}

export function encodeAnswer(answer: Answer): string {
  if (answer.kind === 'records') return JSON.stringify(answer.values);
  return answer.kind === 'failed' ? answer.reason : answer.kind;
}

/** Undefined for what isn't an answer of ours. */
export function decodeAnswer(text: string, ttl: number): Answer | undefined {
  switch (text) {
    case 'no-data':
    case 'no-such-name':
      return { kind: text, ttl };
    case 'servfail':
    case 'refused':
    case 'timeout':
      return { kind: 'failed', reason: text };
  }
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) && values.every((value) => typeof value === 'string')
      ? { kind: 'records', values, ttl }
      : undefined;
  } catch {
    return undefined;
  }
}
