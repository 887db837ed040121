// An installation as it should be, with a main.cf and a master.cf of its own, each part of which can be spoilt.

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { DnsServer } from '../dns-server.ts';
import { copyOfProgram } from '../faults/faults.ts';
import { command, type Result } from '../process.ts';
import { newFolder, runPolw } from '../within-test.ts';

/** An account that is there everywhere. */
export const USER = 'nobody';
export const UID = Number(execFileSync('id', ['-u', USER], { encoding: 'utf8' }));

/** Where that account may read it. */
export const POLW = `${copyOfProgram()}/polw`;

/** An installation as it should be, each part of which can be spoilt. */
export class Installation {
  readonly folder = newFolder();
  readonly state = `${this.folder}/state`;
  readonly cache = `${this.state}/cache.sqlite`;
  readonly file = `${this.folder}/polw.toml`;
  settings: string;
  mode = 0o644;
  main: Record<string, string> = {
    compatibility_level: '3.6',
    queue_directory: `${this.folder}/queue`,
    smtpd_relay_restrictions: 'permit_mynetworks, reject_unauth_destination',
    smtpd_recipient_restrictions:
      'permit_mynetworks, reject_unauth_destination, check_policy_service unix:private/policy',
  };
  master = [
    'smtp inet n - n - - smtpd',
    'policy unix - n n - 0 spawn',
    `  user=${USER} argv=${command(POLW).join(' ')} -f ${this.folder}/polw.toml`,
  ];
  log = `[log]\nlog_to = "file"\nlog_file = "${this.folder}/log/polw.log"\n`;
  /** Settings of the list at the end. */
  list = '[[lists]]\nname = "ZEN"\nzone = "zen.spamhaus.org"\nanswers = [{ client = 4 }]\n';

  constructor(dns: DnsServer) {
    this.settings = `[dns]\nnameservers = ["${dns.address}:${dns.port}"]\ndns_timeout = 0.5\n\n[cache]\ncache_file = "${this.cache}"\n`;
    chmodSync(this.folder, 0o755);
    mkdirSync(this.state, { mode: 0o700 });
    writeFileSync(this.cache, '', { mode: 0o600 });
    for (const path of [this.state, this.cache]) chownSync(path, UID, UID);
    mkdirSync(`${this.folder}/log`, { mode: 0o700 });
    chownSync(`${this.folder}/log`, UID, UID);
    mkdirSync(`${this.folder}/postfix`);
  }

  /** Writes its files as they are to be now. */
  write(): void {
    writeFileSync(this.file, `${this.settings}\n${this.log}\n${this.list}`);
    chmodSync(this.file, this.mode);
    const main = Object.entries(this.main).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(`${this.folder}/postfix/main.cf`, main.join(''));
    writeFileSync(`${this.folder}/postfix/master.cf`, this.master.map((line) => `${line}\n`).join(''));
    // Postfix waits until a file is two seconds old: somebody might still be writing it.
    for (const file of ['main.cf', 'master.cf']) utimesSync(`${this.folder}/postfix/${file}`, 1e9, 1e9);
  }

  /** polw check, of the file and of Postfix. */
  check(...options: string[]): Promise<Result> {
    this.write();
    return this.run(['check', '-f', this.file, ...options]);
  }

  /** polw check, as one who knows no file would type it. */
  checkPlain(...options: string[]): Promise<Result> {
    this.write();
    return this.run(['check', ...options]);
  }

  run(words: readonly string[], program: [string, ...string[]] = command(POLW)): Promise<Result> {
    const env = { MAIL_CONFIG: `${this.folder}/postfix`, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    return runPolw(words, '', { env, program });
  }
}

export const RESTRICTIONS = 'smtpd_recipient_restrictions';
export const CALL = 'check_policy_service unix:private/policy';
export const WELL = { stdout: expect.stringMatching(/^all is well: looked at\n( {2}\S.*\n)+$/), stderr: '', code: 0 };
