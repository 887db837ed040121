// Counts what the statements of a file make. Without a bound, `$x = $x . $x` repeated would fill the memory.

import { Exhausted } from './not-read.ts';

/** How many characters and list elements may be made in all. */
const MAX_WORK = 64 * 1024 * 1024;
/** How many characters an element of a list counts for. */
export const ITEM = 32;

export class Work {
  readonly #place: () => number;
  #done = 0;

  /** `place` tells where the file is being read. */
  constructor(place: () => number) {
    this.#place = place;
  }

  spend(characters: number): void {
    this.#done += characters;
    if (this.#done > MAX_WORK) throw new Exhausted(this.#place(), 'values grow too large; the rest was not read');
  }

  spendItems(count: number): void {
    this.spend(count * ITEM);
  }
}
