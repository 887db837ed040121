// A setting as a room declares it: one entry is reader, printer, default and manual.

import type { Kind } from './kinds.ts';

export interface Entry<T> {
  /** The TOML table in which it stands; undefined: it is an array of tables, `[[name]]`. */
  readonly group: string | undefined;
  readonly kind: Kind<T>;
  readonly default: T;
  readonly unit: string | undefined;
  readonly text: string;
}

export type Entries = { readonly [name: string]: Entry<unknown> };

/** The values of some entries. */
export type SettingsOf<E> = { readonly [K in keyof E]: E[K] extends Entry<infer T> ? T : never };

/** Makes entries of one TOML table. */
export function entriesIn(group: string): <T>(kind: Kind<T>, value: T, text: string, unit?: string) => Entry<T> {
  return (kind, value, text, unit) => ({ group, kind, default: value, text, unit });
}
