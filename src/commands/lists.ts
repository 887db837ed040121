// polw lists: how the DNS lists are, as all processes see them.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { timeInWords } from '../clock.ts';
import { LiveDns } from '../dns/live.ts';
import { nameServers } from '../dns/servers.ts';
import { type Condition, unknownCondition } from '../lists/condition.ts';
import { isLeftOut } from '../lists/known.ts';
import type { ListSetting } from '../lists/list.ts';
import { zoneShown } from '../lists/zone.ts';
import { type Log, LogWriter } from '../log/log.ts';
import { ListWatch } from '../policy/list-watch.ts';
import { storeOf } from '../service.ts';
import { loadSettings } from '../settings/file.ts';
import type { Settings } from '../settings/table.ts';
import type { Store } from '../store/store.ts';
import type { Typed } from './command.ts';
import { printable } from './printable.ts';

/** Prints a line for each list. With --test, all lists are tested first. */
export async function run({ file, options }: Typed): Promise<number> {
  const test = options.test === true;
  const { settings, trouble, warnings } = loadSettings(file);
  for (const warning of warnings) process.stderr.write(`${printable(warning)}\n`);
  if (trouble !== undefined) process.stderr.write(`${printable(trouble)}; these are the built-in settings\n`);
  const log = new LogWriter({ ...settings, log_to: 'nowhere' }, false, settings.lists);
  // Who looks makes nothing; what a test finds is kept, but not in a folder that would be root's.
  const wanted = test ? path.dirname(settings.cache_file) : settings.cache_file;
  const store = storeOf(existsSync(wanted) ? settings : { ...settings, cache_file: '' }, log);
  await store.open();
  const tested = test ? await testLists(settings, store, log) : new Map<string, Condition>();
  const rows = new Map(store.listRows()?.map((row) => [row.zone, row]));
  const lines = settings.lists.map((list) => {
    const row = rows.get(list.zone);
    const condition = row ?? tested.get(list.zone);
    const counts = [row?.questions ?? 0, row?.hits ?? 0, row?.failed ?? 0].map(String);
    return [list.name, zoneShown(list), ...stateInWords(list, condition), condition?.answer || '-', ...counts];
  });
  printTable(['LIST', 'ZONE', 'STATE', 'SINCE', 'LAST ANSWER', 'QUESTIONS', 'HITS', 'FAILURES'], lines);
  store.end();
  return 0;
}

/** Tests all lists, one after the other, so that a slow one can be seen. */
async function testLists(settings: Settings, store: Store, log: Log): Promise<ReadonlyMap<string, Condition>> {
  const conditions = new Map<string, Condition>();
  const dns = new LiveDns(nameServers(settings.nameservers), settings.dns_tries, settings.dns_timeout * 1000);
  const watch = new ListWatch(settings, store, log);
  for (const list of settings.lists) {
    if (!list.enabled || isLeftOut(list)) continue;
    process.stderr.write(`testing ${zoneShown(list)} ... `);
    const condition = await watch.test(list, (type, name) => dns.ask(type, name));
    conditions.set(list.zone, condition);
    process.stderr.write(`${condition.off === '' ? 'ok' : condition.off}\n`);
    store.flush();
  }
  return conditions;
}

function stateInWords(list: ListSetting, condition: Condition = unknownCondition(0)): readonly [string, string] {
  if (!list.enabled) return ['disabled', '-'];
  if (isLeftOut(list)) return ['dead', '-'];
  const since = condition.since === 0 ? '-' : timeInWords(condition.since).slice(0, -':00'.length);
  if (condition.off !== '') return [`off: ${condition.off}`, since];
  return [condition.since === 0 ? 'not tested yet' : 'on', since];
}

/** Prints rows in columns. */
function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heading.map((word, column) => Math.max(word.length, ...rows.map((row) => (row[column] ?? '').length)));
  for (const row of [heading, ...rows]) {
    process.stdout.write(
      `${row
        .map((word, column) => printable(word).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
