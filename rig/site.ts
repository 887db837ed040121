// A folder with settings, a log and a name server of its own, for tests that run the real program.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { DnsServer, type Zone } from './dns-server.ts';
import type { Options, Polw } from './process.ts';
import { ONE_LIST, serverOf, settingsText } from './settings-text.ts';
import { runPolw, startPolw } from './within-test.ts';

export interface SiteParts {
  /** Lines of these tables. */
  readonly decision?: string;
  readonly dns?: string;
  readonly texts?: string;
  /** Tables at the end. */
  readonly lists?: string;
  /** With the shared file. */
  readonly cache?: boolean;
}

export class Site {
  readonly server: DnsServer;
  readonly folder: string;
  readonly settings: string;

  constructor(server: DnsServer, folder: string) {
    this.server = server;
    this.folder = folder;
    this.settings = path.join(folder, 'polw.toml');
  }

  start(options: Options = {}): Promise<Polw> {
    return startPolw(['-f', this.settings], options);
  }

  run(args: readonly string[], input = ''): ReturnType<typeof runPolw> {
    return runPolw([...args, '-f', this.settings], input);
  }

  /** The lines of the log so far. */
  log(): readonly string[] {
    const file = path.join(this.folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  }

  warnings(): readonly string[] {
    return this.log().filter((line) => line.includes('warning: '));
  }
}

/** A site that goes with the test. */
export async function newSite(zone: Zone, parts: SiteParts = {}): Promise<Site> {
  const server = await new DnsServer(zone).start();
  onTestFinished(() => server.stop());
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const site = new Site(server, folder);
  writeFileSync(
    site.settings,
    settingsText({
      servers: [serverOf(server)],
      cache: parts.cache === true ? path.join(folder, 'cache.sqlite') : '',
      log: `${folder}/log`,
      decision: parts.decision ?? '',
      dns: parts.dns ?? 'list_check_interval = 0',
      cacheLines: 'spam_cache_size = 0\nham_cache_size = 0',
      texts: parts.texts ?? '',
      lists: parts.lists ?? ONE_LIST,
    }),
    { mode: 0o644 },
  );
  return site;
}
