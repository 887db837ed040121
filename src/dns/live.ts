// Asks the name servers: tries, time-outs, the next server if one fails, and a bound on sockets.

import { type Exchange, exchange } from './exchange.ts';
import type { Answer, WireType } from './lookup.ts';
import type { Server } from './servers.ts';

/** Questions beyond this wait for a socket. */
const SOCKETS = 64;

export class LiveDns {
  readonly #servers: readonly Server[];
  readonly #tries: number;
  readonly #timeout: number;
  readonly #under = new Set<Exchange>();
  readonly #waiting: (() => void)[] = [];
  /** The server to ask first: the one that answered last. */
  #first = 0;
  #open = 0;
  #generation = 0;

  /** `timeout` in milliseconds for each try. */
  constructor(servers: readonly Server[], tries: number, timeout: number) {
    this.#servers = servers;
    this.#tries = tries;
    this.#timeout = timeout;
  }

  /** Asks until a server answers, or all tries are used up. After `cancel` it answers nothing any more. */
  async ask(type: WireType, name: string): Promise<Answer> {
    const generation = this.#generation;
    const deadline: Answer = { kind: 'failed', reason: 'deadline' };
    if (this.#open >= SOCKETS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (generation !== this.#generation) return deadline;
    this.#open += 1;
    try {
      let failure: Answer = { kind: 'failed', reason: 'timeout' };
      let isSilent = false;
      const first = this.#first;
      for (let turn = 0; turn < Math.max(this.#tries, this.#servers.length); turn++) {
        const index = (first + turn) % this.#servers.length;
        const server = this.#servers[index];
        // A server that said no once says it again.
        if (
          server === undefined ||
          (turn >= this.#servers.length && failure.kind === 'failed' && failure.reason !== 'timeout')
        )
          break;
        const under = exchange(server, type, name, this.#timeout, isSilent);
        this.#under.add(under);
        const outcome = await under.outcome;
        this.#under.delete(under);
        if (outcome.kind === 'cancelled') return deadline;
        if (outcome.kind !== 'failed') {
          this.#first = index;
          return outcome;
        }
        failure = outcome;
        isSilent ||= outcome.reason === 'timeout';
      }
      return failure;
    } finally {
      this.#open -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all questions under way. */
  cancel(): void {
    this.#generation += 1;
    for (const under of this.#under) under.cancel();
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
