// Who is measured: polw, Debian's policyd-weight, and a bare Node program; each as a command with settings of its own.
// The settings of the first two say the same: four lists of clients, one of domains.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDER } from './cleanup.mjs';
import { command } from './rig.mjs';

export const POLICYD_WEIGHT = '/usr/sbin/policyd-weight';
const ACCOUNT = 'polw';

/** Larger than any run: nobody is forgotten, and whoever is known stays known. */
const FOREVER = 1_000_000;

export class Contestants {
  #nameServer;
  #account;
  #made = 0;
  #polw;
  #against;
  #bare;

  /** `polw`: the program. `nameServer`: the one to ask. `against`: another polw, in place of the original. */
  constructor(polw, nameServer, against) {
    this.#nameServer = nameServer;
    this.#account = process.getuid() === 0 ? findAccount() : undefined;
    mkdirSync(`${FOLDER}/bin`, { mode: 0o755 });
    this.#polw = this.#installPolw(realpathSync(polw), 'bin');
    if (against !== undefined) {
      mkdirSync(`${FOLDER}/before`, { mode: 0o755 });
      this.#against = this.#installPolw(realpathSync(against), 'before');
    }
    this.#bare = this.#install(fileURLToPath(new URL('bare-node.cjs', import.meta.url)), 'bin', 'bare-node.cjs');
  }

  /** Whether the original can be measured: it asks port 53, and isn't run as root. */
  get hasOriginal() {
    return existsSync(POLICYD_WEIGHT) && this.#account !== undefined;
  }

  /** The account that the processes run as; undefined if the bench has no right to choose. */
  get account() {
    return this.#account;
  }

  bareNode() {
    return { name: 'bare node', command: this.#bare, account: this.#account };
  }

  /** `verdicts`: the cache of verdicts is on. `log`: "file" or "syslog". `cache`: the SQLite file; else a new one. */
  polw(options) {
    return this.#settled('polw', this.#polw, options);
  }

  #settled(name, command, { verdicts = false, log = 'file', cache } = {}) {
    const folder = this.#makeFolder('polw');
    const file = cache ?? `${folder}/cache.sqlite`;
    writeFileSync(`${folder}/polw.toml`, polwSettings(this.#nameServer, file, folder, verdicts, log), { mode: 0o644 });
    return {
      name,
      command: [...command, '-f', `${folder}/polw.toml`],
      account: this.#account,
      cache: file,
      log: `${folder}/polw.log`,
    };
  }

  /** Or what stands in its place. Undefined if it can't be measured. */
  original({ verdicts = false } = {}) {
    if (this.#against !== undefined) return this.#settled('original', this.#against, { verdicts });
    if (!this.hasOriginal) return undefined;
    const folder = this.#makeFolder('original');
    // Its cache daemon wants these, and doesn't make them.
    for (const name of ['lock', 'lock/cores', 'lock/cores/cache']) this.#makeOwn(`${folder}/${name}`, 0o700);
    writeFileSync(`${folder}/original.conf`, originalSettings(this.#nameServer, folder, verdicts), { mode: 0o644 });
    return {
      name: 'original',
      slow: true,
      command: [POLICYD_WEIGHT, '-f', `${folder}/original.conf`],
      account: this.#account,
      socket: `${folder}/lock/polw.sock`,
    };
  }

  /** polw, and the files beside it that belong to it. */
  #installPolw(program, folder) {
    for (const file of readdirSync(dirname(program))) {
      if (/^polw\.|\.node$/.test(file)) copyFileSync(`${dirname(program)}/${file}`, `${FOLDER}/${folder}/${file}`);
    }
    return this.#install(program, folder, 'polw');
  }

  /** Copies a program to where the account can read it, and gives the command to start it. */
  #install(program, folder, name) {
    copyFileSync(program, `${FOLDER}/${folder}/${name}`);
    chmodSync(`${FOLDER}/${folder}/${name}`, 0o755);
    return command(`${FOLDER}/${folder}/${name}`);
  }

  #makeFolder(name) {
    this.#made += 1;
    return this.#makeOwn(`${FOLDER}/${name}-${this.#made}`, 0o755);
  }

  #makeOwn(folder, mode) {
    mkdirSync(folder, { mode });
    if (this.#account !== undefined) chownSync(folder, this.#account.uid, this.#account.gid);
    return folder;
  }
}

/** The account of polw, which is made if it isn't there. */
function findAccount() {
  try {
    return idOf(ACCOUNT);
  } catch {
    const options = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
    execFileSync('useradd', [...options, '--shell', '/usr/sbin/nologin', ACCOUNT], { stdio: 'ignore' });
    return idOf(ACCOUNT);
  }
}

export function idOf(name) {
  const id = (option) => Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

function polwSettings(nameServer, cache, folder, verdicts, log) {
  return `
[dns]
nameservers = ["${nameServer.address}:${nameServer.port}"]
list_check_interval = 0

[cache]
cache_file = "${cache}"
${verdicts ? `ham_cache_probation = 0\nham_cache_uses = ${FOREVER}` : 'ham_cache_size = 0\nspam_cache_size = 0'}

[log]
log_to = "${log}"
log_file = "${folder}/polw.log"

[[lists]]
name = "DYN_PBL"
zone = "dyn1.test"
answers = [{ match = "any", client = 3.25 }]

[[lists]]
name = "SBL_XBL"
zone = "bl1.test"
miss = -1.5
answers = [{ match = "any", client = 4.35 }]

[[lists]]
name = "SPAMCOP"
zone = "bl2.test"
miss = -1.5
answers = [{ match = "any", client = 3.75 }]

[[lists]]
name = "IX_MAN"
zone = "bl3.test"
answers = [{ match = "any", client = 4.35 }]

[[lists]]
name = "SURBL"
zone = "rhs1.test"
answers = [{ match = "any", sender = 4 }]
`;
}

function originalSettings(nameServer, folder, verdicts) {
  const caches = verdicts
    ? `$TEMP_PTIME = '0s'; $PTTL = ${FOREVER}; $MAXIDLECACHE = 3600;`
    : '$CACHESIZE = 0; $POSCACHESIZE = 0;';
  return `
$NS = '${nameServer.address}';
$syslog_socktype = { type => 'udp', host => '127.0.0.1', port => ${nameServer.syslogPort}, timeout => 0 };
$LOCKPATH = '${folder}/lock/';
$SPATH = '${folder}/lock/polw.sock';
$PIDFILE = '${folder}/pid';
${caches}
@dnsbl_score = (
  'dyn1.test', 3.25, 0, 'DYN_PBL', 'bl1.test', 4.35, -1.5, 'SBL_XBL',
  'bl2.test', 3.75, -1.5, 'SPAMCOP', 'bl3.test', 4.35, 0, 'IX_MAN'
);
@rhsbl_score = ('rhs1.test', 4, 0, 'SURBL');
1;
`;
}
