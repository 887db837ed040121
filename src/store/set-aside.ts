// Sets a broken file aside. Of all processes that find it broken exactly one does it; one broken file is kept, so that
// somebody can look at it.

import { closeSync, constants, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { hasCode } from '../errors.ts';

/** A lock older than this (milliseconds) was left by a process that was killed; one of the future, by a wrong clock. */
const STALE = 10_000;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * Moves the file with the given inode out of the way. False if another process is at it; true if the file is gone,
 * whoever moved it.
 */
export function setAside(file: string, inode: number): boolean {
  return underLock(file, () => {
    if (lstatSync(file, { throwIfNoEntry: false })?.ino !== inode) return;
    dropJournals(file);
    renameSync(file, `${file}.broken`);
  });
}

/** Removes the journals of a file that is not there any more: they would spoil a new one. */
export function dropJournals(file: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
}

/** Does something that only one process may do at a time. False if another is at it. */
export function underLock(file: string, action: () => void): boolean {
  const lock = `${file}.lock`;
  if (!take(lock)) return false;
  try {
    action();
    return true;
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  const found = lstatSync(lock, { throwIfNoEntry: false });
  if (found !== undefined && Math.abs(Date.now() - found.mtimeMs) > STALE) rmSync(lock, { force: true });
  try {
    closeSync(openSync(lock, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}
