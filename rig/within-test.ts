// What is made within a test and goes with it: folders, name servers, and polw, with pipes or as spawn(8) starts it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, onTestFinished, TestRunner } from 'vitest';
import { DnsServer, type Zone } from './dns-server.ts';
import {
  command,
  endOf,
  endProcess,
  environment,
  type Options,
  Polw,
  type Result,
  socketPair,
  textOf,
} from './process.ts';

/** Runs polw with pipes until it ends by itself, with these arguments and this on its stdin. */
export async function runPolw(
  args: readonly string[],
  input: string | Buffer = '',
  options: Options = {},
): Promise<Result> {
  const [file, ...first] = options.program ?? command();
  const child = spawn(file, [...first, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: environment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  endWithTest(() => endProcess(child, child.stdin));
  // The child need not read what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, { code, signal }] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    endOf(child),
  ]);
  return { stdout, stderr, code, signal };
}

/** Starts polw as spawn(8) does, and keeps the other end of its socket, as smtpd does. Ended with the test. */
export async function startPolw(args: readonly string[] = [], options: Options = {}): Promise<Polw> {
  const [file, ...first] = options.program ?? command();
  const [ours, theirs] = await socketPair(options.socket ?? 'unix');
  // The shell is there for what Node cannot say: the umask and the ignored signals; then it becomes polw.
  // Node makes the descriptors 0, 1 and 2 of its children blocking, as they are under spawn(8).
  const child = spawn(
    '/bin/sh',
    ['-c', 'umask 077; trap "" PIPE XFSZ; unset PWD; exec "$@"', 'sh', file, ...first, ...args],
    {
      cwd: options.cwd ?? tmpdir(),
      detached: true,
      env: environment(options),
      stdio: [theirs, theirs, theirs],
    },
  );
  theirs.destroy();
  const polw = new Polw(child, ours);
  endWithTest(() => endProcess(child, ours));
  await once(child, 'spawn');
  return polw;
}

/** A folder that goes with the test. */
export function newFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/polw-test-`);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A name server that goes with the test. */
export async function newServer(zone: Zone): Promise<DnsServer> {
  const server = await new DnsServer(zone).start();
  onTestFinished(() => server.stop());
  return server;
}

/** A name server for as long as something is done; also for tests that run beside others. */
export async function withServer<T>(zone: Zone, use: (server: DnsServer) => Promise<T>): Promise<T> {
  const server = await new DnsServer(zone).start();
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** Waits until something is so; fails after 15 seconds. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`not so after 15 seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const unended = new Set<() => Promise<void>>();

afterAll(async () => {
  await Promise.all([...unended].map((end) => end()));
});

/** Ends a process when the test ends in which it was started; if there is none, when the test file ends. */
function endWithTest(end: () => Promise<void>): void {
  unended.add(end);
  if (TestRunner.getCurrentTest() === undefined) return;
  onTestFinished(async () => {
    unended.delete(end);
    await end();
  });
}
