// bin/polw: starts the bundle beside it. V8 takes longer to compile a bundle than to run it, so the build keeps what
// the compiler made (polw.*.cache). Another version of Node can't use that, and compiles the bundle as usual.

import './quiet.ts';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** Compared at once: few enough to stay in the processor's cache. */
const PIECE = 16 * 1024;

/** The bundles that were loaded when they were first needed, each once. */
const late = new Map<string, unknown>();

/** Loads a bundle beside this file, as `require` would. */
function load(name: string): unknown {
  const bundle = join(__dirname, `${name}.cjs`);
  const cachedData = readCache(join(__dirname, `${name}.cache`));
  const script = new Script(readFileSync(bundle, 'utf8'), {
    filename: bundle,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} };
  script.runInThisContext()(requireFor, __dirname, module);
  return module.exports;
}

function requireFor(id: string): unknown {
  if (!id.startsWith('./polw.')) return require(id);
  if (!late.has(id)) late.set(id, load(id.slice('./'.length, -'.cjs'.length)));
  return late.get(id);
}

/**
 * V8 takes its code cache on trust: one wrong byte in it can end the process. So the file holds the same bytes twice.
 */
function readCache(file: string): Buffer | undefined {
  try {
    const fd = openSync(file, 'r');
    const half = fstatSync(fd).size / 2;
    const data = Buffer.allocUnsafeSlow(half);
    let sound = readSync(fd, data, 0, half, 0) === half;
    const piece = Buffer.allocUnsafeSlow(PIECE);
    for (let done = 0; sound && done < half; done += PIECE) {
      const length = readSync(fd, piece, 0, PIECE, half + done);
      sound = piece.subarray(0, length).equals(data.subarray(done, done + PIECE));
    }
    closeSync(fd);
    return sound ? data : undefined;
  } catch {
    return undefined;
  }
}

load('polw.bundle');
