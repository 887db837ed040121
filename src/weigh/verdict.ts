// From the scale to words: what is answered, what is remembered, what is cached. Pure.

import { type Findings, isUnknown, questionInWords } from './findings.ts';
import type { Envelope } from './mail.ts';
import { formatNumber, roundScore } from './number.ts';
import type { WeighSettings } from './settings.ts';
import { fill, type Variable } from './template.ts';
import type { Step, Weighed } from './weigh.ts';

/** What is decided about a mail. */
export interface Verdict {
  readonly outcome: 'accept' | 'defer' | 'reject';
  /** What Postfix is told. */
  readonly action: string;
  /** How further recipients of the same mail are answered. */
  readonly remember?: 'accepted' | 'blocked';
  /** What further recipients of a blocked mail are told. */
  readonly furtherAction?: string;
  /** What later mails shall know: the client, or the client and the sender, are refused; or accepted. */
  readonly keep?: 'refused-client' | 'refused-sender' | 'accepted-sender';
}

/** The values of the variables in texts. */
export function variables(envelope: Envelope, settings: WeighSettings): { readonly [K in Variable]?: string } {
  return {
    client: envelope.client.text,
    client_name: envelope.clientName,
    helo: envelope.helo,
    sender: settings.as_policyd_weight ? envelope.senderUntagged : envelope.sender,
    sender_domain: envelope.senderDomain ?? '',
    recipient: envelope.recipient,
  };
}

/** The action that accepts a mail with a word of explanation. */
export function accepting(settings: WeighSettings, words: string): string {
  return `${settings.add_header ? `PREPEND ${settings.header_name}:` : 'DUNNO '} ${words}`;
}

/** Decides on what the scale shows. */
export function verdictOf(envelope: Envelope, weighed: Weighed, settings: WeighSettings): Verdict {
  const { findings, ending, trace, score } = weighed;
  const values = variables(envelope, settings);
  switch (ending?.kind) {
    case 'lists-silent':
      if (findings.dnsblScore > 0) return puttingOff(envelope, 'most DNS lists', settings);
      return acceptingUnweighed(envelope, ending.where, settings);
    case 'dns-failures':
      return acceptingUnweighed(envelope, ending.where, settings);
    case 'lists-only': {
      const pattern = ending.pattern === undefined ? '' : ` (regex-nr: ${ending.pattern + 1})`;
      return {
        outcome: 'accept',
        action: accepting(settings, `${trace} (only DNSBL check requested${pattern})`),
        remember: 'accepted',
      };
    }
    case 'known-sender': {
      const words = fill(settings.cached_accept_text, { ...values, rate: formatNumber(ending.rate) });
      return { outcome: 'accept', action: accepting(settings, words), remember: 'accepted' };
    }
    case 'listed-too-often':
      return refusal(fill(settings.max_dnsbl_text, values), '', 'refused-client', settings);
    case undefined:
      break;
  }

  const [unknown] = findings.unknown;
  if (envelope.sender === '' && isBounceToTake(findings)) {
    return {
      outcome: 'accept',
      action: accepting(settings, `${trace}; rate: ${formatNumber(score)}`),
      remember: 'accepted',
    };
  }
  if (weighed.inDoubt && unknown !== undefined) return puttingOff(envelope, questionInWords(unknown), settings);
  if (findings.dnsError && findings.dnsblHits < 2) {
    return { outcome: 'defer', action: replyOf(fill(settings.no_dns_text, values), settings) };
  }
  if (score < settings.reject_level) {
    return {
      outcome: 'accept',
      action: accepting(settings, `${trace}; rate: ${formatNumber(score)}`),
      remember: 'accepted',
      ...(findings.dnsblHits === 0 && unknown === undefined && envelope.sender !== ''
        ? { keep: 'accepted-sender' }
        : {}),
    };
  }
  const { reason, additions } = rejectText(envelope, weighed, settings);
  return refusal(reason, additions, whatToRefuse(envelope, weighed, settings), settings);
}

/**
 * Bounces are mail that somebody needs, and come from servers with names as bad as any. So the names of a client on no
 * list refuse none. To one that is listed its names are no help: they are its own.
 */
function isBounceToTake({ dnsblHits, hostListed }: Findings): boolean {
  return dnsblHits === 0 && !hostListed;
}

function acceptingUnweighed(envelope: Envelope, where: string, settings: WeighSettings): Verdict {
  const words = fill(settings.dns_errors_text, { ...variables(envelope, settings), where });
  return { outcome: 'accept', action: accepting(settings, words), remember: 'accepted' };
}

/** What becomes of the mail hangs on a question that has no answer now. Nothing of it is kept. */
function puttingOff(envelope: Envelope, question: string, settings: WeighSettings): Verdict {
  return refusal(fill(settings.unknown_text, { ...variables(envelope, settings), question }), '', undefined, settings);
}

/**
 * A client is refused as such for what is its own: its lists alone reach the level. Else with this sender only, as
 * others may send through it. policyd-weight also refuses one that is listed at all, dial-up or lies.
 */
function whatToRefuse(envelope: Envelope, { findings, steps }: Weighed, settings: WeighSettings): Verdict['keep'] {
  if (findings.failures >= Math.max(1, settings.max_dns_errors) || findings.unknown.length > 0) return undefined;
  if (!settings.as_policyd_weight) return reachesLevel(steps[0], settings) ? 'refused-client' : 'refused-sender';
  if (envelope.senderDomain === undefined) return 'refused-sender';
  return findings.dnsblHits > 0 || findings.dialUp || findings.helo !== 'verified'
    ? 'refused-client'
    : 'refused-sender';
}

/** True if a step is enough. That of the client's own lists is the first, with the score that every mail begins with. */
function reachesLevel(step: Step | undefined, settings: WeighSettings): boolean {
  const score = step?.tokens.reduce((sum, { points }) => sum + points, 0) ?? 0;
  return roundScore(score) >= settings.reject_level;
}

interface RejectText {
  readonly reason: string;
  readonly additions: string;
}

function rejectText(envelope: Envelope, { findings, trace, score }: Weighed, settings: WeighSettings): RejectText {
  const values = variables(envelope, settings);
  let reason = fill(settings.reject_text, values);
  const isClass = withoutClassMark(reason) !== reason;
  if (!isClass && score < settings.defer_level && settings.defer_tokens.some((token) => trace.includes(` ${token}`))) {
    reason = reason.replace(/^\S+/, () => settings.defer_action);
  }
  let additions = '';
  if (findings.helo !== 'verified' && !findings.heloUntrustedOk && !isUnknown(findings, 'HELO'))
    additions += fill(settings.mismatch_text, values);
  for (const zone of findings.listedIn) additions += fill(settings.listed_sender_text, { ...values, zone });
  if (findings.relayAdvised) additions += fill(settings.relay_text, values);
  if (findings.dynDnsAdvised) additions += fill(settings.dyndns_text, values);
  return { reason, additions };
}

/** A refusal. Temporary ones and restriction classes are not kept: they are meant to be tried again. */
export function refusal(reason: string, additions: string, keep: Verdict['keep'], settings: WeighSettings): Verdict {
  const words = reason + additions;
  const temporary = /^\s*(4|defer)/i.test(words);
  const passing = temporary || isClass(words);
  return {
    outcome: temporary ? 'defer' : 'reject',
    action: replyOf(words, settings),
    remember: 'blocked',
    furtherAction: replyOf(fill(settings.further_recipient_text, { reply: words, reason }), settings),
    ...(passing || keep === undefined ? {} : { keep }),
  };
}

/** The reply as Postfix is given it. */
function replyOf(words: string, settings: WeighSettings): string {
  const reply = withoutClassMark(words);
  return settings.as_policyd_weight ? reply : withStatusOfCode(reply);
}

/** The first figure of an enhanced status is that of the code (RFC 3463, section 2): `450 5.7.1` is `450 4.7.1`. */
function withStatusOfCode(reply: string): string {
  return reply.replace(
    /^(\s*)([45])(\d\d )[245](?=\.\d{1,3}\.\d{1,3}\b)|^(\s*)((?:defer\w*|reject) )[245](?=\.\d{1,3}\.\d{1,3}\b)/i,
    (_, blank = '', figure = '', rest = '', otherBlank = '', word = '') =>
      word === '' ? `${blank}${figure}${rest}${figure}` : `${otherBlank}${word}${/^reject/i.test(word) ? 5 : 4}`,
  );
}

function isClass(words: string): boolean {
  return /^\s*rc:/.test(words);
}

/** A text that begins with `rc:` names a restriction class, which is all that Postfix may see of it. */
function withoutClassMark(words: string): string {
  return /^\s*rc:\s*([^\s,;.]+)/.exec(words)?.[1] ?? words;
}
