// Reads what Postfix sends. While nothing else is under way, reading simply blocks: that is the cheapest way, and keeps
// the socket as it is. While lists are being tested, it waits in the background.

import { read, readSync } from 'node:fs';
import { hasCode } from '../errors.ts';

const CHUNK = 64 * 1024;
/** How long to wait before a socket that somebody made non-blocking is asked again, in milliseconds. */
const PAUSE = 5;
const NOTHING = Buffer.alloc(0);

export class Input {
  readonly #fd: number;
  // One for all: a new one for each mail would be 64 KiB of garbage.
  readonly #chunk = Buffer.allocUnsafe(CHUNK);

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The next bytes; none at the end of the input. They are only good until the next call. `busy`: don't block. */
  async next(busy: boolean): Promise<Buffer> {
    for (;;) {
      const bytes = busy ? await this.#readInBackground() : this.#readBlocking();
      if (bytes !== 'not yet') return bytes;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  #readInBackground(): Promise<Buffer | 'not yet'> {
    return new Promise((resolve) =>
      read(this.#fd, this.#chunk, 0, CHUNK, null, (error, length) =>
        resolve(error === null ? this.#chunk.subarray(0, length) : afterError(error)),
      ),
    );
  }

  #readBlocking(): Buffer | 'not yet' {
    try {
      return this.#chunk.subarray(0, readSync(this.#fd, this.#chunk, 0, CHUNK, null));
    } catch (error) {
      return afterError(error);
    }
  }
}

/** A reset is the end too: Postfix closed with something unread. */
function afterError(error: unknown): Buffer | 'not yet' {
  return hasCode(error, 'EAGAIN') ? 'not yet' : NOTHING;
}
