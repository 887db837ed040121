// The folders tell the story of a mail from the top down, and imports go that way only: the floors are those of the map
// (src/README.md). Inside of a folder there are no circles.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SRC = path.join(import.meta.dirname, '../src');
const MAP = readFileSync(path.join(SRC, 'README.md'), 'utf8');
/** The floors in their order, from the top. Each may import what stands behind it, and nothing beside it. */
const FLOORS: readonly (readonly string[])[] = [...sectionOf('The floors').matchAll(/^\d+\. (.*?): \S/gm)].map(
  ([, names = '']) => inBackticks(names),
);

function sectionOf(heading: string): string {
  return MAP.split(/^(?=## )/m).find((section) => section.startsWith(`## ${heading}\n`)) ?? '';
}

function inBackticks(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? '');
}

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
  return FLOORS.findIndex((parts) => parts.includes(partOf(file)));
}

test('each part of src has one floor on the map', () => {
  const parts = new Set(FILES.map(partOf));
  expect(FLOORS.flat().sort()).toEqual([...parts].sort());
});

test('the map names files that are there', () => {
  const named = inBackticks(MAP).filter((word) => /^[\w-]+(\/[\w.-]*)*(\.ts|\/)$/.test(word));
  expect(named.length).toBeGreaterThan(30);
  const root = path.join(SRC, '..');
  const missing = named.filter((word) => !existsSync(path.join(SRC, word)) && !existsSync(path.join(root, word)));
  expect(missing).toEqual([]);
});

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
  expect([...new Set(seen)].sort()).toEqual(['convert', 'lists', 'settings', 'toml']);
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
