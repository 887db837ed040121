// polw check: what is wrong with a settings file?

import { readFileSync, statSync } from 'node:fs';
import { isLeftOut, knownList } from '../lists/known.ts';
import { zoneShown } from '../lists/zone.ts';
import { DEFAULT_FILE, loadSettings } from '../settings/file.ts';
import { positionOf } from '../settings/position.ts';
import type { Settings } from '../settings/table.ts';
import { findings } from './installation.ts';
import { printable } from './printable.ts';

/** Prints a line for each finding. 1 if there is one that keeps something from working. */
export async function check(file: string | undefined, settingsOnly: boolean): Promise<number> {
  const path = file ?? DEFAULT_FILE;
  const { settings, problems, trouble, warnings, advice: more = [] } = loadSettings(file);
  const errors = [
    ...problems.map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`),
    ...(problems.length === 0 && trouble !== undefined ? [trouble] : []),
    ...warnings,
    // Of settings that aren't used, nothing can be said.
    ...(settingsOnly ? [] : await findings(trouble === undefined ? settings : undefined)),
  ];
  const advice = trouble === undefined ? [...more, ...aboutLists(path, file, settings)] : [];
  for (const line of [...errors, ...advice]) process.stderr.write(`${printable(line)}\n`);
  return errors.length === 0 ? 0 : 1;
}

/** Warns about lists that are gone. They are not asked, whatever the file says. */
function aboutLists(path: string, file: string | undefined, settings: Settings): readonly string[] {
  const source = file === undefined ? '' : readFileSync(file, 'utf8');
  const open = file !== undefined && (statSync(file).mode & 0o004) !== 0;
  return settings.lists.flatMap((list, index) => {
    if (list.key !== '' && list.key_file === '' && open) {
      return [
        `${path}: warning: it holds a key, and anybody may read it; run: chmod o-r ${path}, and chgrp polw ${path}`,
      ];
    }
    const known = knownList(list.zone);
    if (known === undefined || !isLeftOut(list) || !list.enabled) return [];
    const { line, column } = positionOf(source, ['lists', index, 'zone']);
    return [
      `${path}:${line}:${column}: warning: ${zoneShown(list)} is dead and not asked: ${known.terms}; take it out`,
    ];
  });
}
