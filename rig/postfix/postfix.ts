// A Postfix of its own for the tests, on a free port of 127.0.0.1, with polw as its policy service under spawn(8).
//
//   const postfix = await new Postfix({ settings: (folder) => '…TOML…' }).start();
//   … SmtpSession.open(postfix.port) …
//   await postfix.stop();
//
// All that belongs to it lies in one temporary folder: queue, configuration, log, mails, and a copy of bin/polw, as the
// account that runs it need not be able to read the folder of the project. It delivers mail for here.test, whoever
// the recipient is, into one maildir, and takes part in nothing outside of the machine. It wants root.

import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { command } from '../process.ts';
import { ENVIRONMENT, SERVICES } from './services.ts';

const ACCOUNT = 'polw';
const run = promisify(execFile);

export interface PostfixOptions {
  /** The configuration file of polw. The folder is one that polw may write to. */
  readonly settings: (folder: string) => string;
  /** Record every byte between smtpd and polw: see recordings(). */
  readonly recorded?: boolean;
  /** More lines of main.cf, in place of the usual ones. */
  readonly main?: Parameters | ((site: Site) => Parameters);
  /** The entries of smtpd and of polw in master.cf, instead of the usual two. */
  readonly master?: (site: Site) => readonly string[];
  /** More files, by their names: beside main.cf. */
  readonly files?: { readonly [name: string]: string };
  /** The folder with the program, instead of bin. It is copied. */
  readonly bin?: string;
  /** The program as it stands, instead of a copy. */
  readonly program?: string;
}

/** Parameters of main.cf; undefined: as Postfix has it without a line. */
export type Parameters = { readonly [parameter: string]: string | undefined };

/** What configuration files are made of. */
export interface Site {
  /** Free ports of 127.0.0.1; the first one is `port`. */
  readonly ports: readonly number[];
  /** The argv of polw. */
  readonly argv: string;
  readonly folder: string;
}

/** What went over one connection between smtpd and polw. */
export interface Recording {
  readonly requests: string;
  readonly answers: string;
}

export class Postfix {
  port = 0;
  ports: readonly number[] = [];
  readonly folder: string;

  readonly #options: PostfixOptions;

  constructor(options: PostfixOptions) {
    this.#options = options;
    this.folder = mkdtempSync(`${tmpdir()}/polw-postfix-`);
  }

  /** Sets everything up and starts it; resolves when connections are accepted. */
  async start(): Promise<this> {
    const account = await findAccount();
    this.#makeFolders(account);
    this.#installPolw();
    this.ports = await Promise.all([freePort(), freePort(), freePort()]);
    this.port = this.ports[0] ?? 0;
    this.#configure(account);
    process.once('exit', this.#stopAtOnce);
    await this.#postfix('start');
    return this;
  }

  /** Stops it, makes sure that none of its processes is left, and removes its folder. */
  async stop(): Promise<void> {
    await this.#postfix('stop');
    process.off('exit', this.#stopAtOnce);
    const left = await this.#processesAfterAWhile();
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`went on after Postfix had stopped: ${left.map((one) => one.command).join('; ')}`);
  }

  /** Everything that Postfix has logged. */
  log(): string {
    return readFileSync(`${this.folder}/mail.log`, 'utf8');
  }

  /** The mails that were delivered, as soon as there are so many. */
  async delivered(count: number): Promise<string[]> {
    const inbox = `${this.folder}/mail/inbox/new`;
    while (true) {
      const files = existsSync(inbox) ? readdirSync(inbox) : [];
      if (files.length >= count) return files.map((file) => readFileSync(`${inbox}/${file}`, 'utf8'));
      await soon();
    }
  }

  /** What went over each connection to polw so far. */
  recordings(): Recording[] {
    const folder = `${this.folder}/recordings`;
    const names = new Set(readdirSync(folder).map((file) => file.replace(/\.\w+$/, '')));
    const content = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    return [...names].map((name) => ({
      requests: content(`${folder}/${name}.requests`),
      answers: content(`${folder}/${name}.answers`),
    }));
  }

  #makeFolders(account: Account): void {
    // Open to all, as polw, postfix and root have to do with it; what is inside has its own modes.
    chmodSync(this.folder, 0o755);
    for (const name of ['queue', 'config', 'bin']) mkdirSync(`${this.folder}/${name}`, { mode: 0o755 });
    for (const name of ['mail', 'state', 'recordings']) {
      mkdirSync(`${this.folder}/${name}`, { mode: 0o700 });
      chownSync(`${this.folder}/${name}`, account.uid, account.gid);
    }
    mkdirSync(`${this.folder}/data`, { mode: 0o700 });
    const postfix = idOf('postfix');
    chownSync(`${this.folder}/data`, postfix.uid, postfix.gid);
    writeFileSync(`${this.folder}/polw.toml`, this.#options.settings(`${this.folder}/state`), { mode: 0o644 });
  }

  #installPolw(): void {
    const source = this.#options.bin ?? fileURLToPath(new URL('../../bin', import.meta.url));
    for (const file of readdirSync(source)) {
      if (!statSync(`${source}/${file}`).isFile()) continue;
      copyFileSync(`${source}/${file}`, `${this.folder}/bin/${file}`);
      chmodSync(`${this.folder}/bin/${file}`, 0o755);
    }
    copyFileSync(fileURLToPath(new URL('record.mjs', import.meta.url)), `${this.folder}/bin/record.mjs`);
    chmodSync(`${this.folder}/bin/record.mjs`, 0o755);
    if (!mayBeRunByAll(process.execPath)) {
      copyFileSync(process.execPath, `${this.folder}/bin/node`, constants.COPYFILE_FICLONE);
      chmodSync(`${this.folder}/bin/node`, 0o755);
    }
  }

  /** The argv of the spawn entry. */
  #polwCommand(): string[] {
    const node = existsSync(`${this.folder}/bin/node`) ? `${this.folder}/bin/node` : process.execPath;
    const polw = command(this.#options.program ?? `${this.folder}/bin/polw`).map((word) =>
      word === process.execPath ? node : word,
    );
    const words = [...polw, '-f', `${this.folder}/polw.toml`];
    if (this.#options.recorded !== true) return words;
    return [node, `${this.folder}/bin/record.mjs`, `${this.folder}/recordings`, ...words];
  }

  #configure(account: Account): void {
    const { main: more = {}, master, files = {} } = this.#options;
    const argv = this.#polwCommand().join(' ');
    const site = { ports: this.ports, argv, folder: this.folder };
    const main: Record<string, string | undefined> = {
      compatibility_level: '3.6',
      queue_directory: `${this.folder}/queue`,
      data_directory: `${this.folder}/data`,
      maillog_file: `${this.folder}/mail.log`,
      maillog_file_prefixes: this.folder,
      myhostname: 'mx.here.test',
      mydestination: '',
      mynetworks: '127.0.0.0/8',
      inet_interfaces: '127.0.0.1',
      inet_protocols: 'ipv4',
      smtpd_peername_lookup: 'no',
      smtpd_authorized_xclient_hosts: '127.0.0.0/8',
      smtpd_relay_restrictions: 'reject_unauth_destination',
      smtpd_recipient_restrictions: 'reject_unauth_destination, check_policy_service unix:private/polw',
      polw_time_limit: '3600',
      smtpd_client_connection_count_limit: '0',
      alias_maps: '',
      local_recipient_maps: '',
      virtual_mailbox_domains: 'here.test',
      virtual_mailbox_base: `${this.folder}/mail`,
      virtual_mailbox_maps: 'static:inbox/',
      virtual_uid_maps: `static:${account.uid}`,
      virtual_gid_maps: `static:${account.gid}`,
      virtual_minimum_uid: '1',
      default_transport: 'error:nothing leaves the tests',
      relay_transport: 'error:nothing leaves the tests',
      notify_classes: '',
      in_flow_delay: '0',
      ...(typeof more === 'function' ? more(site) : more),
    };
    const lines = Object.entries(main).flatMap(([name, value]) => (value === undefined ? [] : `${name} = ${value}\n`));
    writeFileSync(`${this.folder}/config/main.cf`, lines.join(''));
    for (const [name, text] of Object.entries(files)) writeFileSync(`${this.folder}/config/${name}`, text);
    const usual = [`127.0.0.1:${this.port} inet n - n - - smtpd`, EXAMPLE_ENTRY.replace(/ argv=.*/, ` argv=${argv}`)];
    const own = master?.(site) ?? usual;
    writeFileSync(`${this.folder}/config/master.cf`, `${[...own, ...SERVICES].join('\n')}\n`);
  }

  async #postfix(action: 'start' | 'stop'): Promise<void> {
    try {
      await run('postfix', ['-c', `${this.folder}/config`, action], { env: ENVIRONMENT, cwd: '/' });
    } catch (error) {
      const log = existsSync(`${this.folder}/mail.log`) ? this.log() : '(nothing was logged)';
      throw new Error(`postfix ${action} failed: ${error instanceof Error ? error.message : String(error)}\n${log}`);
    }
  }

  /** If the tests end without stop(). */
  readonly #stopAtOnce = (): void => {
    execFileSync('postfix', ['-c', `${this.folder}/config`, 'stop'], { env: ENVIRONMENT, cwd: '/', stdio: 'ignore' });
    rmSync(this.folder, { recursive: true, force: true });
  };

  /** Processes of this Postfix that are still there after ten seconds in which they could have ended. */
  async #processesAfterAWhile(): Promise<{ pid: number; command: string }[]> {
    const end = performance.now() + 10_000;
    let left = processesOf(this.folder);
    while (left.length > 0 && performance.now() < end) {
      await soon();
      left = processesOf(this.folder);
    }
    return left;
  }
}

/** The entry of master.cf that the project recommends; only the paths are others here. */
const EXAMPLE_ENTRY = readFileSync(new URL('../../master.cf.example', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .join('\n');

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account of polw, which is made if it isn't there. */
async function findAccount(): Promise<Account> {
  try {
    return idOf(ACCOUNT);
  } catch {
    const options = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
    await run('useradd', [...options, '--shell', '/usr/sbin/nologin', ACCOUNT], { env: ENVIRONMENT });
    return idOf(ACCOUNT);
  }
}

function idOf(name: string): Account {
  const id = (option: string) => Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return address.port;
}

function mayBeRunByAll(file: string): boolean {
  if ((statSync(file).mode & 0o005) !== 0o005) return false;
  for (let folder = dirname(file); folder !== '/'; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
}

/** All processes that run in the folder or whose command names it. */
function processesOf(folder: string): { pid: number; command: string }[] {
  const found: { pid: number; command: string }[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      accessSync(`/proc/${pid}/cmdline`);
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      // Zombies have no command, and nothing is to be done about them.
      if (command === '') continue;
      if (command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) found.push({ pid, command });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
