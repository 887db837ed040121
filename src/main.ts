// polw: which command was meant? Without one, the connection on fd 0 and 1 is served.

import minimist from 'minimist';
import { runService } from './service.ts';

declare const POLW_VERSION: string;

async function main(): Promise<void> {
  const options = minimist(process.argv.slice(2), {
    string: ['f'],
    boolean: ['d', 'h', 'v', 'help', 'version', 'faithful', 'test'],
  });
  const [command, ...words] = options._;
  if (options.v === true || options.version === true) {
    process.stdout.write(`polw ${POLW_VERSION}\n`);
    return;
  }
  if (options.h === true || options.help === true || command !== undefined) {
    const { runCommand } = await import('./commands/commands.ts');
    process.exitCode = await runCommand(command, words, options);
    return;
  }
  await runService({ file: typeof options.f === 'string' ? options.f : undefined, trace: options.d === true });
}

void main();
