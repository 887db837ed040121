// Splits Perl source into tokens and comments. It never fails: what has no end ends the tokens, and is told.

import { Cursor } from './cursor.ts';
import { HereDocuments } from './here-documents.ts';
import { QUOTES, quoted, quotedByWord, Unfinished } from './quotes.ts';
import { PERL_NAME, type PerlComment, type PerlToken, type PerlTokens, variableName } from './tokens.ts';

const SIGNS =
  /<=>|\*\*=|\|\|=|&&=|\/\/=|<<=|>>=|\.\.\.|=>|==|=~|!=|!~|\.=|\+=|-=|\*=|\/=|%=|->|\+\+|--|\*\*|\|\||&&|\.\.|<=|>=|<<|>>|[\s\S]/uy;
const SCALAR = new RegExp(`\\$\\{\\s*(${PERL_NAME})\\s*\\}|\\$(${PERL_NAME})`, 'y');
const LIST = new RegExp(`@\\{\\s*(${PERL_NAME})\\s*\\}|@(${PERL_NAME})`, 'y');
const DIGITS = /0(?:[xX][\da-fA-F_]+|[bB][01_]+)|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?/y;

/** Splits Perl source into tokens and comments, up to the end of the program (`__END__`, `__DATA__`). */
export function perlTokens(source: string): PerlTokens {
  return new Tokenizer(source).run();
}

class Tokenizer {
  readonly #cursor: Cursor;
  readonly #tokens: PerlToken[] = [];
  readonly #comments: PerlComment[] = [];
  readonly #hereDocuments = new HereDocuments();
  /** Whether an operator would come next: tells a division from a match, `x` from a word, `<<` from a here-document. */
  #afterTerm = false;
  /** Up to here no match between slashes begins. Without it, a line of many slashes would take quadratic time. */
  #noMatchBefore = 0;

  constructor(source: string) {
    this.#cursor = new Cursor(source);
  }

  run(): PerlTokens {
    const result = { tokens: this.#tokens, comments: this.#comments };
    try {
      while (!this.#cursor.atEnd && this.#step());
      this.#hereDocuments.end();
    } catch (error) {
      if (!(error instanceof Unfinished)) throw error;
      const start = Math.min(this.#cursor.at, this.#cursor.text.length);
      return { ...result, unfinished: { start, what: error.message } };
    }
    return result;
  }

  // One token, comment or blank. False at the end of the program.
  #step(): boolean {
    if (this.#blank()) return true;
    const start = this.#cursor.at;
    const character = this.#cursor.peek();
    if (character === '\x04' || character === '\x1a') return false;
    if (/[A-Za-z_]/.test(character)) return this.#word(start);
    if (/\d/.test(character) || (!this.#afterTerm && this.#cursor.sees(/\.\d/y))) this.#number(start);
    else if (/['"`]/.test(character)) this.#term(quoted(this.#cursor));
    else if (character === '$' || character === '@') this.#variable(character, start);
    else if (this.#afterTerm || !this.#foreignTerm(start)) this.#sign(start);
    return true;
  }

  // A blank, a comment or documentation.
  #blank(): boolean {
    const cursor = this.#cursor;
    const character = cursor.peek();
    if (character === '\n') {
      cursor.at++;
      this.#hereDocuments.skip(cursor);
      return true;
    }
    if (/\s/.test(character) && character !== '\u00a0') {
      if (cursor.take(/[ \t\r\f\v]+/y) === undefined) cursor.at++;
      return true;
    }
    return character === '#' ? this.#comment() : character === '=' && this.#documentation();
  }

  #comment(): boolean {
    const start = this.#cursor.at;
    const text = this.#cursor.take(/#[^\n]*/y);
    if (text === undefined) return false;
    this.#comments.push({ start, text: text[0].slice(1) });
    return true;
  }

  // From "=word" at the start of a line to "=cut".
  #documentation(): boolean {
    const cursor = this.#cursor;
    const atLineStart = cursor.at === 0 || cursor.peek(-1) === '\n';
    if (!atLineStart || !cursor.sees(/=[A-Za-z]/y)) return false;
    const cut = /^=cut(?![A-Za-z]).*$/gm;
    cut.lastIndex = cursor.at;
    cursor.at = cut.exec(cursor.text) === null ? cursor.text.length : cut.lastIndex;
    return true;
  }

  #term(token: PerlToken): void {
    this.#tokens.push(token);
    this.#afterTerm = true;
  }

  #foreign(start: number, what: string): void {
    this.#term({ kind: 'foreign', what, start, end: this.#cursor.at });
  }

  #operator(start: number, sign: string): void {
    this.#tokens.push({ kind: 'sign', sign, start, end: this.#cursor.at });
    this.#afterTerm = sign === ')' || sign === ']' || sign === '}';
  }

  #sign(start: number): void {
    const sign = this.#cursor.take(SIGNS)?.[0] ?? this.#cursor.peek();
    this.#operator(start, sign);
  }

  // A word: an operator, a key, the beginning of a quote, or a name. False at the end of the program.
  #word(start: number): boolean {
    const cursor = this.#cursor;
    if (this.#afterTerm) {
      const repetition = cursor.take(/x=(?![=~])/y) ?? cursor.take(/x(?=\d|\W|$)/y);
      if (repetition !== undefined) {
        this.#operator(start, repetition[0]);
        return true;
      }
    }
    const name = cursor.take(/[A-Za-z_]\w*(?:::\w+)*(?:::)?/y)?.[0] ?? '';
    if (name === '__END__' || name === '__DATA__') return false;
    if (this.#isKey()) this.#term({ kind: 'text', value: name, start, end: cursor.at });
    else if (QUOTES.has(name) && !this.#afterTerm && cursor.sees(/\s*[^\s\w]/y)) this.#quoteOf(name, start);
    else {
      this.#tokens.push({ kind: 'word', word: name, start, end: cursor.at });
      this.#afterTerm = false;
    }
    return true;
  }

  // Whether the word before the cursor is a text by its place: "word =>" or "{word}".
  #isKey(): boolean {
    if (this.#cursor.sees(/\s*=>/y)) return true;
    const previous = this.#tokens.at(-1);
    return previous?.kind === 'sign' && previous.sign === '{' && this.#cursor.peek() === '}';
  }

  #quoteOf(word: string, start: number): void {
    // After a blank, a "#" is no delimiter.
    if (this.#cursor.take(/\s+/y) !== undefined) while (this.#comment()) this.#cursor.take(/\s+/y);
    this.#term(quotedByWord(this.#cursor, word, start));
  }

  #number(start: number): void {
    const cursor = this.#cursor;
    if (cursor.take(/\d+\.\d+\.\d[\d.]*/y) !== undefined) {
      this.#foreign(start, 'a number with several points (an address wants quotes)');
      return;
    }
    const octal = cursor.take(/0[oO]?_?(?=[0-7])([0-7_]+)/y)?.[1];
    const written = octal === undefined ? (cursor.take(DIGITS)?.[0] ?? '') : `0o${octal}`;
    this.#term({ kind: 'number', value: Number(written.replaceAll('_', '')), start, end: cursor.at });
  }

  #variable(sigil: '$' | '@', start: number): void {
    const cursor = this.#cursor;
    const named = cursor.take(sigil === '$' ? SCALAR : LIST);
    if (named !== undefined) {
      const name = variableName(named[1] ?? named[2] ?? '');
      this.#term({ kind: 'variable', sigil, name, start, end: cursor.at });
    } else if (sigil === '@') {
      cursor.take(/@(?:\$+\w*)?/y);
      this.#foreign(start, 'a reference to a list');
    } else {
      // "$" before "{" or "$#" before "{": leaves the brackets, so that they stay in pairs.
      cursor.take(/\$(?:#\w+|#(?=[{$])|\$+\w*|\d+|\^\w|[^\s\w{])?/y);
      this.#foreign(start, `the variable ${cursor.text.slice(start, cursor.at)}`);
    }
  }

  // What is an operator after a term, and something else where a term is wanted.
  #foreignTerm(start: number): boolean {
    const what = this.#whatForeign();
    if (what !== undefined) this.#foreign(start, what);
    return what !== undefined;
  }

  #whatForeign(): string | undefined {
    const cursor = this.#cursor;
    switch (cursor.peek()) {
      case '%':
        return cursor.take(/%(?:\$*\w+|(?=[{$]))/y) && 'a hash';
      case '&':
        return cursor.take(/&[A-Za-z_]\w*/y) && 'a function call';
      case '<':
        if (this.#hereDocuments.announce(cursor)) return 'a here-document';
        return cursor.take(/<[\w$:]*>/y) && 'reading a file';
      case '/':
        return this.#slashes() ? 'a match' : undefined;
      default:
        return undefined;
    }
  }

  // A match between slashes. Only within one line: elsewhere, a slash is more likely to be a division.
  #slashes(): boolean {
    const { at, text } = this.#cursor;
    if (at < this.#noMatchBefore) return false;
    if (this.#cursor.take(/\/(?:[^/\\\n]|\\.)*\/[a-z]*/y) !== undefined) return true;
    const newline = text.indexOf('\n', at);
    this.#noMatchBefore = newline === -1 ? text.length : newline;
    return false;
  }
}
