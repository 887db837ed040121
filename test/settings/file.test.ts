import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/settings/file.ts';
import { defaultSettings } from '../../src/settings/read.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'polw-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string, mode = 0o640): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

describe('a settings file', () => {
  test('is read', () => {
    const { settings, problems, trouble } = loadSettings(write('good.toml', '[decision]\nreject_level = 3\n'));
    expect(settings.reject_level).toBe(3);
    expect(problems).toEqual([]);
    expect(trouble).toBeUndefined();
  });

  test('with anything wrong in it is not used at all; the first problem is told', () => {
    const file = write('bad.toml', '[decision]\nreject_level = 3\ndefer_level = "x"\nfoo = 1\n');
    const loaded = loadSettings(file);
    expect(loaded.settings).toEqual(defaultSettings());
    expect(loaded.problems).toHaveLength(2);
    expect(loaded.trouble).toBe(`${file}:3:1: defer_level wants a number, not the text "x"`);
  });

  test('that anybody may write to is not used', () => {
    const file = write('open.toml', '[decision]\nreject_level = 3\n', 0o666);
    expect(loadSettings(file)).toMatchObject({ settings: defaultSettings(), problems: [] });
    expect(loadSettings(file).trouble).toBe(`${file}: anybody may write to it; run: chmod o-w ${file}`);
  });

  test('that is named but missing, or no file, is trouble', () => {
    const missing = path.join(folder, 'missing.toml');
    expect(loadSettings(missing)).toMatchObject({ settings: defaultSettings() });
    expect(loadSettings(missing).trouble).toContain(missing);
    const directory = path.join(folder, 'directory.toml');
    mkdirSync(directory);
    expect(loadSettings(directory).trouble).toContain(directory);
  });

  test('may have the line ends of Windows, and a byte order mark', () => {
    expect(loadSettings(write('crlf.toml', '[decision]\r\nreject_level = 3\r\n')).settings.reject_level).toBe(3);
    expect(loadSettings(write('bom.toml', '\ufeff[decision]\nreject_level = 3\n')).settings.reject_level).toBe(3);
  });
});
