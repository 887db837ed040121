// Runs the command that an admin types. Each gives the exit status of the process.

import minimist, { type ParsedArgs } from 'minimist';
import { nearestWord } from '../settings/nearest-word.ts';
import { cache } from './cache.ts';
import { LOOK, printView } from './check/as-account.ts';
import { check } from './check/check.ts';
import { convert } from './convert.ts';
import { printDefaults } from './defaults.ts';
import { explain } from './explain.ts';
import { showLists } from './lists.ts';
import { printable } from './printable.ts';
import { spf } from './spf/spf.ts';
import { stats } from './stats.ts';
import { COMMANDS, type CommandEntry, type CommandName, type OptionEntry, SERVICE_OPTIONS, written } from './table.ts';
import { USAGE } from './usage.ts';

const ALL_OPTIONS: readonly OptionEntry[] = [
  ...SERVICE_OPTIONS,
  ...Object.values(COMMANDS).flatMap((entry: CommandEntry) => entry.options),
];
/** Options without an argument. minimist takes them for false where they are not given. */
const FLAGS = [
  ...ALL_OPTIONS.filter(({ name, argument }) => argument === undefined && !name.startsWith('no-')),
  { name: 'help' },
  { name: 'version' },
].map(({ name }) => name);
const WITH_ARGUMENT = ALL_OPTIONS.filter(({ argument }) => argument !== undefined).map(({ name }) => name);

/** Runs the command in these words of the command line. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const options = minimist([...args], { string: ['_', ...WITH_ARGUMENT], boolean: FLAGS });
  const [command, ...words] = options._;
  if (command === undefined) return strangeOption(options, SERVICE_OPTIONS) ?? help(undefined);
  // Said by no admin: an entry of master.cf is run with it, to see what it sees.
  if (command === LOOK) return printView(typeof options.f === 'string' ? options.f : undefined);
  if (!isCommand(command)) return wrongCommand(command);
  if (options.h === true || options.help === true) return help(command);
  const entry: CommandEntry = COMMANDS[command];
  const stranger = strangeOption(options, entry.options) ?? strangeWord(command, words[entry.words ?? 0]);
  if (stranger !== undefined) return stranger;
  const file = typeof options.f === 'string' ? options.f : undefined;
  switch (command) {
    case 'help':
      return help(words[0]);
    case 'check':
      return check({
        file,
        settingsOnly: options['settings-only'] === true,
        config: typeof options.c === 'string' ? options.c : undefined,
        json: options.json === true,
      });
    case 'defaults':
      printDefaults();
      return 0;
    case 'lists':
      return showLists(file, options.test === true);
    case 'explain':
      return explain(options);
    case 'cache':
      return cache(words, options);
    case 'spf':
      return spf(words, options);
    case 'stats':
      return stats(options);
    case 'convert':
      if (words[0] !== undefined) return convert(words[0], options.faithful === true);
      process.stderr.write('polw: convert wants a file\n');
      return USAGE;
  }
}

/** Complains about an option that is unknown, or lacks its argument; undefined if all are right. */
function strangeOption(options: ParsedArgs, known: readonly OptionEntry[]): number | undefined {
  const names = [...known.map(({ name }) => name), 'h', 'help', 'v', 'version'];
  for (const [key, value] of Object.entries(options)) {
    if (key === '_' || value === undefined || (value === false && FLAGS.includes(key))) continue;
    const name = value === false ? `no-${key}` : key;
    if (!names.includes(name)) {
      const nearest = nearestWord(name, names);
      return wrong(`there is no option ${dashed(name)}`, nearest === undefined ? undefined : dashed(nearest));
    }
    const entry = known.find((option) => option.name === name);
    if (entry?.argument === undefined) continue;
    if (value === '') return wrong(`${written(entry)} wants its ${entry.argument}`, undefined);
    if (Array.isArray(value)) return wrong(`${dashed(name)} is given more than once`, undefined);
  }
  return undefined;
}

function strangeWord(command: CommandName, word: string | undefined): number | undefined {
  return word === undefined ? undefined : wrong(`${command} does not know what to do with "${word}"`, undefined);
}

function wrong(what: string, nearest: string | undefined): number {
  process.stderr.write(
    `polw: ${printable(what)}; ${nearest === undefined ? 'see polw -h' : `did you mean ${nearest}?`}\n`,
  );
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
