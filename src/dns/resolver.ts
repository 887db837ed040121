// The name servers as they are set. All that talks to them hangs on this one module, which is loaded at the first
// question that the cache does not answer: the build makes a bundle of its own of it.

import { LiveDns } from './live.ts';
import { nameServers } from './servers.ts';

/** Those that are set, or those of the system. `timeout` in milliseconds for each of the tries. */
export function resolver(servers: readonly string[], tries: number, timeout: number): LiveDns {
  loadClusterAsWorker();
  return new LiveDns(nameServers(servers), tries, timeout);
}

/**
 * To bind its first socket, node:dgram loads node:cluster, and that loads node:net and node:child_process, which takes
 * longer than all the rest of a first question. The worker of a cluster needs neither, so it is loaded as in one. This
 * process listens to nobody, and only then the difference would matter. Should another version of Node do this
 * otherwise, nothing is lost but time.
 */
function loadClusterAsWorker(): void {
  if (process.env.NODE_UNIQUE_ID !== undefined) return;
  process.env.NODE_UNIQUE_ID = '';
  process.getBuiltinModule?.('node:cluster');
  delete process.env.NODE_UNIQUE_ID;
}
