// Cases for comparing polw with the original: a configuration, a zone, and the requests of one or more connections.

import type { Zone } from '../dns-server.ts';

/** Settings of policyd-weight: scalars as numbers or texts, lists as arrays in their order. */
export type Config = Readonly<Record<string, number | string | readonly (number | string)[]>>;

export interface Request {
  /** What the generator chose. */
  readonly feat?: string;
  readonly attrs?: Readonly<Record<string, string>>;
  /** The very bytes (as latin1), where the attributes can't say it. */
  readonly raw?: string;
  /** Milliseconds to wait before. */
  readonly wait?: number;
  /** Which process is asked. */
  readonly conn?: number;
  /** Names of the zone that change before; null deletes. */
  readonly patch?: Readonly<Record<string, Zone[string] | null>>;
  /** What the original answered (as latin1); null if it died. */
  readonly action?: string | null;
  readonly rate?: string;
  /** How many questions the original asked. */
  readonly dns?: number;
}

export interface Scenario {
  readonly id: string;
  readonly theme: string;
  readonly config: Config;
  readonly zone: Zone;
  readonly requests: readonly Request[];
  readonly slow?: boolean;
}

/** Texts for all that the original says, so that none of its own sentences is needed. */
export const NEUTRAL_TEXTS: Config = {
  REJECTMSG: '550 refused, says the scale',
  MAXDNSBLMSG: '550 refused, say the lists',
  DNSERRMSG: '450 nothing about you in the DNS',
  CACHEREJECTMSG: '550 refused again',
  POSCACHEMSG: 'known already',
  MAXDNSERRMSG: 'passed, too many failures',
};

/** The bytes of a request (as latin1). */
export function requestBytes(request: Request): string {
  const lines = Object.entries(request.attrs ?? {}).map(([name, value]) => `${name}=${value}\n`);
  return request.raw ?? `${lines.join('')}\n`;
}

/** The attributes of a request, in lower case, as the original sees them. */
export function attributesOf(request: Request): Readonly<Record<string, string>> {
  const entries = requestBytes(request)
    .split('\n')
    .map((line) => line.replaceAll('\r', '').toLowerCase())
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return Object.fromEntries(entries);
}

const LISTS = new Set(['dnsbl_score', 'rhsbl_score', 'dnsbl_checks_only_regexps']);
const quoted = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
const literal = (value: number | string): string => (typeof value === 'number' ? String(value) : quoted(value));

/** A configuration as a policyd-weight.conf. */
export function perlConf(config: Config): string {
  const lines = Object.entries(config).map(([name, value]) => {
    if (name === 'dnsbl_checks_only_regexps' && Array.isArray(value)) {
      return `@${name} = (${value.map((source) => `qr/${String(source).replace(/\//g, '\\/')}/`).join(', ')});`;
    }
    if (typeof value === 'number' || typeof value === 'string') return `$${name} = ${literal(value)};`;
    const perRow = LISTS.has(name) ? 4 : value.length;
    const rows = value.map((item, index) => `${index % perRow === 0 ? '\n  ' : ' '}${literal(item)},`);
    return `@${name} = (${rows.join('')}\n);`;
  });
  return `${lines.join('\n')}\n1;\n`;
}
