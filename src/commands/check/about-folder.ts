// The folder of the cache, as the account needs it that the service runs as.

import { lstatSync, type Stats } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import type { Settings } from '../../settings/table.ts';
import { error, type Finding } from './finding.ts';

/** What is wrong with it. `account` is the one that the service has, where root looks in its place. */
export function aboutFolder(
  { cache_file: file }: Pick<Settings, 'cache_file'>,
  account: { readonly name: string; readonly uid: number } | undefined,
): readonly Finding[] {
  if (file === '') return [];
  const folder = path.dirname(file);
  const owner = account ?? self();
  const name = owner?.name ?? 'polw';
  const make = `run: install -d -o ${name} -g ${name} -m 700 ${folder}`;
  const found = statOf(folder);
  if (found === undefined) return [error('', `the folder ${folder} is missing`, make)];
  if (found === 'hidden')
    return [error('', `${name} can't get to the folder ${folder}`, 'let it enter the folders above')];
  if (found.isSymbolicLink())
    return [error('', `${folder} is a symbolic link`, 'name the folder itself in cache_file')];
  if (!found.isDirectory()) return [error('', `${folder} is no folder`, make)];
  const problems: Finding[] = [];
  if ((found.mode & 0o022) !== 0) problems.push(error('', `others may write to ${folder}`, `run: chmod 700 ${folder}`));
  if (owner !== undefined && found.uid !== owner.uid)
    problems.push(
      error('', `${folder} does not belong to ${name}, the account of the service`, `run: chown ${name}: ${folder}`),
    );
  const cache = statOf(file);
  if (cache === undefined || cache === 'hidden') return problems;
  if (!cache.isFile()) problems.push(error('', `${file} is no file`, 'remove it'));
  else if (cache.uid !== found.uid)
    problems.push(
      error('', `${file} does not belong to the owner of its folder`, `run: chown --reference=${folder} ${file}`),
    );
  return problems;
}

/** The account that looks, unless it is root: whose folder it would be then is not known. */
function self(): { readonly name: string; readonly uid: number } | undefined {
  const uid = process.geteuid?.();
  if (uid === undefined || uid === 0) return undefined;
  try {
    return { name: userInfo().username, uid };
  } catch {
    return { name: String(uid), uid };
  }
}

function statOf(file: string): Stats | 'hidden' | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return 'hidden';
  }
}
