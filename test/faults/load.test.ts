// Load through a real Postfix: 50 sessions at once, 5,000 mails of mixed clients, while the cache file is deleted, spoilt
// and locked in turn. Wants root, as Postfix does.

import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  copyOfProgram,
  dnsForAll,
  logLines,
  mails,
  newSettings,
  startFrom,
  weighAll,
} from '../../rig/faults/faults.ts';
import { Postfix } from '../../rig/postfix/postfix.ts';
import { type Reply, SmtpSession } from '../../rig/postfix/smtp.ts';
import type { Attributes } from '../../rig/request.ts';
import { serverOf, settingsText } from '../../rig/settings-text.ts';

const SESSIONS = 50;
const MAILS = 5000;
/** Each session says who its client is, and sends so many mails. */
const MAILS_PER_SESSION = 10;

const dns = dnsForAll();
let postfix: Postfix;
let log = '';
let file = '';

/** What was decided about earlier mails has no part in this: each mail of a client gets the same answer. */
const WITHOUT_VERDICTS = 'spam_cache_size = 0\nham_cache_size = 0';

beforeAll(async () => {
  postfix = await new Postfix({
    settings: (folder) => {
      file = path.join(folder, 'cache.sqlite');
      log = path.join(folder, 'polw.log');
      return settingsText({ servers: [serverOf(dns)], cache: file, log, cacheLines: WITHOUT_VERDICTS });
    },
    main: { smtpd_error_sleep_time: '0', smtpd_soft_error_limit: '1000', smtpd_hard_error_limit: '1000' },
  }).start();
});

afterAll(() => postfix.stop());

/** What polw answers without a cache and without anything else going on. */
async function undisturbed(requests: readonly Attributes[]): Promise<Map<string, string>> {
  const { settings } = newSettings({ servers: [serverOf(dns)], cacheLines: WITHOUT_VERDICTS });
  const polw = await startFrom(copyOfProgram(), settings);
  const { answers } = await weighAll(polw, requests);
  await polw.end();
  return new Map(requests.map((request, index) => [String(request.client_address), answers[index] ?? '']));
}

/** One session: the replies to the recipients of its mails. */
async function session(request: Attributes): Promise<Reply[]> {
  const smtp = await SmtpSession.open(postfix.port, {
    address: String(request.client_address),
    name: request.client_name === 'unknown' ? '[UNAVAILABLE]' : String(request.client_name),
    helo: String(request.helo_name),
  });
  const replies: Reply[] = [];
  for (let count = 0; count < MAILS_PER_SESSION; count++) {
    const [, recipient] = await smtp.pipeline([`MAIL FROM:<${request.sender}>`, 'RCPT TO:<a@here.test>', 'RSET']);
    if (recipient !== undefined) replies.push(recipient);
  }
  await smtp.quit();
  return replies;
}

/** What is done to the file, in turn. Each ends after a moment. */
const HARM: readonly ((pause: () => Promise<void>) => unknown)[] = [
  () => rmSync(file, { force: true }),
  () => existsSync(file) && overwrite(file),
  async (pause) => {
    const db = new Database(file, { timeout: 1000 });
    try {
      db.exec('BEGIN EXCLUSIVE');
      await pause();
      db.exec('ROLLBACK');
    } catch {
      // It was spoilt meanwhile; then it can't be locked, either.
    } finally {
      db.close();
    }
  },
  () => {
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  },
  () => {
    writeFileSync(`${file}.new`, 'garbage'.repeat(5000), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  },
];

function overwrite(target: string): void {
  const opened = openSync(target, 'r+');
  const length = Math.max(0, statSync(target).size - 4096);
  writeSync(opened, Buffer.alloc(length, 0xa7), 0, length, 4096);
  closeSync(opened);
}

test('not one 451, and not one answer that differs, while the cache file is deleted, spoilt and locked in turn', async () => {
  const requests = mails(0, MAILS / MAILS_PER_SESSION);
  const expected = await undisturbed(requests);
  expect(expected.size).toBe(requests.length);

  const begun = performance.now();
  let done = false;
  let harms = 0;
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));
  const harm = (async () => {
    for (; !done; harms++) {
      await HARM[harms % HARM.length]?.(pause);
      await pause();
    }
  })();

  const waiting = [...requests];
  const replies: { readonly client: string; readonly reply: Reply }[] = [];
  const worker = async (): Promise<void> => {
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      const client = String(request.client_address);
      for (const reply of await session(request)) replies.push({ client, reply });
    }
  };
  await Promise.all(Array.from({ length: SESSIONS }, worker));
  done = true;
  await harm;
  console.info(
    `${replies.length} mails in ${Math.round(performance.now() - begun)} ms, the file was harmed ${harms} times`,
  );

  expect(replies).toHaveLength(MAILS);
  expect(replies.filter(({ reply }) => reply.code === 451)).toEqual([]);
  expect(replies.filter(({ client, reply }) => !isReplyTo(expected.get(client) ?? '', reply))).toEqual([]);
  expect(harms).toBeGreaterThan(2 * HARM.length);

  // What the clients can't see: the headers, in the log.
  const decided = logLines(log).flatMap((line) => {
    const [, action = '', client = ''] = /decided action=(.*); <client=[^[]*\[([^\]]+)\]>/.exec(line) ?? [];
    return client === '' ? [] : [{ client, action: `action=${action}` }];
  });
  expect(decided).toHaveLength(MAILS);
  expect(decided.filter(({ client, action }) => !isSame(action, expected.get(client) ?? ''))).toEqual([]);
  expect(logLines(log).filter((line) => line.includes('internal error'))).toEqual([]);
  expect(postfix.log().match(/warning: .*(private\/policy|spawn).*/g) ?? []).toEqual([]);
}, 240_000);

/** The client sees the words of a refusal, and nothing of a header. */
function isReplyTo(answer: string, { code, text }: Reply): boolean {
  const [, wanted, words = ''] = /^action=([45]\d\d) [45]\.\d\.\d (.*)$/.exec(answer) ?? [];
  return wanted === undefined ? code === 250 : String(code) === wanted && text.endsWith(words);
}

/** The log has an action as it was before it was cut to its length. */
function isSame(action: string, answer: string): boolean {
  return action === answer || (answer.endsWith('...') && action.startsWith(answer.slice(0, -3)));
}
