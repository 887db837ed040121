// What was thrown, looked at: anything can be.

/** What it says, for people. */
export function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same with the way to it, for what nobody expected. */
export function withStack(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? String(error);
}

/** True if it has this code, as errors of the system have (ENOENT), or an extended one of it (SQLITE_BUSY_SNAPSHOT). */
export function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false;
  return error.code === code || error.code.startsWith(`${code}_`);
}
