// Builds bin/: the service as one bundle (polw.bundle.cjs), what V8 made of it (polw.cache), a launcher (polw), the
// commands that an admin types (polw.commands.cjs), and SQLite's native part. The folder can be copied to any machine of the same kind with the same major version of Node.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
};

const bundled = {
  ...common,
  // better-sqlite3 looks for its native part with `bindings` only if it isn't told where it is; we tell it.
  external: ['bindings'],
  // Whitespace is a third of the bundle, and is read at each start. Names stay, for stack traces.
  minifyWhitespace: true,
  // What is imported late is inside of the bundle, or a module of Node: `require` will do, and loads no ESM loader.
  supported: { 'dynamic-import': false },
  define: {
    POLW_VERSION: JSON.stringify(version),
    POLW_NODE_MODULES_VERSION: JSON.stringify(process.versions.modules),
  },
};

/** The commands are more code than the service, which must not wait for it to be read. */
const commandsApart = {
  name: 'commands-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/commands\/all\.ts$/ }, () => ({ path: './polw.commands.cjs', external: true }));
  },
};

await build({ ...bundled, entryPoints: ['src/main.ts'], outfile: 'bin/polw.bundle.cjs', plugins: [commandsApart] });
await build({ ...bundled, entryPoints: ['src/commands/all.ts'], outfile: 'bin/polw.commands.cjs' });
await build({ ...common, entryPoints: ['src/launch.ts'], outfile: 'bin/polw', banner: { js: '#!/usr/bin/env node' } });
chmodSync(path.join(root, 'bin/polw'), 0o755);
copyFileSync(
  require.resolve('better-sqlite3/build/Release/better_sqlite3.node'),
  path.join(root, 'bin/better_sqlite3.node'),
);
keepCompiled();

/** Runs the bundle on a few requests, and keeps what V8 has compiled by then. */
function keepCompiled() {
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-build-'));
  try {
    const settings = path.join(folder, 'polw.toml');
    // Nobody answers on this port, so the questions fail at once, after all the code for them has run.
    writeFileSync(
      settings,
      `[dns]\nnameservers = ["127.0.0.1:9"]\n[cache]\ncache_file = "${folder}/cache.sqlite"\n[log]\nlog_to = "nowhere"\n`,
    );
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts/keep-compiled.mjs'), settings], {
      input: ['192.0.2.1', '192.0.2.2', '2001:db8::1'].map(request).join(''),
      env: { PATH: process.env.PATH, TZ: process.env.TZ ?? '' },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the bundle does not run: ${stderr}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function request(client) {
  return `request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=${client}\nclient_name=unknown\nhelo_name=mail.example.test\nsender=a@example.test\nrecipient=b@example.test\ninstance=${client}\n\n`;
}
