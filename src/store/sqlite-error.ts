// What an error of SQLite says.

/** True for an error that says that the file is no database, or a damaged one. */
export function isBroken(error: unknown): boolean {
  return hasCode(error, 'SQLITE_NOTADB') || hasCode(error, 'SQLITE_CORRUPT');
}

/** True if an error of SQLite has a code, or an extended one of it such as SQLITE_BUSY_SNAPSHOT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith(code);
}
