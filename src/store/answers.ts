// DNS answers in the shared file.

import type BetterSqlite3 from 'better-sqlite3';
import type { Answer } from '../dns/lookup.ts';
import { statement } from './statement.ts';

/** For how many seconds answers are kept. */
export interface AnswerLifetimes {
  readonly min: number;
  readonly max: number;
  readonly negativeMax: number;
  readonly failure: number;
}

/** How many rows one round of pruning looks at. */
const PRUNE_WINDOW = 1000;

export class AnswerTable {
  readonly #get;
  readonly #put;
  readonly #pruned;
  readonly #setPruned;
  readonly #endOfWindow;
  readonly #dropExpired;
  readonly #dropRest;

  constructor(db: BetterSqlite3.Database) {
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
    this.#dropExpired = statement<[string, string, number]>(
      db,
      'DELETE FROM answer_v2 WHERE question > ? AND question <= ? AND expires <= ?',
    );
    this.#dropRest = statement<[string, number]>(db, 'DELETE FROM answer_v2 WHERE question > ? AND expires <= ?');
  }

  /** The answer to a question, if it is fresh at `now`, and until when (milliseconds). */
  get(key: string, now: number): { readonly answer: Answer; readonly expires: number } | undefined {
    const row = this.#get().get(key);
    if (row === undefined || row.expires <= now) return undefined;
    const answer = decodeAnswer(row.answer, Math.ceil((row.expires - now) / 1000));
    return answer === undefined ? undefined : { answer, expires: row.expires };
  }

  put(key: string, answer: Answer, expires: number): void {
    this.#put().run(key, expires, encodeAnswer(answer));
  }

  /** Drops what has expired in a small part of the table, each time in the next one. */
  prune(now: number): void {
    const from = this.#pruned().get()?.question ?? '';
    const to = this.#endOfWindow().get(from, PRUNE_WINDOW - 1)?.question;
    if (to === undefined) this.#dropRest().run(from, now);
    else this.#dropExpired().run(from, to, now);
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
