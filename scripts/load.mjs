// The TypeScript of src/ and rig/ for scripts, which run under Node as they stand.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What these modules export, named from the project's folder: load('./rig/request.ts'). */
export async function load(...modules) {
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-load-'));
  try {
    await bundle(modules, `${folder}/loaded.mjs`);
    return await import(pathToFileURL(`${folder}/loaded.mjs`).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Makes one file of these modules, for a process of its own. */
export async function bundle(modules, outfile) {
  const contents = modules.map((module) => `export * from ${JSON.stringify(module)};`).join('\n');
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Some modules inside are CommonJS, and ask for Node's own.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
}
