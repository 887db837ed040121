// Faults of the process itself: ends in mid-request, signals, a log child that dies, exceptions, and memory.

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../rig/dns-server.ts';
import {
  copyOfProgram,
  dnsForAll,
  expectOnly,
  logLines,
  mail,
  mails,
  newFolder,
  newSettings,
  startDns,
  startFrom,
  until,
  type Weighed,
  type Written,
  weighAll,
} from '../../rig/faults/faults.ts';
import { complaintAbout } from '../../rig/fuzz/well-formed.ts';
import { command, type Ending, type Polw } from '../../rig/process.ts';
import { type Attributes, rcpt, requestText } from '../../rig/request.ts';
import { type SettingsParts, serverOf } from '../../rig/settings-text.ts';
import { runPolw, startPolw } from '../../rig/within-test.ts';
import { LiveDns } from '../../src/dns/live.ts';
import { MailLookup } from '../../src/dns/mail-lookup.ts';
import { ListWatch } from '../../src/policy/list-watch.ts';
import { Store } from '../../src/store/store.ts';
import { CHECKS } from '../../src/weigh/weigh.ts';

/** How long a process may take to end, and what a busy machine may add, in milliseconds. */
const END = 100;
const SLACK = 300;

const bin = copyOfProgram();
const dns = dnsForAll();
let undisturbed: Weighed;

beforeAll(async () => {
  const { settings } = settingsWith();
  undisturbed = await weighAll(await startFrom(bin, settings), mails(0, 12));
});

function settingsWith(parts: Partial<SettingsParts> = {}): Written {
  return newSettings({ servers: [serverOf(dns)], ...parts });
}

/** A mail that needs no name server, and costs next to nothing. */
function cheap(index: number): Attributes {
  return rcpt({ recipient: `postmaster@n${index}.test` });
}

/** As `nc -N` that is ended while it waits for the answer. */
async function hangUpLater(polw: Polw): Promise<Ending> {
  void polw.end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return polw.hangUp();
}

async function timed<T>(promise: Promise<T>): Promise<{ readonly value: T; readonly time: number }> {
  const begun = performance.now();
  return { value: await promise, time: performance.now() - begun };
}

describe('the end of the connection', () => {
  test.each([
    ['before any request', ''],
    ['in the middle of a line', 'request=smtpd_access_policy\nprotocol_st'],
    ['between two lines', 'request=smtpd_access_policy\n'],
    ['before the empty line', requestText(rcpt()).slice(0, -1)],
  ])('%s ends the process without a word', async (_, bytes) => {
    const polw = await startFrom(bin, settingsWith().settings);
    expect(await polw.ask(cheap(1))).toMatch(/^action=DUNNO/);
    const before = polw.received.length;
    polw.send(bytes);
    const { value, time } = await timed(polw.end());
    expect(value).toEqual({ code: 0, signal: null });
    expect(time).toBeLessThan(END + SLACK);
    expect(polw.received.length).toBe(before);
  });

  test.each([
    ['of a unix socket', 'unix', (polw: Polw) => polw.hangUp()],
    ['of a unix socket, one half after the other', 'unix', (polw: Polw) => hangUpLater(polw)],
    ['of a TCP connection, by a reset', 'inet', (polw: Polw) => polw.reset()],
  ] as const)('while a mail is weighed, %s, ends the process', async (_, socket, end) => {
    const server = await startDns();
    server.fault = faults.drop;
    const { settings } = settingsWith({ servers: [serverOf(server)] });
    const program = command(path.join(bin, 'polw'));
    const polw = await startPolw(['-f', settings], { program, cwd: '/', socket });
    // Another request is waiting, so there is something unread as well.
    polw.send(requestText(mail(0)) + requestText(mail(1)));
    await until(() => server.queries.length > 0);
    const { value, time } = await timed(end(polw));
    expect(value).toEqual({ code: 0, signal: null });
    expect(time).toBeLessThan(END + SLACK);
    expect(polw.received.length).toBe(0);
    await server.stop();
  });

  test('with answers that nobody has read (ECONNRESET, EPIPE) ends the process as usual', async () => {
    for (let round = 0; round < 10; round++) {
      const polw = await startFrom(bin, settingsWith().settings);
      polw.send(Array.from({ length: 500 }, (_, index) => requestText(cheap(index))).join(''));
      if (round > 0) await polw.answer();
      const { value, time } = await timed(polw.hangUp());
      expect(value).toEqual({ code: 0, signal: null });
      expect(time).toBeLessThan(END + SLACK + 1000 * Number(round === 0));
    }
  });

  test('keeps what was learnt', async () => {
    const folder = newFolder();
    chmodSync(folder, 0o700);
    const { settings } = settingsWith({ cache: path.join(folder, 'cache.sqlite') });
    const polw = await startFrom(bin, settings);
    await weighAll(polw, mails(0, 8));
    await polw.end();
    const { stdout } = await runPolw(['lists', '-f', settings], '', { program: command(path.join(bin, 'polw')) });
    // Eight questions, of which two were hits.
    expect(stdout).toMatch(/^BL .* 8 +2 +0$/m);
    // The last one tidies up.
    expect(readdirSync(folder)).toEqual(['cache.sqlite']);
  });
});

describe('SIGTERM', () => {
  test.each([
    ['while it waits for a request', undefined],
    ['while a mail is weighed', mail(1)],
  ])('%s ends the process at once', async (_, attributes) => {
    const server = await startDns();
    const polw = await startFrom(bin, settingsWith({ servers: [serverOf(server)] }).settings);
    expect(await polw.ask(mail(0))).toBe(undisturbed.answers[0]);
    server.fault = faults.drop;
    const before = server.queries.length;
    if (attributes !== undefined) {
      polw.send(requestText(attributes));
      await until(() => server.queries.length > before);
    }
    const { value, time } = await timed(polw.kill('SIGTERM'));
    expect(value).toEqual({ code: null, signal: 'SIGTERM' });
    expect(time).toBeLessThan(END + SLACK);
    expect(polw.received.toString()).toBe(`${undisturbed.answers[0]}\n\n`);
    await server.stop();
  });
});

describe('the log child', () => {
  /** A polw without postlog(1), whose logger(1) is this shell script. It appends its process id to a file `pids`. */
  async function startWithLogger(script: string | undefined): Promise<{ polw: Polw; folder: string }> {
    const program = copyOfProgram();
    const bundle = path.join(program, 'polw.bundle.cjs');
    const source = readFileSync(bundle, 'latin1');
    expect(source).toContain('/usr/sbin/postlog');
    writeFileSync(bundle, source.replace('/usr/sbin/postlog', '/nowhere//postlog'), 'latin1');
    rmSync(path.join(program, 'polw.bundle.cache'), { force: true });
    const { folder, settings } = settingsWith({ log: '' });
    writeFileSync(settings, readFileSync(settings, 'utf8').replace('log_to = "nowhere"', 'log_to = "syslog"'));
    if (script !== undefined) {
      writeFileSync(path.join(folder, 'logger'), `#!/bin/sh\necho $$ >>${folder}/pids\n${script}\n`, { mode: 0o755 });
    }
    const env = { PATH: `${folder}:/nowhere`, FOLDER: folder };
    const polw = await startPolw(['-f', settings], { program: [process.execPath, path.join(program, 'polw')], env });
    return { polw, folder };
  }

  function pidsIn(folder: string): string[] {
    const file = path.join(folder, 'pids');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  }

  test.each([
    ['is missing', undefined],
    ['dies at once', 'exit 1'],
    ['dies after its first line', 'read line'],
    ['never reads', 'exec /bin/sleep 60'],
  ])('%s: mail goes on', async (_, script) => {
    const { polw, folder } = await startWithLogger(script);
    const { answers } = await weighAll(polw, mails(0, 12));
    expect(answers).toEqual(undisturbed.answers);
    // More than any buffer holds.
    const more = await weighAll(
      polw,
      Array.from({ length: 2000 }, (_, index) => cheap(index)),
    );
    expect(Math.max(...more.times)).toBeLessThan(SLACK);
    const { value, time } = await timed(polw.end());
    expect(value).toEqual({ code: 0, signal: null });
    expect(time).toBeLessThan(END + SLACK);
    expectOnly(polw, [...answers, ...more.answers]);
    for (const pid of pidsIn(folder)) endProcess(Number(pid));
  });

  test('that died is started again after a while, even if no mail needs a name server', async () => {
    const { polw, folder } = await startWithLogger(`exec /bin/cat >>${'$FOLDER'}/lines`);
    const lines = (): string =>
      existsSync(path.join(folder, 'lines')) ? readFileSync(path.join(folder, 'lines'), 'utf8') : '';
    await polw.ask(cheap(1));
    await until(() => lines().includes('n1.test'));
    const [first = ''] = pidsIn(folder);
    process.kill(Number(first), 'SIGKILL');
    await polw.ask(cheap(2));
    await new Promise((resolve) => setTimeout(resolve, 10_100));
    for (let index = 3; index < 6; index++) await polw.ask(cheap(index));
    await until(() => lines().includes('n5.test'));
    expect(pidsIn(folder)).toHaveLength(2);
    await polw.end();
  });
});

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function methodsOf(prototype: object): string[] {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return properties
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => name);
}

describe('an exception', () => {
  const places = [
    ...CHECKS.map((_, index) => `check.${index}`),
    ...methodsOf(Store.prototype).map((method) => `store.${method}`),
    ...methodsOf(ListWatch.prototype).map((method) => `lists.${method}`),
    ...methodsOf(MailLookup.prototype).map((method) => `lookup.${method}`),
    ...methodsOf(LiveDns.prototype).map((method) => `dns.${method}`),
    'log.flush',
  ];
  let throwing = '';

  beforeAll(async () => {
    throwing = path.join(copyOfProgram(), 'throwing.cjs');
    await build({
      entryPoints: [fileURLToPath(new URL('../../rig/faults/throwing-main.ts', import.meta.url))],
      outfile: throwing,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: ['bindings'],
      define: { POLW_VERSION: '"0"', POLW_NODE_MODULES_VERSION: JSON.stringify(process.versions.modules) },
      logLevel: 'error',
    });
  });

  async function startThrowing(what: string): Promise<{ polw: Polw; log: string }> {
    const state = newFolder();
    chmodSync(state, 0o700);
    const { settings, log } = settingsWith({ cache: path.join(state, 'cache.sqlite') });
    const program: [string, ...string[]] = [process.execPath, throwing];
    return { polw: await startPolw(['-f', settings], { program, cwd: '/', env: { POLW_THROW: what } }), log };
  }

  test.each(places)('in %s: that mail may pass unweighed, and the next are weighed as ever', async (place) => {
    const { polw, log } = await startThrowing(`${place} 1`);
    const { answers } = await weighAll(polw, mails(0, 12));
    const others = answers.filter((answer, index) => answer !== undisturbed.answers[index]);
    expect(others.length).toBeLessThanOrEqual(1);
    for (const answer of others) expect(answer).toBe('action=DUNNO');
    await polw.end();
    expectOnly(polw, answers);
    if (others.length > 0 && place !== 'log.flush') {
      expect(logLines(log).filter((line) => line.includes('thrown on purpose in')).length).toBeGreaterThan(0);
    }
  });

  test.each(places)('in %s, each time: every mail is answered', async (place) => {
    const { polw } = await startThrowing(`${place} 1000000`);
    const { answers } = await weighAll(polw, mails(0, 8));
    await polw.end();
    expectOnly(polw, answers);
  });
});

describe('one connection', () => {
  test('takes 200,000 requests without more memory than 10,000 need, and without a word on stderr', async () => {
    const state = newFolder();
    chmodSync(state, 0o700);
    const { settings } = settingsWith({ cache: path.join(state, 'cache.sqlite'), log: '' });
    const polw = await startFrom(bin, settings);
    let answered = 0;
    const take = async (count: number): Promise<void> => {
      for (const end = answered + count; answered < end; ) {
        const batch = Array.from({ length: 500 }, (_, index) => requestOf(answered + index));
        polw.send(batch.map(requestText).join(''));
        for (const _ of batch) expect(complaintAbout(await polw.answer())).toBeUndefined();
        answered += batch.length;
      }
    };
    /** One in twenty is weighed: the answers come from the cache, or the verdict does. */
    const requestOf = (index: number): Attributes =>
      index % 20 === 0 ? { ...mail((index / 20) % 100), instance: `many.${index}` } : cheap(index % 50);
    await take(10_000);
    const early = residentKilobytes(polw.pid);
    await take(190_000);
    const late = residentKilobytes(polw.pid);
    expect(late).toBeLessThan(1.1 * early);
    expect(await polw.end()).toEqual({ code: 0, signal: null });
  });

  test('has nothing on stderr, whatever goes wrong', async () => {
    const state = newFolder();
    writeFileSync(path.join(state, 'cache.sqlite'), 'garbage'.repeat(10_000));
    const { settings } = settingsWith({ cache: path.join(state, 'cache.sqlite'), servers: ['255.255.255.255:53'] });
    const input = [...mails(0, 4).map(requestText), 'no attribute\n\n', '\n', '\0\xff\n\n', 'request=x\n\n'].join('');
    const { stdout, stderr, code } = await runPolw(['-f', settings], Buffer.from(input, 'latin1'), {
      program: command(path.join(bin, 'polw')),
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const answers = stdout.split('\n\n').slice(0, -1);
    expect(answers).toHaveLength(8);
    expect(answers.map(complaintAbout).filter((complaint) => complaint !== undefined)).toEqual([]);
  });
});

function residentKilobytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
