// As whom root touches files. Where another account can change what a path leads to, a link is all it takes to hand
// root's own files away (CVE-2008-1570). So root becomes that account, for good, before it touches anything there.

import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Account } from './become.ts';

/** As many links as the kernel follows in a path. */
const LINKS = 40;

/**
 * The first on the way to a place, besides root, who can change what lies there: an account, or anybody. Undefined if
 * that is root alone. What root alone can change can't be swapped before it is used; what an account can change is
 * looked at no further: the account has its way with everything below.
 */
export function masterOf(place: string): Account | 'anybody' | undefined {
  const names = namesIn(resolve(place));
  let at = '/';
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    at = join(at, name);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (found.uid !== 0) return { uid: found.uid, gid: found.gid };
    if (found.isSymbolicLink()) {
      links += 1;
      if (links > LINKS) return 'anybody';
      const target = readlinkSync(at);
      names.unshift(...namesIn(target));
      at = target.startsWith('/') ? '/' : dirname(at);
    } else if ((found.mode & 0o1002) === 0o002) return 'anybody';
  }
  return undefined;
}

function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

/** Throws if the process is root and others can change what lies in a place. */
export function forbidRoot(place: string): void {
  if (isRoot() && masterOf(place) !== undefined)
    throw new Error(`others than root can change what ${place} leads to, so root must not touch it`);
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * Root becomes the account of the first of these places that belongs to one. To be called before anything there is
 * opened, made, renamed or removed. Throws if that can't be.
 */
export async function leaveRoot(...places: readonly string[]): Promise<void> {
  if (!isRoot()) return;
  for (const place of places) {
    const master = masterOf(place);
    if (typeof master !== 'object') continue;
    const { become } = await import('./become.ts');
    return become(master);
  }
}
