// A TOML table whose parts have kinds of their own. Reader, printer, type and manual come from its parts.

import { bad, describe, good, isTable, type Kind, type Read } from './kinds.ts';

/** What a part is when it is left out: nothing is right then (`needed`), it is missing, or it has a value. */
type Without<T> = 'needed' | 'missing' | { readonly value: T };

export interface Part<T, W extends Without<T> = Without<T>> {
  readonly kind: Kind<T>;
  /** For the manual. */
  readonly text: string;
  readonly without: W;
}

export type Parts = { readonly [name: string]: Part<unknown> };

type MissingNames<P extends Parts> = { [K in keyof P]: P[K]['without'] extends 'missing' ? K : never }[keyof P];
type ValueOf<P> = P extends Part<infer T> ? T : never;
/** The values of parts. */
export type RecordOf<P extends Parts> = {
  readonly [K in Exclude<keyof P, MissingNames<P>>]: ValueOf<P[K]>;
} & { readonly [K in MissingNames<P>]?: ValueOf<P[K]> };

export function needed<T>(kind: Kind<T>, text: string): Part<T, 'needed'> {
  return { kind, text, without: 'needed' };
}

/** A part that may be missing. */
export function optional<T>(kind: Kind<T>, text: string): Part<T, 'missing'> {
  return { kind, text, without: 'missing' };
}

/** A part that has a value though it is left out. */
export function defaulted<T>(kind: Kind<T>, value: T, text: string): Part<T, { readonly value: T }> {
  return { kind, text, without: { value } };
}

/** Reads a table with these parts. `what` is its name in messages, such as `a list`. */
export function readRecord<P extends Parts>(what: string, parts: P, table: unknown): Read<RecordOf<P>> {
  if (!isTable(table)) return bad(`wants a table, not ${describe(table)}`);
  for (const name in table) {
    if (!Object.hasOwn(parts, name)) {
      return bad(`is no part of ${what}; known are ${Object.keys(parts).join(', ')}`, name);
    }
  }
  const values: Record<string, unknown> = {};
  for (const name in parts) {
    const part: Part<unknown> | undefined = parts[name];
    if (part === undefined) continue;
    const { kind, without } = part;
    const value = table[name];
    if (value !== undefined) {
      const read = kind.read(value);
      if (!read.ok) return bad(read.complaint.message, name, ...read.complaint.path);
      values[name] = read.value;
    } else if (without === 'needed') {
      return bad(`lacks its part ${name}`);
    } else if (without !== 'missing') {
      values[name] = without.value;
    }
  }
  // Each value was read by the kind of its own part, which is more than the compiler can follow.
  return good(values as RecordOf<P>);
}

/** The parts as `name = value`, without those that are so anyway. */
export function assignments<P extends Parts>(parts: P, record: RecordOf<P>): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(record));
  return Object.entries(parts)
    .filter(([name, { without }]) => {
      const value = values.get(name);
      return value !== undefined && !(typeof without === 'object' && without.value === value);
    })
    .map(([name, { kind }]) => `${name} = ${kind.print(values.get(name))}`);
}
