// A cache of a million answers against one with nothing but what is asked.

import BetterSqlite3 from 'better-sqlite3';
import { CLEAN } from '../mails.mjs';
import { firstAnswer, startWith } from '../policy-process.mjs';
import { atMost, line } from '../report.mjs';
import { median } from '../statistics.mjs';
import { warmUp } from '../warm-up.mjs';

const ROWS = 1_000_000;
const REQUESTS = 2000;
const TURN = 100;

export async function* largeCache({ contestants, nameServer, runs }) {
  const [large, small] = [contestants.polw(), contestants.polw()];
  await warmUp(large, [CLEAN], nameServer);
  await warmUp(small, [CLEAN], nameServer);
  fill(large.cache);

  const first = { large: [], small: [] };
  for (let run = -1; run < runs; run++) {
    for (const [name, contestant] of Object.entries({ large, small })) {
      const { milliseconds } = await firstAnswer(contestant, CLEAN);
      if (run >= 0) first[name].push(milliseconds);
    }
  }
  yield lineOf('first answer, cached', first);

  const open = { large: (await startWith(large, CLEAN)).process, small: (await startWith(small, CLEAN)).process };
  const further = { large: [], small: [] };
  for (let done = 0; done < REQUESTS; done += TURN) {
    for (const [name, process] of Object.entries(open)) {
      for (let number = 0; number < TURN; number++) further[name].push(await process.time(CLEAN));
    }
  }
  for (const process of Object.values(open)) await process.end();
  yield lineOf('further request, cached', further);
  const { questions } = await nameServer.take();
  if (questions.length > 0) throw new Error(`the name server was asked: ${questions[0]}`);
}

function lineOf(what, samples) {
  const [polw, bare] = [median(samples.large), median(samples.small)];
  const limits = [atMost('≤ 1.1 × small cache', polw, bare * 1.1)];
  const more = 'floor: the same with a small cache';
  return line({ row: 'large-cache', what: `${what}, 1,000,000 rows`, unit: 'ms', polw, bare, limits, more, samples });
}

/** Adds answers about names as they are asked for. */
function fill(file) {
  const db = new BetterSqlite3(file);
  db.prepare(
    `WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
     INSERT INTO answer_v2 (question, expires, answer)
       SELECT printf('A %d.%d.%d.198.bl%d.test', abs(random() % 256), n % 256, n / 256 % 256, n), ?, 'no-such-name'
         FROM number`,
  ).run(ROWS - 1, Date.now() + 6 * 3600 * 1000);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
