// Sends hostile requests to polw and judges every answer (npm run fuzz):
//
//   node scripts/fuzz.mjs [--count 1000000] [--seed NUMBER] [--polw bin/polw]
//
// The seed is printed; the same seed and count send the same bytes again. Two processes of polw are asked at once, and a
// name server in this process knows a few names.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import minimist from 'minimist';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = minimist(process.argv.slice(2), { string: ['polw'] });
const count = options.count ?? 1_000_000;
const seed = options.seed ?? Date.now() % 2 ** 31;
const polw = path.resolve(options.polw ?? path.join(root, 'bin/polw'));
const PROCESSES = 2;

const folder = mkdtempSync(path.join(tmpdir(), 'polw-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const { fuzz, DnsServer, ZONE } = await load();
const dns = await new DnsServer(ZONE).start();
const settings = path.join(folder, 'polw.toml');
writeFileSync(
  settings,
  `[dns]
nameservers = ["${dns.address}:${dns.port}"]
[cache]
cache_file = "${folder}/cache.sqlite"
[log]
log_to = "nowhere"
`,
);

const begun = performance.now();
console.log(`seed ${seed}: ${count} requests to ${PROCESSES} processes`);
try {
  const { answered, kinds, slowest } = await fuzz({
    command: [process.execPath, polw, '-f', settings],
    seed,
    count,
    processes: PROCESSES,
    deadline: 10_000,
    onProgress: progress,
  });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`\nseed ${seed}: ${answered} requests in ${seconds.toFixed(0)} s, each with one well-formed answer`);
  console.log([...kinds].map(([kind, times]) => `${kind} ${times}`).join(', '));
  console.log(`slowest answer: ${slowest.toFixed(0)} ms`);
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
await dns.stop();

function progress(answered) {
  dns.clear();
  if (answered % 10_000 >= 50) return;
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(`\r${answered} of ${count}, ${Math.round(answered / seconds)} per second `);
}

/** The parts that are written in TypeScript. */
async function load() {
  const outfile = path.join(folder, 'fuzz.mjs');
  await build({
    stdin: {
      contents: `
        export { fuzz } from './test/fuzz/run.ts';
        export { ZONE } from './test/fuzz/requests.ts';
        export { DnsServer } from './test/dns-server.ts';`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return import(pathToFileURL(outfile).href);
}
