// What an admin does with the packed tarball: npm install -g, or untar and scripts/install; and then Postfix.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DnsServer } from '../../rig/dns-server.ts';
import { Postfix } from '../../rig/postfix/postfix.ts';
import { SmtpSession } from '../../rig/postfix/smtp.ts';
import { rcpt } from '../../rig/request.ts';
import { newPlace, ZONE } from '../../rig/shell.ts';
import { runPolw, startPolw } from '../../rig/within-test.ts';
import { filesOfBundles } from '../../scripts/bundles.mjs';
import { defaultSettings, readSettings } from '../../src/settings/read.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(`${tmpdir()}/polw-install-`);
/** The tarball, unpacked in a bare folder. */
const unpacked = `${folder}/package`;
let tarball = '';
const dns = new DnsServer(ZONE);

beforeAll(async () => {
  await dns.start();
  chmodSync(folder, 0o755);
  execFileSync(process.execPath, ['scripts/man.mjs'], { cwd: root });
  // Not its scripts: bin/ is built, and other tests are using it.
  const printed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  tarball = `${folder}/${/"filename": "([^"]+)"/.exec(printed)?.[1]}`;
  execFileSync('tar', ['xzf', tarball, '-C', folder]);
});
afterAll(async () => {
  await dns.stop();
  rmSync(folder, { recursive: true });
});

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', [...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs scripts/install of the unpacked tarball. */
function install(destdir: string, args: readonly string[] = [], more: { uid?: number } = {}) {
  return spawnSync('./scripts/install', [...args], {
    cwd: unpacked,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...(destdir === '' ? {} : { DESTDIR: destdir }) },
    ...more,
  });
}

/** A folder for DESTDIR with the folders that every system has. */
function system(name: string): string {
  const place = `${folder}/${name}`;
  for (const usual of ['etc', 'usr/local/bin', 'usr/local/lib', 'usr/local/share/man', 'var/lib'])
    mkdirSync(`${place}/${usual}`, { recursive: true });
  return place;
}

/** Everything below a folder, with modes. */
function filesIn(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const found = lstatSync(`${place}/${name}`);
      const kind = found.isSymbolicLink() ? ` -> ${readlinkSync(`${place}/${name}`)}` : found.isDirectory() ? '/' : '';
      return `${name}${kind} ${found.isSymbolicLink() ? '' : (found.mode & 0o777).toString(8)}`.trim();
    })
    .sort();
}

/** What a program says about itself. */
function versions(program: string): string {
  return execFileSync(process.execPath, [program, '-v'], { encoding: 'utf8' });
}

/** The program weighs a mail, and keeps what it learnt in its cache. */
async function expectWorks(program: string): Promise<void> {
  const place = newPlace(dns);
  const polw = await startPolw(['-f', place.settings], { program: [process.execPath, program] });
  expect(await polw.ask(rcpt())).toMatch(/^action=PREPEND X-policyd-weight: .*CL_IP_EQ_FROM_MX=-3\.1/);
  expect(await polw.end()).toEqual({ code: 0, signal: null });
  expect(existsSync(place.cache)).toBe(true);
  expect(readFileSync(place.log, 'utf8')).not.toContain('warning:');
}

const WORKS = /^polw \d\S+\nNode \d\S+\nSQLite \d\S+\ncache schema \d+\n$/;

test('the tarball holds what runs, and no sources', () => {
  expect(filesIn(unpacked).map((line) => line.replace(/ \d+$/, ''))).toEqual([
    'LICENSE',
    'NOTICE',
    'README.md',
    'SECURITY.md',
    'bin/',
    'bin/better_sqlite3.node',
    'bin/polw',
    ...['polw.suffixes', ...filesOfBundles()].sort().map((file) => `bin/${file}`),
    'man/',
    'man/polw.8',
    'man/polw.toml.5',
    'master.cf.example',
    'package.json',
    'scripts/',
    'scripts/install',
  ]);
});

describe('npm install -g', () => {
  const prefix = `${folder}/prefix`;
  const program = `${prefix}/bin/polw`;
  const own = `${prefix}/lib/node_modules/polw/bin`;
  const dependency = `${prefix}/lib/node_modules/polw/node_modules/better-sqlite3/build/Release/better_sqlite3.node`;

  beforeAll(() => {
    mkdirSync(`${folder}/bare`);
    // Without its scripts, which fetch or compile an SQLite: minutes, where there is none to be fetched.
    npm(['install', '-g', '--ignore-scripts', '--prefer-offline', '--prefix', prefix, tarball], `${folder}/bare`);
  });

  test('gives a polw that works, with the SQLite of the tarball', async () => {
    expect(lstatSync(program).isSymbolicLink()).toBe(true);
    expect(existsSync(dependency)).toBe(false);
    expect(versions(program)).toMatch(WORKS);
    await expectWorks(program);
  });

  test('takes the one of its dependency where the other one does not fit', async () => {
    const compiled = createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node');
    mkdirSync(path.dirname(dependency), { recursive: true });
    copyFileSync(compiled, dependency);
    for (const spoil of [
      () => writeFileSync(`${own}/better_sqlite3.node`, 'of another machine'),
      () => rmSync(`${own}/better_sqlite3.node`),
    ]) {
      spoil();
      expect(versions(program)).toMatch(WORKS);
      await expectWorks(program);
    }
  });

  test('weighs mail even if none fits', async () => {
    rmSync(dependency);
    expect(versions(program)).toMatch(
      /^SQLite not usable: .*better_sqlite3\.node is missing; copy all files of bin\/$/m,
    );
    const place = newPlace(dns);
    const polw = await startPolw(['-f', place.settings], { program: [process.execPath, program] });
    expect(await polw.ask(rcpt())).toMatch(/^action=PREPEND /);
    await polw.end();
    expect(existsSync(place.cache)).toBe(false);
  });
});

describe('scripts/install', () => {
  const PROGRAM = [
    'etc/polw.toml.example 644',
    'usr/local/bin/polw -> ../lib/polw/polw',
    'usr/local/lib/polw/ 755',
    'usr/local/lib/polw/better_sqlite3.node 644',
    'usr/local/lib/polw/polw 755',
    ...['polw.suffixes', ...filesOfBundles()].sort().map((file) => `usr/local/lib/polw/${file} 644`),
    'usr/local/share/man/man5/ 755',
    'usr/local/share/man/man5/polw.toml.5 644',
    'usr/local/share/man/man8/ 755',
    'usr/local/share/man/man8/polw.8 644',
  ];
  const STATE = ['var/lib/polw/ 700'];

  test('puts everything in its place, twice as well as once, and takes it away again', async () => {
    const place = system('once');
    const before = filesIn(place);
    for (let times = 0; times < 2; times++) {
      const { status, stderr } = install(place);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(filesIn(place)).toEqual([...before, ...PROGRAM, ...STATE].sort());
    }
    // The launcher finds its files through the link.
    expect(versions(`${place}/usr/local/bin/polw`)).toMatch(WORKS);
    await expectWorks(`${place}/usr/local/bin/polw`);
    const example = readFileSync(`${place}/etc/polw.toml.example`, 'utf8');
    expect(readSettings(example)).toEqual({ settings: defaultSettings(), problems: [] });
    for (const page of ['man8/polw.8', 'man5/polw.toml.5']) {
      const { stderr, status } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', page], {
        cwd: `${place}/usr/local/share/man`,
        encoding: 'utf8',
      });
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    }
    expect(install(place, ['--uninstall', '--purge'])).toMatchObject({ status: 0, stderr: '' });
    expect(filesIn(place)).toEqual(before);
    expect(install(place, ['--uninstall', '--purge'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('leaves the settings and what the service has learnt', () => {
    const place = system('kept');
    writeFileSync(`${place}/etc/polw.toml`, '# mine\n', { mode: 0o640 });
    const before = filesIn(place);
    install(place);
    writeFileSync(`${place}/var/lib/polw/cache.sqlite`, 'learnt', { mode: 0o600 });
    install(place);
    const { status, stdout } = install(place, ['--uninstall']);
    expect(status).toBe(0);
    expect(stdout).toContain('Kept: /etc/polw.toml\nKept: /var/lib/polw and the account polw');
    expect(filesIn(place)).toEqual([...before, ...STATE, 'var/lib/polw/cache.sqlite 600'].sort());
    expect(readFileSync(`${place}/etc/polw.toml`, 'utf8')).toBe('# mine\n');
    install(place, ['--uninstall', '--purge']);
    expect(filesIn(place)).toEqual(before);
  });

  test('leaves a polw in bin that is not its own', () => {
    const place = system('other');
    install(place);
    rmSync(`${place}/usr/local/bin/polw`);
    writeFileSync(`${place}/usr/local/bin/polw`, '#!/bin/sh\n');
    install(place, ['--uninstall', '--purge']);
    expect(existsSync(`${place}/usr/local/bin/polw`)).toBe(true);
  });

  test('prints the lines of the example for master.cf, and some for main.cf', () => {
    const { stdout } = install(system('lines'));
    const example = readFileSync(`${unpacked}/master.cf.example`, 'utf8');
    const [entry = ''] = /^polw {6}unix.*$/m.exec(example) ?? [];
    expect(stdout).toContain(`${entry}\n  user=polw argv=`);
    expect(stdout).toMatch(/ argv=(\S*node )?\/usr\/local\/lib\/polw\/polw\n/);
    expect(stdout).toMatch(/reject_unauth_destination\n {4}check_policy_service unix:private\/polw\n/);
  });

  test('says what is wrong with how it is called, and changes nothing', () => {
    const place = system('wrong');
    const before = filesIn(place);
    expect(install(place, ['--unistall'])).toMatchObject({
      status: 64,
      stderr: 'scripts/install: there is no option --unistall; see scripts/install --help\n',
    });
    expect(install(place, ['--purge'])).toMatchObject({
      status: 64,
      stderr: 'scripts/install: --purge goes with --uninstall\n',
    });
    expect(install('', [], { uid: 65534 })).toMatchObject({
      status: 77,
      stderr: 'scripts/install: only root may do this; or set DESTDIR\n',
    });
    expect(install(place, ['--help']).stdout).toMatch(/^Installs polw beside Postfix/);
    expect(filesIn(place)).toEqual(before);
  });

  test('does not install an SQLite that does not fit', () => {
    const place = system('unfit');
    const before = filesIn(place);
    const fits = readFileSync(`${unpacked}/bin/better_sqlite3.node`);
    writeFileSync(`${unpacked}/bin/better_sqlite3.node`, 'of another machine');
    try {
      const { status, stderr } = install(place);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^scripts\/install: this bin\/ is not for this machine or its Node v\d+/);
      expect(filesIn(place)).toEqual(before);
    } finally {
      writeFileSync(`${unpacked}/bin/better_sqlite3.node`, fits);
    }
  });

  test('gives a polw that works under Postfix', async () => {
    const place = system('postfix');
    install(place);
    const settings = (state: string): string =>
      readFileSync(newPlace(dns).settings, 'utf8')
        .replace(/cache_file = .*/, `cache_file = "${state}/cache.sqlite"`)
        .replace(/log_file = .*/, `log_file = "${state}/polw.log"`);
    const postfix = await new Postfix({ settings, bin: `${place}/usr/local/lib/polw` }).start();
    try {
      const good = await SmtpSession.open(postfix.port, {
        address: '192.0.2.10',
        name: 'mail.good.test',
        helo: 'mail.good.test',
      });
      const accepted = await good.send({ sender: 'one@good.test', recipients: ['a@here.test'] });
      await good.quit();
      expect(accepted.data).toMatchObject({ code: 250 });
      expect((await postfix.delivered(1))[0]).toMatch(/^X-policyd-weight: .*; rate: -\d/m);
      const listed = await SmtpSession.open(postfix.port, {
        address: '192.0.2.66',
        name: 'unknown',
        helo: 'mail.spam.test',
      });
      const refused = await listed.send({ sender: 'two@spam.test', recipients: ['a@here.test'] });
      await listed.quit();
      expect(refused.recipients).toMatchObject([{ code: 550 }]);
      expect(existsSync(`${postfix.folder}/state/cache.sqlite`)).toBe(true);

      // What Postfix logged about it is what explain wants.
      const line =
        postfix
          .log()
          .split('\n')
          .find((one) => one.includes('NOQUEUE: reject: RCPT')) ?? '';
      const args = ['explain', '--no-cache', '-f', `${postfix.folder}/polw.toml`];
      const explained = await runPolw(args, line, { program: [process.execPath, `${place}/usr/local/bin/polw`] });
      expect(explained.stdout).toMatch(/^client 192\.0\.2\.66 \(unknown\), HELO mail\.spam\.test$/m);
      expect(explained.stdout).toMatch(/^action=550 5\.7\.1 Your mail looks like spam/m);
    } finally {
      await postfix.stop();
    }
  });
});
