// polw cache: what the shared file holds, while a process of the service uses it.

import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DnsServer } from '../../rig/dns-server.ts';
import type { Polw } from '../../rig/process.ts';
import { rcpt } from '../../rig/request.ts';
import { newPlace, type Place, run, withCache, ZONE } from '../../rig/shell.ts';
import { startPolw } from '../../rig/within-test.ts';

const dns = new DnsServer({
  ...ZONE,
  ...Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${i}.100.51.198.bl.test`, { A: '127.0.0.2' }])),
});
beforeAll(() => dns.start());
afterAll(() => dns.stop());

const GOOD = rcpt();
const LISTED = rcpt({
  client_address: '192.0.2.66',
  client_name: 'unknown',
  sender: 'a@spam.test',
  instance: 'listed',
});

/** A service that has weighed a good mail and a bad one, and goes on running. */
async function service(): Promise<{ place: Place; polw: Polw }> {
  const place = newPlace(dns);
  const polw = await startPolw(['-f', place.settings]);
  expect(await polw.ask(GOOD)).toMatch(/^action=PREPEND/);
  expect(await polw.ask(LISTED)).toMatch(/^action=550/);
  // What is written is written after the answer, but before the next one.
  await polw.ask(rcpt({ recipient: 'postmaster@here.test' }));
  return { place, polw };
}

const count = (place: Place, table: string): number =>
  withCache(place, (db) => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()));

/** The lines of a command that has nothing to complain of. */
async function lines(place: Place, ...args: string[]): Promise<string[]> {
  const { stdout, stderr, code } = await run(place, ['cache', ...args]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout.trimEnd().split('\n');
}

test('the counts are those of the file', async () => {
  const { place } = await service();
  withCache(place, (db) => db.prepare("UPDATE answer_v2 SET expires = 1000 WHERE question LIKE 'MX %'").run());
  const expired = withCache(place, (db) =>
    db.prepare('SELECT count(*) FROM answer_v2 WHERE expires = 1000').pluck().get(),
  );
  expect(expired).toBeGreaterThan(0);
  const { next, last, oldest } = withCache(place, (db) => ({
    next: Number(db.prepare('SELECT min(expires) FROM answer_v2 WHERE expires > 1000').pluck().get()),
    last: Number(db.prepare('SELECT max(expires) FROM answer_v2').pluck().get()),
    oldest: Number(db.prepare('SELECT seen FROM refused_v2').pluck().get()),
  }));
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
  expect(await lines(place)).toEqual([
    `DNS answers       ${count(place, 'answer_v2')} (${expired} expired)`,
    'refused clients   1',
    'accepted senders  1',
    expect.stringMatching(/^size {14}\d+ KiB$/),
    'hit rate          no questions yet',
    `next to expire    ${time(next)}`,
    `last to expire    ${time(last)}`,
    expect.stringMatching(/^oldest verdict {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  ]);
  expect(oldest).toBeGreaterThan(0);
});

test('the hit rate is that of the questions', async () => {
  const before = dns.queries.length;
  const { place, polw } = await service();
  const asked = dns.queries.length;
  await polw.ask(rcpt({ sender: 'other@good.test', instance: 'again' }));
  expect(dns.queries.length).toBe(asked);
  await polw.end();
  const line = (await lines(place)).find((one) => one.startsWith('hit rate'));
  const [, hits, questions] = /^hit rate +([\d.]+) % of (\d+) questions in 24 h$/.exec(line ?? '') ?? [];
  expect(Number(hits)).toBeGreaterThan(0);
  expect(Math.round((Number(questions) * (100 - Number(hits))) / 100)).toBe(asked - before);
});

test('what is known about a name or an address is shown', async () => {
  const { place } = await service();
  expect(await lines(place, 'show', 'Good.test.')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^MX good\.test: \["10 mail\.good\.test"\]|^MX good\.test: \[.*mail\.good\.test.*\] \(until /,
      ),
      expect.stringMatching(/^A mail\.good\.test: \["192\.0\.2\.10"\] \(until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\)$/),
      expect.stringMatching(
        /^accepted 192\.0\.2\.10 @good\.test: rate -?[\d.]+, first at [-\d]+ [:\d]+, last at [-\d]+ [:\d]+$/,
      ),
    ]),
  );
  expect(await lines(place, 'show', '192.0.2.66')).toEqual([
    expect.stringMatching(/^A 66\.2\.0\.192\.bl\.test: \["127\.0\.0\.2"\]/),
    expect.stringMatching(/^PTR 66\.2\.0\.192\.in-addr\.arpa: no-such-name/),
    expect.stringMatching(/^refused 192\.0\.2\.66: rate [\d.]+, at [-\d]+ [:\d]+$/),
  ]);
  // Neither is a part of a label one of the name.
  expect(await lines(place, 'show', 'ood.test')).toEqual(['nothing about ood.test']);
  expect(await lines(place, 'show', '192.0.2.6')).toEqual(['nothing about 192.0.2.6']);
  expect(await lines(place, 'show', '2001:db8::1')).toEqual(['nothing about 2001:db8::1']);
});

test('a forgotten client is weighed again, by the process that refused it', async () => {
  const { place, polw } = await service();
  const again = { ...LISTED, instance: 'again' };
  expect(await polw.ask(again)).toMatch(/^action=450 .* was refused \d+ seconds ago/);
  const shown = (await lines(place, 'show', '192.0.2.66')).length;
  expect(await lines(place, 'forget', '192.0.2.66')).toEqual([`${shown} entries forgotten`]);
  expect(await lines(place, 'forget', '192.0.2.66')).toEqual(['0 entries forgotten']);
  dns.set('66.2.0.192.bl.test', {});
  try {
    expect(await polw.ask({ ...LISTED, instance: 'once more' })).not.toMatch(/was refused|on several/);
    expect(dns.queries.filter(({ name }) => name === '66.2.0.192.bl.test').length).toBeGreaterThan(1);
  } finally {
    dns.set('66.2.0.192.bl.test', { A: '127.0.0.2' });
  }
  expect(await polw.end()).toEqual({ code: 0, signal: null });
});

test('a name is forgotten, and nothing else', async () => {
  const { place } = await service();
  const before = count(place, 'answer_v2') + count(place, 'accepted_v2') + count(place, 'refused_v2');
  const forgotten = Number(/^(\d+) entr/.exec((await lines(place, 'forget', 'good.test'))[0] ?? '')?.[1]);
  expect(forgotten).toBeGreaterThan(2);
  expect(count(place, 'answer_v2') + count(place, 'refused_v2')).toBe(before - forgotten);
  expect(await lines(place, 'show', 'good.test')).toEqual(['nothing about good.test']);
  expect((await lines(place, 'show', 'spam.test')).length).toBeGreaterThan(0);
});

test('all is forgotten while the service writes, and no answer suffers', async () => {
  const { place, polw } = await service();
  const mails = Array.from({ length: 200 }, (_, i) =>
    rcpt({ ...LISTED, client_address: `198.51.100.${i}`, instance: `m${i}` }),
  );
  const answering = (async () => {
    const answers: string[] = [];
    for (const mail of mails) answers.push(await polw.ask(mail));
    return answers;
  })();
  for (let i = 0; i < 5; i++) {
    const [line] = await lines(place, 'forget', '--all');
    expect(line).toMatch(/^\d+ (entry|entries) forgotten$/);
    await lines(place);
  }
  const answers = await answering;
  expect(answers.filter((answer) => !answer.startsWith('action=550'))).toEqual([]);
  await polw.end();
  await lines(place, 'forget', '--all');
  for (const table of ['answer_v2', 'refused_v2', 'accepted_v2']) expect(count(place, table)).toBe(0);
  expect(withCache(place, (db) => db.pragma('integrity_check', { simple: true }))).toBe('ok');
  expect(await lines(place)).toContain('next to expire    -');
});

test('a file that is busy for a while is waited for', async () => {
  const { place } = await service();
  const db = new Database(place.cache);
  db.exec('BEGIN IMMEDIATE');
  const forgetting = lines(place, 'forget', '--all');
  // Longer than a process of the service would wait.
  await new Promise((resolve) => setTimeout(resolve, 800));
  db.exec('ROLLBACK');
  db.close();
  expect((await forgetting)[0]).toMatch(/^\d+ entries forgotten$/);
  expect(count(place, 'refused_v2')).toBe(0);
});

test('a file that is not there is not made', async () => {
  const place = newPlace(dns);
  for (const args of [['cache'], ['cache', 'forget', '--all'], ['stats']]) {
    const { stdout, stderr, code } = await run(place, args);
    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr: `polw: there is no ${place.cache} yet; the service makes it\n`,
      code: 1,
    });
  }
  expect(existsSync(`${place.folder}/state`)).toBe(false);
});
