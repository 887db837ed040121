// Stands between Postfix and polw and records what they say to each other:
//
//   record.mjs FOLDER COMMAND ARGUMENT…
//
// The command gets one socket as stdin, stdout and stderr, as from spawn(8) itself. For each run there are two files in
// the folder: PID.requests and PID.answers.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, unlinkSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';

const [folder, file, ...args] = process.argv.slice(2);
const base = `${folder}/${process.pid}`;

const smtpd = new Socket({ fd: 0, readable: true, writable: true, allowHalfOpen: true });
const [ours, theirs] = await socketPair(`${base}.socket`);

const child = spawn(file, args, { stdio: [theirs, theirs, theirs] });
theirs.destroy();
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});

smtpd.on('data', (bytes) => {
  appendFileSync(`${base}.requests`, bytes);
  ours.write(bytes);
});
smtpd.on('end', () => ours.end());
// smtpd closes with unread bytes: for polw that is the end as well.
smtpd.on('error', () => ours.destroy());

ours.on('data', (bytes) => {
  appendFileSync(`${base}.answers`, bytes);
  smtpd.write(bytes);
});
ours.on('error', () => {});
ours.on('close', () => smtpd.destroy());

/** Two ends of one unix stream socket, the second one not read by Node. */
async function socketPair(path) {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(path);
  await once(server, 'listening');
  const first = connect(path);
  const [second] = await once(server, 'connection');
  server.close();
  try {
    unlinkSync(path);
  } catch {
    // Node has removed it already.
  }
  return [first, second];
}
