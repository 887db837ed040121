// The score and its tokens.

import { formatNumber, round } from './number.ts';

/** One entry of the trace. `points` were added to the score. */
export interface Token {
  readonly name: string;
  readonly points: number;
  /** How the entry reads, such as `NOT_IN_ZEN=-1.5`. */
  readonly text: string;
}

/** Adds up a mail's score, and notes what it is made of. */
export class Tally {
  score = 0;
  /** If false, points that speak for the mail count as 0. */
  givesCredit = true;
  readonly tokens: Token[] = [];
  #trace = '';

  /** All tokens, each with a blank before it. */
  get trace(): string {
    return this.#trace;
  }

  /** Adds a check's points, with the token `NAME=points`. */
  add(name: string, points: number): void {
    const counted = this.givesCredit ? points : Math.max(0, points);
    this.addAs(name, counted, `${name}=${formatNumber(counted)}`);
  }

  /** Adds a check's points, with a token that reads otherwise. */
  addAs(name: string, points: number, text: string): void {
    this.score += points;
    this.tokens.push({ name, points, text });
    this.#trace += ` ${text}`;
  }

  /** Adds points that have no token. */
  addSilently(points: number): void {
    this.score += points;
  }

  /** Rounds the score as it stands. */
  roundScore(): void {
    this.score = round(this.score);
  }

  /** Puts a remark into the trace, which gives no points. */
  remark(text: string): void {
    this.#trace += ` ${text}`;
  }
}
