// Rights: who may read what polw writes, what polw itself may, and whom it believes. Wants root.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  copyOfProgram,
  dnsForAll,
  logLines,
  mail,
  mails,
  newFolder,
  startFrom,
  USER,
  until,
  weighAll,
} from '../../rig/faults/faults.ts';
import { command, type Polw } from '../../rig/process.ts';
import { requestText } from '../../rig/request.ts';
import { serverOf, settingsText } from '../../rig/settings-text.ts';
import { runPolw, startPolw } from '../../rig/within-test.ts';

const bin = copyOfProgram();
const dns = dnsForAll();

/** How often a race is run. */
const ROUNDS = 200;

interface Place {
  readonly folder: string;
  readonly state: string;
  readonly file: string;
  readonly log: string;
  readonly settings: string;
}

/** A folder of the user in which the state folder is, or isn't yet. */
function newPlace({ made = true, more = '' }: { made?: boolean; more?: string } = {}): Place {
  const folder = newFolder();
  chownSync(folder, USER, USER);
  const state = path.join(folder, 'state');
  if (made) {
    mkdirSync(state, { mode: 0o700 });
    chownSync(state, USER, USER);
  }
  const file = path.join(state, 'cache.sqlite');
  const log = path.join(folder, 'polw.log');
  const settings = path.join(folder, 'polw.toml');
  writeFileSync(settings, settingsText({ servers: [serverOf(dns)], cache: file, log, more }), { mode: 0o644 });
  return { folder, state, file, log, settings };
}

/** A command of polw, as root or as another account without any rights. */
function asUser(user: number | undefined, args: readonly string[]): [string, ...string[]] {
  const [program, ...rest] = command(path.join(bin, 'polw'));
  if (user === undefined) return [program, ...rest, ...args];
  return ['/usr/bin/setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', program, ...rest, ...args];
}

function mode(file: string): string {
  return (statSync(file).mode & 0o7777).toString(8);
}

test('the state folder is made for its owner alone, and so are all files in it', async () => {
  const { state, settings } = newPlace({ made: false });
  const polw = await startFrom(bin, settings, USER);
  await weighAll(polw, mails(0, 8));
  expect(mode(state)).toBe('700');
  const files = readdirSync(state);
  expect(files.sort()).toEqual(['cache.sqlite', 'cache.sqlite-shm', 'cache.sqlite-wal']);
  for (const file of files) {
    expect([file, mode(path.join(state, file))]).toEqual([file, '600']);
    expect(statSync(path.join(state, file)).uid).toBe(USER);
  }
  await polw.end();
});

test('a broken file that is set aside can be read by its owner alone', async () => {
  const { file, settings } = newPlace();
  writeFileSync(file, 'garbage'.repeat(1000), { mode: 0o600 });
  chownSync(file, USER, USER);
  const polw = await startFrom(bin, settings, USER);
  await weighAll(polw, mails(0, 4));
  await polw.end();
  expect([mode(file), mode(`${file}.broken`)]).toEqual(['600', '600']);
});

test('the log is not for everybody', async () => {
  const { log, settings } = newPlace();
  const polw = await startFrom(bin, settings, USER);
  await weighAll(polw, mails(0, 4));
  await polw.end();
  expect(statSync(log).mode & 0o027).toBe(0);
});

test('all is done without any capability, as a user who owns nothing but the folder', async () => {
  const { settings, file, log } = newPlace();
  const polw = await startFrom(bin, settings, USER);
  const { answers } = await weighAll(polw, mails(0, 8));
  const status = readFileSync(`/proc/${polw.pid}/status`, 'utf8');
  expect(status).toMatch(new RegExp(`^Uid:\\t${USER}\\t${USER}\\t${USER}\\t${USER}$`, 'm'));
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect(status).toMatch(`${set}:\t0000000000000000`);
  await polw.end();
  expect(answers[0]).toMatch(/^action=PREPEND/);
  expect(answers[1]).toMatch(/^action=550/);
  expect(existsSync(file)).toBe(true);
  expect(logLines(log).filter((line) => line.includes('warning:'))).toEqual([]);
});

describe('a configuration', () => {
  test('that anybody may write to is not used; check and header say so', async () => {
    const { folder, settings, log } = newPlace({ more: '[decision]\nheader_name = "X-Not-Believed"' });
    chmodSync(settings, 0o666);
    const { stdout, code } = await runPolw(['check', '-f', settings], '', { program: command(path.join(bin, 'polw')) });
    expect(stdout).toContain('anybody may write to it');
    expect(code).toBe(1);
    // The built-in settings ask the name servers of the system: here those of a namespace of its own, where there are none.
    const resolvConf = path.join(folder, 'resolv.conf');
    writeFileSync(resolvConf, 'nameserver 127.99.99.99\n');
    const [program, ...rest] = command(path.join(bin, 'polw'));
    const mounted = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
    const polw = await startPolw(['-f', settings], {
      program: ['/usr/bin/unshare', '-m', '/bin/sh', '-c', mounted, resolvConf, program, ...rest],
      cwd: '/',
    });
    expect(await polw.ask(mail(0))).toMatch(
      /^action=PREPEND X-policyd-weight: .*; built-in settings, the configuration is not usable$/,
    );
    await polw.end();
    // What it says about the log was not believed either.
    expect(existsSync(log)).toBe(false);
  });

  test('of another account is not used, by root or by the account; nor is a key of one', async () => {
    const stranger = USER + 1;
    for (const user of [undefined, USER]) {
      const place = newPlace();
      chownSync(place.settings, stranger, stranger);
      const { stdout, stderr, code } = await runPolw([], '', {
        program: asUser(user, ['check', '--settings-only', '-f', place.settings]),
        cwd: '/',
      });
      expect({ stdout, stderr, code }).toEqual({
        stderr: '',
        stdout: `${place.settings}: it belongs to user ${stranger}, who is not trusted; run: chown root ${place.settings}\n`,
        code: 1,
      });
    }
  });

  test("of the account is used by both, but root reads no key for it that isn't the account's", async () => {
    const key = path.join(newFolder(), 'key');
    writeFileSync(key, 's3cr3tofr00t\n', { mode: 0o600 });
    const list = `[[lists]]\nname = "ZEN"\nzone = "{key}.zen.dq.spamhaus.net"\nkey_file = "${key}"\nanswers = [{ client = 3 }]\n`;
    const check = (user: number | undefined, place: Place): ReturnType<typeof runPolw> =>
      runPolw([], '', { program: asUser(user, ['check', '--settings-only', '-f', place.settings]), cwd: '/' });
    const well = { stdout: expect.stringMatching(/^all is well: /), stderr: '', code: 0 };
    const place = newPlace();
    chownSync(place.settings, USER, USER);
    for (const user of [undefined, USER]) expect(await check(user, place)).toMatchObject(well);

    writeFileSync(place.settings, readFileSync(place.settings, 'utf8') + list);
    const refused = `${key}: it belongs to user 0, who is not trusted; run: chown ${USER} ${key}; the list ZEN is not asked\n`;
    expect(await check(undefined, place)).toMatchObject({ stdout: refused, code: 1 });
    // Settings of root's may name a key of root's, or of the account's.
    chownSync(place.settings, 0, 0);
    expect(await check(undefined, place)).toMatchObject(well);
    chownSync(key, USER, USER);
    for (const user of [undefined, USER]) expect(await check(user, place)).toMatchObject(well);
    chownSync(key, USER + 1, USER + 1);
    expect(await check(undefined, place)).toMatchObject({ code: 1 });
  });

  test.each(['FIFO', '/dev/zero'])('that is %s keeps no mail waiting', async (kind) => {
    const file = path.join(newFolder(), 'polw.toml');
    if (kind === 'FIFO') execFileSync('mkfifo', ['-m', '644', file]);
    else symlinkSync(kind, file);
    const polw = await startPolw(['-f', file], { program: command(path.join(bin, 'polw')), cwd: '/' });
    // This one is answered without a name server: those of the system are none of ours.
    expect(await polw.ask({ ...mail(0), recipient: 'postmaster@here.test' })).toMatch(
      /^action=DUNNO mail for postmaster/,
    );
    await polw.end();
  });

  test('is never executed', async () => {
    const folder = newFolder();
    const trap = path.join(folder, 'executed');
    const words = [`$(touch ${trap})`, `\`touch ${trap}\``, `| touch ${trap}`, `'; system('touch ${trap}'); '`];
    for (const word of words) {
      const { settings } = newPlace({
        more: `[texts]\nmismatch_text = ${JSON.stringify(word)}\nreject_text = ${JSON.stringify(`550 ${word}`)}`,
      });
      const polw = await startFrom(bin, settings, USER);
      expect((await weighAll(polw, mails(0, 4))).answers).toHaveLength(4);
      await polw.end();
    }
    const perl = path.join(folder, 'policyd-weight.conf');
    writeFileSync(
      perl,
      `$REJECTMSG = \`touch ${trap}\`;\nsystem("touch ${trap}");\nBEGIN { unlink "x"; open F, ">${trap}" }\n1;\n`,
    );
    await runPolw(['convert', perl], '', { program: command(path.join(bin, 'polw')) });
    expect(existsSync(trap)).toBe(false);
  });
});

test("root's polw lists leaves files that the user can still use", async () => {
  for (const first of ['root', 'user']) {
    const place = newPlace();
    const polw = await startFrom(bin, place.settings, USER);
    if (first === 'user') await polw.ask(mail(1));
    const program = command(path.join(bin, 'polw'));
    for (const args of [['lists'], ['lists', '--test']]) {
      const { code } = await runPolw([...args, '-f', place.settings], '', { program });
      expect(code).toBe(0);
    }
    for (const file of readdirSync(place.state)) {
      const { uid, gid } = statSync(path.join(place.state, file));
      expect([file, uid, gid]).toEqual([file, USER, USER]);
      expect(mode(path.join(place.state, file))).toBe('600');
    }
    await polw.ask(mail(5));
    expect(await polw.ask({ ...mail(5), instance: 'again' })).toMatch(/was refused \d+ seconds ago/);
    await polw.end();
    expect(logLines(place.log).filter((line) => line.includes('trouble'))).toEqual([]);
  }
});

test('a file in a folder that somebody else owns is not followed, even by root', async () => {
  const { folder, state, settings, log } = newPlace();
  chownSync(folder, 0, 0);
  chownSync(state, USER + 1, USER + 1);
  chmodSync(state, 0o755);
  // What cannot be made in a folder of root's by the account of the state folder.
  writeFileSync(log, '', { mode: 0o640 });
  chownSync(log, USER + 1, USER + 1);
  execFileSync('ln', ['-s', '/etc/passwd', path.join(state, 'cache.sqlite')]);
  const before = readFileSync('/etc/passwd', 'utf8');
  const polw = await startFrom(bin, settings);
  await weighAll(polw, mails(0, 4));
  await polw.end();
  expect(readFileSync('/etc/passwd', 'utf8')).toBe(before);
  expect(logLines(log).filter((line) => line.includes('is a symbolic link'))).toHaveLength(1);
});

/** A file of root's that nobody else may read, outside of what the account owns. */
function secretOfRoot(): { readonly file: string; taken: () => boolean } {
  const file = path.join(newFolder(), 'secret');
  writeFileSync(file, 'a secret of root\n', { mode: 0o600 });
  return {
    file,
    taken: () => {
      const { uid, gid } = statSync(file);
      return uid !== 0 || gid !== 0 || mode(file) !== '600' || readFileSync(file, 'utf8') !== 'a secret of root\n';
    },
  };
}

describe('the log', () => {
  /** A logger that keeps what it hears: the one place left to say something. A copy of polw that has no postlog(1). */
  async function startDeaf(place: Place, user?: number): Promise<{ polw: Polw; heard: () => string }> {
    const program = copyOfProgram();
    const bundle = path.join(program, 'polw.bundle.cjs');
    const source = readFileSync(bundle, 'latin1');
    expect(source).toContain('/usr/sbin/postlog');
    writeFileSync(bundle, source.replace('/usr/sbin/postlog', '/nowhere//postlog'), 'latin1');
    rmSync(path.join(program, 'polw.bundle.cache'), { force: true });
    const folder = newFolder();
    chmodSync(folder, 0o777);
    const heard = path.join(folder, 'heard');
    writeFileSync(path.join(folder, 'logger'), `#!/bin/sh\nexec /bin/cat >>${heard}\n`, { mode: 0o755 });
    const polw = await startFrom(program, place.settings, user, { PATH: `${folder}:/usr/bin:/bin` });
    return { polw, heard: () => (existsSync(heard) ? readFileSync(heard, 'utf8') : '') };
  }

  test.each([undefined, USER])('that is a link is not followed, nor waited for as a FIFO (user %s)', async (user) => {
    const target = path.join(newFolder(), 'target');
    for (const kind of ['link', 'FIFO', 'folder', 'device'] as const) {
      const place = newPlace();
      writeFileSync(target, 'untouched\n', { mode: 0o666 });
      chmodSync(target, 0o666);
      if (kind === 'link') symlinkSync(target, place.log);
      else if (kind === 'folder') mkdirSync(place.log);
      else if (kind === 'FIFO') execFileSync('mkfifo', ['-m', '666', place.log]);
      else execFileSync('mknod', ['-m', '666', place.log, 'c', '1', '3']);
      const { polw, heard } = await startDeaf(place, user);
      const { answers } = await weighAll(polw, mails(0, 4));
      expect(answers[1]).toMatch(/^action=550/);
      await until(() => heard().includes('\n'));
      await polw.end();
      expect(readFileSync(target, 'utf8')).toBe('untouched\n');
      // Once, however many mails there are.
      expect([kind, heard().split('\n')]).toEqual([
        kind,
        [
          expect.stringMatching(
            /^warning: log_file can't be written, so there is no log: .*polw\.log.*; see polw check$/,
          ),
          '',
        ],
      ]);
    }
  });

  test("is the account's, whoever starts polw first", async () => {
    for (const made of [true, false]) {
      const place = newPlace({ made });
      const polw = await startFrom(bin, place.settings);
      await weighAll(polw, mails(0, 4));
      await polw.end();
      expect([statSync(place.log).uid, statSync(place.log).gid, mode(place.log)]).toEqual([USER, USER, '600']);
      expect(statSync(place.file).uid).toBe(USER);
      const before = logLines(place.log).length;
      expect(before).toBeGreaterThan(0);
      const users = await startFrom(bin, place.settings, USER);
      await weighAll(users, mails(4, 4));
      await users.end();
      expect(logLines(place.log).length).toBeGreaterThan(before);
    }
  });

  test("in a folder of the account's is not written as root, whatever the cache is", async () => {
    const { folder, log, settings } = newPlace();
    const secret = secretOfRoot();
    symlinkSync(secret.file, log);
    for (const cache of ['', path.join(newFolder(), 'cache.sqlite')]) {
      writeFileSync(settings, settingsText({ servers: [serverOf(dns)], cache, log }), { mode: 0o644 });
      const polw = await startFrom(bin, settings);
      expect((await weighAll(polw, mails(0, 4))).answers[1]).toMatch(/^action=550/);
      await polw.end();
      expect(secret.taken()).toBe(false);
    }
    expect(statSync(folder).uid).toBe(USER);
  });
});

describe('an account that owns the state folder', () => {
  test('gets no file of root by a link that it swaps in while root makes the cache', async () => {
    const { state, settings } = newPlace();
    const secret = secretOfRoot();
    const swapper = fileURLToPath(new URL('../../rig/faults/link-swapper.mjs', import.meta.url));
    const script = path.join(newFolder(), 'link-swapper.mjs');
    cpSync(swapper, script);
    const hostile = spawn(
      '/usr/bin/setpriv',
      [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', process.execPath, script, state, secret.file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => {
      hostile.kill('SIGKILL');
    });
    let said = '';
    hostile.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    await until(() => said === 'ready\n');
    const program = command(path.join(bin, 'polw'));
    let won = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await runPolw(['lists', '--test', '-f', settings], '', { program });
      if (!secret.taken()) continue;
      won += 1;
      chownSync(secret.file, 0, 0);
      writeFileSync(secret.file, 'a secret of root\n');
    }
    const ended = once(hostile, 'exit');
    hostile.kill('SIGTERM');
    await ended;
    const swapped = Number(said.split('\n')[1]);
    // Nothing is shown by an attack that never came to pass.
    expect(swapped).toBeGreaterThan(ROUNDS / 2);
    expect(won, `of ${ROUNDS} rounds, with ${swapped} links`).toBe(0);
  }, 600_000);

  test.each(['cache.sqlite', 'cache.sqlite-wal', 'cache.sqlite-shm', 'cache.sqlite.lock', 'cache.sqlite.broken'])(
    'gets no file of root by a link that lies there as %s',
    async (name) => {
      for (const content of [undefined, 'garbage'.repeat(1000)]) {
        const { state, file, settings } = newPlace();
        const secret = secretOfRoot();
        if (content !== undefined && name !== 'cache.sqlite') {
          writeFileSync(file, content, { mode: 0o600 });
          chownSync(file, USER, USER);
        }
        symlinkSync(secret.file, path.join(state, name));
        const program = command(path.join(bin, 'polw'));
        for (const args of [['lists', '--test'], ['cache'], ['stats'], ['explain', '--client', '192.0.2.1']])
          await runPolw([...args, '-f', settings], '', { program });
        await runPolw(['-f', settings], requestText(mail(1)), { program });
        expect(secret.taken()).toBe(false);
      }
    },
  );

  test('is the account as which root looks at the cache, without a group of root', async () => {
    const { settings, state } = newPlace();
    chownSync(state, USER, 0);
    const listing = path.join(newFolder(), 'status');
    const hook = path.join(path.dirname(listing), 'hook.cjs');
    writeFileSync(
      hook,
      `process.on('exit', () => {
         process.stderr.write(require('fs').readFileSync('/proc/self/status', 'utf8'));
       });`,
    );
    const { stderr } = await runPolw(['lists', '--test', '-f', settings], '', {
      program: [process.execPath, '--require', hook, path.join(bin, 'polw')],
    });
    expect(stderr).toMatch(new RegExp(`^Uid:\\t${USER}\\t${USER}\\t${USER}\\t${USER}$`, 'm'));
    expect(stderr).toMatch(/^Groups:\t *$/m);
    for (const set of ['CapPrm', 'CapEff', 'CapAmb']) expect(stderr).toMatch(`${set}:\t0000000000000000`);
  });
});
