// What Postfix' own configuration says about us, as postconf(1) prints it.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Our entry in master.cf. */
export interface SpawnEntry {
  readonly name: string;
  readonly type: string;
  readonly isPrivate: boolean;
  readonly unpriv: string;
  readonly chroot: string;
  readonly maxproc: string;
  readonly user: string | undefined;
  /** Program and arguments. */
  readonly argv: readonly string[];
}

const RECIPIENT = 'smtpd_recipient_restrictions';
const RELAY = 'smtpd_relay_restrictions';
/** Where nobody should call us: too early to know sender and recipient, or too late to refuse one of several. */
const WRONG_STAGES = ['client', 'helo', 'etrn', 'data', 'end_of_data'].map((stage) => `smtpd_${stage}_restrictions`);
const GUARD = /(reject|defer)_unauth_destination/;

/** Our entry; what is wrong, if there is none; undefined where there is no Postfix. */
export function spawnEntry(): SpawnEntry | string | undefined {
  const services = postconf('-M');
  if (services === undefined) return undefined;
  if ('trouble' in services) return services.trouble;
  const line = services.text.split('\n').find((one) => /^\S+\s+(unix|inet)\s.*\sspawn\s.*polw/.test(one));
  if (line === undefined) return 'master.cf has no entry for polw; see master.cf.example';
  const [name = '', type = '', secret = '', unpriv = '', chroot = '', , maxproc = ''] = line.trim().split(/\s+/);
  return {
    name,
    type,
    isPrivate: secret !== 'n',
    unpriv,
    chroot,
    maxproc,
    user: /\suser=([^\s:]+)/.exec(line)?.[1],
    argv: / argv=(.*)$/.exec(line)?.[1]?.trim().split(/\s+/) ?? [],
  };
}

/** The number of an account; undefined if there is no such account. */
export function accountOf(user: string): number | undefined {
  const { status, stdout } = spawnSync('id', ['-u', user], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/** What is wrong in master.cf and main.cf. */
export function aboutPostfix(entry: SpawnEntry | string | undefined): readonly string[] {
  if (entry === undefined) return [];
  if (typeof entry === 'string') return [entry];
  const parameters = readParameters();
  return [...aboutEntry(entry, parameters), ...aboutProgram(entry), ...aboutRestrictions(entry, parameters)];
}

function aboutEntry(
  { name, unpriv, chroot, maxproc, user }: SpawnEntry,
  parameters: ReadonlyMap<string, string>,
): readonly string[] {
  const problems: string[] = [];
  const service = `the service ${name}`;
  // Since level 1, "-" means "n".
  const chrooted =
    chroot === '-' ? Number.parseInt(parameters.get('compatibility_level') ?? '0', 10) < 1 : chroot !== 'n';
  if (chrooted) problems.push(`master.cf: ${service} must not run chrooted; put "n" into its column "chroot"`);
  if (unpriv !== 'n')
    problems.push(`master.cf: ${service} can't change to another account; put "n" into its column "unpriv"`);
  if (maxproc !== '0')
    problems.push(
      `master.cf: ${service} may have ${maxproc === '-' ? '100' : maxproc} processes; put 0 into its column "maxproc", or clients beyond that get a 451`,
    );
  if (user === undefined || user === 'root' || user === (parameters.get('mail_owner') ?? 'postfix'))
    problems.push(`master.cf: ${service} must run as an account of its own; set user=polw`);
  else if (accountOf(user) === undefined)
    problems.push(
      `master.cf: there is no account ${user}; run: useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin ${user}`,
    );
  return problems;
}

function aboutProgram({ name, argv }: SpawnEntry): readonly string[] {
  const [program = '', first = ''] = argv;
  const isNode = /^node/.test(path.basename(program));
  const missing = [program, ...(isNode ? [first] : [])].find((file) => !existsSync(file));
  if (missing !== undefined)
    return [`master.cf: there is no ${missing || 'argv='}; correct argv= of the service ${name}`];
  if (!isNode && !existsSync('/usr/bin/node') && !existsSync('/bin/node'))
    return [`master.cf: node is not in /usr/bin; write argv=${process.execPath} ${program} for the service ${name}`];
  return [];
}

function aboutRestrictions(entry: SpawnEntry, parameters: ReadonlyMap<string, string>): readonly string[] {
  const call = `check_policy_service ${addressOf(entry)}`;
  const placeIn = (parameter: string): number => placeOfCall(parameters.get(parameter) ?? '', entry);
  const wrong = WRONG_STAGES.filter((name) => placeIn(name) >= 0);
  if (wrong.length > 0)
    return wrong.map((name) => `main.cf: ${name} calls polw too early or too late; move "${call}" to ${RECIPIENT}`);
  const place = placeIn(RECIPIENT);
  if (place < 0) {
    if (placeIn(RELAY) >= 0 || placeIn('smtpd_sender_restrictions') >= 0)
      return [`main.cf: move "${call}" to ${RECIPIENT}, behind reject_unauth_destination`];
    // A restriction class, or a service of master.cf with restrictions of its own.
    if ([...parameters.values()].some((value) => placeOfCall(value, entry) >= 0)) return [];
    return [`main.cf: nobody calls polw; add "${call}" to ${RECIPIENT}, behind reject_unauth_destination`];
  }
  const guardedBefore =
    parameters.get('smtpd_relay_before_recipient_restrictions') === 'yes' && GUARD.test(parameters.get(RELAY) ?? '');
  if (guardedBefore || GUARD.test((parameters.get(RECIPIENT) ?? '').slice(0, place))) return [];
  return [
    `main.cf: ${RECIPIENT} calls polw about mail that is not for you; put "${call}" behind reject_unauth_destination`,
  ];
}

/** Where in a list of restrictions we are called; -1 if we aren't. */
function placeOfCall(restrictions: string, entry: SpawnEntry): number {
  for (const call of restrictions.matchAll(/check_policy_service[\s{]+([^\s,{}]+)/g)) {
    if (isOurs(call[1] ?? '', entry)) return call.index;
  }
  return -1;
}

function isOurs(address: string, entry: SpawnEntry): boolean {
  const place = addressOf(entry).replace(/^(unix|inet):/, '');
  if (entry.type === 'unix') return address === `unix:${place}` || address.endsWith(`/${place}`);
  return /^inet:/.test(address) && (address.slice(5) === place || address.endsWith(`:${place}`));
}

function addressOf({ type, name, isPrivate }: SpawnEntry): string {
  return type === 'inet' ? `inet:${name}` : `unix:${isPrivate ? 'private' : 'public'}/${name}`;
}

/** The parameters of main.cf with their values filled in, and those that services of master.cf override. */
function readParameters(): ReadonlyMap<string, string> {
  const text = ['-x', '-Px']
    .map((option) => {
      const printed = postconf(option);
      return printed !== undefined && 'text' in printed ? printed.text : '';
    })
    .join('\n');
  return new Map(
    text.split('\n').map((line): [string, string] => {
      const middle = line.indexOf('=');
      return [line.slice(0, middle).trim(), line.slice(middle + 1).trim()];
    }),
  );
}

/** What postconf(1) prints, or says; undefined where there is no Postfix. */
function postconf(option: string): { readonly text: string } | { readonly trouble: string } | undefined {
  const { status, stdout, stderr, error } = spawnSync('postconf', [option], {
    encoding: 'utf8',
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      ...(process.env.MAIL_CONFIG === undefined ? {} : { MAIL_CONFIG: process.env.MAIL_CONFIG }),
    },
  });
  if (error !== undefined) return undefined;
  return status === 0 ? { text: stdout } : { trouble: `postconf ${option} fails: ${stderr.split('\n')[0]}` };
}
