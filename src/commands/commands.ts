// The commands that an admin types. Each returns the exit status of the process.

import type { ParsedArgs } from 'minimist';
import { check } from './check.ts';
import { convert } from './convert.ts';
import { printDefaults } from './defaults.ts';
import { showLists } from './lists.ts';

const HELP = `Usage: polw [-f FILE] [-d]          serve Postfix on stdin and stdout
       polw check [-f FILE]         say what is wrong with a settings file
       polw defaults                print a settings file with all defaults
       polw lists [-f FILE] [--test]
                                    show how the DNS lists are; test them first
       polw convert [--faithful] CONF
                                    print a policyd-weight.conf as a settings file

  -f FILE   the settings file (default /etc/polw.toml)
  -d        show each check and DNS question on stderr
  -h        this help
  -v        the version
`;

/** EX_USAGE of sysexits(3). */
const USAGE = 64;

export async function runCommand(
  command: string | undefined,
  words: readonly string[],
  options: ParsedArgs,
): Promise<number> {
  const file = typeof options.f === 'string' ? options.f : undefined;
  switch (command) {
    case undefined:
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'check':
      return check(file);
    case 'defaults':
      printDefaults();
      return 0;
    case 'lists':
      return showLists(file, options.test === true);
    case 'convert':
      if (words[0] !== undefined) return convert(words[0], options.faithful === true);
      process.stderr.write('polw: convert wants a file; see polw -h\n');
      return USAGE;
    default:
      process.stderr.write(`polw: there is no command "${command}"; see polw -h\n`);
      return USAGE;
  }
}
