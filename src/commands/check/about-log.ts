// Whether the log arrives anywhere: the service itself has nobody to tell if it doesn't.

import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from '../../settings/table.ts';
import { error, type Finding, warning } from './finding.ts';

/** What is wrong with it, for the account of this process. Where syslog goes is the business of the machine. */
export function aboutLog(settings: Pick<Settings, 'log_to' | 'log_file'>, account: string): readonly Finding[] {
  switch (settings.log_to) {
    case 'file':
      return aboutFile(settings.log_file, account);
    case 'syslog':
    case 'nowhere':
      return [];
  }
}

/** postlog(1) writes to the log of Postfix, if it may; else there must be a syslog daemon. */
export function aboutSyslog(
  maillogFile: string,
  socket = '/dev/log',
  postlog = '/usr/sbin/postlog',
): readonly Finding[] {
  const { mode = 0 } = statSync(postlog, { throwIfNoEntry: false }) ?? {};
  const byPostlog = maillogFile !== '' && (mode & 0o2000) !== 0;
  if (byPostlog || statSync(socket, { throwIfNoEntry: false })?.isSocket() === true) return [];
  return [
    warning(
      '',
      `the log is lost: it goes to syslog, and there is no ${socket}`,
      'run a syslog daemon, or set log_to = "file" and log_file',
    ),
  ];
}

function aboutFile(file: string, account: string): readonly Finding[] {
  const lost = (why: string, todo: string): readonly Finding[] => [error('', `the log is lost: ${why}`, todo)];
  const found = statOf(file);
  if (found === 'hidden') return lost(`${account} can't get to ${file}`, 'let it enter the folders above');
  if (found?.isSymbolicLink() === true) return lost(`${file} is a symbolic link`, 'name the file itself in log_file');
  if (found !== undefined && !found.isFile()) return lost(`${file} is no file`, 'name a file in log_file');
  if (found !== undefined)
    return mayWrite(file) ? [] : lost(`${file} can't be written`, `run: chown ${account} ${file}`);
  const folder = path.dirname(file);
  if (!mayWrite(folder))
    return lost(`${file} can't be made in ${folder}`, `run: install -o ${account} -g adm -m 640 /dev/null ${file}`);
  return [];
}

/** access(2) asks for the real user, who is the account where the service's eyes are wanted. */
function mayWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function statOf(file: string): Stats | 'hidden' | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return 'hidden';
  }
}
