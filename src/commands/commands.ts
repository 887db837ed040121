// Runs the command that an admin types. Each gives the exit status of the process.

import minimist, { type ParsedArgs } from 'minimist';
import { nearestWord } from '../toml/nearest-word.ts';
import { LOOK, printView } from './check/as-account.ts';
import { type OptionEntry, written } from './command.ts';
import { COMMANDS, SERVICE_OPTIONS } from './table.ts';
import { wrong, wrongCommand } from './usage.ts';

const ALL_OPTIONS: readonly OptionEntry[] = [
  ...SERVICE_OPTIONS,
  ...Object.values(COMMANDS).flatMap(({ options }) => options),
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
  const file = typeof options.f === 'string' ? options.f : undefined;
  if (command === undefined) return strangeOption(options, SERVICE_OPTIONS) ?? help();
  // Said by no admin: an entry of master.cf is run with it, to see what it sees.
  if (command === LOOK) return printView(file);
  const entry = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (entry === undefined) return wrongCommand(command, Object.keys(COMMANDS));
  if (options.h === true || options.help === true) return help(command);
  const stranger = strangeOption(options, entry.options) ?? strangeWord(command, words[entry.words ?? 0]);
  if (stranger !== undefined) return stranger;
  const { run } = await entry.load();
  return run({ words, file, options });
}

async function help(...words: readonly string[]): Promise<number> {
  return (await import('./help.ts'))
    .helpOn(COMMANDS, SERVICE_OPTIONS)
    .run({ words, file: undefined, options: { _: [] } });
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

function strangeWord(command: string, word: string | undefined): number | undefined {
  return word === undefined ? undefined : wrong(`${command} does not know what to do with "${word}"`, undefined);
}

function dashed(option: string): string {
  return option.length === 1 ? `-${option}` : `--${option}`;
}
