// The settings file of the service. If it can't be used, mail goes on with the built-in settings.

import { readFileSync, statSync } from 'node:fs';
import type { ListSetting } from '../lists/list.ts';
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
}

/** Reads the file. A missing file at the default place is no trouble. */
export function loadSettings(file: string | undefined): LoadedSettings {
  const path = file ?? DEFAULT_FILE;
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && file === undefined) return { settings: defaultSettings(), problems: [], warnings: [] };
    return unusable(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if ((statSync(path).mode & 0o002) !== 0) {
    return unusable(`${path}: anybody may write to it; run: chmod o-w ${path}`);
  }
  const { settings, problems } = readSettings(source);
  const [first] = problems;
  if (first === undefined) return withKeys(settings);
  return {
    settings: defaultSettings(),
    problems,
    trouble: `${path}:${first.line}:${first.column}: ${first.message}`,
    warnings: [],
  };
}

function unusable(trouble: string): LoadedSettings {
  return { settings: defaultSettings(), problems: [], trouble, warnings: [] };
}

/** Reads the keys that stand in files of their own. A list whose key can't be read is not asked. */
function withKeys(settings: Settings): LoadedSettings {
  const hasKey = (list: ListSetting): boolean => list.key_file !== '' && list.enabled;
  if (!settings.lists.some(hasKey)) return { settings, problems: [], warnings: [] };
  const warnings: string[] = [];
  const lists = settings.lists.map((list) => {
    if (!hasKey(list)) return list;
    try {
      const key = readFileSync(list.key_file, 'utf8').trim();
      if (/^[A-Za-z0-9_-]{1,63}$/.test(key)) return { ...list, key };
      warnings.push(`${list.key_file} does not hold a key; the list ${list.name} is not asked`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warnings.push(`the key of the list ${list.name} can't be read, so it is not asked: ${reason}`);
    }
    return { ...list, enabled: false };
  });
  return { settings: { ...settings, lists }, problems: [], warnings };
}
