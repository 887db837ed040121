import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { check } from '../../../src/commands/check/check.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'polw-check-'));
const file = path.join(folder, 'polw.toml');
const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
afterEach(() => write.mockClear());
afterAll(() => {
  write.mockRestore();
  rmSync(folder, { recursive: true });
});

/** What is said about a file, and the exit status. */
async function checked(content: string): Promise<{ status: number; said: string }> {
  writeFileSync(file, content, { mode: 0o640 });
  const status = await check({ file, settingsOnly: true });
  return { status, said: write.mock.calls.map(([text]) => String(text)).join('') };
}

test('nothing is wrong', async () => {
  expect(await checked('[decision]\nreject_level = 2\n')).toMatchObject({ status: 0 });
});

test('all that is wrong is told, a line for each', async () => {
  const { status, said } = await checked('[decision]\nreject_level = "x"\n\nfoo = 1\n');
  expect(status).toBe(1);
  expect(said.split('\n')).toEqual([
    `${file}:2:1: reject_level wants a number, not the text "x"`,
    expect.stringContaining(`${file}:4:1: there is no setting "foo"`),
    '',
  ]);
});

test('a file that cannot be read is told', async () => {
  const missing = path.join(folder, 'missing.toml');
  expect(await check({ file: missing, settingsOnly: true })).toBe(1);
  expect(write.mock.calls.map(([text]) => String(text)).join('')).toContain(missing);
});
