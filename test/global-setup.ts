// Builds bin/polw once before the tests, so that they run what is delivered.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Called by vitest. */
export default function setup(): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
}
