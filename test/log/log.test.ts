import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Log, LogWriter } from '../../src/log/log.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'polw-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

function logTo(name: string): { log: Log; file: string; lines: () => string[] } {
  const file = path.join(folder, name);
  const log = new LogWriter({ log_to: 'file', log_file: file, log_tag: 'postfix/polw' }, false);
  return { log, file, lines: () => readFileSync(file, 'utf8').split('\n').slice(0, -1) };
}

test('lines are written when they are flushed, with time, name and process', async () => {
  const { log, file, lines } = logTo('plain');
  log.info('one');
  log.warning('two');
  expect(existsSync(file)).toBe(false);
  await log.flush();
  await log.flush();
  log.info('three');
  await log.flush();
  const start = `\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z postfix/polw\\[${process.pid}\\]: `;
  expect(lines()).toEqual([
    expect.stringMatching(`^${start}one$`),
    expect.stringMatching(`^${start}warning: two$`),
    expect.stringMatching(`^${start}three$`),
  ]);
});

test('what comes from outside makes no line of its own, and none that is very long', async () => {
  const { log, lines } = logTo('dirty');
  log.info('helo=a\r\nforged line\u001b[2J \u00fc');
  log.info('x'.repeat(100_000));
  await log.flush();
  expect(lines()).toHaveLength(2);
  expect(lines()[0]).toMatch(/: helo=a\?\?forged line\?\[2J \?$/);
  expect(lines()[1]?.length).toBeLessThan(2000);
});

test('a warning can be given once', async () => {
  const { log, lines } = logTo('once');
  for (const line of ['a', 'b', 'a']) log.warnOnce(line);
  await log.flush();
  expect(lines().map((line) => line.replace(/^.*: warning: /, ''))).toEqual(['a', 'b']);
});

test('a file that was moved away is made anew within a second', async () => {
  const { log, file, lines } = logTo('rotated');
  log.info('one');
  await log.flush();
  renameSync(file, `${file}.1`);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  log.info('two');
  await log.flush();
  expect(lines()).toEqual([expect.stringMatching(/: two$/)]);
  expect(readFileSync(`${file}.1`, 'utf8')).toMatch(/: one\n$/);
});

test('a file that cannot be written loses lines, and nothing else', async () => {
  const { log } = logTo('missing/folder');
  log.info('one');
  await expect(log.flush()).resolves.toBeUndefined();
});

test('the log may go nowhere', async () => {
  const file = path.join(folder, 'nowhere');
  const log = new LogWriter({ log_to: 'nowhere', log_file: file, log_tag: 'x' }, false);
  log.info('lost');
  await log.flush();
  expect(existsSync(file)).toBe(false);
  log.close();
});

test('each line has the name that the settings give', async () => {
  const file = path.join(folder, 'named');
  const log = new LogWriter({ log_to: 'file', log_file: file, log_tag: 'other' }, false);
  log.info('kept');
  await log.flush();
  expect(readFileSync(file, 'utf8')).toMatch(/ other\[\d+\]: kept\n$/);
  log.close();
});

test('nothing is shown to a person if there is none', () => {
  expect(logTo('quiet').log.traces).toBe(false);
});
