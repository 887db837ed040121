// What the tests of faults have in common: a small world of mails, a polw to weigh them, and how it should have done.

import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { DnsServer, type Entry, type Zone } from '../dns-server.ts';
import { complaintAbout } from '../fuzz/well-formed.ts';
import { command, type Polw } from '../process.ts';
import { type Attributes, rcpt } from '../request.ts';
import { type SettingsParts, settingsText } from '../settings-text.ts';
import { startPolw } from '../within-test.ts';

/** An account that owns nothing else. It needs no name. */
export const USER = 47011;

const folders: string[] = [];

// Registered first, so called last: by then no process writes into them.
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that anybody may look into. Removed after the tests of the file. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'polw-faults-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

/** A copy of the program that others can neither rebuild nor are kept from reading. Gives its folder. */
export function copyOfProgram(): string {
  const bin = path.join(newFolder(), 'bin');
  mkdirSync(bin, { mode: 0o755 });
  cpSync(fileURLToPath(new URL('../../bin', import.meta.url)), bin, { recursive: true });
  return bin;
}

/** A name server that runs while the tests of the file do. */
export function dnsForAll(zone = usualZone()): DnsServer {
  const dns = new DnsServer(zone);
  beforeAll(async () => {
    await dns.start();
  });
  afterAll(() => dns.stop());
  return dns;
}

/** One more with the usual zone. Whoever starts it stops it. */
export async function startDns(tcp = true): Promise<DnsServer> {
  return await new DnsServer(usualZone(), { tcp }).start();
}

/** 400 clients of each kind: see `mail`. */
function usualZone(): Zone {
  // By its test entry a list shows that it is alive (RFC 5782, section 5).
  const zone: { [name: string]: Entry } = { '2.0.0.127.bl.test': { A: '127.0.0.2' } };
  for (let index = 0; index < CLIENTS; index++) {
    const { good, listed, bogus } = addresses(index);
    zone[`good${index}.test`] = { MX: [[10, `mail.good${index}.test.`]] };
    zone[`mail.good${index}.test`] = { A: good };
    zone[reverse(good)] = { PTR: `mail.good${index}.test.` };
    zone[`${reversed(listed)}.bl.test`] = { A: '127.0.0.2' };
    zone[`spam${index}.test`] = { MX: [[10, `mail.spam${index}.test.`]] };
    zone[`mail.spam${index}.test`] = { A: '203.0.113.9' };
    zone[`bogus${index}.test`] = { MX: [[10, `mail.bogus${index}.test.`]] };
    zone[`mail.bogus${index}.test`] = { A: '127.0.0.1' };
    zone[`mail.client${index}.test`] = { A: bogus };
    zone[reverse(bogus)] = { PTR: `mail.client${index}.test.` };
  }
  return zone;
}

const CLIENTS = 400;

/**
 * A mail: accepted, refused, deferred, or from one that nobody knows, in turn. No two of them have anything in common,
 * so what is decided about one never depends on what the cache knows of another.
 */
export function mail(index: number): Attributes {
  const number = Math.floor(index / 4) % CLIENTS;
  const { good, listed, bogus, stranger } = addresses(number);
  const common = { instance: `faults.${index}`, recipient: 'someone@here.test' };
  switch (index % 4) {
    case 0:
      return from(good, `mail.good${number}.test`, `one@good${number}.test`, common);
    case 1:
      return from(listed, 'unknown', `two@spam${number}.test`, { ...common, helo_name: `mail.spam${number}.test` });
    case 2:
      return from(bogus, `mail.client${number}.test`, `three@bogus${number}.test`, common);
    default:
      return from(stranger, 'unknown', `four@nobody${number}.test`, { ...common, helo_name: `nobody${number}.test` });
  }
}

export function mails(first: number, count: number): Attributes[] {
  return Array.from({ length: count }, (_, index) => mail(first + index));
}

function from(address: string, name: string, sender: string, more: Attributes): Attributes {
  return rcpt({ client_address: address, client_name: name, helo_name: name, sender, ...more });
}

function addresses(index: number): { good: string; listed: string; bogus: string; stranger: string } {
  const last = `${Math.floor(index / 200)}.${(index % 200) + 1}`;
  return { good: `198.18.${last}`, listed: `198.19.${last}`, bogus: `203.0.${last}`, stranger: `198.51.${last}` };
}

function reversed(address: string): string {
  return address.split('.').reverse().join('.');
}

function reverse(address: string): string {
  return `${reversed(address)}.in-addr.arpa`;
}

/** Settings in a folder of their own, with their log. */
export interface Written {
  readonly folder: string;
  readonly settings: string;
  readonly log: string;
}

/** Writes settings. Without a cache, and with a log, if nothing else is said. */
export function newSettings(parts: Partial<SettingsParts> & Pick<SettingsParts, 'servers'>): Written {
  const folder = newFolder();
  const log = path.join(folder, 'polw.log');
  const settings = path.join(folder, 'polw.toml');
  writeFileSync(settings, settingsText({ cache: '', log, ...parts }), { mode: 0o644 });
  return { folder, settings, log };
}

/** Starts the polw of a folder, as root or as another user without any rights, with its settings file. */
export function startFrom(
  bin: string,
  settings: string,
  user?: number,
  env: { readonly [name: string]: string } = {},
): Promise<Polw> {
  const [file, ...rest] = command(path.join(bin, 'polw'));
  const program: [string, ...string[]] =
    user === undefined ? [file, ...rest] : ['/usr/bin/setpriv', ...withoutRights(user), file, ...rest];
  return startPolw(['-f', settings], { program, cwd: '/', env });
}

function withoutRights(user: number): string[] {
  return [
    `--reuid=${user}`,
    `--regid=${user}`,
    '--clear-groups',
    '--bounding-set=-all',
    '--inh-caps=-all',
    '--no-new-privs',
  ];
}

/** What was answered, and how long each answer took in milliseconds. */
export interface Weighed {
  readonly answers: string[];
  readonly times: readonly number[];
}

export async function weighAll(polw: Polw, requests: readonly Attributes[]): Promise<Weighed> {
  const answers: string[] = [];
  const times: number[] = [];
  for (const request of requests) {
    const begun = performance.now();
    answers.push(await polw.ask(request));
    times.push(performance.now() - begun);
  }
  return { answers, times };
}

/** Nothing came over the socket but these answers, each of them well formed. */
export function expectOnly(polw: Polw, answers: readonly string[]): void {
  expect(polw.received.toString('latin1')).toBe(answers.map((answer) => `${answer}\n\n`).join(''));
  expect(answers.map((answer) => [answer, complaintAbout(answer)]).filter(([, wrong]) => wrong !== undefined)).toEqual(
    [],
  );
}

/** The lines of a log file that a process has written, without the time; of all processes if none is named. */
export function logLines(file: string, pid?: number): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines
    .filter((line) => pid === undefined || line.includes(`[${pid}]: `))
    .map((line) => line.replace(/^\S+ /, ''));
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Waits until something holds; for what takes a moment, and would be awaited for ever if it never came. */
export async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !holds(); ) {
    if (performance.now() > end) throw new Error(`waited in vain for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
