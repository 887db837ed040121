// Runs the bundles as the launcher does, and writes what V8 has compiled of them when they end. Part of the build.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { FIRST, LATE } from './bundles.mjs';

const folder = fileURLToPath(new URL('../bin', import.meta.url));
const require = createRequire(path.join(folder, 'polw.bundle.cjs'));
const scripts = new Map();
const late = new Map();

function load(name) {
  const bundle = path.join(folder, `${name}.cjs`);
  const script = new Script(readFileSync(bundle, 'utf8'), { filename: bundle });
  scripts.set(name, script);
  const module = { exports: {} };
  script.runInThisContext()(requireFor, folder, module);
  return module.exports;
}

function requireFor(id) {
  if (!id.startsWith('./polw.')) return require(id);
  if (!late.has(id)) late.set(id, load(id.slice('./'.length, -'.cjs'.length)));
  return late.get(id);
}

process.argv.splice(2, process.argv.length, '-f', process.argv[2]);
const { exit } = process;
process.exit = (status) => {
  for (const { name, compiled } of [FIRST, ...LATE]) {
    if (!compiled) continue;
    const data = scripts.get(name).createCachedData();
    // Twice, so that the launcher sees whether a byte of it is wrong: V8 doesn't look.
    writeFileSync(path.join(folder, `${name}.cache`), Buffer.concat([data, data]));
  }
  // That was work for V8's collector, and Node 24 fails if statements of SQLite are left for it when it ends.
  setTimeout(() => exit(status), 100);
};
load(FIRST.name);
