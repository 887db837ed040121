// The manuals: groff has nothing to say against them, and they hold every option, command and setting.

import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { written } from '../../src/commands/command.ts';
import { COMMANDS, SERVICE_OPTIONS } from '../../src/commands/table.ts';
import { ANSWER_PARTS, LIST_PARTS } from '../../src/lists/parts.ts';
import { GROUPS, SETTINGS } from '../../src/settings/table.ts';
import { VARIABLES } from '../../src/weigh/template.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = ['polw.8', 'polw.toml.5'];

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/man.mjs'], { cwd: root });
});

/** The page as a person reads it, without line breaks. */
function read(page: string): string {
  const { stdout } = spawnSync('groff', ['-man', '-Tascii', '-P-cbou', `man/${page}`], { cwd: root, encoding: 'utf8' });
  return stdout.replace(/\s+/g, ' ');
}

describe.each(PAGES)('%s', (page) => {
  test('is shown without a warning', () => {
    const { stderr, status } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z', `man/${page}`], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  test('is shown by man -l without a warning', () => {
    const { stderr, stdout, status } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', page], {
      cwd: `${root}/man`,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LANG: 'C.UTF-8' },
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout.length).toBeGreaterThan(10_000);
  });
});

test('every command and option is in polw(8)', () => {
  const text = read('polw.8');
  const from = text.indexOf(' COMMANDS ');
  expect(from).toBeGreaterThan(0);
  for (const option of SERVICE_OPTIONS) expect(text.slice(0, from)).toContain(` ${written(option)} `);
  for (const { usage, options } of Object.values(COMMANDS)) {
    const begin = text.indexOf(` polw ${usage.replaceAll('…', '...')} `, from);
    expect(begin).toBeGreaterThan(0);
    const end = text.indexOf(' polw ', begin + 6);
    for (const option of options) expect(text.slice(begin, end)).toContain(` ${written(option)} `);
  }
});

test('every setting, with its default, is in polw.toml(5)', () => {
  const text = read('polw.toml.5');
  // Lines may be broken inside of a default.
  const squeezed = text.replaceAll(' ', '');
  for (const group of Object.keys(GROUPS)) expect(text).toContain(` [${group}] `);
  const names = Object.keys(SETTINGS);
  expect(names.length).toBeGreaterThan(60);
  for (const name of names) expect(text).toContain(name === 'lists' ? ' lists: ' : ` ${name} (`);
  const printed = [
    SETTINGS.reject_level.kind.print(SETTINGS.reject_level.default),
    SETTINGS.ham_cache_time.kind.print(SETTINGS.ham_cache_time.default),
    SETTINGS.helo_score.kind.print(SETTINGS.helo_score.default),
    SETTINGS.reject_text.kind.print(SETTINGS.reject_text.default),
  ];
  expect(text).toContain(' dns_timeout (time, 0.05s to 1m) ');
  expect(text).toContain(' max_dnsbl_hits (whole number, lists, 0 to 1000) ');
  expect(text).toContain(' reject_level (number, points) ');
  for (const value of printed) expect(squeezed).toContain(`Default:${value.replaceAll(' ', '')}`);
  for (const { name, zone } of SETTINGS.lists.default) expect(text).toContain(` ${name} (${zone}) `);
});

test('every part of a list and of an answer, and every variable, is in polw.toml(5)', () => {
  const text = read('polw.toml.5');
  for (const name of [...Object.keys(LIST_PARTS), ...Object.keys(ANSWER_PARTS)]) expect(text).toContain(` ${name} `);
  for (const name of Object.keys(VARIABLES)) expect(text).toContain(` {${name}} `);
});
