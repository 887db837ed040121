// The place of the shared file: who owns it, and whether anybody else could have put it there. A state folder in which
// others may write was how local users took over systems through policyd-weight (CVE-2008-1570). Whoever comes here has
// no more rights than the owner of the folder: see files/rights.ts.

import { lstatSync, mkdirSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder if it is missing, and tells whether the file is. Throws if the place isn't safe; the message says why.
 */
export function preparePlace(file: string): 'file' | 'no file' {
  const folder = dirname(file);
  checkFolder(folder);
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return 'no file';
  if (found.isSymbolicLink()) throw new Error(`${file} is a symbolic link; put the file itself there`);
  if (!found.isFile()) throw new Error(`${file} is no file`);
  if (!isOurs(found)) throw new Error(`${file} belongs to user ${found.uid}, not to ${process.geteuid?.()}`);
  return 'file';
}

/** Throws if the folder isn't safe. */
function checkFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    mkdirSync(folder, { mode: 0o700 });
    return;
  }
  if (found.isSymbolicLink()) throw new Error(`${folder} is a symbolic link; name the folder itself`);
  if (!found.isDirectory()) throw new Error(`${folder} is no folder`);
  if (!isOurs(found)) throw new Error(`${folder} belongs to user ${found.uid}, not to ${process.geteuid?.()}`);
  if ((found.mode & 0o022) !== 0) throw new Error(`others may write to ${folder}; run: chmod 700 ${folder}`);
  for (let parent = dirname(realpathSync.native(folder)); ; parent = dirname(parent)) {
    const { mode, uid } = lstatSync(parent);
    const sticky = (mode & 0o1000) !== 0;
    if (uid !== 0 && uid !== found.uid && uid !== process.geteuid?.())
      throw new Error(`${parent}, above ${folder}, belongs to user ${uid}`);
    if ((mode & 0o022) !== 0 && !sticky) throw new Error(`others may write to ${parent}, above ${folder}`);
    if (parent === dirname(parent)) return;
  }
}

/** What belongs to root was put there by root. */
function isOurs({ uid }: Stats): boolean {
  return uid === (process.geteuid?.() ?? 0) || uid === 0;
}
