// A machine of its own for scripts/install without DESTDIR: a mount namespace whose /etc and /var/lib are copies, so that
// accounts and folders are made there and nowhere else. The program goes to a PREFIX, which is the same outside of it.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Machine {
  readonly folder: string;
  readonly prefix: string;

  /** `policydWeight`: Debian's package is installed there, and has made its account. */
  constructor(policydWeight: boolean) {
    this.folder = mkdtempSync(`${tmpdir()}/polw-machine-`);
    this.prefix = `${this.folder}/prefix`;
    chmodSync(this.folder, 0o755);
    for (const name of ['etc', 'lib', 'lib/dpkg', 'prefix']) mkdirSync(`${this.folder}/${name}`);
    const { status, stderr } = spawnSync('bash', ['--norc', '-euc', policydWeight ? `${COPY}${ADD}` : COPY], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, M: this.folder },
    });
    if (status !== 0) throw new Error(stderr);
  }

  /** Runs a script of bash there, in a folder. */
  run(script: string, cwd: string, env: Readonly<Record<string, string>> = {}): Ran {
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'bash', '--norc', '-euc', `${ENTER}${script}`],
      {
        cwd,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, M: this.folder, PREFIX: this.prefix, ...env },
      },
    );
    return { status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Neither accounts nor packages of polw or policyd-weight, whatever the machine has that the tests run on. */
const COPY = `
cp -a /etc/. "$M/etc/"
for file in passwd group shadow gshadow; do sed -i '/^polwd\\?:/d' "$M/etc/$file"; done
rm -f "$M/etc/polw.toml" "$M/etc/polw.toml.example"
cp -a /var/lib/dpkg/info "$M/lib/dpkg/info"
awk -v RS= -v ORS='\\n\\n' '!/^Package: policyd-weight\\n/' /var/lib/dpkg/status >"$M/lib/dpkg/status"
`;

const ADD = `
printf 'Package: policyd-weight\\nStatus: install ok installed\\nArchitecture: all\\nVersion: 0.1.15.2-12\\n\\n' >>"$M/lib/dpkg/status"
echo 'polw:x:6001:6001:policy-weight user,,,:/var/lib/polw:/bin/false' >>"$M/etc/passwd"
echo 'polw:x:6001:' >>"$M/etc/group"
`;

const ENTER = `
mount --make-rprivate /
mount --bind "$M/etc" /etc
mount --bind "$M/lib" /var/lib
`;
