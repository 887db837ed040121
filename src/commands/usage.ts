// What is wrong with the words on the command line, and the exit status for it.

import { nearestWord } from '../toml/nearest-word.ts';
import { printable } from './printable.ts';

/** EX_USAGE of sysexits(3). */
export const USAGE = 64;

/** Says what is wrong, and what may have been meant. */
export function wrong(what: string, nearest: string | undefined): number {
  process.stderr.write(
    `polw: ${printable(what)}; ${nearest === undefined ? 'see polw -h' : `did you mean ${nearest}?`}\n`,
  );
  return USAGE;
}

export function wrongCommand(word: string, commands: readonly string[]): number {
  return wrong(`there is no command "${word}"`, nearestWord(word, commands));
}
