// Reads small files that steer polw: its settings, and keys. Only regular ones, of a sane size, that nobody could have
// written but those who are trusted. Whatever else lies there is refused at once: a FIFO would never answer. A link may
// lead to the file; what counts is the file that was opened.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { hasCode, inWords } from '../errors.ts';

/** Bytes. Settings with all lists there are have a hundredth of it. */
const LIMIT = 1024 * 1024;
const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = constants;

/** What was read, whose it is, and whether anybody may read it; or why it isn't to be used. */
export type TrustedFile =
  | { readonly kind: 'read'; readonly text: string; readonly owner: number; readonly readableByAll: boolean }
  | { readonly kind: 'missing' | 'unusable'; readonly reason: string };

export function readTrusted(path: string): TrustedFile {
  let fd: number | undefined;
  try {
    fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    const found = fstatSync(fd);
    const { mode, size, uid: owner } = found;
    if (!found.isFile()) return unusable('it is no regular file');
    if (size > LIMIT) return unusable('it is larger than 1 MiB');
    if ((mode & 0o002) !== 0) return unusable(`anybody may write to it; run: chmod o-w ${path}`);
    if ((mode & 0o020) !== 0) return unusable(`its group may write to it; run: chmod g-w ${path}`);
    const text = textOf(fd, size);
    if (text === undefined) return unusable('it is larger than 1 MiB');
    return { kind: 'read', text, owner, readableByAll: (mode & 0o004) !== 0 };
  } catch (error) {
    const kind = hasCode(error, 'ENOENT') ? 'missing' : 'unusable';
    return { kind, reason: inWords(error) };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function unusable(reason: string): TrustedFile {
  return { kind: 'unusable', reason };
}

/** Why a file of this owner is not believed; undefined if it is. The first of those who are trusted had better own it. */
export function distrust(path: string, owner: number, trusted: readonly [number, ...number[]]): string | undefined {
  if (trusted.includes(owner)) return undefined;
  const [best] = trusted;
  return `it belongs to user ${owner}, who is not trusted; run: chown ${best === 0 ? 'root' : best} ${path}`;
}

/** All that can be read, as some files do not know their size. Undefined if it is too much. */
function textOf(fd: number, size: number): string | undefined {
  const most = size > 0 ? size : LIMIT + 1;
  const bytes = Buffer.allocUnsafe(most);
  let length = 0;
  for (let read = 1; read > 0 && length < most; length += read) read = readSync(fd, bytes, length, most - length, null);
  return length > LIMIT ? undefined : bytes.toString('utf8', 0, length);
}
