// Fifty processes on one cache file: how long answers and reads take, and whether everything is written.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { atEnd } from '../cleanup.mjs';
import { CLEAN, cleanMail } from '../mails.mjs';
import { startWith } from '../policy-process.mjs';
import { atMost, line } from '../report.mjs';
import { quantile, sleep } from '../statistics.mjs';
import { warmUp } from '../warm-up.mjs';

const PROCESSES = 50;
const REQUESTS = 20;
/** Between two requests of one process, on average; so that it isn't the CPU that is measured. Milliseconds. */
const PAUSE = 400;

export async function* manyProcesses({ contestants, nameServer }) {
  const polw = contestants.polw();
  await warmUp(polw, [CLEAN], nameServer);
  const processes = [];
  for (let number = 0; number < PROCESSES; number++) processes.push((await startWith(polw, CLEAN)).process);

  const reader = startReader(polw.cache);
  await once(reader, 'message');
  const times = (await Promise.all(processes.map((process, index) => askNow(process, index)))).flat();
  reader.send('end');
  const [reads] = await once(reader, 'message');
  await Promise.all(processes.map((process) => process.end()));

  await nameServer.take();

  const expected = questionsNeeded(polw);
  const kept = keptIn(polw.cache);
  const wanted = newMails().flatMap((number) => expected.map((shape) => questionOf(shape, number)));
  const lost = wanted.filter((question) => !kept.has(question));
  const told = lockWarnings(polw.log);
  const of = (values) => ({ polw: quantile(values, 0.99), samples: { p50: quantile(values, 0.5) } });
  yield line({
    row: 'many-processes',
    what: `read of the cache, p99 of ${reads.length}`,
    unit: 'ms',
    ...of(reads),
    limits: [atMost('< 1 ms', quantile(reads, 0.99), 1)],
    more: `median ${quantile(reads, 0.5).toFixed(3)}, max ${Math.max(...reads).toFixed(2)}`,
  });
  for (const kind of ['cached', 'uncached']) {
    const values = times.filter((time) => time.kind === kind).map(({ milliseconds }) => milliseconds);
    const what = `answer, ${kind}, p99 of ${values.length}`;
    const more = `median ${quantile(values, 0.5).toFixed(2)}, max ${Math.max(...values).toFixed(1)}`;
    yield line({ row: 'many-processes', what, unit: 'ms', ...of(values), more });
  }
  yield line({
    row: 'many-processes',
    what: `answers that are not in the file, of ${wanted.length}`,
    unit: 'rows',
    polw: lost.length,
    limits: [atMost('none that the log is silent about', lost.length, told)],
    more: `${told} warnings about a locked file`,
  });
}

/** One process: a known mail, then a new one, and so on. */
async function askNow(process, index) {
  const times = [];
  for (let turn = 0; turn < REQUESTS; turn++) {
    await sleep(Math.random() * 2 * PAUSE);
    const kind = isNew(turn) ? 'uncached' : 'cached';
    const mail = kind === 'cached' ? CLEAN : cleanMail(mailNumber(index, turn));
    times.push({ kind, milliseconds: await process.time(mail) });
  }
  return times;
}

function isNew(turn) {
  return turn % 2 === 1;
}

function mailNumber(index, turn) {
  return index * REQUESTS + turn;
}

/** The numbers of all new mails. */
function newMails() {
  const turns = Array.from({ length: REQUESTS }, (_, turn) => turn).filter(isNew);
  return Array.from({ length: PROCESSES }, (_, index) => turns.map((turn) => mailNumber(index, turn))).flat();
}

function startReader(file) {
  const child = fork(fileURLToPath(new URL('../cache-reader.mjs', import.meta.url)), [file]);
  atEnd(() => child.kill('SIGKILL'));
  return child;
}

/**
 * The questions that a new mail's verdict hangs on, with places for what is the mail's own. What else is asked early may
 * be answered too late to be kept.
 */
function questionsNeeded(polw) {
  const number = 100_001;
  const { client_address, client_name, helo_name, sender } = cleanMail(number);
  const mail = ['--client', client_address, '--name', client_name, '--helo', helo_name, '--from', sender];
  const [program, ...words] = polw.command;
  const asked = execFileSync(program, [...words, 'explain', '--json', '--no-cache', ...mail], { encoding: 'utf8' });
  const questions = JSON.parse(asked).steps.flatMap((step) => step.questions.map((text) => text.split(': ')[0]));
  return questions.map((question) => shapeOf(question, number));
}

/** A question about a mail with places for what is its own. */
function shapeOf(question, number) {
  return question.replaceAll(reversedAddress(number), '{address}').replaceAll(`d${number}.`, '{domain}.');
}

function questionOf(shape, number) {
  return shape.replaceAll('{address}', reversedAddress(number)).replaceAll('{domain}.', `d${number}.`);
}

function reversedAddress(number) {
  return cleanMail(number).client_address.split('.').reverse().join('.');
}

function keptIn(file) {
  const db = new BetterSqlite3(file, { readonly: true });
  const kept = new Set(db.prepare('SELECT question FROM answer_v2').pluck().all());
  db.close();
  return kept;
}

function lockWarnings(log) {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((entry) => /warning:.*(lock|busy)/i.test(entry)).length;
}
