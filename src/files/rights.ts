// As whom root touches files. Where another account can change what a path leads to, a link is all it takes to hand
// root's own files away (CVE-2008-1570). So root becomes that account, for good, before it touches anything there.

import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Account } from './become.ts';

/** As many links as the kernel follows in a path. */
const LINKS = 40;

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * Root becomes the account of the first of these folders that belongs to one, or lies below what belongs to one. To be
 * called before anything there is opened, made, renamed or removed. Throws if root can neither stay nor go.
 */
export async function leaveRoot(...folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const master = isRoot() ? masterOf(folder) : undefined;
    if (master !== undefined) (await import('./become.ts')).become(master);
  }
}

/**
 * The first account on the way to a folder, besides root, that can change what lies there; undefined if that is root
 * alone. What root alone can change can't be swapped before it is used; what an account can change is looked at no
 * further: the account has its way with everything below.
 */
export function masterOf(folder: string): Account | undefined {
  const names = namesIn(isAbsolute(folder) ? folder : join(process.cwd(), folder));
  let at = '/';
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    // As the kernel does it: from where the links in front of it have led.
    at = name === '..' ? dirname(at) : join(at, name);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (found.uid !== 0) return { uid: found.uid, gid: found.gid };
    if (found.isSymbolicLink()) {
      links += 1;
      if (links > LINKS) throw new Error(`${folder} leads nowhere: too many symbolic links`);
      const target = readlinkSync(at);
      names.unshift(...namesIn(target));
      at = target.startsWith('/') ? '/' : dirname(at);
    } else if (names.length > 0 && isOpenToOthers(found)) {
      throw new Error(`others may write to ${at}, above ${folder}`);
    }
  }
  return undefined;
}

/** True if others than the owner may change what lies there. A sticky folder is no danger to what is another's in it. */
function isOpenToOthers({ mode, gid }: Stats): boolean {
  if ((mode & 0o1000) !== 0) return false;
  return (mode & 0o002) !== 0 || (gid !== 0 && (mode & 0o020) !== 0);
}

function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
