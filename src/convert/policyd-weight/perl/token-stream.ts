// The tokens of a file, read one after the other; and how a statement that isn't understood is left behind.

import { NotRead } from './not-read.ts';
import type { PerlToken, PerlTokens } from './tokens.ts';

const BLOCKS = new Set(
  'if unless while until for foreach given when sub package BEGIN END INIT CHECK UNITCHECK'.split(' '),
);

export class TokenStream {
  readonly source: string;
  readonly #tokens: readonly PerlToken[];
  readonly #unfinished: PerlTokens['unfinished'];
  at = 0;

  constructor(source: string, { tokens, unfinished }: PerlTokens) {
    this.source = source;
    this.#tokens = tokens;
    this.#unfinished = unfinished;
  }

  get atEnd(): boolean {
    return this.at >= this.#tokens.length;
  }

  /** What has no end, of which nothing was read. */
  get unfinished(): PerlTokens['unfinished'] {
    return this.#unfinished;
  }

  peek(ahead = 0): PerlToken | undefined {
    return this.#tokens[this.at + ahead];
  }

  isSign(sign: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'sign' && token.sign === sign;
  }

  /** The sign here, if it is one of these. */
  signOf(signs: ReadonlySet<string>): string | undefined {
    const token = this.peek();
    return token?.kind === 'sign' && signs.has(token.sign) ? token.sign : undefined;
  }

  takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.at++;
    return true;
  }

  wantSign(sign: string): void {
    if (!this.takeSign(sign)) throw this.unexpected(`a "${sign}" is missing before`);
  }

  wordHere(): string {
    const token = this.peek();
    return token?.kind === 'word' ? token.word : '';
  }

  /** Where the next token begins. */
  get start(): number {
    return this.peek()?.start ?? this.#unfinished?.start ?? this.source.length;
  }

  /** Where the token before ends. */
  get end(): number {
    return this.peek(-1)?.end ?? 0;
  }

  /** What is wrong with the token here. */
  unexpected(complaint?: string): NotRead {
    const token = this.peek();
    if (token === undefined) return new NotRead(this.start, 'the statement is not complete');
    const bare = this.#textWithoutQuotes(token);
    if (bare !== undefined) return new NotRead(bare.start, `"${bare.text}" wants quotes`);
    if (token.kind === 'foreign') return new NotRead(token.start, `${token.what} is not read`);
    const written = this.source.slice(token.start, token.end).split('\n')[0] ?? '';
    const shown = `"${written.length > 40 ? `${written.slice(0, 40)}...` : written}"`;
    if (token.kind === 'word' && complaint === undefined) {
      const hint = this.#endsAValue(1) ? '; if it is a text, it wants quotes' : '';
      return new NotRead(token.start, `${shown} is not run${hint}`);
    }
    return new NotRead(token.start, complaint === undefined ? `${shown} is not read here` : `${complaint} ${shown}`);
  }

  // A name of several parts, such as pbl.spamhaus.org, bl-1.example.net or 0spam.example.net: no program has such words.
  #textWithoutQuotes(token: PerlToken): { readonly start: number; readonly text: string } | undefined {
    if (token.kind !== 'word') return undefined;
    const before = this.peek(-1);
    const start = before?.kind === 'number' && before.end === token.start ? before.start : token.start;
    const text = /^\w+(?:[.-]\w+)*/.exec(this.source.slice(start, start + 100))?.[0] ?? '';
    return text.length > token.end - token.start ? { start, text } : undefined;
  }

  // Whether a value before the token here would end with it.
  #endsAValue(ahead: number): boolean {
    return [',', '=>', ')', ';'].some((sign) => this.isSign(sign, ahead)) || this.peek(ahead) === undefined;
  }

  /** To behind the bracket that closes the one here. */
  skipBrackets(): void {
    let depth = 0;
    do {
      const token = this.peek();
      if (token === undefined) throw this.unexpected();
      if (token.kind === 'sign' && /^[([{]$/.test(token.sign)) depth++;
      if (token.kind === 'sign' && /^[)\]}]$/.test(token.sign)) depth--;
      this.at++;
    } while (depth > 0);
  }

  /** To the ";" that ends the statement, or past the last block of an "if" and its kind. False without such an end. */
  skipStatement(): boolean {
    const isBlock = this.isSign('{') || BLOCKS.has(this.wordHere()) || (this.wordHere() !== '' && this.isSign(':', 1));
    let braces = 0;
    let parentheses = 0;
    for (; !this.atEnd; this.at++) {
      const token = this.peek();
      const sign = token?.kind === 'sign' ? token.sign : '';
      if (sign === '(') parentheses++;
      else if (sign === ')') parentheses--;
      else if (sign === '{') braces++;
      else if (sign === '}') {
        braces--;
        // A brace too many is a statement of its own.
        const isEnd = braces < 0 || (isBlock && braces === 0 && parentheses <= 0);
        if (isEnd && !this.#goesOn()) {
          this.at++;
          return true;
        }
        if (isEnd) braces = 0;
      } else if (sign === ';' && braces <= 0 && (!isBlock || parentheses <= 0)) {
        this.at++;
        return true;
      }
    }
    return braces <= 0 && parentheses <= 0;
  }

  // Whether the brace here is followed by another block of the same statement.
  #goesOn(): boolean {
    const next = this.peek(1);
    return next?.kind === 'word' && ['elsif', 'else', 'continue'].includes(next.word);
  }
}
