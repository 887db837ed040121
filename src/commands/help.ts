// polw help: what can be typed, from the table of commands.

import { type Command, type CommandEntry, type OptionEntry, written } from './command.ts';
import { wrongCommand } from './usage.ts';

/** Help on these commands, and on the service with these options. */
export function helpOn(commands: Readonly<Record<string, CommandEntry>>, ofService: readonly OptionEntry[]): Command {
  return {
    run: ({ words: [word] }) => {
      if (word !== undefined && !Object.hasOwn(commands, word)) return wrongCommand(word, Object.keys(commands));
      const entry = word === undefined ? undefined : commands[word];
      const lines = entry === undefined ? onAll(Object.values(commands), ofService) : onOne(entry);
      process.stdout.write(`${lines.join('\n').trimEnd()}\n`);
      return 0;
    },
  };
}

function onAll(commands: readonly CommandEntry[], ofService: readonly OptionEntry[]): readonly string[] {
  return [
    'Usage: polw [-f FILE] [-d]     serve Postfix on stdin and stdout',
    '',
    ...commands.map(({ usage }) => `       polw ${usage}`),
    '',
    ...describe(ofService),
    '',
    'More: polw help COMMAND, man 8 polw, man 5 polw.toml',
  ];
}

function onOne({ usage, text, options }: CommandEntry): readonly string[] {
  return [`Usage: polw ${usage}`, '', ...wrapped(text), '', ...describe(options)];
}

function describe(options: readonly OptionEntry[]): readonly string[] {
  return options.map((option) => `  ${written(option).padEnd(18)} ${option.text}`);
}

/** Text in lines of 78 characters at most. */
function wrapped(text: string): readonly string[] {
  return [...text.matchAll(/(.{1,78})(?: |$)/g)].map(([, line]) => line ?? '');
}
