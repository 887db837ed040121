// bin/polw: starts the bundle beside it. V8 takes longer to compile the bundle than to run it, so the build keeps what
// the compiler made (polw.cache). Another version of Node can't use that, and compiles the bundle as usual.

import './quiet.ts';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';

const bundle = path.join(__dirname, 'polw.bundle.cjs');

function launch(): void {
  // The bundle is ASCII, which becomes a string fastest so.
  const source = readFileSync(bundle).toString('latin1');
  const cachedData = readCache();
  const script = new Script(`(function (require, __dirname) {${source}\n})`, {
    filename: bundle,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  script.runInThisContext()(require, __dirname);
}

/**
 * V8 takes its code cache on trust: one wrong byte in it can end the process. So the file holds the same bytes twice.
 */
function readCache(): Buffer | undefined {
  try {
    const file = readFileSync(path.join(__dirname, 'polw.cache'));
    const half = file.length / 2;
    return file.subarray(0, half).equals(file.subarray(half)) ? file.subarray(0, half) : undefined;
  } catch {
    return undefined;
  }
}

launch();
