// SQLite's native part: beside the bundle, or, where that one is for another kind of machine or another version of
// Node, the one that npm has installed as a dependency.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

declare const POLW_NODE_MODULES_VERSION: string | undefined;

/**
 * The file that fits the Node in use. Undefined outside of the bundle, where better-sqlite3 finds its own. Throws if
 * there is none; the error's message says why.
 */
export function nativePart(): string | undefined {
  if (typeof POLW_NODE_MODULES_VERSION !== 'string') return undefined;
  const beside = join(__dirname, 'better_sqlite3.node');
  const trouble = troubleWith(beside);
  if (trouble === undefined) return beside;
  const installed = installedPart();
  if (installed !== undefined) return installed;
  throw trouble;
}

/** Why the file beside the bundle can't be used. */
function troubleWith(file: string): Error | undefined {
  if (!existsSync(file)) return new Error(`${file} is missing; copy all files of bin/`);
  if (POLW_NODE_MODULES_VERSION !== process.versions.modules) {
    return new Error(
      `better_sqlite3.node was built for another version of Node; build polw with Node ${process.versions.node}`,
    );
  }
  try {
    // What was loaded once is not loaded again when it is needed.
    require(file);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The one of the dependency, if npm has installed it and it can be loaded. */
function installedPart(): string | undefined {
  // npm puts a dependency into the package, or beside it.
  for (const folder of ['../node_modules', '../..']) {
    const file = join(__dirname, folder, 'better-sqlite3/build/Release/better_sqlite3.node');
    try {
      require(file);
      return file;
    } catch {
      // It isn't there, or is not for this Node either.
    }
  }
  return undefined;
}
