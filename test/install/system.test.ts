// scripts/install on a machine, for real: accounts, folders, and a Postfix that gets mail all the while.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DnsServer } from '../../rig/dns-server.ts';
import { Machine, type Ran } from '../../rig/machine.ts';
import { Postfix } from '../../rig/postfix/postfix.ts';
import { type Reply, SmtpSession } from '../../rig/postfix/smtp.ts';
import { newPlace, ZONE } from '../../rig/shell.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(`${tmpdir()}/polw-system-`);
const machines: Machine[] = [];
const dns = new DnsServer(ZONE);

beforeAll(async () => {
  await dns.start();
  chmodSync(folder, 0o755);
  execFileSync(process.execPath, ['scripts/man.mjs'], { cwd: root });
});
afterAll(async () => {
  await dns.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  for (const machine of machines.splice(0)) machine.remove();
});

function newMachine(policydWeight = false): Machine {
  const machine = new Machine(policydWeight);
  machines.push(machine);
  return machine;
}

/** What is released: all that scripts/install needs. The version is another one if one is given. */
function release(name: string, version?: string): string {
  const place = `${folder}/${name}`;
  if (existsSync(place)) return place;
  for (const part of ['bin', 'man', 'scripts']) mkdirSync(`${place}/${part}`, { recursive: true });
  for (const file of readdirSync(`${root}/bin`)) copyFileSync(`${root}/bin/${file}`, `${place}/bin/${file}`);
  cpSync(`${root}/man`, `${place}/man`, { recursive: true });
  copyFileSync(`${root}/scripts/install`, `${place}/scripts/install`);
  copyFileSync(`${root}/package.json`, `${place}/package.json`);
  if (version !== undefined) {
    const { version: ours }: { version: string } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
    for (const file of ['package.json', 'bin/polw.commands.cjs', 'bin/polw.bundle.cjs']) {
      writeFileSync(
        `${place}/${file}`,
        readFileSync(`${place}/${file}`, 'utf8').replaceAll(`"${ours}"`, `"${version}"`),
      );
    }
  }
  return place;
}

const INSTALL = './scripts/install';

function expectDone({ status, stderr, stdout }: Ran): string {
  expect({ status, stderr, stdout }).toMatchObject({ status: 0, stderr: '' });
  return stdout;
}

describe('the account', () => {
  test('is made, remembered, and taken away again with its folder', () => {
    const machine = newMachine();
    const installed = expectDone(machine.run(`${INSTALL}; id -un polw; stat -c '%U %a' /var/lib/polw`, release('one')));
    expect(installed).toMatch(/^polw \S+ is installed\. Two things are left to do\.$/m);
    expect(installed).toMatch(/^ {2}user=polw argv=/m);
    expect(installed).toMatch(/^polw\npolw 700\n$/m);
    const kept = expectDone(machine.run(`${INSTALL} --uninstall; id -un polw`, release('one')));
    expect(kept).toContain('Kept: /var/lib/polw and the account polw (--uninstall --purge removes them)\npolw\n');
    const gone = machine.run(
      `${INSTALL} --uninstall --purge; ! id polw 2>/dev/null; ls -d /var/lib/polw 2>/dev/null || echo gone`,
      release('one'),
    );
    expect(expectDone(gone)).toBe('polw is removed.\ngone\n');
    expect(readdirSync(`${machine.prefix}/lib`)).toEqual([]);
  });

  test("that is Debian's policyd-weight's is left alone: polwd is made beside it", () => {
    const machine = newMachine(true);
    const seen = "stat -c '%n %U %a' /var/lib/polw*; cat /etc/polw.toml";
    const installed = expectDone(
      machine.run(`mkdir /var/lib/polw; chown polw /var/lib/polw; ${INSTALL}; ${seen}`, release('one')),
    );
    expect(installed).toContain(
      "The account polw belongs to Debian's policyd-weight, and goes when that is purged. So this one is polwd.\n",
    );
    expect(installed).toMatch(/^ {2}user=polwd argv=/m);
    expect(installed).toContain('/var/lib/polw polw 755\n/var/lib/polwd polwd 700\n');
    expect(installed).toContain('[cache]\ncache_file = "/var/lib/polwd/cache.sqlite"\n');
    const purged = machine.run(
      `${INSTALL} --uninstall --purge; id -un polw; ! id polwd 2>/dev/null; ls -d /var/lib/polw* /etc/polw.toml* 2>/dev/null || true`,
      release('one'),
    );
    expect(expectDone(purged)).toBe('polw is removed.\npolw\n/var/lib/polw\n');
  });

  test('and a folder that were there before are not removed', () => {
    const machine = newMachine();
    const made = 'useradd --system --home-dir /srv/polw polw; install -d -o polw -m 700 /var/lib/polw';
    expectDone(machine.run(`${made}; ${INSTALL}`, release('one')));
    const purged = machine.run(`${INSTALL} --uninstall --purge; id -un polw; ls -d /var/lib/polw`, release('one'));
    expect(expectDone(purged)).toBe(
      'polw is removed.\nKept: /var/lib/polw, which was there before polw\npolw\n/var/lib/polw\n',
    );
  });

  test('gets the cache that root made before it was there', () => {
    const machine = newMachine();
    const before =
      'install -d -m 700 /var/lib/polw; echo x >/var/lib/polw/cache.sqlite; ln -s /etc/shadow /var/lib/polw/cache.sqlite-wal';
    const after = "stat -c '%n %U' /var/lib/polw/cache.sqlite /etc/shadow";
    expect(expectDone(machine.run(`${before}; ${INSTALL} >/dev/null; ${after}`, release('one')))).toBe(
      '/var/lib/polw/cache.sqlite polw\n/etc/shadow root\n',
    );
    // In its own folder the account takes away what is root's.
    const later = 'chown root /var/lib/polw/cache.sqlite; ';
    expect(
      expectDone(
        machine.run(
          `${later}${INSTALL} >/dev/null; ls /var/lib/polw/cache.sqlite 2>/dev/null || echo gone`,
          release('one'),
        ),
      ),
    ).toBe('gone\n');
  });
});

describe('a clone', () => {
  test('whose bin/ is older than its sources is built anew, or not installed', () => {
    const clone = `${folder}/clone`;
    cpSync(release('one'), clone, { recursive: true });
    mkdirSync(`${clone}/src`);
    writeFileSync(`${clone}/src/main.ts`, '');
    const machine = newMachine();
    const old = new Date(Date.now() - 3_600_000);
    for (const file of readdirSync(`${clone}/bin`)) utimesSync(`${clone}/bin/${file}`, old, old);
    // Without npm nothing can be built.
    const path = `mkdir $M/bin; for program in bash env node sed grep find id dirname cut awk; do ln -s "$(command -v $program)" $M/bin/; done; PATH=$M/bin`;
    const { status, stderr } = machine.run(`${path} ${INSTALL}`.replace('PATH=$M/bin ', 'PATH=$M/bin exec '), clone);
    expect(status).toBe(1);
    expect(stderr).toBe('scripts/install: bin/ is older than its sources, and npm is missing to build it\n');
    expect(existsSync(`${machine.prefix}/lib`)).toBe(false);
  });
});

describe('a Postfix that gets mail all the while', () => {
  test('has no 451, and no mail unweighed, through upgrade, downgrade and the end', { timeout: 180_000 }, async () => {
    const machine = newMachine();
    const [one, two] = [release('one'), release('two', '9.9.9')];
    const settings = (state: string): string =>
      readFileSync(newPlace(dns).settings, 'utf8')
        .replace(/cache_file = .*/, `cache_file = "${state}/cache.sqlite"`)
        .replace(/log_file = .*/, `log_file = "${state}/polw.log"`);
    expectDone(machine.run(`${INSTALL}`, one));
    const postfix = new Postfix({ settings, program: `${machine.prefix}/lib/polw/polw` });
    await postfix.start();
    const config = { MAIL_CONFIG: `${postfix.folder}/config` };
    const replies: Reply[] = [];
    let sending = true;
    let sent = 0;
    const sender = (async () => {
      while (sending) {
        const session = await SmtpSession.open(postfix.port, {
          address: '192.0.2.10',
          name: 'mail.good.test',
          helo: 'mail.good.test',
        });
        for (let number = 0; number < 3; number++) {
          const { data, recipients } = await session.send({ sender: 'one@good.test', recipients: ['a@here.test'] });
          replies.push(...recipients, ...(data === undefined ? [] : [data]));
          sent += 1;
        }
        await session.quit();
      }
    })();
    const some = async (): Promise<void> => {
      for (const until = sent + 6; sent < until; ) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const change = (script: string, from: string): Ran => machine.run(script, from, config);
    const reload = (): void => {
      execFileSync('postfix', ['-c', config.MAIL_CONFIG, 'reload'], { stdio: 'ignore' });
    };
    try {
      await some();
      const upgraded = expectDone(change(INSTALL, two));
      expect(upgraded).toMatch(/^polw 9\.9\.9 is installed, \S+ before, and Postfix starts it\. .*: postfix reload$/m);
      await some();
      reload();
      await some();
      expect(expectDone(change(INSTALL, one))).toMatch(
        /^polw \S+ is installed, 9\.9\.9 before, and Postfix starts it\./m,
      );
      reload();
      await some();
      // While Postfix starts it, it is not removed.
      const refused = change(`${INSTALL} --uninstall --purge`, one);
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr).toMatch(
        /^scripts\/install: Postfix still starts polw, and would say 451 to all mail without it:\n {2}the service polw of .*\/master\.cf\nTake "check_policy_service unix:private\/polw" out of main\.cf/,
      );
      await some();
      const weighed = sent;
      const main = `${postfix.folder}/config/main.cf`;
      writeFileSync(main, readFileSync(main, 'utf8').replace(/, check_policy_service unix:private\/polw/, ''));
      execFileSync('postconf', ['-c', config.MAIL_CONFIG, '-MX', 'polw/unix'], { stdio: 'ignore' });
      reload();
      await some();
      expectDone(change(`${INSTALL} --uninstall --purge`, one));
      await some();
      sending = false;
      await sender;
      const delivered = await postfix.delivered(sent);
      const withHeader = delivered.filter((mail) => /^X-policyd-weight: .*; rate: -\d/m.test(mail)).length;
      // One session may have been under way with the old main.cf.
      expect(withHeader).toBeGreaterThanOrEqual(weighed);
      expect(replies.filter(({ code }) => code !== 250)).toEqual([]);
      expect(statSync(`${machine.prefix}/bin`, { throwIfNoEntry: false })?.isDirectory()).toBe(true);
    } finally {
      sending = false;
      await sender.catch(() => {});
      await postfix.stop();
    }
  });
});
