// The settings file of the service. If it can't be used, mail goes on with the built-in settings.

import { readFileSync, statSync } from 'node:fs';
import { defaultSettings, type Problem, readSettings } from './read.ts';
import type { Settings } from './table.ts';

export const DEFAULT_FILE = '/etc/polw.toml';

export interface LoadedSettings {
  readonly settings: Settings;
  readonly problems: readonly Problem[];
  /** Why the file isn't used. */
  readonly trouble?: string;
}

/** Reads the file. A missing file at the default place is no trouble. */
export function loadSettings(file: string | undefined): LoadedSettings {
  const path = file ?? DEFAULT_FILE;
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && file === undefined) return { settings: defaultSettings(), problems: [] };
    return unusable(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if ((statSync(path).mode & 0o002) !== 0) {
    return unusable(`${path}: anybody may write to it; run: chmod o-w ${path}`);
  }
  const { settings, problems } = readSettings(source);
  const [first] = problems;
  if (first === undefined) return { settings, problems };
  return { settings: defaultSettings(), problems, trouble: `${path}:${first.line}:${first.column}: ${first.message}` };
}

function unusable(trouble: string): LoadedSettings {
  return { settings: defaultSettings(), problems: [], trouble };
}
