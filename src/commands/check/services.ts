// What each smtpd service of an instance does with polw: about which mail it asks which entry, at which stage.

import { existsSync, readFileSync } from 'node:fs';
import { meet, type Places, placesAsked, placesOf, type Resolve } from './addresses.ts';
import { type PolwEntry, polwEntryOf } from './entries.ts';
import { type Instance, isChrooted, lastOfEach, parametersOf } from './instance.ts';
import type { MasterEntry } from './master-cf.ts';
import type { Parameters } from './parameters.ts';
import { type Asked, type Mail, named, type Tables, type Walked, walk } from './walk.ts';

/** Where a call of a policy service leads. */
export type Target =
  | { readonly kind: 'polw'; readonly polw: PolwEntry }
  | { readonly kind: 'other'; readonly entry: MasterEntry | undefined }
  /** No service of master.cf and no socket: smtpd gets no answer. */
  | { readonly kind: 'missing' }
  /** There outside of the chroot in which smtpd runs. */
  | { readonly kind: 'outside'; readonly polw: PolwEntry | undefined };

export interface SmtpdService {
  readonly entry: MasterEntry;
  readonly parameters: Parameters;
  readonly isChrooted: boolean;
  readonly places: Places;
  /** By address. */
  readonly targets: ReadonlyMap<string, Target>;
  /** All policy services that its lists and classes name. */
  readonly named: readonly Asked[];
  walk(mail: Mail): Walked;
}

export interface PolwPlace {
  readonly polw: PolwEntry;
  readonly places: Places;
}

/** All entries of polw that count, and all smtpd services. */
export interface Services {
  readonly polws: readonly PolwPlace[];
  readonly smtpds: readonly SmtpdService[];
}

/** Looks at an instance. */
export async function servicesOf(instance: Instance, resolve: Resolve): Promise<Services> {
  const { used } = lastOfEach(instance.entries);
  const main = parametersOf(instance);
  const places = new Map<MasterEntry, Places>();
  for (const entry of used) places.set(entry, await placesOf(entry, main, resolve));
  const queue = main.get('queue_directory');
  const polws = used.flatMap((entry) => {
    const polw = polwEntryOf(entry, queue);
    return polw === undefined ? [] : [{ polw, places: places.get(entry) ?? [] }];
  });
  const smtpds: SmtpdService[] = [];
  for (const entry of used) {
    if (entry.command === 'smtpd') smtpds.push(await smtpdOf(instance, entry, { polws, places, resolve }));
  }
  return { polws, smtpds };
}

interface Known {
  readonly polws: readonly PolwPlace[];
  readonly places: ReadonlyMap<MasterEntry, Places>;
  readonly resolve: Resolve;
}

async function smtpdOf(instance: Instance, entry: MasterEntry, known: Known): Promise<SmtpdService> {
  const parameters = parametersOf(instance, entry);
  const chrooted = isChrooted(instance, entry);
  const calls = named(parameters);
  const targets = new Map<string, Target>();
  for (const { address } of calls) targets.set(address, await targetOf(address, chrooted, parameters, known));
  const dead = new Set([...targets].filter(([, { kind }]) => kind === 'missing' || kind === 'outside').map(([a]) => a));
  const tables = readTables();
  return {
    entry,
    parameters,
    isChrooted: chrooted,
    places: known.places.get(entry) ?? [],
    targets,
    named: calls,
    walk: (mail) => walk(parameters, mail, { tables, dead }),
  };
}

async function targetOf(
  address: string,
  chrooted: boolean,
  parameters: Parameters,
  { polws, places, resolve }: Known,
): Promise<Target> {
  const found = (asked: Places): Target | undefined => {
    const polw = polws.find((one) => meet(one.places, asked))?.polw;
    if (polw !== undefined) return { kind: 'polw', polw };
    const entry = [...places].find(([, ofEntry]) => meet(ofEntry, asked))?.[0];
    return entry === undefined ? undefined : { kind: 'other', entry };
  };
  const asked = await placesAsked(address, chrooted, parameters, resolve);
  const target = found(asked);
  if (target !== undefined) return target;
  const path = asked[0]?.startsWith('unix ') === true ? asked[0].slice('unix '.length) : undefined;
  if (path === undefined || existsSync(path)) return { kind: 'other', entry: undefined };
  const outside = chrooted ? await placesAsked(address, false, parameters, resolve) : [];
  const there = found(outside);
  if (there === undefined && !existsSync(outside[0]?.slice('unix '.length) ?? '')) return { kind: 'missing' };
  return { kind: 'outside', polw: there?.kind === 'polw' ? there.polw : undefined };
}

/** Reads tables that are text, each once. smtpd opens them before it enters its chroot. */
function readTables(): Tables {
  const texts = new Map<string, string | undefined>();
  return (table, word) => {
    if (!texts.has(table)) texts.set(table, textOf(table));
    const text = texts.get(table);
    return text === undefined ? undefined : new RegExp(`(^|[\\s,{=])${escaped(word)}($|[\\s,}])`, 'm').test(text);
  };
}

/** The text of a table, or of the tables that it is made of; undefined if it has none. */
function textOf(table: string): string | undefined {
  const [, type = '', rest = ''] = /^(?:proxy:)?(\w+):(.*)$/s.exec(table) ?? [];
  if (type === 'inline') return rest;
  if (/^(pipemap|unionmap)$/.test(type)) {
    const texts = rest
      .replace(/^\{(.*)\}$/s, '$1')
      .split(/[\s,]+/)
      .map((one) => (one === '' ? '' : textOf(one)));
    return texts.includes(undefined) ? undefined : texts.join('\n');
  }
  if (!/^(hash|btree|dbm|cdb|lmdb|texthash|cidr|pcre|regexp)$/.test(type)) return undefined;
  try {
    return withoutComments(readFileSync(rest, 'utf8'));
  } catch {
    return undefined;
  }
}

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, '');
}

function escaped(word: string): string {
  return word.replace(/[^\w]/g, '\\$&');
}
