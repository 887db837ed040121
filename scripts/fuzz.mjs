// Sends hostile requests to polw and judges every answer (npm run fuzz):
//
//   node scripts/fuzz.mjs [--count 1000000] [--seed NUMBER] [--polw bin/polw]
//   node scripts/fuzz.mjs --hostile-dns [--count 10000] [--seed NUMBER] [--polw bin/polw]
//
// The seed is printed; the same seed and count send the same bytes again. Two processes of polw are asked at once, and a
// name server in this process knows a few names. With --hostile-dns the mails are ordinary and the name server is not:
// it gives random, huge, slow, looping and odd answers to everything, the lists among it, and what polw needs for that
// is bounded too.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import minimist from 'minimist';
import { load } from './load.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = minimist(process.argv.slice(2), { string: ['polw'], boolean: ['hostile-dns'] });
const hostileDns = options['hostile-dns'] === true;
const count = options.count ?? (hostileDns ? 10_000 : 1_000_000);
const seed = options.seed ?? Date.now() % 2 ** 31;
const polw = path.resolve(options.polw ?? path.join(root, 'bin/polw'));
/** Under a hostile name server polw mostly waits. */
const PROCESSES = hostileDns ? 8 : 2;

const folder = mkdtempSync(path.join(tmpdir(), 'polw-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const { fuzz, DnsServer, ZONE, hostileRun, settingsOf, complaintAboutUse } = await load(
  './rig/fuzz/run.ts',
  './rig/fuzz/requests.ts',
  './rig/fuzz/hostile-run.ts',
  './rig/dns-server.ts',
);
const run = hostileDns ? hostileRun(seed) : { zone: ZONE, fault: undefined, options: { deadline: 10_000 } };
const dns = await new DnsServer(run.zone, run.fault === undefined ? {} : { fault: run.fault }).start();
const settings = path.join(folder, 'polw.toml');
writeFileSync(settings, settingsOf(`${dns.address}:${dns.port}`, `${folder}/cache.sqlite`, hostileDns));

const begun = performance.now();
console.log(`seed ${seed}: ${count} requests to ${PROCESSES} processes`);
try {
  const result = await fuzz({
    command: [process.execPath, polw, '-f', settings],
    seed,
    count,
    processes: PROCESSES,
    onProgress: progress,
    ...run.options,
  });
  const { answered, kinds, slowest, used } = result;
  const seconds = (performance.now() - begun) / 1000;
  console.log(`\nseed ${seed}: ${answered} requests in ${seconds.toFixed(0)} s, each with one well-formed answer`);
  console.log([...kinds].map(([kind, times]) => `${kind} ${times}`).join(', '));
  console.log(`slowest answer: ${slowest.toFixed(0)} ms`);
  const cpu = used.reduce((sum, one) => sum + one.cpu, 0) / answered;
  const memory = Math.max(...used.map((one) => one.memory));
  console.log(`CPU ${cpu.toFixed(2)} ms a request, PSS of the largest process ${memory.toFixed(1)} MiB`);
  const complaint = hostileDns ? complaintAboutUse(result) : undefined;
  if (complaint !== undefined) throw new Error(complaint);
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
await dns.stop();

function progress(answered) {
  dns.clear();
  if (answered % (hostileDns ? 100 : 10_000) >= (hostileDns ? 1 : 50)) return;
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(`\r${answered} of ${count}, ${Math.round(answered / seconds)} per second `);
}
