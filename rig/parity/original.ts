// The original, run live. Its name servers are asked on port 53 only, and it gives up root for the account `polw`, so
// this wants root. Its log comes to a port of ours: there it says the rate of each mail.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DnsServer } from '../dns-server.ts';
import type { Said } from './compare.ts';
import { type Log, type Program, run } from './runner.ts';
import { perlConf, type Scenario } from './scenario.ts';

export const ORIGINAL = '/usr/sbin/policyd-weight';
/** How long a line of log may take after the answer, and after the death of the process, in milliseconds. */
const LAST_LINE = 2000;
const LAST_WORDS = 50;

/** Why the original can't be run here; undefined if it can. */
export function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'comparing with policyd-weight wants root: name servers on port 53, setpriv';
  if (!existsSync(ORIGINAL)) return `${ORIGINAL} is missing: apt-get install policyd-weight`;
  return undefined;
}

/** An address of this machine that others hardly use, so that port 53 is free there. */
export function randomLoopback(): string {
  const octet = (): number => 1 + Math.floor(Math.random() * 254);
  return `127.53.${octet()}.${octet()}`;
}

/** Runs scenarios through the original, one after the other. */
export class Original {
  readonly #log = new SyslogPort();
  readonly #dns: DnsServer;
  readonly program: Program;

  /** The name server has to listen on port 53. */
  constructor(dns: DnsServer) {
    this.#dns = dns;
    this.program = (config, { address }, folder, connection) => {
      const conf = path.join(folder, `original-${connection}.conf`);
      writeFileSync(conf, this.#log.perl() + perlConf({ ...config, NS: address }), { mode: 0o644 });
      const account = ['--reuid', 'polw', '--regid', 'polw', '--clear-groups'];
      return { command: 'setpriv', args: [...account, ORIGINAL, '-f', conf], log: this.#log };
    };
  }

  async start(): Promise<this> {
    await this.#log.open();
    return this;
  }

  stop(): Promise<void> {
    return this.#log.close();
  }

  /** What it says to each request, with the rate that it computed. */
  async said(scenario: Scenario): Promise<readonly Said[]> {
    const replies = await run(scenario, this.program, this.#dns);
    return replies.map(({ action, questions, trace }) => ({ action, questions, rate: rateIn(trace) }));
  }
}

/** A UDP port to which the original sends its log. */
class SyslogPort implements Log {
  readonly #socket: Socket = createSocket('udp4');
  #lines: string[] = [];
  #wake: () => void = () => {};

  async open(): Promise<void> {
    this.#socket.on('message', (message) => {
      this.#lines.push(message.toString('latin1'));
      this.#wake();
    });
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  /** The lines of a configuration that send the log here. */
  perl(): string {
    const { address, port } = this.#socket.address();
    return `$syslog_socktype = { type => 'udp', host => '${address}', port => ${port}, timeout => 0 };\n`;
  }

  clear(): void {
    this.#lines = [];
  }

  /** Each answer is logged last. */
  async linesOf({ action }: { readonly action: string | null }): Promise<readonly string[]> {
    const limit = Date.now() + (action === null ? LAST_WORDS : LAST_LINE);
    while (!this.#lines.some((line) => line.includes('decided action=')) && Date.now() < limit) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#lines.map(withoutHead).filter(Boolean);
  }
}

/** A line of log less its priority, time and name. */
function withoutHead(line: string): string {
  return line
    .replace(/^<\d+>/, '')
    .replace(/^\w{3} +\d+ \d\d:\d\d:\d\d /, '')
    .replace(/^postfix\/policyd-weight\[\d+\]: /, '')
    .replace(/[\0\n ]+$/, '');
}

function rateIn(lines: readonly string[]): string | undefined {
  const weighed = lines.findLast((line) => line.startsWith('weighted check: '));
  return weighed === undefined ? undefined : /; rate: (\S*)(?:; delay: \d+s)?$/s.exec(weighed)?.[1];
}
