// The folders tell the story of a mail from the top down, and imports go that way only. Inside of a folder there are no
// circles.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SRC = path.join(import.meta.dirname, '../src');
/** Each may import what stands behind it, and nothing beside it. */
const ORDER: readonly (readonly string[])[] = [
  ['launch.ts', 'main.ts'],
  ['commands'],
  ['convert'],
  ['service.ts', 'quiet.ts'],
  ['policy'],
  ['weigh'],
  ['log', 'store'],
  ['settings'],
  ['lists'],
  ['dns'],
  ['clock.ts', 'files'],
  ['errors.ts'],
];

const FILES = readdirSync(SRC, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'))
  .sort();

function importsOf(file: string): readonly string[] {
  const source = readFileSync(path.join(SRC, file), 'utf8');
  return [...source.matchAll(/(?:from|import|import\() ?'(\.[^']+)'/g)].map(([, target]) =>
    path.join(path.dirname(file), target ?? ''),
  );
}

function partOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function levelOf(file: string): number {
  return ORDER.findIndex((parts) => parts.includes(partOf(file)));
}

test.each(FILES)('%s imports nothing from above or beside its folder', (file) => {
  expect(levelOf(file)).toBeGreaterThanOrEqual(0);
  const targets = importsOf(file);
  expect(FILES).toEqual(expect.arrayContaining([...targets]));
  const wrong = targets.filter((target) => partOf(target) !== partOf(file) && levelOf(target) <= levelOf(file));
  expect(wrong).toEqual([]);
});

test('the readers of other programs are known to their command alone, and Perl to its reader alone', () => {
  const outside = (folder: string): readonly string[] =>
    FILES.filter((file) => !file.startsWith(folder) && importsOf(file).some((target) => target.startsWith(folder)));
  expect(outside('convert/')).toEqual(['commands/convert.ts']);
  expect(outside('convert/policyd-weight/perl/').map((file) => path.dirname(file))).toEqual(
    outside('convert/policyd-weight/perl/').map(() => 'convert/policyd-weight'),
  );
});

test('the readers of other programs see settings and lists, and nothing of how a mail is weighed', () => {
  const seen = FILES.filter((file) => file.startsWith('convert/'))
    .flatMap(importsOf)
    .map(partOf);
  expect([...new Set(seen)].sort()).toEqual(['convert', 'lists', 'settings']);
});

test('no file imports itself, by whatever detour', () => {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    expect(way, 'a circle').not.toContain(file);
    if (done.has(file)) return;
    for (const target of importsOf(file)) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
});
