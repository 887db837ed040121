// The Public Suffix List, in the compact form in which Debian and Fedora ship it (public_suffix_list.dafsa), and ours
// comes (scripts/suffixes.mjs). It is searched as it is read: nothing is parsed, so a process pays for one small file.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

declare const POLW_SUFFIXES_AS_OF: number | undefined;

/** What the list says of a name: its suffix, all names below it (`*.ck`), or not a suffix at all (`!www.ck`). */
export interface Rule {
  readonly exception: boolean;
  readonly wildcard: boolean;
}

const OF_THE_SYSTEM = '/usr/share/publicsuffix/public_suffix_list.dafsa';

const HEADER = '.DAFSA@PSL_0   \n';
/** More than any list will have; a file that is larger is something else. */
const LIMIT = 4 * 1024 * 1024;

/** The bits of a value. */
const EXCEPTION = 1;
const WILDCARD = 2;
/** Marks the last character before a list, the last offset of a list, and a value. */
const END = 0x80;

/** The table to use; undefined if there is none. Ours lies beside the program or, for tests, in the folder of builds. */
export function currentSuffixes(): Uint8Array | undefined {
  const asOf = typeof POLW_SUFFIXES_AS_OF === 'number' ? POLW_SUFFIXES_AS_OF : Number.POSITIVE_INFINITY;
  const ours = ['polw.suffixes', '../../bin/polw.suffixes'].map((file) => join(__dirname, file));
  return newestOf(ours, asOf, OF_THE_SYSTEM);
}

/** The table of the system if it is newer than ours, else the first of ours that can be read. */
export function newestOf(ours: readonly string[], asOf: number, system: string): Uint8Array | undefined {
  for (const file of isNewer(system, asOf) ? [system, ...ours] : ours) {
    const table = read(file);
    if (table !== undefined) return table;
  }
  return undefined;
}

/** Packages give the file the day of the list. */
function isNewer(file: string, asOf: number): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= LIMIT && stat.mtimeMs > asOf;
}

function read(file: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(file);
    return bytes.toString('latin1', 0, HEADER.length) === HEADER ? bytes.subarray(HEADER.length) : undefined;
  } catch {
    return undefined;
  }
}

/** The rule of the list for this very name, if it has one. */
export function ruleOf(name: string, table: Uint8Array): Rule | undefined {
  const value = find(name, table);
  return value === undefined ? undefined : { exception: (value & EXCEPTION) !== 0, wildcard: (value & WILDCARD) !== 0 };
}

/**
 * Follows a name through the automaton. A list of offsets, each counted from the one before it, leads to items. An item
 * is a value, or characters of which the last leads to another list; behind them may stand the value of a whole name.
 * Offsets lead forward only, so a damaged table ends the search too.
 */
function find(name: string, table: Uint8Array): number | undefined {
  let done = 0;
  let item = 0;
  let list: number | undefined = 0;
  while (list !== undefined) {
    const head: number = table[list] ?? END;
    const [distance, length] = offsetAt(table, list, head);
    item += distance;
    list = (head & END) === 0 ? list + length : undefined;

    let place = item;
    let at = done;
    while (at < name.length && table[place] === name.charCodeAt(at)) {
      place += 1;
      at += 1;
    }
    const byte = table[place] ?? 0;
    if (at === name.length) {
      if ((byte & 0xe0) === END) return byte & 0x0f;
    } else if (byte === (name.charCodeAt(at) | END)) {
      done = at + 1;
      item = place + 1;
      list = item;
      continue;
    }
    // No two items of a list begin alike.
    if (at > done) return undefined;
  }
  return undefined;
}

function offsetAt(table: Uint8Array, place: number, head: number): readonly [distance: number, length: number] {
  const second = table[place + 1] ?? 0;
  switch (head & 0x60) {
    case 0x60:
      return [((head & 0x1f) << 16) | (second << 8) | (table[place + 2] ?? 0), 3];
    case 0x40:
      return [((head & 0x1f) << 8) | second, 2];
    default:
      return [head & 0x3f, 1];
  }
}
