// The service as a whole: the built program on one socket, as under spawn(8), or fed by hand.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { DnsServer, faults } from '../rig/dns-server.ts';
import { rcpt, requestText } from '../rig/request.ts';
import { runPolw, startPolw } from '../rig/within-test.ts';

const zone = {
  'good.test': { MX: [[10, 'mail.good.test.']] },
  'mail.good.test': { A: '192.0.2.10' },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.good.test.' },
} as const;
const dns = new DnsServer(zone);
const ACCEPTED = 'PREPEND X-policyd-weight:  NOT_IN_BL=-1.5 CL_IP_EQ_FROM_MX=-3.1; rate: -4.6';
let folder: string;
let file: string;

beforeAll(() => dns.start());
afterAll(() => dns.stop());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'polw-service-'));
  const made = folder;
  // The first one is called last: the processes that the test starts write into the folder until they are ended.
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  file = path.join(folder, 'polw.toml');
  writeFileSync(
    file,
    `[dns]
nameservers = ["127.0.0.1:${dns.port}"]
list_check_interval = 0
[cache]
cache_file = "${folder}/cache.sqlite"
ham_cache_size = 0
spam_cache_size = 0
[log]
log_to = "file"
log_file = "${folder}/log"
[[lists]]
name = "BL"
zone = "bl.test"
miss = -1.5
answers = [{ client = 4 }]
`,
    { mode: 0o644 },
  );
  dns.setZone(zone);
  dns.clear();
});

test('by hand: the null sender', async () => {
  const { stdout, stderr, code } = await runPolw([], 'request=smtpd_access_policy\nsender=\n\n');
  expect({ stdout, stderr, code }).toEqual({ stdout: 'action=DUNNO NULL (<>) Sender\n\n', stderr: '', code: 0 });
});

test('by hand: a request whose answer needs the DNS is answered although the input has ended', async () => {
  dns.setZone({ ...zone, 'good.test': { ...zone['good.test'], fault: faults.delay(150) } });
  const { stdout, code } = await runPolw(['-f', file], requestText(rcpt()));
  expect({ stdout, code }).toEqual({ stdout: `action=${ACCEPTED}\n\n`, code: 0 });
});

test('requests that come in one piece are answered in their order, also while the DNS is asked', async () => {
  dns.setZone({ ...zone, 'good.test': { ...zone['good.test'], fault: faults.delay(60) } });
  const polw = await startPolw(['-f', file]);
  const recipients = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? 'abuse@here.test' : 'a@here.test'));
  const text = recipients
    .map((recipient, index) => requestText(rcpt({ sender: `s${index}@good.test`, recipient, instance: `i${index}` })))
    .join('');
  // The first half at once; the rest while the first mail is being weighed, split anywhere.
  const middle = Math.floor(text.length / 2) + 7;
  polw.send(text.slice(0, middle));
  for (let at = middle; at < text.length; at += 997) polw.send(text.slice(at, at + 997));
  for (const recipient of recipients) {
    expect(await polw.answer()).toBe(
      recipient === 'a@here.test' ? `action=${ACCEPTED}` : `action=DUNNO mail for ${recipient}`,
    );
  }
});

test('CRLF is taken, and a slow sender is waited for', async () => {
  const polw = await startPolw(['-f', file]);
  for (const line of requestText(rcpt()).split('\n').slice(0, -1)) polw.send(`${line}\r\n`);
  expect(await polw.answer()).toBe(`action=${ACCEPTED}`);
});

test('what one process has asked, no other asks while it is fresh, however many there are', async () => {
  const first = await startPolw(['-f', file]);
  expect(await first.ask(rcpt())).toBe(`action=${ACCEPTED}`);
  first.end();
  await first.exited;
  expect(dns.queries.length).toBeGreaterThan(0);
  dns.clear();

  const others = await Promise.all(Array.from({ length: 20 }, () => startPolw(['-f', file])));
  const answers = await Promise.all(others.map((polw, index) => polw.ask(rcpt({ instance: `other${index}` }))));
  expect(new Set(answers)).toEqual(new Set([`action=${ACCEPTED}`]));
  expect(dns.queries).toEqual([]);
  for (const polw of others) polw.end();
  for (const polw of others) expect(await polw.exited).toEqual({ code: 0, signal: null });
});

test('twenty processes at once on a file that is not there yet', async () => {
  const processes = await Promise.all(Array.from({ length: 20 }, () => startPolw(['-f', file])));
  const answers = await Promise.all(
    processes.flatMap((polw, index) => [polw.ask(rcpt({ sender: `x${index}@good.test`, instance: `n${index}` }))]),
  );
  expect(new Set(answers)).toEqual(new Set([`action=${ACCEPTED}`]));
  for (const polw of processes) polw.end();
  for (const polw of processes) expect(await polw.exited).toEqual({ code: 0, signal: null });
  const { stdout } = await runPolw(['cache', '-f', file]);
  expect(stdout).toMatch(/^DNS answers +[1-9]/);
});

test('a file that can not be used does not stop mail', async () => {
  writeFileSync(file, 'reject_level = "much"\n');
  const { stdout } = await runPolw(['-f', file], requestText(rcpt({ recipient: 'abuse@here.test' })));
  expect(stdout).toBe('action=DUNNO mail for abuse@here.test\n\n');
});

test('with -d each check, each question and the decision are shown on stderr, and nothing but actions on stdout', async () => {
  const { stdout, stderr } = await runPolw(['-d', '-f', file], requestText(rcpt()));
  expect(stdout).toBe(`action=${ACCEPTED}\n\n`);
  expect(stderr).toMatch(/A 10\.2\.0\.192\.bl\.test: no-such-name \(wire, [\d.]+ ms\)/);
  expect(stderr).toMatch(/sender domain and HELO in the DNS: CL_IP_EQ_FROM_MX=-3\.1/);
  expect(stderr).toMatch(/decided action=PREPEND/);
});
