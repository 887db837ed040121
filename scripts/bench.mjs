// npm run bench: measures polw and, in turn with it, Debian's policyd-weight and what no policy service in Node can
// do without. Prints a table, and says for each limit whether it is kept.
//
//   npm run bench -- [--runs 15] [--only REGEX] [--polw PATH] [--against PATH] [--json FILE] [--install]
//
// --against measures another polw in place of the original, with the same settings and in turn: a change and what was
// before it, in one run.
// --install installs policyd-weight if it is missing. As root everything is measured; else neither the original nor
// Postfix. All that is started listens on loopback addresses, lies in one temporary folder, and is gone at the end.
// Takes some minutes, and wants a quiet machine.

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Contestants, POLICYD_WEIGHT } from './bench/contestants.mjs';
import { startNameServer } from './bench/name-server.mjs';
import { markdownHead, markdownLine } from './bench/report.mjs';
import { firstCached, firstKnown, firstUncached } from './bench/rows/first-answer.mjs';
import { furtherCached, furtherUncached } from './bench/rows/further.mjs';
import { largeCache } from './bench/rows/large-cache.mjs';
import { manyProcesses } from './bench/rows/many-processes.mjs';
import { memory } from './bench/rows/memory.mjs';
import { throughPostfix } from './bench/rows/through-postfix.mjs';

const ROWS = {
  'first-cached': firstCached,
  'first-known': firstKnown,
  'first-uncached': firstUncached,
  'further-cached': furtherCached,
  'further-uncached': furtherUncached,
  memory,
  postfix: (rig) => throughPostfix(rig, 'load'),
  burst: (rig) => throughPostfix(rig, 'burst'),
  'large-cache': largeCache,
  'many-processes': manyProcesses,
};

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    polw: { type: 'string', default: fileURLToPath(new URL('../bin/polw', import.meta.url)) },
    against: { type: 'string' },
    json: { type: 'string' },
    install: { type: 'boolean', default: false },
  },
});

process.exitCode = await bench();
// Sockets may still be open; all that was started is ended on exit.
process.exit();

async function bench() {
  if (!existsSync(options.polw)) {
    console.error(`there is no ${options.polw}; run: npm run build`);
    return 1;
  }
  if (options.install && !existsSync(POLICYD_WEIGHT)) install();
  const nameServer = await startNameServer();
  const contestants = new Contestants(options.polw, nameServer, options.against);
  if (!contestants.hasOriginal && options.against === undefined)
    console.error('policyd-weight is not measured: it is not installed, or this is not root');
  const rig = { contestants, nameServer, runs: Number(options.runs) };

  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
  console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}, load ${machine.load}; ${options.runs} runs\n`);
  console.log(markdownHead(options.against === undefined ? 'original' : 'before'));
  const lines = [];
  let broken = 0;
  for (const [name, measure] of Object.entries(ROWS)) {
    if (!new RegExp(options.only).test(name)) continue;
    try {
      for await (const line of measure(rig)) {
        lines.push(line);
        console.log(markdownLine(line));
      }
    } catch (error) {
      broken += 1;
      console.error(`${name} broke: ${error.stack}`);
    }
    await nameServer.delay(0);
  }
  if (options.json !== undefined) {
    const content = { date: new Date().toISOString(), machine, runs: rig.runs, loadAtEnd: loadavg()[0], lines };
    writeFileSync(options.json, `${JSON.stringify(content, null, 2)}\n`);
  }
  const missed = lines.flatMap(({ limits }) => limits).filter(({ ok }) => ok === false).length;
  console.log(`\n${missed} limits missed${broken > 0 ? `, ${broken} rows broke` : ''}; load now ${loadavg()[0]}`);
  return broken > 0 ? 1 : 0;
}

/** It would start as a daemon on a real machine; here it shall not. */
function install() {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'policyd-weight'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
