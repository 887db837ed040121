// Which name servers to ask.

import { readFileSync } from 'node:fs';
import { parseAddress } from './address.ts';

export interface Server {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** What the C library uses if resolv.conf names none (resolv.conf(5)). */
const LOCAL: Server = { address: '127.0.0.1', family: 4, port: 53 };
/** More than these are ignored, as the C library does (MAXNS). */
const SERVERS = 3;

/** The servers that are set, and no others; or those of the system. */
export function nameServers(settings: readonly string[], resolvConf = '/etc/resolv.conf'): readonly Server[] {
  const words = settings.length > 0 ? settings : ofSystem(resolvConf);
  const servers = words.flatMap((word) => serverOf(word) ?? []).slice(0, SERVERS);
  return servers.length > 0 || settings.length > 0 ? servers : [LOCAL];
}

function ofSystem(file: string): string[] {
  try {
    return [...readFileSync(file, 'utf8').matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, word]) => word ?? '');
  } catch {
    return [];
  }
}

/** Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `fe80::1%eth0` or `[2001:db8::1]:53`. */
export function serverOf(word: string): Server | undefined {
  const { host, port } = partsOf(word);
  const parsed = parseAddress(host);
  if (parsed === undefined || port === undefined) return undefined;
  return { address: host, family: host.includes(':') ? 6 : 4, port };
}

function partsOf(word: string): { readonly host: string; readonly port: number | undefined } {
  const colon = word.indexOf(':');
  if (word.startsWith('[')) {
    const end = word.indexOf(']');
    const host = word.slice(1, end);
    // Only an IPv6 address stands in brackets.
    return end < 0 || !host.includes(':') ? NOTHING : { host, port: portIn(word.slice(end + 1)) };
  }
  if (colon < 0 || colon !== word.lastIndexOf(':')) return { host: word, port: PORT };
  return { host: word.slice(0, colon), port: portIn(word.slice(colon)) };
}

const PORT = 53;
const NOTHING = { host: '', port: undefined };

/** The port in `:5353`, or the usual one. */
function portIn(text: string): number | undefined {
  if (text === '') return PORT;
  const port = Number(text.slice(1));
  return /^:\d{1,5}$/.test(text) && port >= 1 && port <= 65535 ? port : undefined;
}
