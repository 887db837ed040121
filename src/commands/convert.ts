// polw convert: an existing policyd-weight.conf as a settings file of ours. It never runs Perl.

import { readFileSync } from 'node:fs';
import { readPolicydWeightConf } from '../convert/policyd-weight/conf.ts';
import { fromPolicydWeight, ORIGINAL_DEFAULTS, type Remark } from '../convert/policyd-weight/settings.ts';
import { SETTINGS } from '../settings/table.ts';
import { settingsFile } from './defaults.ts';

/** Prints the settings file on stdout and what to know about it on stderr. 1 if mails may be decided otherwise. */
export function convert(path: string, faithful: boolean): number {
  let source: string;
  try {
    source = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    process.stderr.write(`polw: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  const { text, remarks } = convertText(source, path, faithful);
  process.stdout.write(text);
  for (const { line, column, message, decisive } of remarks) {
    process.stderr.write(`${path}:${line}:${column}: ${decisive ? 'error' : 'warning'}: ${message}\n`);
  }
  return remarks.some(({ decisive }) => decisive) ? 1 : 0;
}

/** The text of the settings file. */
export function convertText(
  source: string,
  path: string,
  faithful: boolean,
): { text: string; remarks: readonly Remark[] } {
  const { settings, remarks, leftOut } = fromPolicydWeight(readPolicydWeightConf(source, ORIGINAL_DEFAULTS), faithful);
  const heading = [
    `Made by polw convert${faithful ? ' --faithful' : ''} from ${path}.`,
    'What is not here has its default; polw defaults shows them all.',
    ...remarks.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`),
  ];
  const dead = leftOut.map(({ list, reason }) => comment(`${SETTINGS.lists.kind.print([list])}(left out: ${reason})`));
  return { text: `${[settingsFile(settings, heading), ...dead].join('\n').trimEnd()}\n`, remarks };
}

function comment(text: string): string {
  return text.replace(/^/gm, '# ');
}
