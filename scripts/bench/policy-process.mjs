// One process of a policy service, started as spawn(8) starts it: one socket as stdin, stdout and stderr, and hardly
// any environment.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { atEnd, FOLDER } from './cleanup.mjs';
import { requestFor } from './mails.mjs';
import { now } from './statistics.mjs';

/** What spawn(8) gives to its programs, and nothing else. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LANG: 'C', MAIL_CONFIG: '/etc/postfix' };
/** How long to wait for an answer, in milliseconds. */
const PATIENCE = 60_000;
const TICKS_PER_SECOND = 100;

const running = new Set();
atEnd(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a process that is to weigh a mail at once. Gives it, and the milliseconds from the fork to the answer. */
export async function startWith(contestant, mail) {
  const [ours, theirs] = await socketPair();
  ours.write(requestFor(mail));
  const begun = now();
  const child = spawn(contestant.command[0], contestant.command.slice(1), {
    cwd: '/',
    env: ENVIRONMENT,
    stdio: [theirs, theirs, theirs],
    ...(contestant.account ?? {}),
  });
  const started = new PolicyProcess(child, ours);
  theirs.destroy();
  const action = await started.answer();
  return { process: started, action, milliseconds: now() - begun };
}

/** The same, and ends it. */
export async function firstAnswer(contestant, mail) {
  const { process, action, milliseconds } = await startWith(contestant, mail);
  await process.end();
  return { action, milliseconds };
}

export class PolicyProcess {
  #child;
  #socket;
  #received = '';
  #waiting;
  #ended;

  constructor(child, socket) {
    this.#child = child;
    this.#socket = socket;
    running.add(child);
    this.#ended = new Promise((resolve) => {
      child.once('exit', resolve);
      child.once('error', resolve);
    }).then(() => running.delete(child));
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      this.#received += text;
      if (this.#received.endsWith('\n\n')) this.#hand();
    });
    socket.on('error', () => {});
    socket.on('close', () => this.#waiting?.reject(new Error(`ended without an answer: ${this.#received}`)));
  }

  get pid() {
    return this.#child.pid;
  }

  /** Milliseconds from a request to its answer. */
  async time(mail) {
    const request = requestFor(mail);
    const begun = now();
    this.#socket.write(request);
    await this.answer();
    return now() - begun;
  }

  /** The action of the answer that comes next. */
  answer() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE);
      this.#waiting = {
        resolve: (text) => {
          clearTimeout(timer);
          resolve(text);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  /** Closes the connection, and waits for the end of the process. */
  async end() {
    this.#socket.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#ended;
    clearTimeout(force);
    this.#socket.destroy();
  }

  #hand() {
    const text = /^action=([\s\S]*)\n\n$/.exec(this.#received)?.[1];
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (text === undefined) waiting?.reject(new Error(`a strange answer: ${this.#received}`));
    else waiting?.resolve(text);
    this.#received = '';
  }
}

let server;
let accepted;

/** Two ends of a unix socket. The second one isn't read here, so that it can be given to a child. */
async function socketPair() {
  if (server === undefined) {
    server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => accepted(socket));
    server.listen(`${FOLDER}/socket`);
    server.unref();
    await once(server, 'listening');
  }
  const theirs = new Promise((resolve) => {
    accepted = resolve;
  });
  const ours = connect(`${FOLDER}/socket`);
  return [ours, await theirs];
}

/** Milliseconds of CPU that a process has used, in user and system mode. */
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((utime + stime) * 1000) / TICKS_PER_SECOND;
}

/** MiB: the most memory that a process ever had, and its proportional share of what it has now. */
export function memoryOf(pid) {
  const kilobytes = (file, name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'latin1'))?.[1]);
  return { peak: kilobytes('status', 'VmHWM') / 1024, pss: kilobytes('smaps_rollup', 'Pss') / 1024 };
}

export function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  );
}
