// README's table of the differences is the list of the differences.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differencesTable } from '../../rig/parity/differences.ts';

test('README says where polw differs', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.split(/^(?=## )/m).find((part) => part.startsWith('## Where polw differs\n'));
  expect(section).toContain(differencesTable());
});
