// polw: serves the connection on fd 0 and 1, unless the command line asks for something else.

import { fstatSync } from 'node:fs';
import { runService, type ServiceOptions } from './service.ts';

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const options = asInMasterCf(words) ?? (await import('./commands/all.ts').then(({ begin }) => begin(words)));
  if (options === undefined) return;
  if (fstatSync(0).isCharacterDevice()) {
    const { greet } = await import('./commands/all.ts');
    greet();
  }
  await runService(options);
}

/** The options, if the words are those of nearly each start: none, or `-f /FILE`. They need no parser to be loaded. */
function asInMasterCf([option, file, ...more]: readonly string[]): ServiceOptions | undefined {
  if (option === undefined) return { file: undefined, trace: false };
  return option === '-f' && file?.startsWith('/') === true && more.length === 0 ? { file, trace: false } : undefined;
}

void main();
