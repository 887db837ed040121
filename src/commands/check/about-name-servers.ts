// The name servers: whether they answer us, and whether block lists answer them.

import { LiveDns } from '../../dns/live.ts';
import { nameServers, serverOf } from '../../dns/servers.ts';
import type { Settings } from '../../settings/table.ts';
import { error, type Finding } from './finding.ts';

/** Resolvers that everybody may use, and that block lists refuse therefore. */
const PUBLIC_RESOLVERS: readonly string[] = [
  '8.8.8.8',
  '8.8.4.4',
  '2001:4860:4860::8888',
  '2001:4860:4860::8844',
  '1.1.1.1',
  '1.0.0.1',
  '2606:4700:4700::1111',
  '2606:4700:4700::1001',
  '9.9.9.9',
  '149.112.112.112',
  '2620:fe::fe',
  '2620:fe::9',
  '208.67.222.222',
  '208.67.220.220',
];

/** Asks each of them one question. */
export async function aboutNameServers({
  nameservers,
  dns_timeout: timeout,
}: Pick<Settings, 'nameservers' | 'dns_timeout'>): Promise<readonly Finding[]> {
  const servers = nameServers(nameservers);
  const problems = await Promise.all(
    servers.map(async (server) => {
      const answer = await new LiveDns([server], 1, timeout * 1000).ask('A', 'example.com');
      if (answer.kind !== 'failed' || answer.reason === 'servfail') return [];
      const what = answer.reason === 'refused' ? 'refuses to answer us' : 'does not answer';
      return [
        error(
          '',
          `the name server ${server.address} port ${server.port} ${what}`,
          'see nameservers, or /etc/resolv.conf',
        ),
      ];
    }),
  );
  const open = servers.filter(({ address }) => PUBLIC_RESOLVERS.some((known) => serverOf(known)?.address === address));
  return [
    ...problems.flat(),
    ...open.map(({ address }) =>
      error(
        '',
        `${address} is a public resolver, which most block lists refuse`,
        'run a resolver of your own, such as unbound',
      ),
    ),
  ];
}
