// Whether polw is installed so that it can work: its folder, its native part, the name servers, Postfix. Each finding is
// one line: what is wrong, and what to do.

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { LiveDns } from '../dns/live.ts';
import { nameServers, serverOf } from '../dns/servers.ts';
import type { Settings } from '../settings/table.ts';

declare const POLW_NODE_MODULES_VERSION: string | undefined;

/** Resolvers that everybody may use, and that block lists refuse therefore. */
const PUBLIC_RESOLVERS: readonly string[] = [
  '8.8.8.8',
  '8.8.4.4',
  '2001:4860:4860::8888',
  '2001:4860:4860::8844',
  '1.1.1.1',
  '1.0.0.1',
  '2606:4700:4700::1111',
  '2606:4700:4700::1001',
  '9.9.9.9',
  '149.112.112.112',
  '2620:fe::fe',
  '2620:fe::9',
  '208.67.222.222',
  '208.67.220.220',
];

/** What is wrong with the installation. */
export async function findings(settings: Settings): Promise<readonly string[]> {
  return [...aboutNode(), ...aboutFolder(settings), ...(await aboutNameServers(settings)), ...aboutPostfix()];
}

function aboutNode(): readonly string[] {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) return [`Node ${process.versions.node} is too old; install Node 20 or later`];
  if (typeof POLW_NODE_MODULES_VERSION !== 'string') return [];
  const native = path.join(__dirname, 'better_sqlite3.node');
  if (!existsSync(native)) return [`${native} is missing, so there is no cache; copy all files of bin/`];
  if (POLW_NODE_MODULES_VERSION !== process.versions.modules) {
    return [
      `${native} was built for another major version of Node, so there is no cache; build polw with Node ${process.versions.node}`,
    ];
  }
  return [];
}

function aboutFolder({ cache_file: file }: Settings): readonly string[] {
  if (file === '') return [];
  const folder = path.dirname(file);
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const make = `run: install -d -o polw -g polw -m 700 ${folder}`;
  if (found === undefined) return [`the folder ${folder} is missing; ${make}`];
  if (found.isSymbolicLink()) return [`${folder} is a symbolic link; name the folder itself in cache_file`];
  if (!found.isDirectory()) return [`${folder} is no folder; ${make}`];
  const problems: string[] = [];
  if ((found.mode & 0o022) !== 0) problems.push(`others may write to ${folder}; run: chmod 700 ${folder}`);
  const cache = lstatSync(file, { throwIfNoEntry: false });
  if (cache !== undefined && !cache.isFile()) problems.push(`${file} is no file; remove it`);
  else if (cache !== undefined && cache.uid !== found.uid)
    problems.push(`${file} does not belong to the owner of its folder; run: chown --reference=${folder} ${file}`);
  return problems;
}

async function aboutNameServers({ nameservers, dns_timeout: timeout }: Settings): Promise<readonly string[]> {
  const servers = nameServers(nameservers);
  const problems = await Promise.all(
    servers.map(async (server) => {
      const answer = await new LiveDns([server], 1, timeout * 1000).ask('A', 'example.com');
      const silent = answer.kind === 'failed' && answer.reason !== 'servfail' && answer.reason !== 'refused';
      return silent
        ? [
            `the name server ${server.address} port ${server.port} does not answer; see nameservers, or /etc/resolv.conf`,
          ]
        : [];
    }),
  );
  const open = servers.filter(({ address }) => PUBLIC_RESOLVERS.some((known) => serverOf(known)?.address === address));
  return [
    ...problems.flat(),
    ...open.map(
      ({ address }) =>
        `${address} is a public resolver, which most block lists refuse; run a resolver of your own, such as unbound`,
    ),
  ];
}

/** What Postfix' own configuration says about us. Nothing where there is no Postfix. */
function aboutPostfix(): readonly string[] {
  const services = postconf('-M');
  if (services === undefined) return [];
  const entry = services
    .split('\n')
    .find((line) => /^\S+\s+unix\s/.test(line) && /\sspawn\s/.test(line) && /polw/.test(line));
  if (entry === undefined) return ['master.cf has no entry for polw; see master.cf.example'];
  const [name = '', , , , chroot, , maxproc] = entry.trim().split(/\s+/);
  const problems: string[] = [];
  if (chroot !== 'n')
    problems.push(`master.cf: the service ${name} must not run chrooted; put "n" into its column "chroot"`);
  if (maxproc !== '0')
    problems.push(
      `master.cf: the service ${name} may have ${maxproc === '-' ? '100' : maxproc} processes; put 0 into its column "maxproc", or clients beyond that get a 451`,
    );
  const user = /user=(\S+)/.exec(entry)?.[1]?.split(':')[0];
  if (user === undefined || user === 'root' || user === 'postfix')
    problems.push(`master.cf: the service ${name} must run as an account of its own; add user=polw`);
  const program = /argv=(\S+)/.exec(entry)?.[1];
  if (program !== undefined && statSync(program, { throwIfNoEntry: false }) === undefined)
    problems.push(`master.cf: there is no ${program}; correct argv= of the service ${name}`);
  return [...problems, ...aboutRestrictions(name)];
}

function aboutRestrictions(service: string): readonly string[] {
  const call = `check_policy_service unix:private/${service}`;
  const parameters = postconf('-x') ?? '';
  const values = new Map(
    parameters.split('\n').map((line): [string, string] => {
      const middle = line.indexOf('=');
      return [line.slice(0, middle).trim(), line.slice(middle + 1).trim()];
    }),
  );
  const isCalled = (name: string): boolean =>
    (values.get(name) ?? '')
      .replace(/\{\s*|inet:|,/g, ' ')
      .replace(/\s+/g, ' ')
      .includes(call);
  const wrong = ['client', 'helo', 'etrn', 'data', 'end_of_data']
    .map((stage) => `smtpd_${stage}_restrictions`)
    .filter(isCalled);
  if (wrong.length > 0)
    return wrong.map(
      (name) => `main.cf: ${name} calls polw too early or too late; move "${call}" to smtpd_recipient_restrictions`,
    );
  if (!isCalled('smtpd_recipient_restrictions')) {
    return isCalled('smtpd_relay_restrictions') || isCalled('smtpd_sender_restrictions')
      ? [`main.cf: move "${call}" to smtpd_recipient_restrictions, behind reject_unauth_destination`]
      : [`main.cf: nobody calls polw; add "${call}" to smtpd_recipient_restrictions, behind reject_unauth_destination`];
  }
  const list = values.get('smtpd_recipient_restrictions') ?? '';
  const relayed = /reject_unauth_destination|defer_unauth_destination/;
  const guarded = list.search(relayed);
  if (
    guarded > list.indexOf('check_policy_service') ||
    (guarded < 0 && !relayed.test(values.get('smtpd_relay_restrictions') ?? ''))
  ) {
    return [`main.cf: smtpd_recipient_restrictions calls polw before reject_unauth_destination; put it behind`];
  }
  return [];
}

/** What postconf(1) prints; undefined where there is no Postfix. */
function postconf(option: string): string | undefined {
  const { status, stdout } = spawnSync('postconf', [option], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...mailConfig() },
  });
  return status === 0 ? stdout : undefined;
}

function mailConfig(): Record<string, string> {
  return process.env.MAIL_CONFIG === undefined ? {} : { MAIL_CONFIG: process.env.MAIL_CONFIG };
}
