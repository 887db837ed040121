// What one service sees: its settings file, the files that it names, its name servers and its Node - all of it read by
// this very process, so whoever wants to know what an account sees runs this as that account.

import { closeSync, constants, openSync } from 'node:fs';
import { userInfo } from 'node:os';
import { hasCode, inWords } from '../../errors.ts';
import { DEFAULT_FILE, loadSettings } from '../../settings/file.ts';
import { nativePart } from '../../store/native.ts';
import { aboutFolder } from './about-folder.ts';
import { aboutLog } from './about-log.ts';
import { aboutNameServers } from './about-name-servers.ts';
import { aboutSettings, classesOf } from './about-settings.ts';
import { error, type Finding, fromSentence } from './finding.ts';

declare const POLW_VERSION: string | undefined;

/** What was seen. Plain data: it goes over a pipe. */
export interface View {
  readonly version: string;
  /** The account that looked. */
  readonly account: string;
  readonly file: string;
  readonly findings: readonly Finding[];
  /** What the settings name, in words. */
  readonly looked: readonly string[];
  /** Files that are written. */
  readonly writes: readonly string[];
  /** Nowhere as well if the settings are not used: that is said then. */
  readonly logsTo: 'syslog' | 'file' | 'nowhere';
  /** Seconds; undefined if the settings are not used. */
  readonly deadline: number | undefined;
  /** Classes of restrictions that texts name. */
  readonly classes: readonly { readonly name: string; readonly place: string; readonly setting: string }[];
}

export interface Looking {
  readonly file: string | undefined;
  /** The account for which root looks, if it can't look itself. */
  readonly inPlaceOf?: { readonly name: string; readonly uid: number } | undefined;
  readonly settingsOnly?: boolean;
}

/** The version of this program. */
export function ownVersion(): string {
  return typeof POLW_VERSION === 'string' ? POLW_VERSION : 'in development';
}

/** Looks at everything. */
export async function look({ file, inPlaceOf, settingsOnly = false }: Looking): Promise<View> {
  const path = file ?? DEFAULT_FILE;
  const account = inPlaceOf?.name ?? nameOf();
  const unreadable = file === undefined ? undefined : whyUnreadable(path, account);
  const { settings, problems, trouble, warnings, advice = [] } = loadSettings(file);
  const ofFile = [
    ...problems.map(({ line, column, message }) => fromSentence('error', `${path}:${line}:${column}`, message)),
    ...(problems.length === 0 && trouble !== undefined ? [unreadable ?? fromSentence('error', '', trouble)] : []),
    ...warnings.map((sentence) => fromSentence('error', '', sentence)),
    ...advice.map((sentence) => fromSentence('warning', '', sentence)),
  ];
  // Of settings that aren't used, nothing can be said.
  const used = trouble === undefined;
  const ofMachine = settingsOnly
    ? []
    : [
        ...aboutNode(),
        ...(used
          ? [...aboutFolder(settings, inPlaceOf), ...aboutLog(settings, account), ...(await aboutNameServers(settings))]
          : []),
      ];
  return {
    version: ownVersion(),
    account,
    file: path,
    findings: [...ofFile, ...ofMachine, ...(used ? aboutSettings(path, settings) : [])],
    looked: used && !settingsOnly ? wordsOf(settings) : [],
    writes: [settings.cache_file, ...(settings.log_to === 'file' ? [settings.log_file] : [])].filter(
      (one) => one !== '',
    ),
    logsTo: used ? settings.log_to : 'nowhere',
    deadline: used ? settings.dns_deadline : undefined,
    classes: used ? classesOf(path, settings) : [],
  };
}

function wordsOf({
  cache_file,
  log_to,
  log_file,
  lists,
}: ReturnType<typeof loadSettings>['settings']): readonly string[] {
  return [
    `${lists.length} lists`,
    cache_file === '' ? 'no cache' : cache_file,
    log_to === 'file' ? log_file : log_to === 'syslog' ? 'the log by syslog' : 'no log',
    'its name servers',
  ];
}

/** The service goes on with the built-in settings then, and nobody sees why. */
function whyUnreadable(path: string, account: string): Finding | undefined {
  try {
    // A FIFO would wait for somebody who writes.
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    return undefined;
  } catch (reason) {
    if (hasCode(reason, 'EACCES'))
      return error(
        path,
        `the account ${account} can't read it, so its service runs with the built-in settings`,
        `run: chgrp ${account} ${path} && chmod g+r ${path}, and see that it may enter the folders above`,
      );
    return hasCode(reason, 'ENOENT') ? error(path, 'there is no such file', 'make it, or correct -f') : undefined;
  }
}

function aboutNode(): readonly Finding[] {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) return [error('', `Node ${process.versions.node} is too old`, 'install Node 20 or later')];
  try {
    nativePart();
    return [];
  } catch (reason) {
    const words = inWords(reason).split('\n')[0];
    return [error('', `SQLite can't be used, so there is no cache: ${words}`, '')];
  }
}

function nameOf(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.());
  }
}
