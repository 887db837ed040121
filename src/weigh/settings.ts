// Settings of the scale: how much is too much, what each check gives, and what is said then.

import type { DnsSettings } from '../dns/settings.ts';
import { inWords } from '../errors.ts';
import type { ListsSettings } from '../lists/settings.ts';
import { manual } from '../manual.ts';
import { type Entry, entriesIn, type SettingsOf } from '../toml/entry.ts';
import { flag, integer, points, type Score, score, text, texts } from '../toml/kinds.ts';
import { notAReply } from './reply.ts';
import { variablesOf } from './template.ts';

const decision = entriesIn('decision');
const dns = entriesIn('dns');
const scores = entriesIn('scores');
const said = entriesIn('texts');
const log = entriesIn('log');

/** What is adverse is a hit; what is favourable, or clean, a miss. */
const weight = (hit: number, miss: number, explanation: string): Entry<Score> =>
  scores(score, { hit, miss }, explanation, 'points');

/** A text with variables. */
export const template = (value: string, explanation: string): Entry<string> =>
  said(text(unknownVariable), value, explanation);

/** A text with variables that is an answer of Postfix. */
export const reply = (value: string, explanation: string): Entry<string> =>
  said(
    text((words) => unknownVariable(words) ?? notAReply(words)),
    value,
    explanation,
  );

export const WEIGH_SETTINGS = {
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
  cached_accept_text: template(
    'accepted before; rate: {rate}',
    manual`A sender comes again that was accepted before, and neither its client nor its domain is on a list.`,
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

  log_hits_only: log(flag, true, manual`Leave out the tokens of lists that the client is not on, if they give 0.`),
};

export type WeighSettings = SettingsOf<typeof WEIGH_SETTINGS> & ListsSettings & DnsSettings;

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
