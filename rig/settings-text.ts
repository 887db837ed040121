// The text of a settings file: whom to ask, where its shared file and its log are, and whatever else.

import type { DnsServer } from './dns-server.ts';

export interface SettingsParts {
  /** Name servers as ADDRESS:PORT. */
  readonly servers: readonly string[];
  /** Empty: mails are weighed without a shared file. */
  readonly cache: string;
  /** Empty: no log. */
  readonly log: string;
  /** Lines of these tables, besides those that follow from the above. */
  readonly decision?: string;
  readonly dns?: string;
  readonly cacheLines?: string;
  readonly texts?: string;
  /** Whole tables. */
  readonly more?: string;
  /** The lists; one by default. Empty: those of the program. */
  readonly lists?: string;
}

/** A list of clients, 4.35 if they are on it and -1.5 if not. */
export const ONE_LIST = `[[lists]]
name = "BL"
zone = "bl.test"
miss = -1.5
answers = [{ client = 4.35 }]
`;

export function settingsText(parts: SettingsParts): string {
  const servers = parts.servers.map((server) => `"${server}"`).join(', ');
  return [
    parts.more,
    table('decision', parts.decision),
    table('dns', `nameservers = [${servers}]`, parts.dns),
    table('cache', `cache_file = "${parts.cache}"`, parts.cacheLines),
    table('texts', parts.texts),
    table('log', parts.log === '' ? 'log_to = "nowhere"' : `log_to = "file"\nlog_file = "${parts.log}"`),
    parts.lists ?? ONE_LIST,
  ]
    .filter((text) => text !== undefined && text !== '')
    .join('\n');
}

/** How the settings name a server. */
export function serverOf(dns: DnsServer): string {
  return `${dns.address}:${dns.port}`;
}

function table(name: string, ...lines: readonly (string | undefined)[]): string {
  const given = lines.filter((line) => line !== undefined && line !== '');
  return given.length === 0 ? '' : `[${name}]\n${given.join('\n')}\n`;
}
