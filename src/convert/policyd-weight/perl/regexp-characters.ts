// Single characters in Perl's regular expressions: by escape or as they are, and how JavaScript writes them.

import type { Cursor } from './cursor.ts';

/** Why an expression has no counterpart. */
export class Refused extends Error {}

/** Whether letters are made small: case does not matter, and the input is in lower case. */
export type MakeSmall = boolean;

const CONTROLS = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

/** Takes an escape that stands for one character; leaves others alone. */
export function takeCharacter(cursor: Cursor): string | undefined {
  const hex =
    cursor.take(/\\x(?:\{\s*([\da-fA-F]+)\s*\}|([\da-fA-F]{0,2}))/y) ?? cursor.take(/\\N\{U\+([\da-fA-F]+)\}/y);
  if (hex !== undefined) return character(Number.parseInt(`0${hex[1] ?? hex[2] ?? ''}`, 16));
  const octal = cursor.take(/\\(?:o\{([0-7]+)\}|(0[0-7]{0,2}|[1-7][0-7]{2}))/y);
  if (octal !== undefined) return character(Number.parseInt(octal[1] ?? octal[2] ?? '', 8));
  const control = cursor.take(/\\c([A-Za-z])/y);
  if (control !== undefined) return character((control[1] ?? '').charCodeAt(0) % 32);
  const next = cursor.peek(1);
  if (next === '') throw new Refused('ends with a backslash');
  const known = CONTROLS.get(next);
  if (known === undefined && /[A-Za-z0-9]/.test(next)) return undefined;
  cursor.at += 2;
  return known === undefined ? next : character(known);
}

/** Takes an octal number without a 0 in front, which is one only where no references are. */
export function takeOctal(cursor: Cursor): string | undefined {
  if (cursor.take(/\\(?=[1-7])/y) === undefined) return undefined;
  return character(Number.parseInt(cursor.take(/[0-7]{1,3}/y)?.[0] ?? '', 8));
}

/** One character that stands for itself. */
export function literal(written: string, makeSmall: MakeSmall): string {
  const letter = makeSmall ? written.toLowerCase() : written;
  // The sharp edges of Unicode: U+0130 becomes two characters.
  if (letter.length !== written.length) throw new Refused(`has the letter "${written}" without regard to case`);
  if (/[\^$\\.*+?()[\]{}|]/.test(letter)) return `\\${letter}`;
  if (letter >= ' ' && letter !== '\x7f') return letter;
  return `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function character(code: number): string {
  if (code > 0xffff) throw new Refused('has a character beyond U+FFFF');
  return String.fromCharCode(code);
}
