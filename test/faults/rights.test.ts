// Rights: who may read what polw writes, what polw itself may, and whom it believes. Wants root.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, runPolw, startPolw } from '../process.ts';
import {
  copyOfProgram,
  dnsForAll,
  logLines,
  mail,
  mails,
  newFolder,
  serverOf,
  settingsText,
  startFrom,
  USER,
  weighAll,
} from './help.ts';

const bin = copyOfProgram();
const dns = dnsForAll();

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
    expect(await polw.ask({ ...mail(5), instance: 'again' })).toMatch(/retrying too fast/);
    await polw.end();
    expect(logLines(place.log).filter((line) => line.includes('trouble'))).toEqual([]);
  }
});

test('a file in a folder that somebody else owns is not followed, even by root', async () => {
  const { folder, state, settings, log } = newPlace();
  chownSync(folder, 0, 0);
  chownSync(state, USER + 1, USER + 1);
  chmodSync(state, 0o755);
  execFileSync('ln', ['-s', '/etc/passwd', path.join(state, 'cache.sqlite')]);
  const before = readFileSync('/etc/passwd', 'utf8');
  const polw = await startFrom(bin, settings);
  await weighAll(polw, mails(0, 4));
  await polw.end();
  expect(readFileSync('/etc/passwd', 'utf8')).toBe(before);
  expect(logLines(log).filter((line) => line.includes('is a symbolic link'))).toHaveLength(1);
});
