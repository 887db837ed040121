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

function readCache(): Buffer | undefined {
  try {
    return readFileSync(path.join(__dirname, 'polw.cache'));
  } catch {
    return undefined;
  }
}

launch();
