// Sends hostile requests to processes of polw, and judges every answer.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { Requests } from './requests.ts';
import { complaintAbout } from './well-formed.ts';

export interface FuzzOptions {
  /** The command that starts polw. */
  readonly command: readonly [string, ...string[]];
  readonly seed: number;
  readonly count: number;
  readonly processes: number;
  /** Milliseconds that an answer may take. */
  readonly deadline: number;
  /** What is sent; hostile requests if nothing else is said. */
  readonly requestsOf?: (seed: number) => { next(): Buffer };
  /** How many requests are under way at once in a process; 50. */
  readonly batch?: number;
  readonly onProgress?: (answered: number) => void;
}

export interface FuzzResult {
  readonly answered: number;
  /** How often each kind of answer was given. */
  readonly kinds: ReadonlyMap<string, number>;
  /** The longest time from one answer to the next, in milliseconds. */
  readonly slowest: number;
  /** What each process had used when it had answered everything. */
  readonly used: readonly Used[];
}

/** What a process has used: CPU time in milliseconds, and its share of the memory (PSS) in MiB. */
export interface Used {
  readonly cpu: number;
  readonly memory: number;
}

/** So many requests are under way at once, of which the last has an answer that nothing else has. */
const BATCH = 50;
/** Ticks of a second in /proc (USER_HZ), the same on all that Node runs on. */
const TICKS = 100;

/** Runs a fuzz run. Rejects at the first answer that is wrong, with all that is needed to see it again. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const kinds = new Map<string, number>();
  const used: Used[] = [];
  let answered = 0;
  let slowest = 0;
  const share = Math.ceil(options.count / options.processes);
  const runs = Array.from({ length: options.processes }, async (_, index) => {
    const seed = options.seed + index;
    const target = new Target(options.command);
    try {
      const requests = options.requestsOf?.(seed) ?? new Requests(seed);
      for (let sent = 0; sent < share; ) {
        const batch = Array.from({ length: Math.min(options.batch ?? BATCH, share - sent) }, () => requests.next());
        const answers = await target.ask(batch, sent).catch(async (error: unknown) => {
          throw new Error(`${messageOf(error)}; ${await culprit(options.command, batch)}`);
        });
        for (const [place, { text, time }] of answers.entries()) {
          const where = `seed ${seed}, request ${sent + place}: ${text}`;
          const complaint = complaintAbout(text);
          if (complaint !== undefined) throw new Error(`${where} ${complaint}; ${show(batch[place])}`);
          if (time > options.deadline) throw new Error(`${where} came after ${time} ms; ${show(batch[place])}`);
          slowest = Math.max(slowest, time);
          const kind = /^action=(\w+)/.exec(text)?.[1] ?? '';
          kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        }
        sent += batch.length;
        answered += batch.length;
        options.onProgress?.(answered);
      }
      used.push(target.used());
      await target.end();
    } catch (error) {
      target.kill();
      throw new Error(`seed ${seed}: ${messageOf(error)}`);
    }
  });
  await Promise.all(runs);
  return { answered, kinds, slowest, used };
}

/** Which request of a batch it was: each is sent to a process of its own. */
async function culprit(command: FuzzOptions['command'], batch: readonly Buffer[]): Promise<string> {
  for (const request of batch) {
    const target = new Target(command);
    try {
      await target.ask([request], 0);
      await target.end();
    } catch (error) {
      return `by itself ${show(request)}: ${messageOf(error)}`;
    } finally {
      target.kill();
    }
  }
  return 'none of them does it by itself';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Answered {
  readonly text: string;
  readonly time: number;
}

/** One process of polw with pipes, so that every byte on each of its descriptors can be seen. */
class Target {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<unknown>;
  #unread = '';
  #stderr = '';
  #answers: Answered[] = [];
  #last = 0;
  #wake: () => void = () => {};
  #ended = false;

  constructor([file, ...args]: readonly [string, ...string[]]) {
    const env = { PATH: '/usr/bin:/bin', LANG: 'C', MAIL_CONFIG: '/etc/postfix' };
    this.#child = spawn(file, args, { cwd: '/', env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit').then(() => {
      this.#ended = true;
      this.#wake();
    });
    this.#child.stdin.on('error', () => {});
    // Each byte one character: what isn't ASCII can't be mistaken for what is.
    this.#child.stdout.setEncoding('latin1');
    this.#child.stdout.on('data', (text: string) => this.#receive(text));
    this.#child.stderr.on('data', (bytes: Buffer) => {
      this.#stderr += bytes.toString('latin1');
      this.#wake();
    });
  }

  /** The answers to these requests; `number` makes those of the sentinel behind them unlike all others. */
  async ask(batch: readonly Buffer[], number: number): Promise<readonly Answered[]> {
    this.#answers = [];
    this.#last = performance.now();
    const sentinel = `postmaster@sentinel${number}.test`;
    const last = `request=smtpd_access_policy\nprotocol_state=RCPT\nsender=a@b.test\nrecipient=${sentinel}\n\n`;
    this.#child.stdin.write(Buffer.concat([...batch, Buffer.from(last)]));
    while (this.#answers.at(-1)?.text !== `action=DUNNO mail for ${sentinel}`) {
      if (this.#ended) throw new Error(`polw ended after ${this.#answers.length} of ${batch.length + 1} answers`);
      if (this.#stderr !== '') throw new Error(`polw wrote to stderr: ${this.#stderr}`);
      if (this.#answers.length > batch.length) throw new Error(wrongCount(this.#answers, batch));
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#answers.length !== batch.length + 1 || this.#unread !== '')
      throw new Error(wrongCount(this.#answers, batch));
    return this.#answers.slice(0, -1);
  }

  /** Ends it, and makes sure that it has nothing more to say. */
  async end(): Promise<void> {
    this.#answers = [];
    this.#child.stdin.end();
    await this.#exited;
    if (this.#answers.length > 0 || this.#unread !== '' || this.#stderr !== '') {
      throw new Error(`more came than was asked for: ${this.#answers[0]?.text ?? this.#unread}${this.#stderr}`);
    }
    if (this.#child.exitCode !== 0) throw new Error(`exit status ${this.#child.exitCode}, ${this.#child.signalCode}`);
  }

  /** What the process has used so far (proc(5)). */
  used(): Used {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
    const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
    const rollup = readFileSync(`/proc/${this.#child.pid}/smaps_rollup`, 'latin1');
    return {
      cpu: ((user + system) * 1000) / TICKS,
      memory: Number(/^Pss: +(\d+)/m.exec(rollup)?.[1]) / 1024,
    };
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #receive(text: string): void {
    const now = performance.now();
    this.#unread += text;
    for (let end = this.#unread.indexOf('\n\n'); end >= 0; end = this.#unread.indexOf('\n\n')) {
      this.#answers.push({ text: this.#unread.slice(0, end), time: now - this.#last });
      this.#last = now;
      this.#unread = this.#unread.slice(end + 2);
    }
    this.#wake();
  }
}

function wrongCount(answers: readonly Answered[], batch: readonly Buffer[]): string {
  return `the answers to ${batch.length} requests are not ${batch.length}: ${answers.at(-1)?.text}`;
}

function show(request: Buffer | undefined): string {
  return JSON.stringify(request?.toString('latin1').slice(0, 3000));
}
