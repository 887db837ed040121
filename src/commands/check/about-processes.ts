// Processes of polw that go on with what they read when they started: older settings, or an older program. And those of
// policyd-weight that nobody needs any more. Everything is in /proc (proc(5)).

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileOf, type PolwEntry } from './entries.ts';
import { type Finding, warning } from './finding.ts';

/** USER_HZ, which is 100 on all that Linux runs on. */
const TICKS_PER_SECOND = 100;

const POLICYD_WEIGHT_PORT = 12525;

export interface Process {
  readonly pid: number;
  readonly uid: number;
  readonly words: readonly string[];
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** All processes that can be seen. */
export function processes(): readonly Process[] {
  const booted = Number(/^btime (\d+)/m.exec(textOf('/proc/stat') ?? '')?.[1] ?? Number.NaN) * 1000;
  return namesIn('/proc').flatMap((name) => {
    const words = textOf(`/proc/${name}/cmdline`)?.split('\0').slice(0, -1) ?? [];
    // Behind the name of the program, which may hold anything.
    const fields = /\)\s(.*)$/s.exec(textOf(`/proc/${name}/stat`) ?? '')?.[1]?.split(' ') ?? [];
    const ticks = Number(fields[19] ?? Number.NaN);
    const uid = uidOf(`/proc/${name}`);
    if (words.length === 0 || uid === undefined || Number.isNaN(ticks)) return [];
    return [{ pid: Number(name), uid, words, started: booted + (ticks * 1000) / TICKS_PER_SECOND }];
  });
}

/** Those of an entry that started before its settings or its program were changed. */
export function aboutProcesses(polw: PolwEntry, uid: number | undefined, all: readonly Process[]): readonly Finding[] {
  const file = fileOf(polw);
  const own = all.filter(
    (one) =>
      one.uid === uid && one.words.includes(polw.program) && (polw.file === undefined || one.words.includes(polw.file)),
  );
  const old = [
    { what: file, changed: changedAt(file) },
    {
      what: 'polw',
      changed: changedAt(path.join(path.dirname(polw.program), 'polw.bundle.cjs')) ?? changedAt(polw.program),
    },
  ].flatMap(({ what, changed }) => {
    // A start is known to the hundredth, the clock of the boot to the second.
    const count = own.filter(({ started }) => changed !== undefined && started + 1000 < changed).length;
    return count === 0 ? [] : [{ what, count }];
  });
  return old.map(({ what, count }) =>
    warning(
      '',
      `${count === 1 ? 'a process' : `${count} processes`} of the service ${polw.entry.name} ${count === 1 ? 'has' : 'have'} run since before ${what} was changed`,
      'run: postfix reload',
    ),
  );
}

/** The daemon of policyd-weight, if it listens where it does by default. `ports`: those on which somebody listens. */
export function policydWeight(all: readonly Process[], ports: ReadonlySet<number>): Process | undefined {
  if (!ports.has(POLICYD_WEIGHT_PORT)) return undefined;
  return all.find(({ words }) => /(^|\/)policyd-weight( |$)/.test(words.join(' ')));
}

/** The ports of TCP on which somebody listens. */
export function listeningPorts(): ReadonlySet<number> {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => textOf(file)?.split('\n') ?? []);
  // The local address and its port in hex digits, that of the peer, and the state LISTEN.
  const ports = lines.flatMap((line) => /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A /.exec(line)?.[1] ?? []);
  return new Set(ports.map((port) => Number.parseInt(port, 16)));
}

function changedAt(file: string): number | undefined {
  try {
    const { mtimeMs, ctimeMs } = statSync(file);
    // A file that was put in place keeps the time of its making.
    return Math.max(mtimeMs, ctimeMs);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function uidOf(file: string): number | undefined {
  try {
    return statSync(file).uid;
  } catch {
    return undefined;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
