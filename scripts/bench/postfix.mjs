// A Postfix of the bench's own, in the temporary folder, with one port of 127.0.0.1 for each policy service that is to
// be measured, and one without any. Mail for here.test is taken and thrown away.

import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { atEnd, FOLDER, processesIn } from './cleanup.mjs';
import { idOf } from './contestants.mjs';
import { ENVIRONMENT, SERVICES } from './rig.mjs';
import { sleep } from './statistics.mjs';

const run = promisify(execFile);

export class Postfix {
  #folder = `${FOLDER}/postfix`;
  /** The port of each policy service, by its name. */
  ports = {};

  /** Starts it with these contestants, by name; undefined for no policy service. */
  async start(contestants) {
    for (const folder of ['', '/queue', '/config']) mkdirSync(`${this.#folder}${folder}`, { mode: 0o755 });
    mkdirSync(`${this.#folder}/data`, { mode: 0o700 });
    const { uid, gid } = idOf('postfix');
    chownSync(`${this.#folder}/data`, uid, gid);
    const services = [];
    for (const [name, contestant] of Object.entries(contestants)) {
      const port = await freePort();
      this.ports[name] = port;
      services.push(...entriesOf(name, port, contestant));
    }
    writeFileSync(`${this.#folder}/config/main.cf`, this.#main());
    writeFileSync(`${this.#folder}/config/master.cf`, `${[...services, ...SERVICES].join('\n')}\n`);
    atEnd(() => {
      execFileSync('postfix', ['-c', `${this.#folder}/config`, 'stop'], {
        env: ENVIRONMENT,
        cwd: '/',
        stdio: 'ignore',
      });
    });
    await this.#postfix('start');
    return this;
  }

  /** Ends all smtpd processes, and with them those of the policy services. */
  async endSessions() {
    await this.#postfix('reload');
    for (let tries = 0; tries < 400; tries++) {
      // What serves smtpd or logs for it stays; programs of the contestants don't.
      if (processesIn(`${FOLDER}/postfix/queue`).every((pid) => !isPolicy(pid))) return;
      await sleep(25);
    }
    throw new Error('policy processes have outlived their smtpd');
  }

  #main() {
    const settings = {
      compatibility_level: '3.6',
      queue_directory: `${this.#folder}/queue`,
      data_directory: `${this.#folder}/data`,
      maillog_file: `${this.#folder}/mail.log`,
      maillog_file_prefixes: this.#folder,
      myhostname: 'mx.here.test',
      mydestination: '',
      mynetworks: '127.0.0.0/8',
      inet_interfaces: '127.0.0.1',
      inet_protocols: 'ipv4',
      smtpd_peername_lookup: 'no',
      smtpd_authorized_xclient_hosts: '127.0.0.0/8',
      smtpd_relay_restrictions: 'reject_unauth_destination',
      smtpd_client_connection_count_limit: '0',
      policy_time_limit: '3600',
      alias_maps: '',
      local_recipient_maps: '',
      virtual_mailbox_domains: 'here.test',
      virtual_mailbox_maps: 'static:anyone',
      virtual_transport: 'discard:',
      default_transport: 'error:nothing leaves the bench',
      relay_transport: 'error:nothing leaves the bench',
      notify_classes: '',
      in_flow_delay: '0',
    };
    return Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join('');
  }

  async #postfix(action) {
    await run('postfix', ['-c', `${this.#folder}/config`, action], { env: ENVIRONMENT, cwd: '/' });
  }
}

/** The entries of master.cf for one port: smtpd, and the policy service that it asks. */
function entriesOf(name, port, contestant) {
  const smtpd = `127.0.0.1:${port} inet n - n - - smtpd`;
  if (contestant === undefined) return [`${smtpd}\n  -o smtpd_recipient_restrictions=reject_unauth_destination`];
  const service = `policy-${name}`;
  return [
    `${smtpd}\n  -o { smtpd_recipient_restrictions=reject_unauth_destination, check_policy_service unix:private/${service} }`,
    `${service} unix - n n - 0 spawn\n  user=polw argv=${contestant.command.join(' ')}`,
  ];
}

function isPolicy(pid) {
  try {
    return (
      execFileSync('ps', ['-o', 'user=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim() === 'polw'
    );
  } catch {
    return false;
  }
}

async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
