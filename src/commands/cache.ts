// polw cache: what the shared file knows, and how to make it forget. Safe while the service runs.

import { timeInWords } from '../clock.ts';
import { parseAddress, reversed } from '../dns/address.ts';
import { keysOf, masked } from '../lists/zone.ts';
import { clientKey } from '../policy/known.ts';
import { loadSettings } from '../settings/file.ts';
import { findEntries, forgetEntries, summarize } from '../store/contents.ts';
import type { Store } from '../store/store.ts';
import type { Typed } from './command.ts';
import { printable } from './printable.ts';
import { withSharedFile } from './shared-file.ts';
import { USAGE } from './usage.ts';

export async function run({ words, file, options }: Typed): Promise<number> {
  const task = taskOf(words, options.all === true);
  if (task === undefined) {
    process.stderr.write('polw: cache wants nothing, show NAME|ADDRESS, forget NAME|ADDRESS, or forget --all\n');
    return USAGE;
  }
  const { settings } = loadSettings(file);
  const secrets = keysOf(settings.lists);
  const done = await withSharedFile(settings, task);
  if ('trouble' in done) {
    process.stderr.write(`polw: ${printable(done.trouble)}\n`);
    return 1;
  }
  const lines = done.result.map((line) => masked(line, secrets));
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
  return 0;
}

/** What to do with the file, and the lines that tell of it. Undefined for words that make no sense. */
function taskOf(
  [verb, what]: readonly string[],
  all: boolean,
): ((store: Store) => readonly string[] | undefined) | undefined {
  if (verb === undefined) return all ? undefined : summaryOf;
  if (verb === 'forget' && all && what === undefined)
    return (store) => forgotten(store.inspect((db) => forgetEntries(db, undefined)));
  const patterns = patternsOf(what ?? '');
  if (patterns === undefined || all) return undefined;
  if (verb === 'forget') return (store) => forgotten(store.inspect((db) => forgetEntries(db, patterns)));
  if (verb !== 'show') return undefined;
  return (store) => {
    const found = store.inspect((db) => findEntries(db, patterns));
    return found?.length === 0 ? [`nothing about ${what}`] : found;
  };
}

function forgotten(count: number | undefined): readonly string[] | undefined {
  return count === undefined ? undefined : [`${count} ${count === 1 ? 'entry' : 'entries'} forgotten`];
}

function summaryOf(store: Store): readonly string[] | undefined {
  const summary = store.inspect((db) => summarize(db, Date.now()));
  if (summary === undefined) return undefined;
  const counts = new Map(store.countsSince(Date.now() - 24 * 3_600_000)?.map(({ what, n }) => [what, n]));
  const cached = counts.get('questions cached') ?? 0;
  const asked = counts.get('questions asked') ?? 0;
  const rate =
    cached + asked === 0
      ? 'no questions yet'
      : `${((100 * cached) / (cached + asked)).toFixed(1)} % of ${cached + asked} questions in 24 h`;
  return [
    `DNS answers       ${summary.answers} (${summary.expired} expired)`,
    `refused clients   ${summary.refused}`,
    `accepted senders  ${summary.accepted}`,
    `size              ${(summary.bytes / 1024).toFixed(0)} KiB`,
    `hit rate          ${rate}`,
    `next to expire    ${timeOf(summary.nextToExpire)}`,
    `last to expire    ${timeOf(summary.lastToExpire)}`,
    `oldest verdict    ${timeOf(summary.oldestVerdict)}`,
  ];
}

function timeOf(time: number | null): string {
  return time === null ? '-' : timeInWords(time);
}

/** The ways in which a name or an address stands in the file. */
function patternsOf(what: string): readonly string[] | undefined {
  const address = parseAddress(what);
  if (address !== undefined) return [address.text, reversed(address), clientKey(address)];
  const name = what.toLowerCase().replace(/\.$/, '');
  return name === '' ? undefined : [name];
}
