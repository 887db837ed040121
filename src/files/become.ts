// Root becomes another account, and can never go back. Apart from the rest, as nobody but root needs it.

import { userInfo } from 'node:os';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Leaves no right of root's: neither the groups, nor a user ID to which the process could return. */
export function become({ uid, gid }: Account): void {
  const group = groupOf(uid) ?? gid;
  process.setgroups?.([]);
  process.setgid?.(group);
  process.setuid?.(uid);
}

/** The group that the account has by itself: that of its folder may have more rights. Undefined if it has no name. */
function groupOf(uid: number): number | undefined {
  // The system is asked about the account as which one acts.
  process.seteuid?.(uid);
  try {
    return userInfo().gid;
  } catch {
    return undefined;
  } finally {
    process.seteuid?.(0);
  }
}
