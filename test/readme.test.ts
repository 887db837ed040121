// README's table of faults names the test of each: it has to be there.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Row {
  readonly fault: string;
  readonly tests: string;
}

/** The rows of the table, without those that are headings. */
const ROWS: readonly Row[] = (
  readFileSync(`${root}README.md`, 'utf8')
    .split(/^(?=## )/m)
    .find(isOnFaults) ?? ''
)
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, fault = '', happens = '', tests = '']) => ({ fault, happens, tests }))
  .filter(({ happens }) => happens !== '');

function isOnFaults(section: string): boolean {
  return section.startsWith('## What can go wrong\n');
}

/** The names that a file of tests gives to them: texts that stand first behind a bracket. */
function titlesIn(file: string): readonly string[] {
  const source = readFileSync(`${root}${file}`, 'utf8');
  return [...source.matchAll(/\((['"`])((?:\\.|(?!\1).)*)\1,/g)].map(([, , title = '']) =>
    title.replace(/\\(.)/g, '$1'),
  );
}

test('each row of the table of faults names a test, and the test is there', () => {
  expect(ROWS.length).toBeGreaterThan(40);
  const wrong: string[] = [];
  let file = '';
  for (const { fault, tests } of ROWS) {
    // A name without a file is one of the file named last.
    const words = [...tests.matchAll(/`([^`]+)`|"([^"]+)"|(the same|each of these tests)/g)];
    if (words.length === 0) wrong.push(`${fault}: no test`);
    for (const [, path, title] of words) {
      if (path !== undefined && !existsSync(`${root}${path}`)) wrong.push(`${fault}: there is no ${path}`);
      if (path?.endsWith('.test.ts')) file = path;
      const name = title?.replace(/…$/, '');
      if (name !== undefined && !titlesIn(file).some((one) => one.includes(name))) wrong.push(`${file}: "${title}"`);
    }
  }
  expect(wrong).toEqual([]);
});
