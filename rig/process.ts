// A process of polw as it is run in earnest: from a shell with pipes, or by Postfix' spawn(8) with one socket as stdin,
// stdout and stderr. Knows nothing of tests: the bench measures with it too.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Attributes, requestText } from './request.ts';

/** The built program. */
export const POLW = fileURLToPath(new URL('../bin/polw', import.meta.url));

export interface Options {
  /** Added to the environment that spawn(8) gives. */
  readonly env?: { readonly [name: string]: string };
  /** The current folder; that for temporary files if not said. */
  readonly cwd?: string;
  /** Another program than bin/polw, with its first arguments. */
  readonly program?: readonly [string, ...string[]];
  /** What its socket is, if it has one: as for a `unix` or an `inet` service of master(8). */
  readonly socket?: 'unix' | 'inet';
}

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One running polw, seen from the other end of its socket. */
export class Polw {
  /** Resolves when the process has ended and all that it wrote is in `received`. */
  readonly exited: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly #waiting: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  #unread = Buffer.alloc(0);
  #closed = false;

  constructor(child: ChildProcess, socket: Socket) {
    this.#child = child;
    this.#socket = socket;
    const socketClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.exited = Promise.all([endOf(child), socketClosed]).then(([ending]) => ending);
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#hand();
    });
    // Writing to a process that has ended is an error of the socket; whoever waits for an answer hears of it.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#hand();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Every byte that ever came over the socket, whether it was written to stdout, to stderr or to stdin. */
  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Sends a request and gives the answer, up to the empty line and without it: `action=DUNNO`. */
  ask(attributes: Attributes): Promise<string> {
    this.send(requestText(attributes));
    return this.answer();
  }

  /** Sends bytes as they are: a part of a request, several at once, or none at all. */
  send(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** The next answer. Rejects if polw closes the socket without one. */
  answer(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#hand();
    });
  }

  /** Says that no more requests will come (EOF), and waits until polw has ended. */
  end(): Promise<Ending> {
    this.#socket.end();
    return this.exited;
  }

  /** Closes the socket altogether, as smtpd does: EOF for those who read, EPIPE for those who write. */
  hangUp(): Promise<Ending> {
    this.#socket.destroy();
    return this.exited;
  }

  /** Ends a TCP connection by a reset. */
  reset(): Promise<Ending> {
    this.#socket.resetAndDestroy();
    return this.exited;
  }

  kill(signal: NodeJS.Signals): Promise<Ending> {
    this.#child.kill(signal);
    return this.exited;
  }

  #hand(): void {
    for (
      let end = this.#unread.indexOf('\n\n');
      end >= 0 && this.#waiting.length > 0;
      end = this.#unread.indexOf('\n\n')
    ) {
      this.#waiting.shift()?.resolve(this.#unread.toString('utf8', 0, end));
      this.#unread = this.#unread.subarray(end + 2);
    }
    if (!this.#closed) return;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new Error(`polw closed its socket without an answer; unread: ${JSON.stringify(this.#unread.toString())}`));
    }
  }
}

/**
 * How to start bin/polw. Its first line looks for node in the PATH of spawn(8), which is short; if there is none, or
 * another one than that of the tests, node is named.
 */
export function command(polw: string = POLW): [string, ...string[]] {
  for (const folder of ['/usr/bin', '/bin']) {
    try {
      accessSync(`${folder}/node`);
    } catch {
      continue;
    }
    return realpathSync(`${folder}/node`) === realpathSync(process.execPath) ? [polw] : [process.execPath, polw];
  }
  return [process.execPath, polw];
}

/** What spawn(8) gives to its programs, and nothing else. */
export function environment(options: Options): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', LANG: 'C', MAIL_CONFIG: '/etc/postfix', ...options.env };
}

/** Two ends of one stream socket. The second one isn't read by Node, so that it can be given to a child. */
export async function socketPair(kind: 'unix' | 'inet'): Promise<[ours: Socket, theirs: Socket]> {
  const folder = mkdtempSync(`${tmpdir()}/polw-socket-`);
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  if (kind === 'unix') server.listen(`${folder}/s`);
  else server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null) throw new Error('the server has no address');
  const ours = typeof address === 'string' ? connect(address) : connect(address.port, address.address);
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const theirs = await accepted;
  server.close();
  rmSync(folder, { recursive: true });
  return [ours, theirs];
}

/** Asks a process to end by hanging up, and makes it if it won't. */
export async function endProcess(child: ChildProcess, connection: Writable): Promise<void> {
  connection.destroy();
  if (hasEnded(child)) return;
  const force = setTimeout(() => child.kill('SIGKILL'), 5000);
  await endOf(child);
  clearTimeout(force);
}

export function endOf(child: ChildProcess): Promise<Ending> {
  if (hasEnded(child)) return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', reject);
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

export async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
