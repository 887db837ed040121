// The shared file for commands that look at it, or change it, while the service runs.

import { statSync } from 'node:fs';
import { hasCode, inWords } from '../errors.ts';
import { LogWriter } from '../log/log.ts';
import { storeOf } from '../service.ts';
import type { Settings } from '../settings/table.ts';
import type { Store } from '../store/store.ts';

/** How often a file that other processes keep busy is tried. */
const TRIES = 40;
const PAUSE = 50;

/**
 * Does something with the file, and again if others were writing just then. Gives what that gave, or why it couldn't
 * be done. A file that isn't there is not made: it would belong to whoever asks.
 */
export async function withSharedFile<T>(
  settings: Settings,
  use: (store: Store) => T | undefined,
): Promise<{ readonly result: T } | { readonly trouble: string }> {
  const { cache_file: file } = settings;
  if (file === '') return { trouble: 'there is no cache: cache_file is empty' };
  const missing = troubleWith(file);
  if (missing !== undefined) return { trouble: missing };
  let trouble = '';
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const store = storeOf(settings, new LogWriter({ ...settings, log_to: 'nowhere' }, false), (reason) => {
      trouble = `${file}: ${reason}`;
    });
    await store.open();
    const result = use(store);
    store.close();
    if (result !== undefined) return { result };
    if (!/locked|busy/.test(trouble)) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return { trouble };
}

function troubleWith(file: string): string | undefined {
  try {
    statSync(file);
    return undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return `there is no ${file} yet; the service makes it`;
    if (hasCode(error, 'EACCES'))
      return `${file} can only be read by its owner; run this as root, or as the account of polw`;
    return `${file}: ${inWords(error)}`;
  }
}
