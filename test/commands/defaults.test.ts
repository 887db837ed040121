import { expect, test, vi } from 'vitest';
import { printDefaults, settingsFile } from '../../src/commands/defaults.ts';
import { defaultSettings, readSettings } from '../../src/settings/read.ts';
import { GROUPS, SETTINGS } from '../../src/settings/table.ts';

const ALL = settingsFile(defaultSettings(), ['A heading.']);

test('the file with all defaults has all defaults', () => {
  expect(readSettings(ALL)).toEqual({ settings: defaultSettings(), problems: [] });
});

test('it names each setting and table once', () => {
  const lines = ALL.split('\n');
  for (const name of Object.keys(SETTINGS)) {
    if (name !== 'lists') expect(lines.filter((line) => line.startsWith(`${name} = `))).toHaveLength(1);
  }
  for (const group of Object.keys(GROUPS)) expect(lines.filter((line) => line === `[${group}]`)).toHaveLength(1);
  expect(lines.filter((line) => line === '[[lists]]')).toHaveLength(defaultSettings().lists.length);
});

test('a file with other values has those', () => {
  const changes = {
    reject_level: 2,
    add_header: false,
    defer_tokens: [],
    spam_cache_size: 0,
    reject_text: '550 "no"\\',
  };
  const { settings, problems } = readSettings(settingsFile(changes, []));
  expect(problems).toEqual([]);
  expect(settings).toEqual({ ...defaultSettings(), ...changes });
});

test('a file names only what it is given, and keeps its heading a comment', () => {
  const file = settingsFile({ reject_level: 2 }, ['One.', 'Two\n[decision]']);
  expect(file).toMatch(/^# One\.\n# Two \[decision\]\n/);
  expect(file.split('\n').filter((line) => / = /.test(line) && !line.startsWith('#'))).toEqual(['reject_level = 2']);
});

test('a file without lists has none', () => {
  expect(readSettings(settingsFile({ lists: [] }, [])).settings.lists).toEqual([]);
});

test('it is printed', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    printDefaults();
    const printed = write.mock.calls.map(([text]) => String(text)).join('');
    expect(readSettings(printed)).toEqual({ settings: defaultSettings(), problems: [] });
    expect(printed.split('\n').length).toBe(ALL.split('\n').length);
  } finally {
    write.mockRestore();
  }
});
