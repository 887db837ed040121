// Lets an entry of master.cf look for itself: its own program is run as its own account, in the environment that spawn(8)
// gives, and tells what it sees. What root sees proves nothing.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { isTable } from '../../toml/kinds.ts';
import { type Account, accountOf } from './about-entry.ts';
import { type PolwEntry, placeOfProgram } from './entries.ts';
import { error, type Finding, warning } from './finding.ts';
import { look, ownVersion, type View } from './view.ts';

/** The word on the command line that makes polw look and print what it sees. It is in no manual. */
export const LOOK = 'look-as-service';
/** Milliseconds. A name server may take dns_timeout, which is a minute at most. */
const PATIENCE = 90_000;

export interface Seen {
  readonly view: View;
  /** What is wrong with the looking itself. */
  readonly findings: readonly Finding[];
}

/** What an entry sees. `runnable`: nothing is known that keeps its program from running. */
export async function seenBy(polw: PolwEntry, place: string, queue: string, runnable: boolean): Promise<Seen> {
  const account = accountOf(polw);
  const self = process.geteuid?.();
  const instead = (findings: readonly Finding[]): Promise<Seen> => inPlaceOf(polw, account, findings);
  if (account === undefined || account.uid === 0) return instead([]);
  if (self !== 0 && self !== account.uid)
    return instead([
      warning(
        '',
        `what ${account.name} may read and write was not looked at`,
        `run polw check as root, or as ${account.name}`,
      ),
    ]);
  if (!runnable) return instead([]);
  const said = await run(polw, account, queue);
  if (typeof said === 'object') return { view: said, findings: aboutVersion(polw, said, place) };
  const what = `the service ${polw.entry.name} can't be run as ${account.name}: ${said}`;
  return instead([
    error(place, what, `correct argv=, or let ${account.name} read all of ${path.dirname(polw.program)}`),
  ]);
}

/** Prints what this process sees. */
export async function printView(file: string | undefined): Promise<number> {
  process.stdout.write(`${JSON.stringify(await look({ file }))}\n`);
  return 0;
}

function aboutVersion(polw: PolwEntry, { version }: View, place: string): readonly Finding[] {
  if (version === ownVersion()) return [];
  return [
    warning(
      place,
      `the service ${polw.entry.name} runs polw ${version}, and this is polw ${ownVersion()}`,
      `check with ${polw.program}, or correct argv=`,
    ),
  ];
}

async function inPlaceOf(polw: PolwEntry, account: Account | undefined, findings: readonly Finding[]): Promise<Seen> {
  const view = await look({ file: polw.file, inPlaceOf: account });
  return { view, findings };
}

/** Runs it, and reads what it prints; or says why it can't. */
async function run(polw: PolwEntry, account: Account, queue: string): Promise<View | string> {
  const [command = '', ...words] = commandOf(polw);
  const file = polw.file === undefined ? [] : ['-f', polw.file];
  const child = spawn(command, [...words, LOOK, ...file], {
    ...(process.geteuid?.() === 0 ? { uid: account.uid, gid: account.gid } : {}),
    cwd: queue,
    env: {
      PATH: '/usr/bin:/bin',
      LANG: 'C',
      ...(process.env.MAIL_CONFIG === undefined ? {} : { MAIL_CONFIG: process.env.MAIL_CONFIG }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (reason) => resolve(reason.message));
    child.once('close', (code, signal) => resolve(code === 0 ? '' : signal === null ? `it ends with ${code}` : signal));
  });
  const view = viewIn(Buffer.concat(out).toString('utf8'));
  if (view !== undefined) return view;
  const complaint = Buffer.concat(err)
    .toString('utf8')
    .split('\n')
    .find((line) => /error|denied|cannot|there is no/i.test(line));
  return complaint?.trim() ?? (ended || 'it says nothing');
}

/** What starts polw, less programs that only stand in front of it, as nobody knows what else those do. */
function commandOf({ start, program }: PolwEntry): readonly string[] {
  return placeOfProgram(start) === start.length - 1 ? start : [process.execPath, program];
}

function viewIn(text: string): View | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isView(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Another version of polw may say other things. */
function isView(value: unknown): value is View {
  return (
    isTable(value) &&
    typeof value.version === 'string' &&
    typeof value.account === 'string' &&
    typeof value.file === 'string' &&
    [value.findings, value.looked, value.classes].every(Array.isArray)
  );
}
