// Reads what Postfix sends. While nothing else is under way, reading simply blocks: that is the cheapest way, and keeps
// the socket as it is. While DNS questions are under way, one read waits in the background, so that the end of the
// connection is seen at once.

import { fstatSync, read, readSync } from 'node:fs';

const CHUNK = 64 * 1024;
/** How long to wait before a socket that somebody made non-blocking is asked again, in milliseconds. */
const PAUSE = 5;

export class Input {
  readonly #fd: number;
  // Two, by turns: new ones for each mail would be 64 KiB of garbage each.
  #chunk = Buffer.allocUnsafe(CHUNK);
  #other: Buffer<ArrayBuffer> | undefined;
  #background: Promise<Buffer> | undefined;
  /** True once the other side has closed, or reset, the connection. */
  ended = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The next bytes; none at the end of the input. They are only good until the next call. `busy`: don't block. */
  async next(busy: boolean): Promise<Buffer> {
    if (busy) this.watch(() => {});
    if (this.#background !== undefined) {
      const bytes = await this.#background;
      this.#background = undefined;
      return bytes;
    }
    return this.ended ? Buffer.alloc(0) : this.#readBlocking();
  }

  /** Reads in the background, and calls `onEnd` if the input ends meanwhile. */
  watch(onEnd: () => void): void {
    if (this.#background !== undefined || this.ended) return;
    this.#background = new Promise((resolve) => {
      // Not the memory of the last read: the rest of it is still being worked on.
      const chunk = this.#other ?? Buffer.allocUnsafe(CHUNK);
      this.#other = this.#chunk;
      this.#chunk = chunk;
      const again = (): void =>
        read(this.#fd, chunk, 0, CHUNK, null, (error, length) => {
          if (error?.code === 'EAGAIN') {
            setTimeout(again, PAUSE);
            return;
          }
          this.ended = error !== null || length === 0;
          resolve(chunk.subarray(0, this.ended ? 0 : length));
          if (this.ended) onEnd();
        });
      again();
    });
  }

  async #readBlocking(): Promise<Buffer> {
    for (;;) {
      try {
        const length = readSync(this.#fd, this.#chunk, 0, CHUNK, null);
        this.ended = length === 0;
        return this.#chunk.subarray(0, length);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
          await new Promise((resolve) => setTimeout(resolve, PAUSE));
          continue;
        }
        // A reset is the end too: Postfix closed with something unread.
        this.ended = true;
        return Buffer.alloc(0);
      }
    }
  }
}

/** True if both are one socket: when it ends, nobody is there any more to be answered. */
export function isOneSocket(a: number, b: number): boolean {
  const [first, second] = [fstatSync(a), fstatSync(b)];
  return first.isSocket() && first.ino === second.ino && first.dev === second.dev;
}
