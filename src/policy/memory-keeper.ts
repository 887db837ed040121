// Keeps a process small. There are as many of them as Postfix has smtpd processes.

import { beThrifty, collectGarbage } from '../heap.ts';

/** After so many answers V8 is asked to be thrifty, before it takes more room. Many processes give fewer. */
const THRIFTY_AFTER = 20;
/** How many answers lie between two collections. Few processes live so long: smtpd takes 100 clients by default. */
const COLLECT_EVERY = 5_000;

export class MemoryKeeper {
  #answers = 0;

  /** To be called after each answer. */
  async answered(): Promise<void> {
    this.#answers += 1;
    if (this.#answers === THRIFTY_AFTER) await beThrifty();
    if (this.#answers % COLLECT_EVERY === 0) await collectGarbage();
  }
}
