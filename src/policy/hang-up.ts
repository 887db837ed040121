// Sees while a mail is being weighed that the other side has hung up, so that nobody waits for the answer.
//
// The end of the input does not say so: who sends its requests and then shuts down its writing half (`nc -N`, Exim's
// readsocket) still waits for the answers. An empty write does: the kernel refuses it once the other side has closed a
// unix socket, or reset a TCP connection. A TCP connection that was closed in peace looks like a half that was shut down,
// and is answered; pipes are never refused an empty write.

import { fstatSync, writeSync } from 'node:fs';
import { hasCode } from '../errors.ts';

/** How often it is looked, in milliseconds. */
const LOOK_EVERY = 100;
const NOTHING = Buffer.alloc(0);

export class HangUpWatch {
  readonly #in: number;
  readonly #out: number;
  readonly #onHangUp: () => void;
  #alone: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: number, output: number, onHangUp: () => void) {
    this.#in = input;
    this.#out = output;
    this.#onHangUp = onHangUp;
  }

  /** To be called when an answer is going to take its time. */
  begin(): void {
    if (this.#timer !== undefined) return;
    this.#alone ??= isOneSocket(this.#in, this.#out);
    if (!this.#alone) return;
    this.#timer = setInterval(() => {
      if (!hasHungUp(this.#out)) return;
      this.stop();
      this.#onHangUp();
    }, LOOK_EVERY);
  }

  /** To be called when the answer is there. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function hasHungUp(fd: number): boolean {
  try {
    writeSync(fd, NOTHING);
    return false;
  } catch (error) {
    return !hasCode(error, 'EAGAIN');
  }
}

/** True if both are one socket: when it is closed, nobody is there any more to be answered. */
function isOneSocket(a: number, b: number): boolean {
  const [first, second] = [fstatSync(a), fstatSync(b)];
  return first.isSocket() && first.ino === second.ino && first.dev === second.dev;
}
