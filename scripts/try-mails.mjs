// For scripts/try: asks bin/polw about three mails, as Postfix would, and shows its answers. Ends with 0 if they are a
// pass, a defer and a reject, as they should be.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startNameServer } from './try-dns.mjs';

const POLW = fileURLToPath(new URL('../bin/polw', import.meta.url));

const MAILS = [
  {
    expected: 'pass',
    client_address: '192.0.2.10',
    client_name: 'mail.good.example',
    helo_name: 'mail.good.example',
    sender: 'someone@good.example',
  },
  {
    expected: 'defer',
    client_address: '192.0.2.20',
    client_name: 'mail.client.example',
    helo_name: 'mail.client.example',
    sender: 'someone@bogus.example',
  },
  {
    expected: 'reject',
    client_address: '192.0.2.66',
    client_name: 'unknown',
    helo_name: 'mail.good.example',
    sender: 'someone@good.example',
  },
];

const KINDS = [
  { kind: 'pass', pattern: /^(PREPEND|DUNNO) / },
  { kind: 'defer', pattern: /^4\d\d / },
  { kind: 'reject', pattern: /^5\d\d / },
];

const folder = mkdtempSync(`${tmpdir()}/polw-try-`);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

const nameServer = await startNameServer();
writeFileSync(
  `${folder}/polw.toml`,
  `[dns]
nameservers = ["127.0.0.1:${nameServer.port}"]

[cache]
cache_file = "${folder}/cache.sqlite"

[log]
log_to = "file"
log_file = "${folder}/polw.log"

[[lists]]
name = "BL"
zone = "bl.example"
miss = -1.5
answers = [{ client = 4.35 }]
`,
  { mode: 0o644 },
);

let asExpected = true;
for (const [index, { expected, ...mail }] of MAILS.entries()) {
  const request = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    ...mail,
    recipient: 'you@here.example',
    instance: `try.${index}`,
  };
  const action = await askPolw(request);
  const kind = KINDS.find(({ pattern }) => pattern.test(action))?.kind ?? 'something else';
  if (kind !== expected) asExpected = false;
  console.log(
    `\nrequest  client=${mail.client_address} (${mail.client_name}) helo=${mail.helo_name} from=<${mail.sender}> to=<${request.recipient}>`,
  );
  console.log(`action   ${action}`);
  console.log(`reason   ${kind}: ${reasonFor(mail)}`);
  if (kind !== expected) console.log(`         this should have been: ${expected}`);
}
nameServer.stop();
console.log(asExpected ? '\nA pass, a defer and a reject, as it should be.' : '\nThat is not as it should be.');
process.exitCode = asExpected ? 0 : 1;

/** The action for one request. Each has a process of its own, as if each came over a connection of its own. */
async function askPolw(request) {
  const child = spawn(process.execPath, [POLW, '-f', `${folder}/polw.toml`], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  child.stdin.end(
    `${Object.entries(request)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('')}\n`,
  );
  const chunks = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  const answer = Buffer.concat(chunks).toString();
  return /^action=(.*)\n\n$/.exec(answer)?.[1] ?? `(no action, but ${JSON.stringify(answer)})`;
}

/** What polw has logged about the mail: what each check gave, and the score. */
function reasonFor(mail) {
  const lines = readFileSync(`${folder}/polw.log`, 'utf8').split('\n');
  const line = lines.findLast((one) => one.includes('weighted check:') && one.includes(mail.client_address));
  return line === undefined
    ? '(not logged)'
    : line.replace(/^.*weighted check: */, '').replace(/; *<client=.*(?=; rate:)/, '');
}
