// The place of the shared file: who owns it, and whether anybody else could have put it there. A state folder in which
// others may write was how local users took over systems through policyd-weight (CVE-2008-1570). Whoever comes here has
// no more rights than the owner of the folder: see files/rights.ts.

import { closeSync, constants, fchmodSync, lstatSync, mkdirSync, openSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { dropJournals, underLock } from './set-aside.ts';

/** How often, and after how many milliseconds, it is tried to make a file that another process may be making. */
const TURNS = 25;
const PAUSE = 2;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;

/** Makes the folder and the file if they are missing. Throws if the place isn't safe; the message says why. */
export function preparePlace(file: string): void {
  const folder = dirname(file);
  checkFolder(folder);
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) {
    makeFile(file);
    return;
  }
  if (found.isSymbolicLink()) throw new Error(`${file} is a symbolic link; put the file itself there`);
  if (!found.isFile()) throw new Error(`${file} is no file`);
  if (!isOurs(found)) throw new Error(`${file} belongs to user ${found.uid}, not to ${process.geteuid?.()}`);
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

/** Makes an empty file that only its owner may read. A journal that was left of an older file would spoil it. */
function makeFile(file: string): void {
  const make = (): void => {
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return;
    dropJournals(file);
    const fd = openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    // Whatever the umask took away.
    fchmodSync(fd, 0o600);
    closeSync(fd);
  };
  // Whoever is at it needs a millisecond.
  for (let turn = 0; turn < TURNS; turn++) {
    if (underLock(file, make)) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return;
  }
  throw new Error(`${file} can't be made: there is a lock, ${file}.lock`);
}
