// The table of public suffixes: which copy is used, and that a damaged one does no harm.

import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { POLW } from '../../rig/process.ts';
import { organisationBy } from '../../src/dns/organisation.ts';
import { currentSuffixes, newestOf, ruleOf } from '../../src/dns/suffixes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'polw-suffixes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DAY = 86_400_000;
const ours = path.join(path.dirname(POLW), 'polw.suffixes');
const asOf = Date.parse('2026-01-01');

/** A table of one rule, `zz` with a value: a list of one offset, the characters, the value. */
function tableFile(name: string, value: number, time: number, header = '.DAFSA@PSL_0   \n'): string {
  const file = path.join(folder, name);
  const bytes = [0x81, ...Buffer.from('zz'), 0x80 | value];
  writeFileSync(file, Buffer.concat([Buffer.from(header, 'latin1'), Buffer.from(bytes)]));
  utimesSync(file, time / 1000, time / 1000);
  return file;
}

function knows(table: Uint8Array | undefined, name: string): boolean {
  return table !== undefined && ruleOf(name, table) !== undefined;
}

describe('the copy that is used is', () => {
  test('that of the system if it is newer', () => {
    const table = newestOf([ours], asOf, tableFile('newer', 4, asOf + DAY));
    expect([knows(table, 'zz'), knows(table, 'co.uk')]).toEqual([true, false]);
  });

  test.each([
    ['older', () => tableFile('older', 4, asOf - DAY)],
    ['missing', () => path.join(folder, 'missing')],
    ['something else', () => tableFile('odd', 4, asOf + DAY, '// ===BEGIN ICAN')],
    ['a folder', () => folder],
  ])('ours if that of the system is %s', (_, file) => {
    const table = newestOf([ours], asOf, file());
    expect([knows(table, 'zz'), knows(table, 'co.uk')]).toEqual([false, true]);
  });

  test('none if there is none, and then no name has an organisation', () => {
    const missing = path.join(folder, 'missing');
    expect(newestOf([missing], asOf, missing)).toBeUndefined();
  });
});

test('our copy has as many rules as the list, and takes no more than 64 kB', () => {
  const bytes = readFileSync(ours);
  expect(bytes.length).toBeLessThan(64_000);
  expect(bytes.length).toBeGreaterThan(40_000);
});

test('a damaged table gives some answer, and soon', () => {
  const table = currentSuffixes();
  if (table === undefined) throw new Error('there is no table');
  const damage = fc.array(fc.tuple(fc.nat(table.length - 1), fc.nat(255)), { minLength: 1, maxLength: 200 });
  const random = fc.uint8Array({ minLength: 0, maxLength: 300 });
  fc.assert(
    fc.property(damage, random, (changes, noise) => {
      const damaged = Uint8Array.from(table);
      for (const [place, byte] of changes) damaged[place] = byte;
      for (const bad of [damaged, noise]) {
        for (const name of ['www.example.co.uk', 'a.b.test.ck', 'aaaa.aa']) {
          const organisation = organisationBy(bad, name);
          expect(organisation === undefined || name.endsWith(organisation)).toBe(true);
        }
      }
    }),
  );
});
