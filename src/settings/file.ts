// The settings file of the service. If it can't be used, mail goes on with the built-in settings.

import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRoot } from '../files/rights.ts';
import { distrust, readTrusted, type TrustedFile } from '../files/trusted.ts';
import type { ListSetting } from '../lists/list.ts';
import { withKeyApart } from '../lists/zone.ts';
import { defaultSettings, type Problem, readSettings } from './read.ts';
import type { Settings } from './table.ts';

export const DEFAULT_FILE = '/etc/polw.toml';

export interface LoadedSettings {
  readonly settings: Settings;
  readonly problems: readonly Problem[];
  /** Why the file isn't used. */
  readonly trouble?: string;
  /** What else is to be seen to. */
  readonly warnings: readonly string[];
  /** What works, but had better be changed. */
  readonly advice?: readonly string[];
}

/** The users whose files are believed. */
type Trusted = readonly [number, ...number[]];

/** Reads the file. A missing file at the default place is no trouble. */
export function loadSettings(file: string | undefined): LoadedSettings {
  const path = file ?? DEFAULT_FILE;
  const found = readTrusted(path);
  if (found.kind === 'missing' && file === undefined)
    return { settings: defaultSettings(), problems: [], warnings: [] };
  if (found.kind !== 'read') return unusable(`${path}: ${found.reason}`);
  const { settings, problems } = readSettings(found.text);
  const [first] = problems;
  if (first !== undefined) return { ...unusable(`${path}:${first.line}:${first.column}: ${first.message}`), problems };
  const trusted = trustedBy(settings);
  const doubt = distrust(path, found.owner, trusted);
  if (doubt !== undefined) return unusable(`${path}: ${doubt}`);
  // Root reads no keys but those of the one who names them.
  return withKeys(settings, isRoot() && found.owner !== 0 ? [found.owner] : trusted);
}

function unusable(trouble: string): LoadedSettings {
  return { settings: defaultSettings(), problems: [], trouble, warnings: [] };
}

/** Whose files are believed: root's, and one's own. Root becomes the account of the state folder, and believes it. */
function trustedBy({ cache_file: file }: Settings): Trusted {
  if (!isRoot()) return [0, process.geteuid?.() ?? 0];
  const folder = file === '' ? undefined : lstatSync(dirname(file), { throwIfNoEntry: false });
  return [0, folder?.uid ?? 0];
}

/** Reads the keys that stand in files of their own. A list whose key can't be used is not asked. */
function withKeys(settings: Settings, trusted: Trusted): LoadedSettings {
  const warnings: string[] = [];
  const advice: string[] = [];
  const lists = settings.lists.map(withKeyApart).map((list): ListSetting => {
    const { key_file: path, name } = list;
    if (path === '' || !list.enabled) return list;
    const found = readTrusted(path);
    const trouble = troubleWithKey(path, found, trusted);
    if (found.kind !== 'read' || trouble !== undefined) {
      warnings.push(`${trouble}; the list ${name} is not asked`);
      return { ...list, enabled: false };
    }
    if (found.readableByAll) advice.push(`${path}: it holds a key, and anybody may read it; run: chmod o-r ${path}`);
    return { ...list, key: found.text.trim() };
  });
  return { settings: { ...settings, lists }, problems: [], warnings, advice };
}

function troubleWithKey(path: string, found: TrustedFile, trusted: Trusted): string | undefined {
  if (found.kind !== 'read') return `${path}: ${found.reason}`;
  const doubt = distrust(path, found.owner, trusted);
  if (doubt !== undefined) return `${path}: ${doubt}`;
  return /^[A-Za-z0-9_-]{1,63}$/.test(found.text.trim()) ? undefined : `${path} does not hold a key`;
}
