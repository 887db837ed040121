// The log. Lines are collected while a mail is weighed and written when its answer is out. Severities as Postfix has
// them: `info` (no word in front), `warning:` for what an admin should see to; the program never dies of anything,
// so there is no `fatal:`.

import { writeSync } from 'node:fs';
import type { ListSetting } from '../lists/list.ts';
import { keysOf, masked } from '../lists/zone.ts';
import { clean } from './clean.ts';
import { withoutFields } from './fields.ts';
import { LogFile } from './file.ts';
import type { LogSettings } from './settings.ts';
import type { SyslogChild } from './syslog.ts';

/** A log line is cut here; syslog daemons cut a little later. */
const LINE_LIMIT = 1800;

/** What a part of the service may say. */
export interface Log {
  /** Whether there is a person at the shell to show things to. */
  readonly traces: boolean;
  info(line: string): void;
  warning(line: string): void;
  /** Warns once in the life of this process; of several lines about the same thing (`what`), by the first. */
  warnOnce(line: string, what?: string): void;
  /** Shows a line to the person at the shell, if there is one. */
  trace(line: string): void;
  /** Writes what was collected. To be called when the answer is out. */
  flush(): Promise<void>;
}

/** The log as the settings want it. */
export class LogWriter implements Log {
  readonly #to: Pick<LogSettings, 'log_to' | 'log_file' | 'log_tag'>;
  readonly traces: boolean;
  readonly #told = new Set<string>();
  #lines: string[] = [];
  #file: LogFile | undefined;
  #complained = false;
  #syslog: SyslogChild | undefined;
  readonly #lists: readonly ListSetting[];
  #secrets: readonly string[] | undefined;

  /** `traces`: show everything on fd 2, for a person at the shell. The keys of `lists` never appear in any line. */
  constructor(
    to: Pick<LogSettings, 'log_to' | 'log_file' | 'log_tag'>,
    traces: boolean,
    lists: readonly ListSetting[] = [],
  ) {
    this.#to = to;
    this.#lists = lists;
    this.traces = traces;
  }

  info(line: string): void {
    this.#lines.push(line);
    this.trace(line);
  }

  warning(line: string): void {
    this.info(`warning: ${withoutFields(line)}`);
  }

  warnOnce(line: string, what = line): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.warning(line);
  }

  trace(line: string): void {
    if (!this.traces) return;
    try {
      writeSync(2, `${this.#fit(line)}\n`);
    } catch {
      // Nobody reads it.
    }
  }

  /** The line, fit to be shown: clean, without secrets such as the keys in the names that are asked, and not too long. */
  #fit(line: string): string {
    this.#secrets ??= keysOf(this.#lists);
    return masked(clean(line), this.#secrets).slice(0, LINE_LIMIT);
  }

  async flush(): Promise<void> {
    const collected = this.#lines;
    if (collected.length === 0) return;
    this.#lines = [];
    if (this.#to.log_to === 'nowhere') return;
    const lines = collected.map((line) => this.#fit(line));
    if (this.#to.log_to === 'file') {
      const start = `${new Date().toISOString()} ${this.#to.log_tag}[${process.pid}]: `;
      this.#file ??= new LogFile(this.#to.log_file);
      const trouble = await this.#file.append(lines.map((line) => `${start}${line}\n`).join(''));
      if (trouble !== undefined) await this.#complain(trouble);
      return;
    }
    await this.#writeToSyslog(lines);
  }

  /** Says once, in the only other place there is, why the file stays empty: fd 2 is the socket of Postfix. */
  async #complain(trouble: string): Promise<void> {
    if (this.#complained) return;
    this.#complained = true;
    const line = `warning: log_file can't be written, so there is no log: ${trouble}; see polw check`;
    this.trace(line);
    await this.#writeToSyslog([this.#fit(line)]);
  }

  async #writeToSyslog(lines: readonly string[]): Promise<void> {
    if (this.#syslog === undefined) {
      const { SyslogChild } = await import('./syslog.ts');
      this.#syslog = new SyslogChild(this.#to.log_tag);
    }
    await this.#syslog.write(lines);
  }

  /** Closes the file, and lets the syslog child end when it has read everything. */
  close(): void {
    this.#file?.close();
    this.#syslog?.close();
  }
}
