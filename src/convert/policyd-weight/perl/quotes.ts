// The quotes of Perl: '', "", ``, q, qq, qw, qr, m, s, tr, y, and where each ends.

import type { Cursor } from './cursor.ts';
import type { PerlToken } from './tokens.ts';

/** The words that begin a quote with delimiters of one's own choice. */
export const QUOTES = new Set(['q', 'qq', 'qw', 'qr', 'qx', 'm', 's', 'tr', 'y']);

/** Something has no end. The cursor is left where it begins. */
export class Unfinished extends Error {}

const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['<', '>'],
]);
const CHANGING = new Set(['s', 'tr', 'y']);

/** A text in plain quotes, whose first one stands at the cursor. */
export function quoted(cursor: Cursor): PerlToken {
  const start = cursor.at;
  const quote = cursor.peek();
  cursor.at++;
  if (quote === "'") {
    const value = withoutEscapes(bodyOf(cursor, quote, start, 'a text in single quotes'), quote);
    return { kind: 'text', value, start, end: cursor.at };
  }
  if (quote === '"') {
    const body = bodyOf(cursor, quote, start, 'a text in double quotes');
    return { kind: 'template', body, bodyStart: start + 1, start, end: cursor.at };
  }
  bodyOf(cursor, quote, start, 'a command in backquotes');
  return { kind: 'foreign', what: 'a command', start, end: cursor.at };
}

/** What one of the words begins that stands at `start`. The cursor stands at the delimiter. */
export function quotedByWord(cursor: Cursor, word: string, start: number): PerlToken {
  const open = cursor.peek();
  cursor.at++;
  const what = `${word}${open}...${closing(open)}`;
  const bodyStart = cursor.at;
  const body = bodyOf(cursor, open, start, what);
  if (word === 'q') return { kind: 'text', value: withoutEscapes(body, open), start, end: cursor.at };
  if (word === 'qq') return { kind: 'template', body, bodyStart, start, end: cursor.at };
  if (word === 'qw') return { kind: 'words', words: wordsIn(body, bodyStart, open), start, end: cursor.at };
  if (word === 'qr') return regexp(cursor, body, open, start);
  if (CHANGING.has(word)) skipReplacement(cursor, open, start, what);
  cursor.take(/[a-z]*/y);
  return { kind: 'foreign', what: word === 'qx' ? 'a command' : what, start, end: cursor.at };
}

function closing(open: string): string {
  return CLOSING.get(open) ?? open;
}

// Reads to the delimiter that closes the one before the cursor. Brackets nest, and a backslash hides what follows it.
function bodyOf(cursor: Cursor, open: string, start: number, what: string): string {
  const close = closing(open);
  const from = cursor.at;
  for (let depth = 1; !cursor.atEnd; cursor.at++) {
    const character = cursor.peek();
    if (character === '\\') cursor.at++;
    else if (character === close) {
      depth--;
      if (depth > 0) continue;
      cursor.at++;
      return cursor.text.slice(from, cursor.at - 1);
    } else if (character === open) depth++;
  }
  cursor.at = start;
  throw new Unfinished(what);
}

function wordsIn(body: string, bodyStart: number, open: string): (PerlToken & { kind: 'words' })['words'] {
  return Array.from(body.matchAll(/\S+/g), ({ 0: written, index }) => ({
    value: withoutEscapes(written, open),
    start: bodyStart + index,
    end: bodyStart + index + written.length,
  }));
}

function regexp(cursor: Cursor, body: string, open: string, start: number): PerlToken {
  const flags = cursor.take(/[a-z]*/y)?.[0] ?? '';
  // As Perl does: a backslash before a delimiter that is no bracket only protects it from being the end.
  const source = CLOSING.has(open) ? body : body.replace(/\\([\s\S])/g, (all, next) => (next === open ? next : all));
  return { kind: 'regexp', source, flags, interpolated: open !== "'", start, end: cursor.at };
}

// The second half of "s/a/b/" or "s{a} {b}".
function skipReplacement(cursor: Cursor, open: string, start: number, what: string): void {
  cursor.take(/\s*/y);
  if (!CLOSING.has(open)) {
    bodyOf(cursor, open, start, what);
    return;
  }
  const second = cursor.peek();
  cursor.at++;
  bodyOf(cursor, second, start, what);
}

// In single quotes, a backslash hides only a delimiter or another backslash.
function withoutEscapes(body: string, open: string): string {
  return body.replace(/\\([\s\S])/g, (all, next) =>
    next === '\\' || next === open || next === closing(open) ? next : all,
  );
}
