// What scripts/try shows to whoever comes by, when it has built bin/.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('scripts/try shows a pass, a deferral and a refusal', () => {
  const script = fileURLToPath(new URL('../../scripts/try-mails.mjs', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect({ status, stderr, stdout }).toMatchObject({ status: 0, stderr: '' });
  expect(stdout.match(/^reason {3}\w+/gm)).toEqual(['reason   pass', 'reason   defer', 'reason   reject']);
  expect(stdout).toMatch(/\nA pass, a defer and a reject, as it should be\.\n$/);
});
