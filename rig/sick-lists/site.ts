// The real program with a settings file, a folder and a DNS server of its own.

import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { DnsServer } from '../dns-server.ts';
import type { Polw } from '../process.ts';
import type { Attributes } from '../request.ts';
import { newFolder, runPolw, startPolw, until } from '../within-test.ts';
import { type SiteParts, settingsOf } from './world.ts';

/** The condition of a list, as it stands in the shared file. */
export interface Row {
  readonly zone: string;
  readonly failures: number;
  readonly skips: number;
  readonly off: string;
  readonly due: number;
  readonly answer: string;
  readonly questions: number;
  readonly hits: number;
  readonly failed: number;
}

/** A settings file, and all that belongs to it. */
export class Site {
  readonly folder = newFolder();
  readonly file = `${this.folder}/polw.toml`;

  constructor(server: DnsServer, parts: SiteParts = {}) {
    this.write(settingsOf(server, this.folder, parts));
  }

  write(text: string): void {
    writeFileSync(this.file, text, { mode: 0o600 });
  }

  start(...more: string[]): Promise<Polw> {
    return startPolw(['-f', this.file, ...more]);
  }

  run(...args: string[]): ReturnType<typeof runPolw> {
    return runPolw([...args, '-f', this.file]);
  }

  /** Starts a process for one mail, and ends it. */
  async askOnce(mail: Attributes): Promise<string> {
    const polw = await this.start();
    const answer = await polw.ask(mail);
    await polw.end();
    return answer;
  }

  log(): string {
    try {
      return readFileSync(`${this.folder}/log`, 'utf8');
    } catch {
      return '';
    }
  }

  /** The lines of the log in which something stands. */
  logged(text: string): readonly string[] {
    return this.log()
      .split('\n')
      .filter((line) => line.includes(text));
  }

  rows(): ReadonlyMap<string, Row> {
    return this.withDatabase((db) => {
      const rows = db.prepare<[], Row>('SELECT * FROM list_v1').all();
      return new Map(rows.map((row) => [row.zone, row]));
    });
  }

  row(zone: string): Row | undefined {
    return this.rows().get(zone);
  }

  /** Makes the tests of all lists due now, or at another time. */
  makeDue(at = 0): void {
    this.withDatabase((db) => db.prepare('UPDATE list_v1 SET due = ?').run(at));
  }

  /** Drops what the DNS said. */
  forgetAnswers(): void {
    this.withDatabase((db) => db.prepare('DELETE FROM answer_v2').run());
  }

  /** Lets what was logged have been logged earlier, by so many milliseconds. */
  ageTold(milliseconds: number): void {
    this.withDatabase((db) => db.prepare('UPDATE told_v1 SET at = at - ?').run(milliseconds));
  }

  /** Waits until the lists have been tested: no test is due within the time that a claim lasts. */
  async tested(count: number): Promise<void> {
    await until(`${count} lists are tested`, () => {
      const soon = Date.now() + 61_000;
      return [...this.rows().values()].filter(({ due }) => due > soon).length >= count;
    });
  }

  withDatabase<T>(use: (db: Database.Database) => T): T {
    const db = new Database(`${this.folder}/cache.sqlite`, { timeout: 5000 });
    try {
      return use(db);
    } finally {
      db.close();
    }
  }
}

/** The rate at the end of a header. */
export function rateOf(action: string): number {
  const rate = /; rate: (-?[\d.]+)$/.exec(action)?.[1];
  if (rate === undefined) throw new Error(`there is no rate in ${action}`);
  return Number(rate);
}
