// The end of the input is not the end of the connection: who has shut down its writing half waits for the answers.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DnsServer, faults, type Zone } from '../../rig/dns-server.ts';
import { rcpt, requestText } from '../../rig/request.ts';
import { runPolw, startPolw } from '../../rig/within-test.ts';

const ACCEPTED = 'action=PREPEND X-policyd-weight:  NOT_IN_BL=-1.5 CL_IP_EQ_FROM_MX=-3.1; rate: -4.6';
const ZONE: Zone = {
  'good.test': { MX: [[10, 'mail.good.test.']], delay: 400 },
  'mail.good.test': { A: '192.0.2.10' },
};

/** A name server that takes its time, and settings that ask it. */
async function site(zone: Zone = ZONE, dns = ''): Promise<{ server: DnsServer; settings: string; log: string }> {
  const server = await new DnsServer(zone).start();
  onTestFinished(() => server.stop());
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-half-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const settings = path.join(folder, 'polw.toml');
  const log = path.join(folder, 'log');
  writeFileSync(
    settings,
    `[dns]
nameservers = ["127.0.0.1:${server.port}"]
list_check_interval = 0
${dns}
[cache]
cache_file = ""
[log]
log_to = "file"
log_file = "${log}"
[[lists]]
name = "BL"
zone = "bl.test"
miss = -1.5
answers = [{ client = 4 }]
`,
    { mode: 0o644 },
  );
  return { server, settings, log };
}

test.each(['unix', 'inet'] as const)(
  'a request is weighed and answered though its sender has shut down its writing half: %s',
  async (socket) => {
    const { settings, log } = await site();
    const polw = await startPolw(['-f', settings], { socket });
    polw.send(requestText(rcpt()));
    const ending = polw.end();
    expect(await polw.answer()).toBe(ACCEPTED);
    expect(await ending).toEqual({ code: 0, signal: null });
    expect(readFileSync(log, 'utf8')).toContain('decided action=PREPEND');
  },
);

test('so is each of several, in their order, and one that is not complete is not', async () => {
  const { settings } = await site({
    'good.test': { MX: [[10, 'mail.good.test.']], delay: 50 },
    'mail.good.test': { A: '192.0.2.10' },
  });
  const polw = await startPolw(['-f', settings]);
  const requests = Array.from({ length: 5 }, (_, index) => requestText(rcpt({ instance: `i${index}` })));
  polw.send(`${requests.join('')}request=smtpd_access_policy\n`);
  const ending = polw.end();
  for (const _ of requests) expect(await polw.answer()).toBe(ACCEPTED);
  expect(await ending).toEqual({ code: 0, signal: null });
  expect(polw.received.toString()).toBe(`${ACCEPTED}\n\n`.repeat(5));
});

test('over pipes too', async () => {
  const { settings } = await site();
  const { stdout, code } = await runPolw(['-f', settings], requestText(rcpt()));
  expect({ stdout, code }).toEqual({ stdout: `${ACCEPTED}\n\n`, code: 0 });
});

test('the answer comes by dns_deadline, whatever the name servers do', async () => {
  const { server, settings } = await site({}, 'dns_deadline = "1s"');
  server.fault = faults.drop;
  const polw = await startPolw(['-f', settings]);
  const begun = performance.now();
  polw.send(requestText(rcpt()));
  const ending = polw.end();
  expect(await polw.answer()).toMatch(/^action=\S/);
  expect(performance.now() - begun).toBeLessThan(4000);
  expect(await ending).toEqual({ code: 0, signal: null });
});
