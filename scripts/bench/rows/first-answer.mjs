// From the fork to the first answer: what a mail waits when a new smtpd starts a new policy process.

import { existsSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { CLEAN, MAILS } from '../mails.mjs';
import { firstAnswer } from '../policy-process.mjs';
import { atMost, line } from '../report.mjs';
import { median } from '../statistics.mjs';
import { makeKnown, warmUp } from '../warm-up.mjs';

/** All answers of the DNS are cached; the mail is weighed. The original, which has no such cache, asks each time. */
export async function* firstCached({ contestants, nameServer, runs }) {
  const polw = contestants.polw();
  await warmUp(polw, [CLEAN], nameServer);
  const measured = await takeTurns([polw, contestants.bareNode(), contestants.original()], runs, CLEAN);
  yield lineOf('first-cached', 'first answer, weighed from cached DNS answers', measured);
}

/** The verdict itself is cached. */
export async function* firstKnown({ contestants, nameServer, runs }) {
  const [polw, original] = [contestants.polw({ verdicts: true }), contestants.original({ verdicts: true })];
  await makeKnown(polw, [CLEAN], nameServer);
  if (original !== undefined) await makeKnown(original, [CLEAN], nameServer);
  const measured = await takeTurns([polw, contestants.bareNode(), original], runs, CLEAN);
  yield lineOf('first-known', 'first answer, known sender', measured);
}

/** Nothing is cached: the file is there, without a row. */
export async function* firstUncached({ contestants, nameServer, runs }) {
  for (const delay of [0, 50]) {
    for (const [name, mail] of Object.entries(MAILS)) {
      const polw = contestants.polw();
      await warmUp(polw, [mail], nameServer);
      await nameServer.delay(delay);
      const original = contestants.original();
      const asked = {};
      const measured = await takeTurns([polw, contestants.bareNode(), original], runs, mail, {
        before: () => {
          for (const cache of [polw.cache, original?.cache])
            if (cache !== undefined && existsSync(cache)) emptyCache(cache);
        },
        after: async ({ name: who }) => {
          asked[who] = await nameServer.take();
        },
      });
      yield uncachedLine(name, delay, measured, asked);
    }
  }
  await nameServer.delay(0);
}

function uncachedLine(mail, delay, { polw, bare, original, samples }, asked) {
  const chain = asked.polw.chain;
  const dns = delay * chain;
  const limits = [];
  if (delay === 0) limits.push(atMost('≤ 0.5 × original', polw, original * 0.5));
  if (delay > 0 && mail === 'clean, client is MX')
    limits.push(atMost(`≤ ${2 * delay} + 1.6 × bare node`, polw, 2 * delay + 1.6 * bare));
  if (delay > 0 && mail === 'clean, HELO verified') limits.push(atMost('≤ 0.2 × original', polw, original * 0.2));
  const questions = [`polw ${asked.polw.questions.length} questions`];
  if (asked.original !== undefined) questions.push(`original ${asked.original.questions.length}`);
  if (delay > 0) questions.push(`polw's longest chain ${chain}, that is ${dns} ms of waiting`);
  return line({
    row: 'first-uncached',
    what: `first answer, DNS ${delay} ms: ${mail}`,
    unit: 'ms',
    polw,
    // The floor is a process that does nothing, and the waiting for the DNS.
    bare: bare + dns,
    original,
    limits,
    more: questions.join(', '),
    samples,
  });
}

function lineOf(row, what, { polw, bare, original, samples }) {
  const limits = [atMost('≤ 1.4 × bare node', polw, bare * 1.4), atMost('≤ 0.35 × original', polw, original * 0.35)];
  return line({ row, what, unit: 'ms', polw, bare, original, limits, samples });
}

/** Measures polw, bare node and the original in turn. The first turn doesn't count. */
async function takeTurns(all, runs, mail, { before = () => {}, after = async () => {} } = {}) {
  const samples = {};
  for (let run = -1; run < runs; run++) {
    for (const contestant of all) {
      if (contestant === undefined) continue;
      before();
      const { milliseconds } = await firstAnswer(contestant, mail);
      await after(contestant);
      samples[contestant.name] ??= [];
      if (run >= 0) samples[contestant.name].push(milliseconds);
    }
  }
  const of = (name) => median(samples[name] ?? []);
  return { polw: of('polw'), bare: of('bare node'), original: of('original'), samples };
}

/** Forgets answers and verdicts, whatever version of the tables they are in. */
function emptyCache(file) {
  const db = new BetterSqlite3(file);
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE name GLOB 'answer_v*' OR name GLOB '*ed_v*'").pluck();
  for (const name of tables.all()) if (!/^(pruned|told)/.test(name)) db.exec(`DELETE FROM ${name}`);
  db.close();
}
