// Keeps a process small. There are as many of them as Postfix has smtpd processes, and each blocks while it waits for a
// request, so V8 never gets the idle moment in which it would clean up.

/** After so many answers V8 is asked to be thrifty, before it takes more room. Many processes give fewer. */
const THRIFTY_AFTER = 20;
/** How many answers lie between two collections. Few processes live so long: smtpd takes 100 clients by default. */
const COLLECT_EVERY = 5_000;

export class MemoryKeeper {
  #answers = 0;
  #collect: (() => void) | undefined;

  /** To be called after each answer. */
  async answered(): Promise<void> {
    this.#answers += 1;
    if (this.#answers === THRIFTY_AFTER) {
      const { setFlagsFromString } = await import('node:v8');
      // Without this V8 takes more and more room for what is short-lived.
      setFlagsFromString('--semi-space-growth-factor=1');
    }
    if (this.#answers % COLLECT_EVERY === 0) {
      this.#collect ??= await collector();
      this.#collect?.();
    }
  }
}

/** V8's own collector, which is only to be had through a flag. */
async function collector(): Promise<(() => void) | undefined> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([import('node:v8'), import('node:vm')]);
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => collect() : undefined;
}
