// The settings of policyd-weight, and which of ours each one is.

import { SETTINGS, type SettingName, type Settings } from '../../settings/table.ts';
import type { Score } from '../../toml/kinds.ts';

/** The settings whose values are of one type. */
export type NamesOf<T> = {
  [K in SettingName]: Settings[K] extends T ? (T extends Settings[K] ? K : never) : never;
}[SettingName];

export const NUMBERS: Readonly<Record<string, NamesOf<number>>> = {
  REJECTLEVEL: 'reject_level',
  DEFER_LEVEL: 'defer_level',
  MAXDNSBLHITS: 'max_dnsbl_hits',
  MAXDNSBLSCORE: 'max_dnsbl_score',
  BL_ERROR_SKIP: 'list_error_skip',
  BL_SKIP_RELEASE: 'list_skip_release',
  DNS_RETRIES: 'dns_tries',
  DNS_RETRY_IVAL: 'dns_timeout',
  MAXDNSERR: 'max_dns_errors',
  CACHESIZE: 'spam_cache_size',
  CACHEMAXSIZE: 'spam_cache_max_size',
  NTTL: 'spam_cache_retries',
  NTIME: 'spam_cache_time',
  POSCACHESIZE: 'ham_cache_size',
  POSCACHEMAXSIZE: 'ham_cache_max_size',
  PTTL: 'ham_cache_uses',
};

export const TIMES: Readonly<Record<string, NamesOf<number>>> = {
  PTIME: 'ham_cache_time',
  TEMP_PTIME: 'ham_cache_probation',
};

export const FLAGS: Readonly<Record<string, NamesOf<boolean>>> = {
  dnsbl_checks_only: 'dnsbl_checks_only',
  ADD_X_HEADER: 'add_header',
  IGNORE_RFC1918_A: 'ignore_private_addresses',
  LOG_BAD_RBL_ONLY: 'log_hits_only',
};

/** What is said behind a text: as the original always did, and where that would not be true, otherwise. */
interface Text {
  readonly name: NamesOf<string>;
  readonly suffix: string;
  readonly truer?: string;
}

/** Each text. */
export const TEXTS: Readonly<Record<string, readonly Text[]>> = {
  REJECTMSG: [{ name: 'reject_text', suffix: '' }],
  DEFER_ACTION: [{ name: 'defer_action', suffix: '' }],
  MAXDNSBLMSG: [{ name: 'max_dnsbl_text', suffix: '' }],
  DNSERRMSG: [{ name: 'no_dns_text', suffix: ' Your HELO: {helo}, IP: {client}' }],
  CACHEREJECTMSG: [
    {
      name: 'cached_reject_text',
      suffix: ' - retrying too fast. penalty: {seconds} seconds x {retries} retries.',
      truer: '; refused {ago} seconds ago, please try again in {seconds} seconds',
    },
  ],
  POSCACHEMSG: [
    { name: 'cached_accept_text', suffix: '; rate: {rate}' },
    { name: 'trusted_accept_text', suffix: '; rate:hard: {rate}' },
  ],
  MAXDNSERRMSG: [{ name: 'dns_errors_text', suffix: '{where}' }],
};

/** Settings that are read in another way than by these tables. */
export const OTHERS = ['dnsbl_score', 'rhsbl_score', 'DEFER_STRING', 'NS', 'dnsbl_checks_only_regexps'];
const LISTS = new Set(['dnsbl_score', 'rhsbl_score', 'dnsbl_checks_only_regexps']);

/** What the original needed for its daemon, its sockets and its own log. */
export const NOT_NEEDED = new Set(
  `LOCKPATH SPATH MAXIDLECACHE MAINTENANCE_LEVEL PUDP USE_NET_DNS IPC_TIMEOUT TRY_BALANCE VERBOSE DEBUG DEFAULT_RESPONSE
  syslog_socktype syslog_facility syslog_options syslog_priority syslog_ident USER GROUP MAX_PROC MIN_PROC MAXIDLE
  TCP_PORT BIND_ADDRESS SOMAXCONN CHILDIDLE PIDFILE NON_LINEAR NTTL_MAX`.split(/\s+/),
);

export function isScoreName(name: string): name is NamesOf<Score> {
  return Object.entries(SETTINGS).some(([known, entry]) => known === name && entry.group === 'scores');
}

/** What stands before the name of a setting that decides mails; undefined if it is no such setting. */
export function sigilOf(name: string): '$' | '@' | undefined {
  if (LISTS.has(name) || isScoreName(name)) return '@';
  return [NUMBERS, TIMES, FLAGS, TEXTS].some((table) => Object.hasOwn(table, name)) || OTHERS.includes(name)
    ? '$'
    : undefined;
}

/** All that policyd-weight knows, for who wrote one of them wrongly. */
export function knownNames(): readonly string[] {
  const scores = Object.keys(SETTINGS).filter(isScoreName);
  return [NUMBERS, TIMES, FLAGS, TEXTS].flatMap((table) => Object.keys(table)).concat(scores, OTHERS, [...NOT_NEEDED]);
}
