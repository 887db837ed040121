// Whether polw is installed so that it can work: its folder, its native part, the name servers, Postfix. Each finding is
// one line: what is wrong, and what to do.

import { existsSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { LiveDns } from '../dns/live.ts';
import { nameServers, serverOf } from '../dns/servers.ts';
import type { Settings } from '../settings/table.ts';
import { nativePart } from '../store/native.ts';
import { aboutLog } from './log-place.ts';
import { aboutPostfix, accountOf, type SpawnEntry, spawnEntry } from './postfix.ts';

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

/** What is wrong with the installation. Without settings, their folder and name servers are left out. */
export async function findings(settings: Settings | undefined): Promise<readonly string[]> {
  const entry = spawnEntry();
  return [
    ...aboutNode(),
    ...(settings === undefined
      ? []
      : [
          ...aboutFolder(settings, entry),
          ...aboutLog(settings, typeof entry === 'object' ? entry.user : undefined),
          ...(await aboutNameServers(settings)),
        ]),
    ...aboutPostfix(entry),
  ];
}

function aboutNode(): readonly string[] {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) return [`Node ${process.versions.node} is too old; install Node 20 or later`];
  try {
    nativePart();
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return [`SQLite can't be used, so there is no cache: ${reason}`];
  }
}

/** The folder of the cache, as the account needs it that the service runs as. */
function aboutFolder({ cache_file: file }: Settings, entry: SpawnEntry | string | undefined): readonly string[] {
  if (file === '') return [];
  const folder = path.dirname(file);
  const user = typeof entry === 'object' ? entry.user : undefined;
  const owner = user === undefined ? undefined : accountOf(user);
  const make = `run: install -d -o ${user ?? 'polw'} -g ${user ?? 'polw'} -m 700 ${folder}`;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return [`the folder ${folder} is missing; ${make}`];
  if (found.isSymbolicLink()) return [`${folder} is a symbolic link; name the folder itself in cache_file`];
  if (!found.isDirectory()) return [`${folder} is no folder; ${make}`];
  const problems: string[] = [];
  if ((found.mode & 0o022) !== 0) problems.push(`others may write to ${folder}; run: chmod 700 ${folder}`);
  if (owner !== undefined && found.uid !== owner)
    problems.push(`${folder} does not belong to ${user}, the account of the service; run: chown ${user}: ${folder}`);
  const cache = existsSync(file) ? lstatSync(file) : undefined;
  if (cache !== undefined && !cache.isFile()) problems.push(`${file} is no file; remove it`);
  else if (cache !== undefined && cache.uid !== found.uid)
    problems.push(`${file} does not belong to the owner of its folder; run: chown --reference=${folder} ${file}`);
  return problems;
}

async function aboutNameServers({ nameservers, dns_timeout: timeout }: Settings): Promise<readonly string[]> {
  const servers = nameServers(nameservers);
  const where = 'see nameservers, or /etc/resolv.conf';
  const problems = await Promise.all(
    servers.map(async (server) => {
      const answer = await new LiveDns([server], 1, timeout * 1000).ask('A', 'example.com');
      if (answer.kind !== 'failed' || answer.reason === 'servfail') return [];
      const what = answer.reason === 'refused' ? 'refuses to answer us' : 'does not answer';
      return [`the name server ${server.address} port ${server.port} ${what}; ${where}`];
    }),
  );
  const open = servers.filter(({ address }) => PUBLIC_RESOLVERS.some((known) => serverOf(known)?.address === address));
  return [
    ...problems.flat(),
    ...open.map(
      ({ address }) =>
        `${address} is a public resolver, which most block lists refuse; run a resolver of your own, such as unbound`,
    ),
  ];
}
