// Makes what a process needs to answer requests, and serves the connection on fd 0 and 1.

import { dirname } from 'node:path';
import type { LiveDns } from './dns/live.ts';
import { answerInWords } from './dns/lookup.ts';
import type { Asked } from './dns/mail-lookup.ts';
import { isRoot, leaveRoot, masterOf } from './files/rights.ts';
import { keptNames } from './lists/zone.ts';
import { type Log, LogWriter } from './log/log.ts';
import { serve } from './policy/connection.ts';
import type { Service } from './policy/decide.ts';
import { HangUpWatch } from './policy/hang-up.ts';
import { Input } from './policy/input.ts';
import { ListWatch } from './policy/list-watch.ts';
import { type LoadedSettings, loadSettings } from './settings/file.ts';
import { fingerprintOf } from './settings/fingerprint.ts';
import type { Settings } from './settings/table.ts';
import { Store } from './store/store.ts';

export interface ServiceOptions {
  readonly file: string | undefined;
  /** Show each check and question on fd 2. */
  readonly trace: boolean;
}

/** How long a process stays for the tests of lists when its input has ended, in milliseconds. Some weigh one mail each. */
const PATIENCE = 1_000;

/** Serves until the input ends. */
export async function runService(options: ServiceOptions): Promise<void> {
  const loaded = loadSettings(options.file);
  if (isRoot()) await leaveRootFor(loaded.settings);
  const log = new LogWriter(loaded.settings, options.trace, loaded.settings.lists);
  const watch = new HangUpWatch(0, 1, () => {
    service.store.end();
    process.exit(0);
  });
  const service = makeService(loaded, log, () => watch.begin());
  process.on('uncaughtException', (error) => log.warning(`internal error: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (error) => log.warning(`internal error: ${String(error)}`));
  const traced = options.trace ? { ...service, onAnswer: (asked: Asked) => log.trace(traceOf(asked)) } : service;
  await serve(new Input(0), traced, watch);
  await service.lists.tested(PATIENCE);
  service.store.end();
  await log.flush();
  log.close();
  process.exit(0);
}

/**
 * Postfix never starts this as root, but a person may. Then it is the account of the cache, or else of the log, as which
 * it serves: a log that belongs to root is one that the account can't write to.
 */
async function leaveRootFor({ cache_file: cache, log_to: to, log_file: file }: Settings): Promise<void> {
  const folders = [cache, to === 'file' ? file : ''].filter((path) => path !== '').map(dirname);
  try {
    if (folders.every((folder) => masterOf(folder) === undefined)) return;
    // The account may not be able to read them later. What else is loaded while serving is in the bundle of the second.
    await import('./dns/resolver.ts');
    await import('./store/make.ts');
    await leaveRoot(...folders);
  } catch {
    // Neither is touched then: each says why when it is opened.
  }
}

/** What is needed to answer requests. `onWire` is called whenever a mail needs the name servers. */
export function makeService(loaded: LoadedSettings, log: Log, onWire: () => void = () => {}): Service {
  const { settings, trouble, warnings, advice = [] } = loaded;
  if (trouble !== undefined) log.warning(`${trouble}; going on with the built-in settings`);
  for (const warning of [...warnings, ...advice]) log.warning(warning);
  const store = storeOf(settings, log);
  return {
    settings,
    store,
    log,
    lists: new ListWatch(settings, store, log),
    wire: wireOf(settings, onWire),
    testWire: wireOf(settings),
    memory: { accepted: undefined, blocked: undefined, blockedAction: '' },
    configurationTrouble: trouble === undefined ? undefined : 'built-in settings, the configuration is not usable',
  };
}

/** The shared file, as set. */
export function storeOf(settings: Settings, log: Log, onTrouble?: (reason: string) => void): Store {
  return new Store({
    file: settings.cache_file,
    maxMegabytes: settings.cache_max_megabytes,
    lifetimes: {
      min: settings.dns_ttl_min,
      max: settings.dns_ttl_max,
      negativeMax: settings.dns_negative_ttl_max,
      failure: settings.dns_failure_ttl,
    },
    keepCounts: settings.statistics_time * 1000,
    longestListWait: 1000 * Math.max(settings.list_check_interval, settings.list_off_time, 60),
    fingerprint: () => fingerprintOf(settings),
    keptName: keptNames(settings.lists),
    onTrouble: onTrouble ?? ((reason) => log.warning(`trouble with ${settings.cache_file}: ${reason}`)),
  });
}

/** The name servers, loaded at the first question. */
function wireOf(settings: Settings, onWire: () => void = () => {}): () => Promise<LiveDns> {
  let wire: Promise<LiveDns> | undefined;
  return () => {
    onWire();
    wire ??= import('./dns/resolver.ts').then(({ resolver }) =>
      resolver(settings.nameservers, settings.dns_tries, settings.dns_timeout * 1000),
    );
    return wire;
  };
}

function traceOf({ type, name, answer, source, milliseconds }: Asked): string {
  return `  ${type} ${name}: ${answerInWords(answer)} (${source}, ${milliseconds.toFixed(1)} ms)`;
}
