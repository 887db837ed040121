// polw convert: the configuration of another program as a settings file of ours. Nothing in it is run.

import { closeSync, openSync, readSync } from 'node:fs';
import type { Converter, Remark } from '../convert/converter.ts';
import { CONVERTERS } from '../convert/converters.ts';
import { inWords } from '../errors.ts';
import { SETTINGS } from '../settings/table.ts';
import type { Typed } from './command.ts';
import { settingsFile } from './defaults.ts';
import { printable } from './printable.ts';
import { USAGE } from './usage.ts';

/** Bytes. The longest configuration file of the programs that are known has a hundredth of it. */
const LIMIT = 4 * 1024 * 1024;

/** Prints the settings file on stdout and what to know about it on stderr. 1 if mails may be decided otherwise. */
export function run({ words: [path], options }: Typed): number {
  if (path === undefined) {
    process.stderr.write('polw: convert wants a file\n');
    return USAGE;
  }
  const faithful = options.faithful === true;
  let source: string;
  try {
    source = readUpTo(LIMIT, path);
  } catch (error) {
    process.stderr.write(`polw: ${inWords(error)}\n`);
    return 1;
  }
  const converter = CONVERTERS.find(({ recognises }) => recognises(source));
  if (converter === undefined) {
    const known = CONVERTERS.map(({ usage }) => usage).join(', ');
    process.stderr.write(`polw: ${path} is none of the files that can be converted: ${known}\n`);
    return 1;
  }
  const { text, remarks } = convertText(converter, source, path, faithful);
  process.stdout.write(text);
  for (const { line, column, message, decisive } of remarks) {
    const remark = `${path}:${line}:${column}: ${decisive ? 'error' : 'warning'}: ${message}`;
    process.stderr.write(`${printable(remark)}\n`);
  }
  return remarks.some(({ decisive }) => decisive) ? 1 : 0;
}

/** A file, or what comes through a pipe. Throws if it is longer, or can't be read. */
function readUpTo(limit: number, path: string): string {
  const fd = path === '-' ? 0 : openSync(path, 'r');
  const bytes = Buffer.alloc(limit + 1);
  let length = 0;
  for (let read = 1; read > 0 && length <= limit; length += read)
    read = readSync(fd, bytes, length, limit + 1 - length, null);
  if (fd !== 0) closeSync(fd);
  if (length > limit) throw new Error(`${path}: it is longer than ${limit / 1024 / 1024} MiB`);
  return bytes.toString('utf8', 0, length);
}

/** The text of the settings file. */
export function convertText(
  converter: Converter,
  source: string,
  path: string,
  faithful: boolean,
): { text: string; remarks: readonly Remark[] } {
  const { settings, remarks } = converter.convert(source, faithful);
  const heading = [
    `Made by polw convert${faithful ? ' --faithful' : ''} from ${path}.`,
    'What is not here has its default; polw defaults shows them all.',
    ...remarks.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`),
  ];
  const dead = remarks.flatMap(({ leftOut }) =>
    leftOut === undefined ? [] : [comment(`${SETTINGS.lists.kind.print([leftOut.list])}(left out: ${leftOut.reason})`)],
  );
  return { text: `${[settingsFile(settings, heading), ...dead].join('\n').trimEnd()}\n`, remarks };
}

function comment(text: string): string {
  return text.replace(/^/gm, '# ');
}
