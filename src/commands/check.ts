// polw check: what is wrong with a settings file?

import { readFileSync } from 'node:fs';
import { knownList } from '../lists/known.ts';
import { zoneShown } from '../lists/zone.ts';
import { DEFAULT_FILE, loadSettings } from '../settings/file.ts';
import { positionOf } from '../settings/position.ts';
import type { Settings } from '../settings/table.ts';

/** Prints a line for each problem. 1 if the service would not use the file. */
export function check(file: string | undefined): number {
  const path = file ?? DEFAULT_FILE;
  const { settings, problems, trouble, warnings } = loadSettings(file);
  const say = (line: string): boolean => process.stderr.write(`${line}\n`);
  for (const { line, column, message } of problems) say(`${path}:${line}:${column}: ${message}`);
  if (problems.length === 0 && trouble !== undefined) say(trouble);
  for (const warning of [...warnings, ...(trouble === undefined ? aboutLists(path, file, settings) : [])]) say(warning);
  return trouble === undefined && warnings.length === 0 ? 0 : 1;
}

/** Warns about lists that are gone. They are not asked, whatever the file says. */
function aboutLists(path: string, file: string | undefined, settings: Settings): readonly string[] {
  const source = file === undefined ? '' : readFileSync(file, 'utf8');
  return settings.lists.flatMap((list, index) => {
    const known = knownList(list.zone);
    if (known?.state !== 'dead' || !list.enabled) return [];
    const { line, column } = positionOf(source, ['lists', index, 'zone']);
    return [
      `${path}:${line}:${column}: warning: ${zoneShown(list)} is dead and not asked: ${known.terms}; take it out`,
    ];
  });
}
