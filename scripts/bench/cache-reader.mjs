// Reads from a cache file again and again, and tells how long each read took: see rows/many-processes.mjs.

import BetterSqlite3 from 'better-sqlite3';
import { now } from './statistics.mjs';

/** Between two reads, in milliseconds. */
const PAUSE = 1;

const db = new BetterSqlite3(process.argv[2], { timeout: 100 });
const read = db.prepare('SELECT expires, answer FROM answer_v2 WHERE question = ?');
const names = db.prepare('SELECT question FROM answer_v2').pluck().all();
const times = [];

const timer = setInterval(() => {
  const begun = now();
  read.get(names[times.length % names.length]);
  times.push(now() - begun);
}, PAUSE);

process.on('message', () => {
  clearInterval(timer);
  // The first ones were compiled while they ran.
  process.send(times.slice(100), () => {
    db.close();
    process.exit();
  });
});
process.send('ready');
