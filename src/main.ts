// polw: which command was meant? Without one, the connection on fd 0 and 1 is served.

import { fstatSync } from 'node:fs';
import minimist from 'minimist';
import { runService } from './service.ts';

declare const POLW_VERSION: string;

/** What the service itself takes; everything else belongs to a command. */
const SERVICE_OPTIONS: readonly string[] = ['_', 'f', 'd'];

async function main(): Promise<void> {
  const options = minimist(process.argv.slice(2), {
    string: ['_', 'f'],
    boolean: ['d', 'h', 'v'],
  });
  const [command] = options._;
  if (options.v === true || options.version === true) {
    const { printVersions } = await import('./commands/all.ts');
    await printVersions(POLW_VERSION);
    return;
  }
  const strange = Object.entries(options).some(([name, value]) => value !== false && !SERVICE_OPTIONS.includes(name));
  // Nobody types options to Postfix: what is wrong with those in master.cf must not stop mail.
  if (command !== undefined || (strange && !fstatSync(0).isSocket())) {
    const { runCommand } = await import('./commands/all.ts');
    process.exitCode = await runCommand(process.argv.slice(2));
    return;
  }
  if (fstatSync(0).isCharacterDevice()) {
    const { greet } = await import('./commands/all.ts');
    greet();
  }
  await runService({ file: typeof options.f === 'string' ? options.f : undefined, trace: options.d === true });
}

void main();
