// Builds bin/polw: the whole program as one executable CommonJS file, with SQLite's native part beside it, so that
// the folder can be copied to any machine of the same kind that has the same major version of Node.

import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile: 'bin/polw',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // better-sqlite3 looks for its native part with `bindings` only if it isn't told where it is; we tell it.
  external: ['bindings'],
  banner: { js: '#!/usr/bin/env node' },
  define: {
    POLW_VERSION: JSON.stringify(version),
    POLW_NODE_MODULES_VERSION: JSON.stringify(process.versions.modules),
  },
  legalComments: 'none',
  logLevel: 'warning',
});

chmodSync(`${root}/bin/polw`, 0o755);
copyFileSync(require.resolve('better-sqlite3/build/Release/better_sqlite3.node'), `${root}/bin/better_sqlite3.node`);
