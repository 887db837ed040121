// Whether the service can write its log file. If it can't, it is silent but for one line in syslog.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { isRoot } from '../files/rights.ts';
import type { Settings } from '../settings/table.ts';

/** What is wrong with it for the account of the service; for whoever asks, if that isn't known. */
export function aboutLog({ log_to: to, log_file: file }: Settings, user: string | undefined): readonly string[] {
  if (to !== 'file') return [];
  const account = user ?? 'polw';
  const folder = path.dirname(file);
  if (!existsSync(folder))
    return [`the folder ${folder} of the log is missing; run: install -d -o ${account} -g ${account} -m 750 ${folder}`];
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) {
    return mayWrite(folder, user)
      ? []
      : [
          `${account} can't make the log in ${folder}; run: install -o ${account} -g ${account} -m 640 /dev/null ${file}`,
        ];
  }
  if (found.isSymbolicLink()) return [`the log ${file} is a symbolic link; name the file itself in log_file`];
  if (!found.isFile()) return [`the log ${file} is no regular file; name another in log_file`];
  return mayWrite(file, user) ? [] : [`${account} can't write the log; run: chown ${account}: ${file}`];
}

/** True unless it is sure that an account must not write there. Root asks as that account. */
function mayWrite(place: string, user: string | undefined): boolean {
  if (user !== undefined && isRoot()) {
    const [uid, gid] = [numberOf('-u', user), numberOf('-g', user)];
    if (uid === undefined || gid === undefined) return true;
    return spawnSync('test', ['-w', place], { uid, gid, cwd: '/' }).status !== 1;
  }
  try {
    accessSync(place, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function numberOf(option: '-u' | '-g', user: string): number | undefined {
  const { status, stdout } = spawnSync('id', [option, user], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}
