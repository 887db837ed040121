// Compares polw as built with policyd-weight itself: the same generated mails to both.
//
//   npm run parity -- --seed 7 --count 2000     one seed
//   npm run parity -- --seed 11-20              several
//
// Wants root and Debian's package policyd-weight. Exit status 1 if an answer differs that the list of differences
// (rig/parity/differences.ts) doesn't account for.

import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bundle } from './load.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(`${root}/bin/polw`)) {
  console.error('bin/polw is not built yet: npm run build');
  process.exit(1);
}

const folder = mkdtempSync(`${tmpdir()}/polw-parity-`);
// The original reads its configuration there, under an account of its own.
chmodSync(folder, 0o755);
let live;
// The child ends by the same signal of the terminal, or by ours; then everything goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => live?.kill('SIGTERM'));
try {
  // A copy, so that the program under test stays the same if bin/polw is built again meanwhile.
  cpSync(`${root}/bin`, `${folder}/bin`, { recursive: true });
  await bundle(['./rig/parity/live.ts'], `${folder}/live.mjs`);
  const args = [`${folder}/live.mjs`, `${folder}/bin/polw`, ...process.argv.slice(2)];
  live = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, TMPDIR: folder } });
  process.exitCode = await new Promise((resolve) => live.on('close', (code) => resolve(code ?? 1)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
