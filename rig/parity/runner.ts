// Puts the requests of a scenario to a program over its stdin and stdout, and keeps what it answers. The programs are
// polw, with the settings that `polw convert --faithful` makes, and the original (see original.ts).

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { settingsFile } from '../../src/commands/defaults.ts';
import { readSettings } from '../../src/settings/read.ts';
import type { DnsServer, Zone } from '../dns-server.ts';
import { type Config, perlConf, type Request, requestBytes, type Scenario } from './scenario.ts';

/** How long one answer may take; the original waits up to 12 s for lost packets. */
const PATIENCE = 90_000;
/** Between steps of one scenario over several processes: polw writes its cache after the answer. */
const SETTLE = 60;

/** What a program answered (as latin1; null if it ended without an answer), and the questions it asked meanwhile. */
export interface Reply {
  readonly action: string | null;
  readonly questions: number;
  /** What it logged about this request, or showed on its stderr. */
  readonly trace: readonly string[];
}

/** How one process of a program is started. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Where its log goes, if not to its stderr. */
  readonly log?: Log;
}

/** Where lines of log arrive. */
export interface Log {
  /** Forgets the lines so far. */
  clear(): void;
  /** The lines about a request, once they are all there. */
  linesOf(reply: { readonly action: string | null }): Promise<readonly string[]>;
}

export type Program = (config: Config, dns: DnsServer, folder: string, connection: number) => Launch;

/** polw as built in this file, with settings made by `polw convert --faithful`. */
export function polw(file: string, { trace = false } = {}): Program {
  return (config, dns, folder, connection) => launchPolw(file, trace, config, dns, folder, connection);
}

function launchPolw(
  polwFile: string,
  trace: boolean,
  config: Config,
  dns: DnsServer,
  folder: string,
  connection: number,
): Launch {
  const conf = path.join(folder, 'policyd-weight.conf');
  writeFileSync(conf, perlConf(config));
  const converted = spawnSync(process.execPath, [polwFile, 'convert', '--faithful', conf], { encoding: 'utf8' });
  if (converted.status !== 0) throw new Error(`polw convert: ${converted.stderr}`);
  const { settings, problems } = readSettings(converted.stdout);
  if (problems.length > 0) throw new Error(`polw convert made a file with a problem: ${problems[0]?.message}`);
  const cached = Number(config.CACHESIZE) > 0 || Number(config.POSCACHESIZE) > 0;
  const file = path.join(folder, `polw-${connection}.toml`);
  writeFileSync(
    file,
    settingsFile(
      {
        ...settings,
        nameservers: [`${dns.address}:${dns.port}`],
        cache_file: cached ? path.join(folder, 'cache.sqlite') : '',
        // The zone may change between two requests, and the original keeps no answers.
        dns_ttl_max: 0,
        dns_negative_ttl_max: 0,
        dns_failure_ttl: 0,
        log_to: 'nowhere',
      },
      [],
    ),
    { mode: 0o644 },
  );
  return { command: process.execPath, args: [polwFile, ...(trace ? ['-d'] : []), '-f', file] };
}

/** Runs a scenario. */
export async function run(scenario: Scenario, program: Program, dns: DnsServer): Promise<readonly Reply[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-parity-'));
  chmodSync(folder, 0o755);
  const processes = new Map<number, Process>();
  const zone: Record<string, Zone[string]> = { ...scenario.zone };
  dns.setZone(zone);
  const replies: Reply[] = [];
  try {
    for (const request of scenario.requests) {
      await wait(request, scenario);
      for (const [name, entry] of Object.entries(request.patch ?? {})) {
        if (entry === null) delete zone[name];
        else zone[name] = entry;
      }
      dns.setZone(zone);
      dns.clear();
      const connection = request.conn ?? 1;
      let process = processes.get(connection);
      if (process === undefined || process.ended) {
        process = new Process(program(scenario.config, dns, folder, connection));
        processes.set(connection, process);
      }
      replies.push({ ...(await process.ask(requestBytes(request))), questions: dns.queries.length });
    }
    return replies;
  } finally {
    for (const process of processes.values()) await process.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function wait(request: Request, scenario: Scenario): Promise<void> {
  const several = scenario.requests.some(({ conn }) => conn !== undefined);
  const pause = (request.wait ?? 0) + (several ? SETTLE : 0);
  if (pause > 0) await sleep(pause);
}

class Process {
  ended = false;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #log: Log | undefined;
  #received = '';
  #errors = '';
  #wake: () => void = () => {};

  constructor({ command, args, log }: Launch) {
    this.#log = log;
    this.#child = spawn(command, args, {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#errors += bytes.toString('latin1');
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#received += bytes.toString('latin1');
      this.#wake();
    });
    this.#closed = new Promise((resolve) => {
      const close = (): void => {
        this.ended = true;
        this.#wake();
        resolve();
      };
      this.#child.on('close', close);
      this.#child.on('error', close);
    });
  }

  async ask(bytes: string): Promise<Pick<Reply, 'action' | 'trace'>> {
    this.#received = '';
    this.#errors = '';
    this.#log?.clear();
    this.#child.stdin?.write(Buffer.from(bytes, 'latin1'));
    const limit = Date.now() + PATIENCE;
    while (!this.#received.endsWith('\n\n') && !this.ended && Date.now() < limit) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const action = /^action=(.*)\n\n$/s.exec(this.#received)?.[1] ?? null;
    const logged = (await this.#log?.linesOf({ action })) ?? [];
    return { action, trace: [...logged, ...this.#errors.split('\n').filter(Boolean)] };
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#closed;
    clearTimeout(timer);
  }
}
