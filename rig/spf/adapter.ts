// check_host over the real resolver, as a candidate for a rig outside of this project that plays cases by a name server
// of its own. SPF_EARLY=no: nothing is asked early.

import { parseAddress } from '../../src/dns/address.ts';
import { LiveDns } from '../../src/dns/live.ts';
import { nameServers } from '../../src/dns/servers.ts';
import { checkHost } from '../../src/evidence/spf/check-host.ts';
import type { SpfVerdict } from '../../src/evidence/spf/query.ts';

export interface Asked {
  readonly ip: string;
  readonly helo: string;
  readonly sender: string;
  readonly receiver: string;
  readonly nameserver: { readonly address: string; readonly port: number };
}

const early = process.env.SPF_EARLY !== 'no';

export async function check({ ip, helo, sender, receiver, nameserver }: Asked): Promise<SpfVerdict> {
  const client = parseAddress(ip);
  if (client === undefined) throw new Error(`${ip} is no address`);
  const dns = new LiveDns(nameServers([`${nameserver.address}:${nameserver.port}`]), 1, 500);
  const query = { client, helo, sender, receiver, now: Math.floor(Date.now() / 1000) };
  return checkHost(query, { ask: (type, name) => dns.ask(type, name) }, { early });
}
