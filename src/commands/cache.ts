// polw cache: what the shared file knows, and how to make it forget. Safe while the service runs.

import type { ParsedArgs } from 'minimist';
import { parseAddress, reversed } from '../dns/address.ts';
import { keysOf } from '../lists/zone.ts';
import { Log } from '../log/log.ts';
import { storeOf } from '../service.ts';
import { loadSettings } from '../settings/file.ts';
import type { Store } from '../store/store.ts';
import { USAGE } from './usage.ts';

export async function cache(words: readonly string[], options: ParsedArgs): Promise<number> {
  const { settings } = loadSettings(typeof options.f === 'string' ? options.f : undefined);
  const secrets = keysOf(settings.lists);
  const problems: string[] = [];
  const store = storeOf(settings, new Log({ ...settings, log_to: 'nowhere' }, false), (reason) =>
    problems.push(reason),
  );
  await store.open();
  const [verb, what] = words;
  const status = await run(store, verb, what, options.all === true, (line) => {
    process.stdout.write(`${secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line)}\n`);
  });
  store.end();
  for (const problem of problems) process.stderr.write(`${settings.cache_file || 'no cache_file'}: ${problem}\n`);
  return problems.length > 0 ? 1 : status;
}

async function run(
  store: Store,
  verb: string | undefined,
  what: string | undefined,
  all: boolean,
  print: (line: string) => void,
): Promise<number> {
  if (verb === undefined) {
    showSummary(store, print);
    return 0;
  }
  if (verb === 'show' && what !== undefined) {
    const found = store.find(patternsOf(what));
    for (const line of found ?? []) print(line);
    if (found?.length === 0) print(`nothing about ${what}`);
    return 0;
  }
  if (verb === 'forget' && (what !== undefined || all)) {
    print(`${store.forget(all || what === undefined ? undefined : patternsOf(what)) ?? 0} entries forgotten`);
    return 0;
  }
  process.stderr.write('polw: cache wants nothing, show NAME|ADDRESS, forget NAME|ADDRESS, or forget --all\n');
  return USAGE;
}

function showSummary(store: Store, print: (line: string) => void): void {
  const summary = store.summary();
  if (summary === undefined) return;
  const counts = new Map(store.countsSince(Date.now() - 24 * 3_600_000)?.map(({ what, n }) => [what, n]));
  const cached = counts.get('questions cached') ?? 0;
  const asked = counts.get('questions asked') ?? 0;
  const rate =
    cached + asked === 0
      ? 'no questions yet'
      : `${((100 * cached) / (cached + asked)).toFixed(1)} % of ${cached + asked} questions in 24 h`;
  print(`DNS answers       ${summary.answers} (${summary.expired} expired)`);
  print(`refused clients   ${summary.refused}`);
  print(`accepted senders  ${summary.accepted}`);
  print(`size              ${(summary.bytes / 1024).toFixed(0)} KiB`);
  print(`hit rate          ${rate}`);
  print(`next to expire    ${timeOf(summary.nextToExpire)}`);
  print(`last to expire    ${timeOf(summary.lastToExpire)}`);
  print(`oldest verdict    ${timeOf(summary.oldestVerdict)}`);
}

function timeOf(time: number | null): string {
  return time === null ? '-' : new Date(time).toISOString().replace('T', ' ').slice(0, 19);
}

/** The ways in which a name or an address stands in the file. */
function patternsOf(what: string): readonly string[] {
  const address = parseAddress(what);
  return address === undefined ? [what.toLowerCase()] : [address.text, reversed(address)];
}
