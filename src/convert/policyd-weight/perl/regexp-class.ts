// Classes in Perl's regular expressions, such as [a-z[:digit:]_].

import type { Cursor } from './cursor.ts';
import { literal, type MakeSmall, Refused, takeCharacter, takeOctal } from './regexp-characters.ts';
import { NEGATED_POSIX, POSIX, SETS } from './regexp-sets.ts';

/** How letters and blanks in a class are taken. */
export interface ClassFlags {
  readonly ignoreCase: boolean;
  readonly makeSmall: MakeSmall;
  readonly skipBlanks: boolean;
}

type ClassItem = { readonly set: string } | { readonly set?: undefined; readonly character: string };

/** The class at the cursor, as JavaScript writes it. */
export function characterClass(cursor: Cursor, flags: ClassFlags): string {
  cursor.at++;
  let inside = cursor.take(/\^/y) === undefined ? '[' : '[^';
  for (let first = true; ; first = false) {
    if (flags.skipBlanks) cursor.take(/[ \t]+/y);
    if (cursor.atEnd) throw new Refused('lacks a closing "]"');
    if (!first && cursor.take(/\]/y) !== undefined) return `${inside}]`;
    inside += itemOrRange(cursor, flags);
  }
}

function itemOrRange(cursor: Cursor, flags: ClassFlags): string {
  const item = classItem(cursor, flags);
  const isRange = cursor.take(/-(?!\])/y) !== undefined;
  // "[\w-.]": no range can begin with a set.
  if (item.set !== undefined) return isRange ? `${item.set}\\-` : item.set;
  if (!isRange) return classLiteral(item.character, flags);
  const end = classItem(cursor, flags);
  if (end.set !== undefined) return `${classLiteral(item.character, flags)}\\-${end.set}`;
  refuseMixedRange(item.character, end.character, flags);
  return `${classLiteral(item.character, flags)}-${classLiteral(end.character, flags)}`;
}

function classItem(cursor: Cursor, flags: ClassFlags): ClassItem {
  const posix = cursor.take(/\[:(\^?)([a-z]+):\]/y);
  if (posix !== undefined) return { set: posixSet(posix, flags) };
  if (cursor.take(/\[[.=]/y) !== undefined) throw new Refused('has "[." or "[=", which Perl refuses too');
  if (cursor.peek() !== '\\') {
    const character = cursor.peek();
    cursor.at++;
    return { character };
  }
  if (cursor.take(/\\b/y) !== undefined) return { character: '\b' };
  const character = takeCharacter(cursor) ?? takeOctal(cursor);
  if (character !== undefined) return { character };
  const next = cursor.peek(1);
  const set = SETS.get(next)?.inside;
  if (set === undefined) throw new Refused(`has "\\${next}" in a class, which is not read`);
  cursor.at += 2;
  return { set };
}

function posixSet([written, negated, name = '']: RegExpExecArray, { ignoreCase }: ClassFlags): string {
  const caseless = ignoreCase && (name === 'upper' || name === 'lower');
  const set = negated === '^' ? NEGATED_POSIX.get(name) : POSIX.get(caseless ? 'alpha' : name);
  if (set === undefined) throw new Refused(`has the class "${written}", which is not read`);
  return set;
}

function refuseMixedRange(from: string, to: string, { makeSmall }: ClassFlags): void {
  const capitals = /[A-Z]/.test(from) && /[A-Z]/.test(to);
  if (makeSmall && !capitals && hasCapitals(from, to)) {
    throw new Refused(`has the range "${from}-${to}" without regard to case, which is not read`);
  }
}

// Whether a range holds letters that making them small would move out of it. Those beyond ASCII count as such.
function hasCapitals(from: string, to: string): boolean {
  return to > '\x7f' || (from <= 'Z' && to >= 'A');
}

function classLiteral(character: string, { makeSmall }: ClassFlags): string {
  if (character === '-') return '\\-';
  return literal(character, makeSmall).replace(/^\\([.*+?(){}|$])$/, '$1');
}
