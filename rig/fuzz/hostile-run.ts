// How a fuzz run under a hostile name server is set up, and what it may cost at most.

import type { Fault, Zone } from '../dns-server.ts';
import { HostileMails, hostileFault } from './hostile-dns.ts';
import type { FuzzOptions, FuzzResult } from './run.ts';

/** Seconds until a mail is decided whatever is not answered: short, so that a run of many mails ends. */
const DEADLINE = 0.4;
/** How much later than the deadline an answer may come, in milliseconds. */
const GRACE = 500;
/** CPU time for a mail on average, in milliseconds, and memory (PSS) of a process in MiB. */
const CPU = 50;
const MEMORY = 30;

export interface HostileRun {
  readonly zone: Zone;
  readonly fault: Fault;
  readonly options: Pick<FuzzOptions, 'deadline' | 'requestsOf' | 'batch'>;
}

/** A name server without any records of its own, and mails one by one, so that each has its own time. */
export function hostileRun(seed: number): HostileRun {
  return {
    zone: {},
    fault: hostileFault(seed),
    options: { deadline: DEADLINE * 1000 + GRACE, requestsOf: (series) => new HostileMails(series), batch: 1 },
  };
}

/** The settings of a fuzz run. */
export function settingsOf(server: string, cacheFile: string, hostile: boolean): string {
  const times = hostile ? `dns_deadline = ${DEADLINE}\ndns_timeout = 0.1\n` : '';
  return `[dns]\nnameservers = ["${server}"]\n${times}[cache]\ncache_file = "${cacheFile}"\n[log]\nlog_to = "nowhere"\n`;
}

/** What a run has cost too much; undefined if it has not. */
export function complaintAboutUse({ answered, used }: FuzzResult): string | undefined {
  const cpu = used.reduce((sum, one) => sum + one.cpu, 0) / answered;
  const memory = Math.max(...used.map((one) => one.memory));
  if (cpu > CPU) return `${cpu.toFixed(1)} ms of CPU a mail are more than ${CPU}`;
  return memory > MEMORY ? `a process has ${memory.toFixed(1)} MiB, more than ${MEMORY}` : undefined;
}
