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

/** The servers that are set, or those of the system. */
export function nameServers(settings: readonly string[], resolvConf = '/etc/resolv.conf'): readonly Server[] {
  const words = settings.length > 0 ? settings : ofSystem(resolvConf);
  const servers = words.flatMap((word) => serverOf(word) ?? []).slice(0, SERVERS);
  return servers.length > 0 ? servers : [LOCAL];
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
  const parts = /^\[([^\]]+)\](?::(\d+))?$/.exec(word) ?? /^([\d.]+)(?::(\d+))?$/.exec(word) ?? /^(.*:.*)$/.exec(word);
  const [address = '', zone] = (parts?.[1] ?? '').split('%');
  const port = Number(parts?.[2] ?? 53);
  if (port < 1 || port > 65535) return undefined;
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  return { address: zone === undefined ? address : `${address}%${zone}`, family: address.includes(':') ? 6 : 4, port };
}
