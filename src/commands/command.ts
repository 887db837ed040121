// What a command is: its row in the table, and the one way in which each is called.

import type { ParsedArgs } from 'minimist';

export interface CommandEntry {
  readonly usage: string;
  readonly text: string;
  /** How many words may follow it; none if not said. */
  readonly words?: number;
  readonly options: readonly OptionEntry[];
  /** Loads it. */
  readonly load: () => Promise<Command>;
}

export interface OptionEntry {
  /** Without dashes. */
  readonly name: string;
  /** What its argument is called; undefined for one without. */
  readonly argument?: string;
  readonly text: string;
}

/** What the file of a command exports. */
export interface Command {
  /** Gives the exit status of the process. */
  run(typed: Typed): number | Promise<number>;
}

/** What was typed behind the name of a command; nothing that its row doesn't have. */
export interface Typed {
  readonly words: readonly string[];
  /** -f: the settings file, if it is named. */
  readonly file: string | undefined;
  readonly options: ParsedArgs;
}

/** How an option is written. */
export function written({ name, argument }: OptionEntry): string {
  const dashes = name.length === 1 ? '-' : '--';
  return `${dashes}${name}${argument === undefined ? '' : ` ${argument}`}`;
}
