// The one table of all settings: name, kind, default, unit and text. Defaults, the reader of the TOML file,
// `polw defaults` and the manual are made from it.

import { serverOf } from '../dns/servers.ts';
import { inWords } from '../errors.ts';
import type { ListSetting } from '../lists/list.ts';
import { manual } from '../manual.ts';
import { listsOfToday } from './default-lists.ts';
import { choice, duration, flag, integer, type Kind, number, score, text, texts } from './kinds.ts';
import { lists } from './lists.ts';
import { notAReply } from './reply.ts';
import { variablesOf } from './template.ts';

/** The TOML tables in which the settings stand, with the heading of each. */
export const GROUPS = {
  decision: manual`How much is too much, and what is done then.`,
  scores: manual`What each check adds to the score (hit) or takes from it (miss).`,
  dns: manual`Name servers, time-outs and bounds; when a list that fails is left out. The lists themselves stand at the end.`,
  cache: manual`The file that all polw processes share.`,
  texts: manual`What is said to the client, and in the header. The words in braces are filled in.`,
  log: manual`Where the log goes.`,
} as const;
export type Group = keyof typeof GROUPS | 'lists';

export interface Entry<T> {
  readonly group: Group;
  readonly kind: Kind<T>;
  readonly default: T;
  readonly unit: string | undefined;
  readonly text: string;
}

const entry = <T>(group: Group, kind: Kind<T>, value: T, explanation: string, unit?: string): Entry<T> => ({
  group,
  kind,
  default: value,
  text: explanation,
  unit,
});

const decision = <T>(kind: Kind<T>, value: T, explanation: string, unit?: string): Entry<T> =>
  entry('decision', kind, value, explanation, unit);
const weight = (
  hit: number,
  miss: number,
  explanation: string,
): Entry<{ readonly hit: number; readonly miss: number }> =>
  entry('scores', score, { hit, miss }, explanation, 'points');
const dns = <T>(kind: Kind<T>, value: T, explanation: string, unit?: string): Entry<T> =>
  entry('dns', kind, value, explanation, unit);
const cache = <T>(kind: Kind<T>, value: T, explanation: string, unit?: string): Entry<T> =>
  entry('cache', kind, value, explanation, unit);
const template = (value: string, explanation: string): Entry<string> =>
  entry('texts', text(unknownVariable), value, explanation);

const reply = (value: string, explanation: string): Entry<string> =>
  entry(
    'texts',
    text((words) => unknownVariable(words) ?? notAReply(words)),
    value,
    explanation,
  );

const points = number(-1e21, 1e21);
const DAY = 86400;

export const SETTINGS = {
  reject_level: decision(points, 1, manual`A mail whose score reaches this is refused.`, 'points'),
  base_score: decision(points, 0, manual`Every mail that is weighed begins with this.`, 'points'),
  defer_level: decision(
    points,
    5,
    manual`A mail that is refused with a score below this may be deferred instead: see defer_tokens.`,
    'points',
  ),
  defer_tokens: decision(
    texts(() => undefined),
    ['IN_SPAMCOP=', 'BOGUS_MX='],
    manual`A mail to be refused whose score is below defer_level is deferred if one of its tokens begins with one of these.`,
  ),
  defer_action: decision(
    text(notAReply),
    '450',
    manual`What stands in place of the first word of reject_text when a mail is deferred.`,
  ),
  max_dnsbl_hits: decision(
    integer(0, 1000),
    2,
    manual`A client that is on more than this many lists is refused at once.`,
    'lists',
  ),
  max_dnsbl_score: decision(
    points,
    8,
    manual`A client whose lists add up to more than this is refused at once.`,
    'points',
  ),
  dnsbl_checks_only: decision(
    flag,
    false,
    manual`Ask nothing but the lists of client addresses, and accept what they leave.`,
  ),
  dnsbl_checks_only_names: decision(
    texts(notARegularExpression),
    [],
    manual`As dnsbl_checks_only, for clients whose name matches one of these regular expressions.`,
  ),
  add_header: decision(
    flag,
    true,
    manual`Accept with a header that says why (PREPEND). If false: DUNNO and the same words.`,
  ),
  header_name: decision(text(notAHeaderName), 'X-policyd-weight', manual`The name of that header.`),
  as_policyd_weight: decision(
    flag,
    false,
    manual`Decide as policyd-weight does, its weaknesses included, as far as that is safe. polw convert --faithful sets it.`,
  ),
  weigh_private_clients: decision(
    flag,
    false,
    manual`Weigh mail of loopback, private, shared, link-local and unspecified client addresses too: for a laboratory.`,
  ),

  client_ip_eq_helo_score: weight(
    1.5,
    -1.25,
    manual`The client has a reverse name like its HELO (miss), or none (hit).`,
  ),
  helo_score: weight(
    1.5,
    -2,
    manual`HELO or the sender domain have the address of the client (miss), or neither has (hit).`,
  ),
  helo_from_mx_eq_ip_score: weight(
    1.5,
    -3.1,
    manual`The client is an MX of the sender domain or of HELO (miss); it is listed and no host of the sender domain (hit).`,
  ),
  helo_numeric_score: weight(2.5, 0, manual`HELO is an address.`),
  from_match_regex_verified_helo: weight(
    1,
    -2,
    manual`A verified HELO and the sender domain are alike (miss) or not (hit).`,
  ),
  from_match_regex_unverified_helo: weight(
    1.6,
    -1.5,
    manual`A HELO of the network of the client and the sender domain are alike (miss) or not (hit).`,
  ),
  from_match_regex_failed_helo: weight(2.5, 0, manual`A HELO that is not the name of the client.`),
  helo_seems_dialup: weight(1.5, 0, manual`A verified HELO looks like that of a dial-up line.`),
  failed_helo_seems_dialup: weight(2, 0, manual`A HELO that is not verified looks like that of a dial-up line.`),
  helo_ip_in_client_subnet: weight(
    0,
    -1.2,
    manual`HELO has an address in the /24 (IPv6: /64) of the client; or the name of the client matches the sender domain.`,
  ),
  helo_ip_in_cl16_subnet: weight(0, -0.41, manual`HELO has an address in the /16 (IPv6: /48) of the client.`),
  client_seems_dialup_score: weight(3.75, 0, manual`The reverse name of the client looks like that of a dial-up line.`),
  from_multiparted: weight(
    1.09,
    0,
    manual`The sender is of a name below a domain that can be registered, and nothing speaks for the client.`,
  ),
  from_anon: weight(1.17, 0, manual`The sender is nobody@ or anonymous@.`),
  bogus_mx_score: weight(2.1, 0, manual`The sender domain has no usable MX or address, or is no domain.`),
  random_sender_score: weight(0.25, 0, manual`The local part of the sender looks random.`),
  rhsbl_penalty_score: weight(3.1, 0, manual`Added to a sender domain list when HELO and sender do not fit.`),
  enforce_dyndns_score: weight(3, 0, manual`Added when HELO looks like that of a dial-up line.`),

  list_check_interval: dns(
    duration(0, 7 * DAY),
    3600,
    manual`How often each list is tested (RFC 5782, section 5). One that fails is not asked. 0: never.`,
    'seconds',
  ),
  list_off_time: dns(
    duration(60, 7 * DAY),
    600,
    manual`How long a list that fails, or refuses us, is not asked before it is tested again.`,
    'seconds',
  ),
  nameservers: dns(
    texts(notAServer),
    [],
    manual`Name servers as ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. Empty: those of /etc/resolv.conf.`,
  ),
  dns_tries: dns(integer(1, 10), 2, manual`How often a question is sent.`, 'times'),
  dns_timeout: dns(duration(0.05, 60), 2, manual`How long to wait for an answer to each try.`, 'seconds'),
  dns_deadline: dns(
    duration(0.1, 90),
    10,
    manual`What is not answered by then counts as failed, and the mail is decided.`,
    'seconds',
  ),
  dns_max_questions: dns(
    integer(10, 10000),
    100,
    manual`At most this many questions about the sender domain and HELO of one mail; what lies beyond is not looked at.`,
    'questions',
  ),
  max_dns_errors: dns(
    integer(0, 1000),
    3,
    manual`With as_policyd_weight: a mail is accepted without further checks after this many failed questions.`,
    'failures',
  ),
  ignore_private_addresses: dns(
    flag,
    false,
    manual`Leave loopback and private addresses of the sender domain itself out of account.`,
  ),
  list_error_skip: dns(
    integer(0, 1000),
    2,
    manual`A list that fails more often than this in a row is left out for a while.`,
    'failures',
  ),
  list_skip_release: dns(integer(1, 100000), 10, manual`For how many mails: one less than this.`, 'mails'),

  cache_file: cache(
    text(notAnAbsolutePath),
    '/var/lib/polw/cache.sqlite',
    manual`The SQLite file. Its folder belongs to the account of polw alone. Empty: no cache.`,
  ),
  dns_ttl_min: cache(duration(0, DAY), 60, manual`Answers are kept at least this long, ...`, 'seconds'),
  dns_ttl_max: cache(duration(0, 7 * DAY), 6 * 3600, manual`... and at most this long.`, 'seconds'),
  dns_negative_ttl_max: cache(
    duration(0, 7 * DAY),
    3600,
    manual`Answers that there is no such name or record are kept at most this long.`,
    'seconds',
  ),
  dns_failure_ttl: cache(duration(0, 3600), 15, manual`Failures are kept this long.`, 'seconds'),
  cache_max_megabytes: cache(integer(1, 100000), 256, manual`The file never grows beyond this.`, 'MiB'),
  statistics: cache(flag, true, manual`Count decisions, tokens and latencies, for polw stats.`),
  statistics_time: cache(duration(3600, 400 * DAY), 31 * DAY, manual`How long the counts are kept.`, 'seconds'),
  spam_cache_size: cache(
    integer(0, 1e7),
    2000,
    manual`How many refused clients are kept when there are too many. 0: none.`,
    'entries',
  ),
  spam_cache_max_size: cache(integer(0, 1e7), 4000, manual`How many are too many.`, 'entries'),
  spam_cache_retries: cache(
    integer(0, 1000),
    1,
    manual`With as_policyd_weight: how many retries, each after spam_cache_time, are refused from the cache.`,
    'retries',
  ),
  spam_cache_time: cache(
    duration(0, 30 * DAY),
    30,
    manual`How long a refusal is remembered: of a client whose lists alone reach reject_level, else of the client with this sender. With as_policyd_weight a retry sooner than this does not count.`,
    'seconds',
  ),
  ham_cache_size: cache(
    integer(0, 1e7),
    1000,
    manual`How many accepted senders are kept when there are too many. 0: none.`,
    'entries',
  ),
  ham_cache_max_size: cache(integer(0, 1e7), 2000, manual`How many are too many.`, 'entries'),
  ham_cache_uses: cache(
    integer(0, 1e6),
    60,
    manual`With as_policyd_weight: how many mails of a known sender are accepted without any check, ...`,
    'mails',
  ),
  ham_cache_time: cache(
    duration(0, 365 * DAY),
    3 * 3600,
    manual`... in how much time, before the lists are asked again.`,
    'seconds',
  ),
  ham_cache_probation: cache(
    duration(0, 365 * DAY),
    DAY,
    manual`With as_policyd_weight: how long after its first mail a sender is accepted without any check.`,
    'seconds',
  ),

  reject_text: reply(
    "550 5.7.1 Your mail looks like spam or a forgery to us. Please have your mail server's HELO, DNS and MX records and DNS list entries checked",
    manual`A mail is refused.`,
  ),
  max_dnsbl_text: reply(
    '550 5.7.1 Your mail server is on several DNS block lists. Please look up {client} there and have it removed',
    manual`The client is on too many lists.`,
  ),
  no_dns_text: reply(
    '450 4.7.1 We found nothing about your mail server in the DNS. Please have its administrator see to it. HELO: {helo}, address: {client}',
    manual`Neither client, HELO nor sender are known to the DNS.`,
  ),
  cached_reject_text: reply(
    '450 4.7.1 {refused} was refused {ago} seconds ago. Please do not try again sooner than in {seconds} seconds',
    manual`A refused client comes again within spam_cache_time. A code of 5 becomes 450 but with as_policyd_weight: the mail itself was not weighed.`,
  ),
  cached_accept_text: template(
    'accepted before; rate: {rate}',
    manual`A sender comes again that was accepted before, and neither its client nor its domain is on a list.`,
  ),
  trusted_accept_text: template(
    'known sender; rate:hard: {rate}',
    manual`With as_policyd_weight: a sender comes again that is accepted without any check.`,
  ),
  unknown_text: template(
    '450 4.7.1 We could not look up {question} at the moment, and what becomes of this mail hangs on it; please try again later',
    manual`What could not be looked up may turn the verdict.`,
  ),
  dns_errors_text: template(
    'accepted, too many DNS failures{where}',
    manual`Two thirds of the lists (and two at least) said nothing, or max_dns_errors was reached: accepted without further checks.`,
  ),
  mismatch_text: template(
    '; MTA helo: {helo}, MTA hostname: {client_name}[{client}] (helo/hostname mismatch)',
    manual`Added to reject_text when HELO is not the name of the client.`,
  ),
  listed_sender_text: template('; in {zone}', manual`Added to reject_text for each list that the sender domain is on.`),
  relay_text: template(
    '; please relay via your ISP ({sender_domain})',
    manual`Added to reject_text for a listed client that is no host of the sender domain.`,
  ),
  dyndns_text: template(
    '; Please use DynDNS',
    manual`Added to reject_text for a HELO that looks like that of a dial-up line.`,
  ),
  further_recipient_text: reply('{reply}', manual`A further recipient of a mail that was refused.`),

  log_to: entry('log', choice('syslog', 'file', 'nowhere'), 'syslog', manual`Where the log goes.`),
  log_file: entry('log', text(notAnAbsolutePath), '/var/log/polw.log', manual`The file, if log_to is "file".`),
  log_tag: entry('log', text(notATag), 'postfix/polw', manual`The name in front of each line.`),
  log_hits_only: entry(
    'log',
    flag,
    true,
    manual`Leave out the tokens of lists that the client is not on, if they give 0.`,
  ),

  lists: {
    group: 'lists',
    kind: lists,
    // Made only where it is needed: most settings have lists of their own.
    get default() {
      return listsOfToday();
    },
    text: manual`The DNS lists, in the order of their tokens. One [[lists]] table for each.`,
    unit: undefined,
  } satisfies Entry<readonly ListSetting[]>,
};

export type Settings = { readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['default'] };
export type SettingName = keyof Settings;

function unknownVariable(value: string): string | undefined {
  return variablesOf(value).complaint;
}

function notARegularExpression(value: string): string | undefined {
  try {
    new RegExp(value);
    return undefined;
  } catch (error) {
    return `wants a regular expression: ${inWords(error)}`;
  }
}

function notAHeaderName(value: string): string | undefined {
  return /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value) ? undefined : 'wants the name of a header: letters, digits and "-"';
}

function notAServer(value: string): string | undefined {
  return serverOf(value) !== undefined
    ? undefined
    : 'wants an address, with a port if it isn\'t 53: "192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53"';
}

function notAnAbsolutePath(value: string): string | undefined {
  if (value !== '' && !value.startsWith('/')) return 'wants a path that begins with "/"';
  // Where a link stands in front of "..", the words lead elsewhere than they say.
  return value.split('/').includes('..') ? 'wants a path without ".."' : undefined;
}

function notATag(value: string): string | undefined {
  return /^[!-~]{1,64}$/.test(value) ? undefined : 'wants one word';
}
