// Compares polw with the original, both running, on generated cases. Started by scripts/parity.mjs.

import minimist from 'minimist';
import { DnsServer } from '../dns-server.ts';
import { compare, summary, type Unexplained } from './compare.ts';
import { generate } from './generate.ts';
import { Original, obstacle, randomLoopback } from './original.ts';
import { polw, run } from './runner.ts';

const USAGE = 'Usage: npm run parity -- [--seed N | --seed N-M] [--count REQUESTS]';
/** How many of the answers that differ are shown in full. */
const SHOWN = 5;

/** Runs the seeds one after the other, with polw as built in this file. The exit status. */
async function main(polwFile: string, args: readonly string[]): Promise<number> {
  const options = minimist([...args], { string: ['seed', 'count'], default: { seed: '1', count: '2000' } });
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(String(options.seed)) ?? [];
  const count = Number(options.count);
  if (first === undefined || !(count > 0) || options._.length > 0) {
    console.error(USAGE);
    return 64;
  }
  const hindrance = obstacle();
  if (hindrance !== undefined) {
    console.error(hindrance);
    return 1;
  }

  const dns = await new DnsServer({}, { address: randomLoopback(), port: 53 }).start();
  const original = await new Original(dns).start();
  let unexplained = 0;
  try {
    for (let seed = Number(first); seed <= Number(last ?? first); seed++) {
      const said = original.said.bind(original);
      const comparison = await compare(generate(seed, count), said, polw(polwFile), dns);
      console.log(`seed ${seed}: ${summary(comparison)}`);
      for (const difference of comparison.unexplained.slice(0, SHOWN)) {
        console.log(await traces(difference, polwFile, original, dns));
      }
      unexplained += comparison.unexplained.length;
    }
  } finally {
    await original.stop();
    await dns.stop();
  }
  return unexplained === 0 ? 0 : 1;
}

/** Both programs' own words about a request, run again after those before it. */
async function traces(
  { scenario, index, text }: Unexplained,
  polwFile: string,
  original: Original,
  dns: DnsServer,
): Promise<string> {
  const upToIt = { ...scenario, requests: scenario.requests.slice(0, index + 1) };
  const [theirs, ours] = [
    await run(upToIt, original.program, dns),
    await run(upToIt, polw(polwFile, { trace: true }), dns),
  ].map((replies) => (replies.at(-1)?.trace ?? []).map((line) => `    ${line}`));
  return [text, '  log of the original:', ...(theirs ?? []), '  trace of polw:', ...(ours ?? []), ''].join('\n');
}

process.exitCode = await main(process.argv[2] ?? '', process.argv.slice(3));
