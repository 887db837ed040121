// pyspf (Debian: python3-spf), running, as the other side of a comparison. A line of JSON each way.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DnsServer } from '../dns-server.ts';
import { RECEIVER } from './cases.ts';
import type { RandomCase } from './policies.ts';

export interface TheirAnswer {
  readonly result: string;
  readonly explanation: string | null;
  /** In its own words. */
  readonly why: string;
}

export class Pyspf {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #dns: DnsServer;
  #errors = '';

  constructor(dns: DnsServer) {
    const script = fileURLToPath(new URL('pyspf.py', import.meta.url));
    this.#dns = dns;
    // Debian's own Python has Debian's packages.
    this.#child = spawn('/usr/bin/python3', [script]);
    this.#child.stderr.on('data', (bytes) => {
      this.#errors += String(bytes);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async check({ ip, helo, sender }: RandomCase): Promise<TheirAnswer> {
    const { address, port } = this.#dns;
    this.#child.stdin.write(`${JSON.stringify({ ip, helo, sender, receiver: RECEIVER, address, port })}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`pyspf ended (apt-get install python3-spf): ${this.#errors}`);
    const answer: TheirAnswer = JSON.parse(value);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }
}
