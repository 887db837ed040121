// What the words of the command line ask for.

import { fstatSync } from 'node:fs';
import minimist from 'minimist';
import type { ServiceOptions } from '../service.ts';
import { runCommand } from './commands.ts';
import { printVersions } from './versions.ts';

declare const POLW_VERSION: string;

/** What the service itself takes; everything else belongs to a command. */
const OF_SERVICE: readonly string[] = ['_', 'f', 'd'];

/** Runs the command in these words. If they name none but ask for the service, gives its options. */
export async function begin(words: readonly string[]): Promise<ServiceOptions | undefined> {
  const options = minimist([...words], { string: ['_', 'f'], boolean: ['d', 'h', 'v'] });
  if (options.v === true || options.version === true) {
    await printVersions(POLW_VERSION);
    return undefined;
  }
  const strange = Object.entries(options).some(([name, value]) => value !== false && !OF_SERVICE.includes(name));
  // Nobody types options to Postfix: what is wrong with those in master.cf must not stop mail.
  if (options._.length > 0 || (strange && !fstatSync(0).isSocket())) {
    process.exitCode = await runCommand(words);
    return undefined;
  }
  return { file: typeof options.f === 'string' ? options.f : undefined, trace: options.d === true };
}
