// What is wrong with the entries of polw in master.cf: hidden by others, their columns, account and program, and who
// may reach them.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isOpen } from './addresses.ts';
import { argvOf, executable, isNode, type PolwEntry, placeOfProgram, polwEntryOf } from './entries.ts';
import { error, type Finding, warning } from './finding.ts';
import { type Instance, isChrooted, lastOfEach, parametersOf } from './instance.ts';
import type { PolwPlace } from './services.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The account of an entry; undefined if there is no such account. */
export function accountOf({ user, group }: Pick<PolwEntry, 'user' | 'group'>): Account | undefined {
  const [, , uid, gid] = database('passwd', user);
  const ofGroup = group === '' ? gid : database('group', group)[2];
  if (uid === undefined || ofGroup === undefined) return undefined;
  return { name: user, uid: Number(uid), gid: Number(ofGroup) };
}

/** Entries that Postfix does not use, as a later one has their name. */
export function aboutHidden(instance: Instance): readonly Finding[] {
  const { used, hidden } = lastOfEach(instance.entries);
  const queue = parametersOf(instance).get('queue_directory');
  return hidden.flatMap((entry) => {
    const winner = used.find(({ name, type }) => name === entry.name && type === entry.type);
    const touchesPolw = [entry, winner].some((one) => one !== undefined && polwEntryOf(one, queue) !== undefined);
    if (!touchesPolw && entry.command !== 'smtpd') return [];
    const runs = winner === undefined ? '' : argvOf(winner).join(' ') || winner.command;
    return [
      error(
        `${instance.prefix}master.cf`,
        `there are several entries "${entry.name} ${entry.type}", and Postfix uses the last one, which runs ${runs}`,
        entry.command === 'smtpd' ? 'take the others out' : 'give them different names',
      ),
    ];
  });
}

/** What is wrong with an entry that counts. */
export function aboutEntry(instance: Instance, { polw, places }: PolwPlace): readonly Finding[] {
  const { entry } = polw;
  const place = `${instance.prefix}master.cf`;
  const service = `the service ${entry.name}`;
  const problems: Finding[] = [];
  if (isChrooted(instance, entry))
    problems.push(error(place, `${service} must not run chrooted`, 'put "n" into its column "chroot"'));
  if (entry.unpriv !== 'n')
    problems.push(error(place, `${service} can't change to another account`, 'put "n" into its column "unpriv"'));
  if (entry.maxproc !== '0')
    problems.push(
      error(
        place,
        `${service} may have ${entry.maxproc === '-' ? parametersOf(instance).get('default_process_limit') || '100' : entry.maxproc} processes`,
        'put 0 into its column "maxproc", or clients beyond that get a 451',
      ),
    );
  if (entry.type === 'inet' && isOpen(places))
    problems.push(
      error(
        place,
        `everybody who reaches this machine may ask ${service}`,
        `write 127.0.0.1:${entry.name.replace(/^.*:/, '')} for its name, or make it a unix service`,
      ),
    );
  return [...problems, ...aboutAccount(instance, polw), ...aboutProgram(instance, polw)];
}

function aboutAccount(instance: Instance, polw: PolwEntry): readonly Finding[] {
  const { user, entry } = polw;
  const place = `${instance.prefix}master.cf`;
  const owner = parametersOf(instance).get('mail_owner') || 'postfix';
  const account = accountOf(polw);
  if (user === '' || user === owner || account?.uid === 0)
    return [error(place, `the service ${entry.name} must run as an account of its own`, 'set user=polw')];
  if (account === undefined)
    return [
      error(
        place,
        `there is no account ${user}`,
        `run: useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin ${user}`,
      ),
    ];
  const [, , , , words = ''] = database('passwd', user);
  if (/policy-weight/.test(words) && existsSync('/var/lib/dpkg/info/policyd-weight.postrm'))
    return [
      warning(
        '',
        `the account ${user} belongs to the package policyd-weight, which may delete it when it is purged`,
        `run: useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin polwd, and set user=polwd in ${place}`,
      ),
    ];
  return [];
}

/** Whether what it names can be run at all, whoever runs it. */
export function aboutProgram(instance: Instance, polw: PolwEntry): readonly Finding[] {
  const queue = parametersOf(instance).get('queue_directory');
  const place = `${instance.prefix}master.cf`;
  const argv = argvOf(polw.entry);
  const [first = ''] = argv;
  const words = [first, argv[placeOfProgram(argv)] ?? '', polw.program];
  const missing = words.find((word) => executable(word, queue) === undefined);
  if (missing !== undefined)
    return [error(place, `there is no ${missing || 'argv='}`, `correct argv= of the service ${polw.entry.name}`)];
  if (needsNode(first, queue) && executable('node', queue) === undefined)
    return [
      error(
        place,
        'node is not in /usr/bin',
        `write argv=${process.execPath} ${polw.program} for the service ${polw.entry.name}`,
      ),
    ];
  return [];
}

/** Whether it is found by the first line of the script, or by env. */
function needsNode(word: string, queue: string): boolean {
  if (isNode(word)) return false;
  if (path.basename(word) === 'env') return true;
  const file = executable(word, queue);
  if (file === undefined) return false;
  try {
    return readFileSync(file).subarray(0, 100).toString('latin1').startsWith('#!/usr/bin/env node');
  } catch {
    return false;
  }
}

/** The fields of an entry of passwd or group, wherever the system keeps it. */
function database(name: 'passwd' | 'group', key: string): readonly string[] {
  if (key === '') return [];
  const { status, stdout } = spawnSync('getent', [name, key], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0]?.split(':') ?? []) : [];
}
