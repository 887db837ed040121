// Reads the settings from the text of a TOML file, with a message, line and column for whatever is wrong with it.

import { parse, TomlError } from 'smol-toml';
import { isTable } from '../toml/kinds.ts';
import { nearestWord } from '../toml/nearest-word.ts';
import { positionOf } from '../toml/position.ts';
import { GROUPS, SETTINGS, type SettingName, type Settings } from './table.ts';

/** One thing that is wrong with the file. Lines and columns count from 1. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ReadSettings {
  readonly settings: Settings;
  readonly problems: readonly Problem[];
}

/** The settings as they are without a file. */
export function defaultSettings(): Settings {
  return settingsOf(new Map());
}

/** Reads a settings file. What it doesn't set, and what is wrong, is as by default. */
export function readSettings(source: string): ReadSettings {
  let document: Record<string, unknown>;
  try {
    document = parse(source);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = /^Invalid TOML document: (.*)$/m.exec(error.message)?.[1] ?? error.message;
    return { settings: defaultSettings(), problems: [{ line: error.line, column: error.column, message }] };
  }

  const problems: Problem[] = [];
  const values = new Map<string, unknown>();
  const complain = (path: readonly (string | number)[], message: string): void => {
    problems.push({ ...positionOf(source, path), message });
  };

  for (const [group, content] of Object.entries(document)) {
    if (isSettingName(group) && SETTINGS[group].group === undefined) {
      readEntry([], group, content, values, complain);
    } else if (!Object.hasOwn(GROUPS, group)) {
      complain([group], strangeWord('table', group));
    } else if (!isTable(content)) {
      complain([group], `${group} is a table: write [${group}]`);
    } else {
      for (const [name, value] of Object.entries(content)) readEntry([group], name, value, values, complain);
    }
  }
  return { settings: settingsOf(values), problems };
}

function readEntry(
  group: readonly string[],
  name: string,
  value: unknown,
  values: Map<string, unknown>,
  complain: (path: readonly (string | number)[], message: string) => void,
): void {
  const path = [...group, name];
  if (!isSettingName(name)) {
    complain(path, strangeWord('setting', name));
    return;
  }
  const { kind, group: home } = SETTINGS[name];
  if (home !== group[0]) {
    complain(
      path,
      home === undefined
        ? `${name} stands in tables of its own: [[${name}]]`
        : `${name} belongs to the table [${home}]`,
    );
    return;
  }
  const read = kind.read(value);
  if (read.ok) values.set(name, read.value);
  else
    complain(
      [...path, ...read.complaint.path],
      `${[name, ...read.complaint.path].join('.')} ${read.complaint.message}`,
    );
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** Says that a word is unknown, and which one may have been meant. */
function strangeWord(what: 'table' | 'setting', word: string): string {
  const known = what === 'table' ? tables() : Object.keys(SETTINGS);
  const nearest = nearestWord(word, known);
  return `there is no ${what} ${JSON.stringify(word)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
}

/** What may stand in brackets. */
function tables(): readonly string[] {
  return [
    ...Object.keys(GROUPS),
    ...Object.keys(SETTINGS).filter((name) => isSettingName(name) && SETTINGS[name].group === undefined),
  ];
}

function settingsOf(values: ReadonlyMap<string, unknown>): Settings {
  const settings: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(SETTINGS)) {
    settings[name] = values.has(name) ? values.get(name) : entry.default;
  }
  // Each value was read by the kind of its own entry, which is more than the compiler can follow.
  return settings as Settings;
}
