import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

  test('that its group may write to is not used; one that its group may read is', () => {
    const file = write('group.toml', '[decision]\nreject_level = 3\n', 0o664);
    expect(loadSettings(file).trouble).toBe(`${file}: its group may write to it; run: chmod g-w ${file}`);
    chmodSync(file, 0o640);
    expect(loadSettings(file)).toMatchObject({ settings: { reject_level: 3 }, problems: [], warnings: [] });
  });

  test('may be named by a link', () => {
    const link = path.join(folder, 'link.toml');
    symlinkSync(write('linked.toml', '[decision]\nreject_level = 3\n'), link);
    expect(loadSettings(link).settings.reject_level).toBe(3);
  });

  test('that is no regular file is refused at once', () => {
    const fifo = path.join(folder, 'fifo.toml');
    execFileSync('mkfifo', [fifo]);
    const socketless = [fifo, '/dev/zero', '/dev/null', folder];
    for (const file of socketless) expect(loadSettings(file).trouble).toBe(`${file}: it is no regular file`);
  });

  test('may have a mebibyte, and not one byte more', () => {
    const line = '[decision]\nreject_level = 3\n';
    const file = write('large.toml', `${line}#${'x'.repeat(1024 * 1024 - line.length - 1)}`);
    expect(loadSettings(file).settings.reject_level).toBe(3);
    appendFileSync(file, 'x');
    expect(loadSettings(file).trouble).toBe(`${file}: it is larger than 1 MiB`);
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

describe('a key file', () => {
  const KEY = 'k3yk3yk3yk3y';

  /** What is made of settings with a list whose key stands in this file. */
  function loadWith(key: string): ReturnType<typeof loadSettings> {
    const list = `[[lists]]\nname = "ZEN"\nzone = "{key}.zen.dq.spamhaus.net"\nkey_file = "${key}"\nanswers = [{ client = 3 }]\n`;
    return loadSettings(write('keyed.toml', list));
  }

  test.each([
    [0o666, (file: string) => `${file}: anybody may write to it; run: chmod o-w ${file}; the list ZEN is not asked`],
    [0o660, (file: string) => `${file}: its group may write to it; run: chmod g-w ${file}; the list ZEN is not asked`],
  ])('of mode %o is not believed', (mode, warning) => {
    const file = write(`key-${mode}`, `${KEY}\n`, mode);
    const { settings, warnings } = loadWith(file);
    expect(warnings).toEqual([warning(file)]);
    expect(settings.lists).toMatchObject([{ enabled: false, key: '' }]);
  });

  test('that anybody may read is used, with a word about it', () => {
    const file = write('key-open', `${KEY}\n`, 0o644);
    const { settings, warnings, advice } = loadWith(file);
    expect({ warnings, advice }).toEqual({
      warnings: [],
      advice: [`${file}: it holds a key, and anybody may read it; run: chmod o-r ${file}`],
    });
    expect(settings.lists).toMatchObject([{ enabled: true, key: KEY }]);
  });

  test.each([0o600, 0o640, 0o400])('of mode %o is used without a word', (mode) => {
    const { settings, warnings, advice } = loadWith(write(`key-${mode}`, `${KEY}\n`, mode));
    expect({ warnings, advice }).toEqual({ warnings: [], advice: [] });
    expect(settings.lists).toMatchObject([{ enabled: true, key: KEY }]);
  });

  test('that is no regular file is refused at once', () => {
    const fifo = path.join(folder, 'key-fifo');
    execFileSync('mkfifo', [fifo]);
    for (const file of [fifo, '/dev/zero'])
      expect(loadWith(file).warnings).toEqual([`${file}: it is no regular file; the list ZEN is not asked`]);
  });
});

test.each([
  ['k3y.zen.dq.spamhaus.net', '{key}.zen.dq.spamhaus.net', 'k3y'],
  ['A.b.combined.mail.abusix.zone', '{key}.combined.mail.abusix.zone', 'A.b'],
  ['dyna.spamrats.com', 'dyna.spamrats.com', ''],
  ['bl.score.senderscore.com', 'bl.score.senderscore.com', ''],
  ['k3y.private.lists.example', 'k3y.private.lists.example', ''],
])('a key that is written into the zone %s is taken out of it', (zone, apart, key) => {
  const file = write('zone.toml', `[[lists]]\nname = "L"\nzone = "${zone}"\nanswers = [{ client = 3 }]\n`);
  expect(loadSettings(file).settings.lists).toMatchObject([{ zone: apart, key, key_file: '' }]);
});
