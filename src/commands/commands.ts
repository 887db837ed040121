// Runs the command that an admin types. Each gives the exit status of the process.

import type { ParsedArgs } from 'minimist';
import { nearestWord } from '../settings/nearest-word.ts';
import { cache } from './cache.ts';
import { check } from './check.ts';
import { convert } from './convert.ts';
import { printDefaults } from './defaults.ts';
import { explain } from './explain.ts';
import { showLists } from './lists.ts';
import { stats } from './stats.ts';
import { COMMANDS, type CommandEntry, type CommandName, type OptionEntry, SERVICE_OPTIONS, written } from './table.ts';
import { USAGE } from './usage.ts';

export async function runCommand(
  command: string | undefined,
  words: readonly string[],
  options: ParsedArgs,
): Promise<number> {
  if (command === undefined) {
    const stranger = strangeOption(options, SERVICE_OPTIONS);
    return stranger ?? help(undefined);
  }
  if (!isCommand(command)) return wrongCommand(command);
  if (options.h === true || options.help === true) return help(command);
  const entry: CommandEntry = COMMANDS[command];
  const stranger = strangeOption(options, entry.options);
  if (stranger !== undefined) return stranger;
  const file = typeof options.f === 'string' ? options.f : undefined;
  switch (command) {
    case 'help':
      return help(words[0]);
    case 'check':
      return check(file, options['settings-only'] === true);
    case 'defaults':
      printDefaults();
      return 0;
    case 'lists':
      return showLists(file, options.test === true);
    case 'explain':
      return explain(options);
    case 'cache':
      return cache(words, options);
    case 'stats':
      return stats(options);
    case 'convert':
      if (words[0] !== undefined) return convert(words[0], options.faithful === true);
      process.stderr.write('polw: convert wants a file\n');
      return USAGE;
  }
}

/** Complains about an option that is unknown, or lacks its argument; undefined if all are right. */
export function strangeOption(options: ParsedArgs, known: readonly OptionEntry[]): number | undefined {
  const names = [...known.map(({ name }) => name.replace(/^no-/, '')), 'h', 'help', 'v', 'version'];
  for (const [name, value] of Object.entries(options)) {
    if (name === '_' || value === false || value === undefined) continue;
    if (!names.includes(name)) {
      const nearest = nearestWord(name, names);
      return wrong(`there is no option ${dashed(name)}`, nearest === undefined ? undefined : dashed(nearest));
    }
    const entry = known.find((option) => option.name === name);
    if (entry?.argument !== undefined && (value === true || value === ''))
      return wrong(`${written(entry)} wants its ${entry.argument}`, undefined);
  }
  return undefined;
}

function wrong(what: string, nearest: string | undefined): number {
  process.stderr.write(`polw: ${what}; ${nearest === undefined ? 'see polw -h' : `did you mean ${nearest}?`}\n`);
  return USAGE;
}

function wrongCommand(command: string): number {
  return wrong(`there is no command "${command}"`, nearestWord(command, Object.keys(COMMANDS)));
}

function dashed(option: string): string {
  return option.length === 1 ? `-${option}` : `--${option}`;
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

function help(command: string | undefined): number {
  if (command !== undefined && !isCommand(command)) return wrongCommand(command);
  const lines: string[] = [];
  if (command === undefined) {
    lines.push('Usage: polw [-f FILE] [-d]     serve Postfix on stdin and stdout', '');
    for (const { usage } of Object.values(COMMANDS)) lines.push(`       polw ${usage}`);
    lines.push('', ...describe(SERVICE_OPTIONS), '', 'More: polw help COMMAND, man 8 polw, man 5 polw.toml');
  } else {
    const { usage, text, options }: CommandEntry = COMMANDS[command];
    lines.push(`Usage: polw ${usage}`, '', ...wrapped(text), '', ...describe(options));
  }
  process.stdout.write(`${lines.join('\n').trimEnd()}\n`);
  return 0;
}

function describe(options: readonly OptionEntry[]): readonly string[] {
  return options.map((option) => `  ${written(option).padEnd(18)} ${option.text}`);
}

/** Text in lines of 78 characters at most. */
function wrapped(text: string): readonly string[] {
  return [...text.matchAll(/(.{1,78})(?: |$)/g)].map(([, line]) => line ?? '');
}
