// polw check: what is wrong with a settings file?

import { DEFAULT_FILE, loadSettings } from '../settings/file.ts';

/** Prints a line for each problem. */
export function check(file: string | undefined): number {
  const path = file ?? DEFAULT_FILE;
  const { problems, trouble } = loadSettings(file);
  for (const { line, column, message } of problems) process.stderr.write(`${path}:${line}:${column}: ${message}\n`);
  if (problems.length === 0 && trouble !== undefined) process.stderr.write(`${trouble}\n`);
  return trouble === undefined ? 0 : 1;
}
