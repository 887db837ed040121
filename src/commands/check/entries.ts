// The entries of master.cf that run polw. The program decides, not the account or the name of the service: polw by its
// own name, a copy of its launcher under another, or a script that starts it; alone, behind node with options, behind
// env, or behind another program such as nice.

import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import minimist from 'minimist';
import { DEFAULT_FILE } from '../../settings/file.ts';
import type { MasterEntry } from './master-cf.ts';

/** The PATH that spawn(8) gives to its programs. */
const PATH = ['/usr/bin', '/bin'];
/** Options of node that take a further word. */
const NODE_OPTIONS_WITH_WORD = [
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
];
/** Launchers and scripts are shorter than this. */
const SHORT = 64 * 1024;

/** An entry that runs polw. */
export interface PolwEntry {
  readonly entry: MasterEntry;
  /** The account and the group, as they are named; empty if they aren't. */
  readonly user: string;
  readonly group: string;
  /** What starts polw: program and arguments, the last of which is polw itself. */
  readonly start: readonly string[];
  /** polw itself. */
  readonly program: string;
  /** The settings file; undefined for the one that is used if none is named. */
  readonly file: string | undefined;
}

/** Reads an entry; undefined if it runs something else. `queue` is where spawn(8) runs its programs. */
export function polwEntryOf(entry: MasterEntry, queue: string): PolwEntry | undefined {
  if (entry.command !== 'spawn') return undefined;
  const argv = argvOf(entry);
  const at = placeOfPolw(argv, queue);
  if (at === undefined) return undefined;
  const [user = '', group = ''] = (
    /^user=(.*)$/.exec(entry.words.find((word) => word.startsWith('user=')) ?? '')?.[1] ?? ''
  ).split(':');
  const options = minimist([...argv.slice(at + 1)], { string: ['_', 'f'], boolean: ['d', 'h', 'v'] });
  const file = typeof options.f === 'string' && options.f !== '' ? path.resolve(queue, options.f) : undefined;
  return { entry, user, group, start: argv.slice(0, at + 1), program: argv[at] ?? '', file };
}

/** Program and arguments of an entry of spawn(8). */
export function argvOf({ words }: MasterEntry): readonly string[] {
  const at = words.findIndex((word) => word.startsWith('argv='));
  return at < 0 ? [] : [words[at]?.slice('argv='.length) ?? '', ...words.slice(at + 1)];
}

/** The settings file that an entry reads. */
export function fileOf({ file }: PolwEntry): string {
  return file ?? DEFAULT_FILE;
}

/** The file that a word names, as execvp(3) finds it; undefined if there is none. */
export function executable(word: string, queue: string): string | undefined {
  const files = word.includes('/') ? [path.resolve(queue, word)] : PATH.map((folder) => `${folder}/${word}`);
  return files.find((file) => existsSync(file));
}

/** Words in front of the program: env and what belongs to it, node and its options. */
export function placeOfProgram(argv: readonly string[]): number {
  let at = 0;
  if (path.basename(argv[at] ?? '') === 'env') {
    at++;
    while (/^-|=/.test(argv[at] ?? '')) at += argv[at] === '-u' || argv[at] === '-C' ? 2 : 1;
  }
  if (!isNode(argv[at])) return at;
  at++;
  while (argv[at]?.startsWith('-') === true) at += NODE_OPTIONS_WITH_WORD.includes(argv[at] ?? '') ? 2 : 1;
  return at;
}

export function isNode(word: string | undefined): boolean {
  return /^node(js)?[\d.-]*$/.test(path.basename(word ?? ''));
}

function placeOfPolw(argv: readonly string[], queue: string): number | undefined {
  const at = placeOfProgram(argv);
  if (path.basename(argv[at] ?? '') === 'polw' || startsPolw(argv[at], queue)) return at;
  // Behind another program, a word that only sounds like it proves nothing.
  const behind = argv.findIndex((word, index) => index > at && word.includes('/') && startsPolw(word, queue));
  return behind < 0 ? undefined : behind;
}

/** Whether a file is polw's launcher, or a script that starts polw. */
function startsPolw(word: string | undefined, queue: string): boolean {
  const file = word === undefined ? undefined : executable(word, queue);
  if (file === undefined) return false;
  try {
    const { size } = statSync(file);
    if (size > SHORT) return false;
    const text = readFileSync(file, 'utf8');
    return text.startsWith('#!') && (text.includes('polw.bundle') || /^[^#\n]*\/polw(?![\w./-])/m.test(text));
  } catch {
    return false;
  }
}
