// How the DNS lists are: one that fails again and again is left out for a while.

import type { Settings } from '../settings/table.ts';
import type { Listing, ListState } from './listing.ts';

/** What a mail learnt about a list. */
export type Learnt = Listing['kind'] | 'skipped';

interface Count {
  readonly failures: number;
  readonly skips: number;
}

const CLEAN: Count = { failures: 0, skips: 0 };

export class ListHealth {
  readonly #settings: Pick<Settings, 'list_error_skip' | 'list_skip_release'>;
  readonly #counts = new Map<string, Count>();

  constructor(settings: Pick<Settings, 'list_error_skip' | 'list_skip_release'>) {
    this.#settings = settings;
  }

  /** The state of each list that isn't simply asked. */
  states(): ReadonlyMap<string, ListState> {
    const states = new Map<string, ListState>();
    for (const [name, count] of this.#counts) if (this.#isSkipped(count)) states.set(name, 'skipped');
    return states;
  }

  /** Takes note of what a mail learnt, by the names of the lists. */
  learn(learnt: ReadonlyMap<string, Learnt>): void {
    for (const [name, what] of learnt) {
      const count = this.#counts.get(name) ?? CLEAN;
      if (what === 'skipped') this.#counts.set(name, { ...count, skips: count.skips + 1 });
      else if (what !== 'silent') this.#counts.delete(name);
      else this.#counts.set(name, { failures: this.#isReleased(count) ? 1 : count.failures + 1, skips: 0 });
    }
  }

  #isSkipped({ failures, skips }: Count): boolean {
    return failures > this.#settings.list_error_skip && skips + 1 < this.#settings.list_skip_release;
  }

  /** True for a list that is tried again after it was left out. */
  #isReleased({ failures }: Count): boolean {
    return failures > this.#settings.list_error_skip;
  }
}
