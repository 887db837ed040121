// One process of a policy service, started as spawn(8) starts it: one socket as stdin, stdout and stderr, and hardly
// any environment.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { atEnd } from './cleanup.mjs';
import { Polw, rcpt, requestText, socketPair } from './rig.mjs';
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
  const [ours, theirs] = await socketPair('unix');
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
  #polw;

  constructor(child, socket) {
    this.#child = child;
    this.#polw = new Polw(child, socket);
    running.add(child);
    this.#polw.exited.catch(() => {}).then(() => running.delete(child));
  }

  get pid() {
    return this.#polw.pid;
  }

  /** Milliseconds from a request to its answer. */
  async time(mail) {
    const request = requestFor(mail);
    const begun = now();
    this.#polw.send(request);
    await this.answer();
    return now() - begun;
  }

  /** The action of the answer that comes next. */
  async answer() {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE);
    });
    try {
      const text = await Promise.race([this.#polw.answer(), late]);
      if (!text.startsWith('action=')) throw new Error(`a strange answer: ${text}`);
      return text.slice('action='.length);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the connection, and waits for the end of the process. */
  async end() {
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#polw.end();
    clearTimeout(force);
  }
}

let instances = 0;

/** The bytes of a request for a mail; each is a mail of its own. */
function requestFor(mail) {
  instances += 1;
  return requestText(
    rcpt({ ...mail, reverse_client_name: mail.client_name, instance: `2c22.6b003ab8.${instances.toString(16)}.0` }),
  );
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
