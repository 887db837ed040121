// Runs the bundle as the launcher does, and writes what V8 has compiled of it when it ends. Part of the build.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const folder = fileURLToPath(new URL('../bin', import.meta.url));
const bundle = path.join(folder, 'polw.bundle.cjs');
const script = new Script(`(function (require, __dirname) {${readFileSync(bundle, 'latin1')}\n})`, {
  filename: bundle,
});

process.argv.splice(2, process.argv.length, '-f', process.argv[2]);
// Twice, so that the launcher sees whether a byte of it is wrong: V8 doesn't look.
process.on('exit', () => {
  // As at the start: V8 takes no code that was compiled with other flags (see keepSmall in connection.ts).
  setFlagsFromString('--semi-space-growth-factor=2');
  const data = script.createCachedData();
  writeFileSync(path.join(folder, 'polw.cache'), Buffer.concat([data, data]));
});
script.runInThisContext()(createRequire(bundle), folder);
