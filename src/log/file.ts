// The log as a file of its own.

import { closeSync, openSync, writeSync } from 'node:fs';

/** After so many milliseconds the file is opened anew: logrotate(8) may have moved it away. */
const OPEN_FOR = 1_000;

export class LogFile {
  readonly #path: string;
  #fd: number | undefined;
  #openedAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends text. It is lost if the file can't be written. */
  append(text: string): void {
    try {
      const now = Date.now();
      if (now - this.#openedAt > OPEN_FOR) this.close();
      if (this.#fd === undefined) {
        this.#fd = openSync(this.#path, 'a', 0o640);
        this.#openedAt = now;
      }
      writeSync(this.#fd, text);
    } catch {
      // There is nowhere else to say so: fd 2 is the Postfix socket.
      this.close();
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}
