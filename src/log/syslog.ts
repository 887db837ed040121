// Sends log lines to syslog through one child process, because Node has no unix datagram sockets. The child is
// Postfix' own postlog(1) where there is one, so that the lines go where Postfix' lines go; else logger(1).

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { milliseconds } from '../clock.ts';

const POSTLOG = '/usr/sbin/postlog';
/** A child that died is started again, but not sooner than this (milliseconds). */
const RESTART_AFTER = 10_000;
/** How long its death may go unheard while the process does nothing but block and answer (milliseconds). */
const LISTEN_AFTER = 1_000;

export class SyslogChild {
  readonly #tag: string;
  #child: ChildProcess | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #listenedAt = 0;

  constructor(tag: string) {
    this.#tag = tag;
  }

  /** Hands the lines over. They are lost if there is no child, and none can be started. */
  async write(lines: readonly string[]): Promise<void> {
    this.#child ??= this.#start();
    this.#child?.stdin?.write(lines.map((line) => `${line}\n`).join(''));
    await this.#listen();
  }

  /**
   * Lets Node send what a full pipe kept waiting, and hear of a dead child: the process blocks while it waits for a
   * request. Most times nothing waits, and there is nothing to hear.
   */
  async #listen(): Promise<void> {
    const now = milliseconds();
    if ((this.#child?.stdin?.writableLength ?? 0) === 0 && now - this.#listenedAt < LISTEN_AFTER) return;
    this.#listenedAt = now;
    await new Promise((resolve) => setImmediate(resolve));
  }

  close(): void {
    this.#child?.stdin?.end();
  }

  #start(): ChildProcess | undefined {
    const now = milliseconds();
    if (now - this.#startedAt < RESTART_AFTER) return undefined;
    this.#startedAt = now;
    this.#listenedAt = now;
    const [command, ...args] = isExecutable(POSTLOG)
      ? [POSTLOG, '-t', this.#tag]
      : ['logger', '-t', this.#tag, '-p', 'mail.info'];
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    const lost = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('error', lost);
    child.on('exit', lost);
    child.stdin.on('error', lost);
    child.unref();
    return child;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
