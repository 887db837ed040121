// The log as a file of its own: a regular one, opened by no link. If it can't be written, the reason is given.

import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { inWords } from '../errors.ts';
import { leaveRoot } from '../files/rights.ts';

/** After so many milliseconds the file is opened anew: logrotate(8) may have moved it away. */
const OPEN_FOR = 1_000;
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

export class LogFile {
  readonly #path: string;
  #fd: number | undefined;
  #openedAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Appends text. Why it is lost, if the file can't be written. */
  async append(text: string): Promise<string | undefined> {
    try {
      const now = Date.now();
      if (Math.abs(now - this.#openedAt) > OPEN_FOR) this.close();
      if (this.#fd === undefined) {
        this.#fd = await openLog(this.#path);
        this.#openedAt = now;
      }
      writeSync(this.#fd, text);
      return undefined;
    } catch (error) {
      this.close();
      return inWords(error);
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

/** A FIFO that nobody reads would hold us up, and a link could lead to any file that we may write to. */
async function openLog(path: string): Promise<number> {
  await leaveRoot(dirname(path));
  const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o640);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error(`${path} is no regular file`);
}
