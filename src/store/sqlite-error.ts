// What an error of SQLite says.

import { hasCode } from '../errors.ts';

/** True for an error that says that the file is no database, or a damaged one. */
export function isBroken(error: unknown): boolean {
  return hasCode(error, 'SQLITE_NOTADB') || hasCode(error, 'SQLITE_CORRUPT');
}
