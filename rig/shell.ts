// What the tests of the commands share: a settings file with a name server and a folder of its own, and a terminal.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { DnsServer, Zone } from './dns-server.ts';
import { command, type Options, type Result } from './process.ts';
import { serverOf, settingsText } from './settings-text.ts';
import { newFolder, runPolw } from './within-test.ts';

/** A mail server as it should be, one on a list, and one whose sender has no usable MX. */
export const ZONE: Zone = {
  'good.test': { MX: [[10, 'mail.good.test.']] },
  'mail.good.test': { A: '192.0.2.10' },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.good.test.' },
  'spam.test': { MX: [[10, 'mail.spam.test.']] },
  'mail.spam.test': { A: '198.51.100.1' },
  '66.2.0.192.bl.test': { A: '127.0.0.2' },
  'bogus.test': { MX: [[10, 'mail.bogus.test.']] },
  'mail.bogus.test': { A: '127.0.0.1' },
  'mail.client.test': { A: '192.0.2.20' },
  '20.2.0.192.in-addr.arpa': { PTR: 'mail.client.test.' },
  'six.test': { MX: [[10, 'mail.six.test.']] },
  'mail.six.test': { AAAA: '2001:db8::10' },
};

export interface Place {
  readonly folder: string;
  readonly settings: string;
  readonly cache: string;
  readonly log: string;
}

/** A settings file; `more` are further settings by table. The folder goes with the test, if it isn't given. */
export function newPlace(
  dns: DnsServer,
  more: { readonly [table: string]: string } = {},
  folder: string = newFolder(),
): Place {
  const place = {
    folder,
    settings: `${folder}/polw.toml`,
    cache: `${folder}/state/cache.sqlite`,
    log: `${folder}/log`,
  };
  const { dns: dnsLines = '', cache: cacheLines = '', ...others } = more;
  const text = settingsText({
    servers: [serverOf(dns)],
    cache: place.cache,
    log: place.log,
    dns: `list_check_interval = 0\ndns_timeout = 10\ndns_deadline = 30\n${dnsLines}`,
    cacheLines,
    more: Object.entries(others)
      .map(([table, lines]) => `[${table}]\n${lines}\n`)
      .join('\n'),
  });
  writeFileSync(place.settings, text, { mode: 0o644 });
  return place;
}

export function run(place: Place, args: readonly string[], input: string | Buffer = '', options: Options = {}) {
  return runPolw([...args, '-f', place.settings], input, options);
}

/** Looks at the cache, or changes it. */
export function withCache<T>(place: Place, use: (db: Database.Database) => T): T {
  const db = new Database(place.cache, { timeout: 5000 });
  try {
    return use(db);
  } finally {
    db.close();
  }
}

/** Runs polw on a terminal, at which nobody types anything: its input ends at once. */
export async function runOnTerminal(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
): Promise<Pick<Result, 'stdout' | 'code'>> {
  const words = [...command(), ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qec', words, '/dev/null'], {
    env: { PATH: '/usr/bin:/bin', TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  return { stdout: Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n'), code: await ended };
}
