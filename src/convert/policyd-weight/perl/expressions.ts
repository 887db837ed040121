// Expressions: constants, variables, and what is calculated of them.

import { DoubleQuotes } from './double-quotes.ts';
import { NotRead } from './not-read.ts';
import type { TokenStream } from './token-stream.ts';
import { type Item, leadingNumber, type PerlValue, textOf } from './values.ts';
import type { Target, Variables } from './variables.ts';
import type { Work } from './work.ts';

/** An expression is one thing in a list, another where a single value is wanted: a list is its length, for example. */
export interface Operand {
  readonly items: readonly Item[];
  readonly scalar: Item;
}

const MAX_DEPTH = 50;
const MAX_INDEX = 10_000;
const SUMS = new Set(['+', '-', '.']);
const PRODUCTS = new Set(['*', '/', 'x']);

export class Expressions {
  readonly #stream: TokenStream;
  readonly #variables: Variables;
  readonly #work: Work;
  readonly #doubleQuotes: DoubleQuotes;
  #depth = 0;

  constructor(stream: TokenStream, variables: Variables, work: Work) {
    this.#stream = stream;
    this.#variables = variables;
    this.#work = work;
    this.#doubleQuotes = new DoubleQuotes(variables, work);
  }

  /** To be called before each statement. */
  begin(): void {
    this.#depth = 0;
  }

  /** Values with commas between them. */
  list(): Operand {
    const stream = this.#stream;
    const items: Item[] = [];
    let scalar: Item = { value: undefined, start: stream.start, end: stream.start };
    while (!stream.isSign(')') && !stream.isSign(';') && !stream.atEnd) {
      if (stream.takeSign(',') || stream.takeSign('=>')) continue;
      const operand = this.expression();
      this.#work.spendItems(operand.items.length);
      for (const item of operand.items) items.push(item);
      scalar = operand.scalar;
      if (!stream.isSign(',') && !stream.isSign('=>')) break;
    }
    return { items, scalar };
  }

  expression(): Operand {
    const { start } = this.#stream;
    let left = this.#product();
    for (let sign = this.#stream.signOf(SUMS); sign !== undefined; sign = this.#stream.signOf(SUMS)) {
      this.#stream.at++;
      const right = this.#product();
      left = single(this.combined(sign, left.scalar, right.scalar, start));
    }
    return left;
  }

  /** A variable or an element of a list, as a target or a value. */
  target(): Target {
    const stream = this.#stream;
    const token = stream.peek();
    if (token?.kind !== 'variable') throw stream.unexpected();
    const { sigil, name, start } = token;
    stream.at++;
    if (stream.isSign('{') || stream.isSign('->')) throw new NotRead(start, 'hashes and references are not read');
    if (!stream.isSign('[')) return { sigil, name, start };
    if (sigil === '@') throw new NotRead(start, 'a part of a list is not read');
    return { sigil, name, start, index: this.#index(name) };
  }

  /** What an operator makes of two values. */
  combined(operator: string, left: Item, right: Item, start: number): Item {
    return { value: this.#calculated(operator, left, right), start, end: this.#stream.end };
  }

  #index(name: string): number {
    this.#stream.wantSign('[');
    const { start } = this.#stream;
    const index = Math.trunc(this.#numeric(this.#nested(() => this.expression()).scalar));
    this.#stream.wantSign(']');
    const fromStart = index < 0 ? index + this.#variables.lengthOf(name) : index;
    if (fromStart < 0 || fromStart > MAX_INDEX) throw new NotRead(start, `there is no element ${index}`);
    return fromStart;
  }

  #nested<T>(read: () => T): T {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) throw new NotRead(this.#stream.start, 'brackets are nested too deeply');
    const result = read();
    this.#depth--;
    return result;
  }

  #product(): Operand {
    const { start } = this.#stream;
    const isList = this.#stream.isSign('(') || this.#stream.peek()?.kind === 'words';
    let left = this.#signed();
    for (let sign = this.#stream.signOf(PRODUCTS); sign !== undefined; sign = this.#stream.signOf(PRODUCTS)) {
      this.#stream.at++;
      const right = this.#signed();
      const repeated = sign === 'x' && isList ? this.#repeated(left.items, right.scalar) : undefined;
      const scalar = this.combined(sign, left.scalar, right.scalar, start);
      left = repeated === undefined ? single(scalar) : { items: repeated, scalar };
    }
    return left;
  }

  #repeated(items: readonly Item[], times: Item): readonly Item[] {
    const count = Math.max(0, Math.trunc(this.#numeric(times)));
    this.#work.spendItems(Math.max(items.length, 1) * count);
    return Array.from({ length: count }, () => items).flat();
  }

  #signed(): Operand {
    const stream = this.#stream;
    const { start } = stream;
    let negative = false;
    let signs = 0;
    for (; stream.isSign('-') || stream.isSign('+'); signs++) {
      if (stream.isSign('-')) negative = !negative;
      stream.at++;
    }
    const operand = this.#term();
    if (signs === 0) return operand;
    const { scalar } = operand;
    if (!negative) return operand.items.length === 1 ? single({ ...scalar, start, end: stream.end }) : operand;
    if (typeof scalar.value === 'string' && !/^\s*[+-]?\.?\d/.test(scalar.value)) {
      throw new NotRead(start, 'a "-" before a text is not read');
    }
    return single({ value: 0 - this.#numeric(scalar), start, end: stream.end });
  }

  #term(): Operand {
    const stream = this.#stream;
    const token = stream.peek();
    if (token === undefined) throw stream.unexpected();
    const { start, end } = token;
    switch (token.kind) {
      case 'number':
        return this.#constant(token.value);
      case 'text':
        this.#work.spend(token.value.length);
        return this.#constant(token.value);
      case 'template':
        return this.#constant(this.#doubleQuotes.text(token.body, token.bodyStart));
      case 'regexp': {
        const source = token.interpolated ? this.#doubleQuotes.regexp(token.source, start) : token.source;
        return this.#constant({ source, flags: token.flags });
      }
      case 'words':
        stream.at++;
        this.#work.spendItems(token.words.length);
        return { items: token.words, scalar: token.words.at(-1) ?? { value: undefined, start, end } };
      case 'variable':
        return this.#variable(token.sigil, token.name);
      case 'word':
        return this.#undefined(token.word);
      case 'sign':
        return this.#brackets(token.sign);
      default:
        throw stream.unexpected();
    }
  }

  #constant(value: PerlValue): Operand {
    const { start } = this.#stream;
    this.#stream.at++;
    return single({ value, start, end: this.#stream.end });
  }

  // "undef" or "undef()".
  #undefined(word: string): Operand {
    const stream = this.#stream;
    if (word !== 'undef' || stream.peek(1)?.kind === 'variable') throw stream.unexpected();
    const { start } = stream;
    stream.at++;
    if (stream.takeSign('(')) stream.wantSign(')');
    return single({ value: undefined, start, end: stream.end });
  }

  #brackets(sign: string): Operand {
    const stream = this.#stream;
    if (sign === '{' || sign === '[') throw new NotRead(stream.start, 'hashes and references are not read here');
    if (sign !== '(') throw stream.unexpected();
    return this.#nested(() => {
      stream.at++;
      const operand = this.list();
      stream.wantSign(')');
      return operand;
    });
  }

  #variable(sigil: '$' | '@', name: string): Operand {
    const stream = this.#stream;
    const { start } = stream;
    if (sigil === '@' && !stream.isSign('[', 1) && !stream.isSign('{', 1)) {
      const list = this.#variables.list(name);
      if (list === undefined) throw new NotRead(start, `@${name} has no value that is known here`);
      stream.at++;
      return { items: list, scalar: { value: list.length, start, end: stream.end } };
    }
    return single({ value: this.#variables.valueOf(this.target()).value, start, end: stream.end });
  }

  #calculated(operator: string, left: Item, right: Item): PerlValue {
    if (operator === '.') {
      const text = textOf(left.value) + textOf(right.value);
      this.#work.spend(text.length);
      return text;
    }
    const b = this.#numeric(right);
    if (operator === 'x') {
      const text = textOf(left.value);
      const count = Math.max(0, Math.trunc(b));
      this.#work.spend(Math.max(text.length, 1) * count);
      return text.repeat(count);
    }
    const a = this.#numeric(left);
    if (operator === '/' && b === 0) throw new NotRead(this.#placeOf(right), 'a division by zero');
    // Adding 0 makes -0 a plain 0.
    return 0 + (operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b);
  }

  #numeric(item: Item): number {
    const { value } = item;
    if (typeof value === 'object') throw new NotRead(this.#placeOf(item), 'a regular expression is no number');
    const number = typeof value === 'number' ? value : leadingNumber(textOf(value));
    if (!Number.isFinite(number)) throw new NotRead(this.#placeOf(item), 'the number is too large');
    return number;
  }

  #placeOf({ start }: Item): number {
    return start < 0 ? this.#stream.start : start;
  }
}

function single(item: Item): Operand {
  return { items: [item], scalar: item };
}
