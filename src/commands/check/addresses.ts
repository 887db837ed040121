// Where an address of check_policy_service leads: to a socket in the queue directory, or over TCP to an address of
// this machine. smtpd(8) in a chroot sees other paths than one without.

import { lookup } from 'node:dns/promises';
import { readFileSync, realpathSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { parseAddress } from '../../dns/address.ts';
import type { MasterEntry } from './master-cf.ts';
import type { Parameters } from './parameters.ts';
import { splitList } from './restrictions.ts';

/** A place at which a service listens, or which smtpd asks: `unix /path`, or `tcp ADDRESS PORT` for each address. */
export type Places = readonly string[];

/** Finds addresses of names; resolves to none if there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** As smtpd does: by /etc/hosts and the DNS. */
export const resolveHost: Resolve = async (host) => {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
};

/** Where a service of master.cf listens. */
export async function placesOf(entry: MasterEntry, parameters: Parameters, resolve: Resolve): Promise<Places> {
  if (entry.type !== 'inet')
    return [unixPlace(`${parameters.get('queue_directory')}/${entry.isPrivate ? 'private' : 'public'}/${entry.name}`)];
  const { host, port } = hostAndPort(entry.name);
  const addresses = host === '' ? interfacesOf(parameters) : await addressesOf(host, resolve);
  return addresses.map((address) => tcpPlace(address, port));
}

/** Where smtpd finds what an address names. */
export async function placesAsked(
  address: string,
  chrooted: boolean,
  parameters: Parameters,
  resolve: Resolve,
): Promise<Places> {
  const [, type = '', rest = ''] = /^(unix|local|inet):(.*)$/s.exec(address) ?? [];
  if (type === 'inet') {
    const { host, port } = hostAndPort(rest);
    return (await addressesOf(host || 'localhost', resolve)).map((one) => tcpPlace(one, port));
  }
  const path = type === '' ? address : rest;
  const queue = parameters.get('queue_directory');
  return [unixPlace(path.startsWith('/') && !chrooted ? path : `${queue}/${path}`)];
}

/** Whether others than this machine reach it. */
export function isOpen(places: Places): boolean {
  return places.some((place) => /^tcp (?!127\.|0000:0000:0000:0000:0000:0000:0000:0001 )/.test(place));
}

/** Whether two have a place in common. */
export function meet(one: Places, other: Places): boolean {
  return one.some((place) => other.includes(place));
}

function unixPlace(path: string): string {
  const file = path.replace(/\/+/g, '/');
  const folder = file.slice(0, file.lastIndexOf('/'));
  try {
    return `unix ${realpathSync(folder)}/${file.slice(folder.length + 1)}`;
  } catch {
    return `unix ${file}`;
  }
}

function tcpPlace(address: string, port: string): string {
  return `tcp ${parseAddress(address.replace(/%.*$/, ''))?.text ?? address} ${portNumber(port)}`;
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly string[]> {
  const own = allAddresses();
  if (host === '0.0.0.0' || host === '::') return own;
  return parseAddress(host) === undefined ? await resolve(host) : [host];
}

/** Those of inet_interfaces. */
function interfacesOf(parameters: Parameters): readonly string[] {
  const words = splitList(parameters.get('inet_interfaces'));
  if (words.includes('loopback-only')) return ['127.0.0.1', '::1'];
  const set = words.map((word) => word.replace(/^\[(.*)\]$/, '$1')).filter((word) => parseAddress(word) !== undefined);
  return words.length > 0 && set.length === words.length ? set : allAddresses();
}

/** The addresses of this machine, loopback among them even where it is down. */
export function allAddresses(): readonly string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return [...new Set(['127.0.0.1', '::1', ...found.map(({ address }) => address), '0.0.0.0'])];
}

/** `host:port`, `[address]:port`, or a port alone. */
function hostAndPort(text: string): { readonly host: string; readonly port: string } {
  const end = text.lastIndexOf(':');
  const host = end < 0 ? '' : text.slice(0, end);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: text.slice(end + 1) };
}

/** The number of a port that may be given by its name (services(5)). */
function portNumber(port: string): string {
  if (/^\d+$/.test(port)) return port;
  try {
    for (const line of readFileSync('/etc/services', 'utf8').split('\n')) {
      const [name, number = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (number.endsWith('/tcp') && [name, ...aliases].includes(port)) return number.replace('/tcp', '');
    }
    return port;
  } catch {
    return port;
  }
}
