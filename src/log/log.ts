// The log. Lines are collected while a mail is weighed and written when its answer is out. Severities as Postfix has
// them: `info` (no word in front), `warning:` for what an admin should see to; the program never dies of anything,
// so there is no `fatal:`.

import { appendFileSync, writeSync } from 'node:fs';
import { masked } from '../lists/zone.ts';
import type { Settings } from '../settings/table.ts';
import { clean } from './clean.ts';
import type { SyslogChild } from './syslog.ts';

/** A log line is cut here; syslog daemons cut a little later. */
const LINE_LIMIT = 1800;

export class Log {
  #to: Pick<Settings, 'log_to' | 'log_file' | 'log_tag'>;
  /** Whether there is a person at the shell to show things to. */
  readonly traces: boolean;
  readonly #told = new Set<string>();
  #lines: string[] = [];
  #syslog: SyslogChild | undefined;
  readonly #secrets: readonly string[];

  /** `traces`: show everything on fd 2, for a person at the shell. `secrets` never appear in any line. */
  constructor(to: Pick<Settings, 'log_to' | 'log_file' | 'log_tag'>, traces: boolean, secrets: readonly string[] = []) {
    this.#to = to;
    this.#secrets = secrets;
    this.traces = traces;
  }

  /** Goes on with other settings. */
  reconfigure(to: Pick<Settings, 'log_to' | 'log_file' | 'log_tag'>): void {
    this.#to = to;
  }

  info(line: string): void {
    const cleaned = this.#masked(clean(line)).slice(0, LINE_LIMIT);
    this.#lines.push(cleaned);
    this.trace(cleaned);
  }

  warning(line: string): void {
    this.info(`warning: ${line}`);
  }

  /** Warns once in the life of this process. */
  warnOnce(line: string): void {
    if (this.#told.has(line)) return;
    this.#told.add(line);
    this.warning(line);
  }

  /** Shows a line to the person at the shell, if there is one. */
  trace(line: string): void {
    if (!this.traces) return;
    try {
      writeSync(2, `${this.#masked(clean(line))}\n`);
    } catch {
      // Nobody reads it.
    }
  }

  /** Puts stars in place of secrets, such as the keys in the names that are asked. */
  #masked(line: string): string {
    return masked(line, this.#secrets);
  }

  /** Writes what was collected. To be called when the answer is out. */
  async flush(): Promise<void> {
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length === 0 || this.#to.log_to === 'nowhere') return;
    if (this.#to.log_to === 'file') return appendLines(this.#to.log_file, this.#to.log_tag, lines);
    if (this.#syslog === undefined) {
      const { SyslogChild } = await import('./syslog.ts');
      this.#syslog = new SyslogChild(this.#to.log_tag);
    }
    this.#syslog.write(lines);
    // Reading requests blocks the process. Here Node may send what a full pipe kept waiting, and hear of a dead child.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets the syslog child end when it has read everything. */
  close(): void {
    this.#syslog?.close();
  }
}

function appendLines(file: string, tag: string, lines: readonly string[]): void {
  const stamp = new Date().toISOString();
  try {
    appendFileSync(file, lines.map((line) => `${stamp} ${tag}[${process.pid}]: ${line}\n`).join(''), { mode: 0o640 });
  } catch {
    // There is nowhere else to say so: fd 2 is the Postfix socket.
  }
}
