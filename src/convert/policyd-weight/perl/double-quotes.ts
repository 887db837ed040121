// Texts in double quotes and regular expressions: what a backslash stands for, and the variables in them.

import { Cursor } from './cursor.ts';
import { NotRead } from './not-read.ts';
import { PERL_NAME, variableName } from './tokens.ts';
import { textOf } from './values.ts';
import type { Variables } from './variables.ts';
import { ITEM, type Work } from './work.ts';

const BRACED = new RegExp(`([$@])\\{\\s*(${PERL_NAME})\\s*\\}`, 'y');
const NAMED = new RegExp(`([$@])(${PERL_NAME})`, 'y');
const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['f', '\f'],
  ['b', '\b'],
  ['a', '\x07'],
  ['e', '\x1b'],
]);

export class DoubleQuotes {
  readonly #variables: Variables;
  readonly #work: Work;

  constructor(variables: Variables, work: Work) {
    this.#variables = variables;
    this.#work = work;
  }

  /** The text that `body` stands for, which begins at `start` in the file. */
  text(body: string, start: number): string {
    const cursor = new Cursor(body, start);
    let text = '';
    while (!cursor.atEnd) {
      const plain = cursor.take(/[^\\$@]+/y);
      const added = plain?.[0] ?? (cursor.peek() === '\\' ? escaped(cursor) : this.#inserted(cursor, false));
      this.#work.spend(added.length);
      text += added;
    }
    return text;
  }

  /** The source of a regular expression, in which backslashes stay. */
  regexp(source: string, start: number): string {
    const cursor = new Cursor(source, start);
    let text = '';
    while (!cursor.atEnd) {
      const plain = cursor.take(/(?:[^\\$@]|\\[\s\S]|\\$)+/y);
      const added = plain?.[0] ?? this.#inserted(cursor, true);
      this.#work.spend(added.length);
      text += added;
    }
    return text;
  }

  // The value of a variable inside of a text or regular expression. The cursor stands at a "$" or "@".
  #inserted(cursor: Cursor, inRegExp: boolean): string {
    const { offset } = cursor;
    const braced = cursor.take(BRACED);
    const plain = braced === undefined ? cursor.take(NAMED) : undefined;
    const found = braced ?? plain;
    if (found === undefined) return signItself(cursor, inRegExp);
    const sigil = found[1] === '@' ? '@' : '$';
    const name = variableName(found[2] ?? '');
    if (plain !== undefined) refuseSubscript(cursor, sigil, name);
    const element = plain === undefined ? undefined : cursor.take(/\[(-?\d{1,6})\]/y);
    if (element === undefined) {
      if (sigil === '@') return this.#joined(name, offset);
      return textOf(this.#variables.valueOf({ sigil, name, start: offset }).value);
    }
    const written = Number(element[1]);
    const index = written < 0 ? written + this.#variables.lengthOf(name) : written;
    return textOf(this.#variables.valueOf({ sigil, name, index, start: offset }).value);
  }

  #joined(name: string, offset: number): string {
    const list = this.#variables.list(name);
    if (list === undefined) {
      throw new NotRead(offset, `"@${name}" in double quotes is a list in Perl: for the text, write "\\@${name}"`);
    }
    for (const { value } of list) this.#work.spend(typeof value === 'string' ? value.length : ITEM);
    return list.map((item) => textOf(item.value)).join(' ');
  }
}

// "@ " and the "$" at the end of a regular expression are what they look like.
function signItself(cursor: Cursor, inRegExp: boolean): string {
  const { offset } = cursor;
  const sign = cursor.take(/[$@]/y)?.[0] ?? '';
  const next = cursor.peek();
  if (next !== '{' && (inRegExp || (sign === '@' && next !== '$'))) return sign;
  throw new NotRead(offset, `a "${sign}" in double quotes must be written "\\${sign}"`);
}

function refuseSubscript(cursor: Cursor, sigil: '$' | '@', name: string): void {
  const variable = `${sigil}${name}`;
  const hint = `write "\${${name}}" to end the name there`;
  if (cursor.take(/->[[{]|\{/y) !== undefined) {
    throw new NotRead(cursor.offset, `hashes and references are not read; ${hint}`);
  }
  if (cursor.peek() === '[' && (sigil === '@' || !cursor.sees(/\[-?\d{1,6}\]/y))) {
    throw new NotRead(cursor.offset, `"${variable}[" is not read; ${hint}`);
  }
  if (cursor.sees(/'[A-Za-z_]/y)) {
    throw new NotRead(cursor.offset, `in Perl, the "'" belongs to the name "${variable}"; ${hint}`);
  }
}

// What a backslash and its followers stand for.
function escaped(cursor: Cursor): string {
  const { offset } = cursor;
  const hex =
    cursor.take(/\\x(?:\{\s*([\da-fA-F_]*)\s*\}|([\da-fA-F]{0,2}))/y) ?? cursor.take(/\\N\{U\+([\da-fA-F]+)\}/y);
  if (hex !== undefined) {
    return character(Number.parseInt(`0${hex[1] ?? hex[2] ?? ''}`.replaceAll('_', ''), 16), offset);
  }
  const octal = cursor.take(/\\(?:o\{([0-7]+)\}|([0-7]{1,3}))/y);
  if (octal !== undefined) return character(Number.parseInt(octal[1] ?? octal[2] ?? '', 8), offset);
  const control = cursor.take(/\\c([@-_a-z])/y);
  if (control !== undefined) return String.fromCharCode((control[1] ?? '').toUpperCase().charCodeAt(0) ^ 64);
  const next = cursor.take(/\\([\s\S]?)/uy)?.[1] ?? '';
  if (/[ulLUQEFNoc]/.test(next)) throw new NotRead(offset, `"\\${next}" in double quotes is not read`);
  return ESCAPES.get(next) ?? next;
}

function character(code: number, offset: number): string {
  if (code > 0x10ffff) throw new NotRead(offset, 'there is no such character');
  return String.fromCodePoint(code);
}
