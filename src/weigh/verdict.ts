// From the scale to words: what is answered, what is remembered, what is cached. Pure.

import type { Settings } from '../settings/table.ts';
import { fill, type Variable } from '../settings/template.ts';
import type { Findings } from './findings.ts';
import type { Envelope } from './mail.ts';
import { formatNumber } from './number.ts';
import type { Weighed } from './weigh.ts';

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
export function variables(envelope: Envelope, settings: Settings): { readonly [K in Variable]?: string } {
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
export function accepting(settings: Settings, words: string): string {
  return `${settings.add_header ? `PREPEND ${settings.header_name}:` : 'DUNNO '} ${words}`;
}

/** Decides on what the scale shows. */
export function verdictOf(envelope: Envelope, weighed: Weighed, settings: Settings): Verdict {
  const { findings, ending, trace, score } = weighed;
  const values = variables(envelope, settings);
  switch (ending?.kind) {
    case 'dns-failures': {
      const words = fill(settings.dns_errors_text, { ...values, where: ending.where });
      return { outcome: 'accept', action: accepting(settings, words), remember: 'accepted' };
    }
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

  if (envelope.sender === '' && isBounceToTake(findings)) {
    return {
      outcome: 'accept',
      action: accepting(settings, `${trace}; rate: ${formatNumber(score)}`),
      remember: 'accepted',
    };
  }
  if (findings.dnsError && findings.dnsblHits < 2) {
    return { outcome: 'defer', action: withoutClassMark(fill(settings.no_dns_text, values)) };
  }
  if (score < settings.reject_level) {
    return {
      outcome: 'accept',
      action: accepting(settings, `${trace}; rate: ${formatNumber(score)}`),
      remember: 'accepted',
      ...(findings.dnsblHits === 0 && envelope.sender !== '' ? { keep: 'accepted-sender' } : {}),
    };
  }
  const { reason, additions } = rejectText(envelope, weighed, settings);
  return refusal(reason, additions, whatToRefuse(envelope, weighed, settings), settings);
}

/**
 * Bounces are mail that somebody needs, and come from servers with names as bad as any. So the names of the client alone
 * refuse none, and a good HELO makes up for one list.
 */
function isBounceToTake({ dnsblHits, hostListed, helo, dialUp }: Findings): boolean {
  if (hostListed) return false;
  return dnsblHits === 0 || (dnsblHits === 1 && helo === 'verified' && !dialUp);
}

/** A client that is listed, dial-up or lies is refused as such; one that doesn't, only with this sender. */
function whatToRefuse(envelope: Envelope, { findings }: Weighed, settings: Settings): Verdict['keep'] {
  if (findings.failures >= Math.max(1, settings.max_dns_errors)) return undefined;
  if (envelope.senderDomain === undefined) return 'refused-sender';
  return findings.dnsblHits > 0 || findings.dialUp || findings.helo !== 'verified'
    ? 'refused-client'
    : 'refused-sender';
}

interface RejectText {
  readonly reason: string;
  readonly additions: string;
}

function rejectText(envelope: Envelope, { findings, trace, score }: Weighed, settings: Settings): RejectText {
  const values = variables(envelope, settings);
  let reason = fill(settings.reject_text, values);
  const isClass = withoutClassMark(reason) !== reason;
  if (!isClass && score < settings.defer_level && settings.defer_tokens.some((token) => trace.includes(` ${token}`))) {
    reason = reason.replace(/^\S+/, () => settings.defer_action);
  }
  let additions = '';
  if (findings.helo !== 'verified' && !findings.heloUntrustedOk) additions += fill(settings.mismatch_text, values);
  for (const zone of findings.listedIn) additions += fill(settings.listed_sender_text, { ...values, zone });
  if (findings.relayAdvised) additions += fill(settings.relay_text, values);
  if (findings.dynDnsAdvised) additions += fill(settings.dyndns_text, values);
  return { reason, additions };
}

/** A refusal. Temporary ones and restriction classes are not kept: they are meant to be tried again. */
export function refusal(reason: string, additions: string, keep: Verdict['keep'], settings: Settings): Verdict {
  const words = reason + additions;
  const temporary = /^\s*(4|defer)/i.test(words);
  const passing = temporary || isClass(words);
  return {
    outcome: temporary ? 'defer' : 'reject',
    action: withoutClassMark(words),
    remember: 'blocked',
    furtherAction: withoutClassMark(fill(settings.further_recipient_text, { reply: words, reason })),
    ...(passing || keep === undefined ? {} : { keep }),
  };
}

function isClass(words: string): boolean {
  return /^\s*rc:/.test(words);
}

/** A text that begins with `rc:` names a restriction class, which is all that Postfix may see of it. */
function withoutClassMark(words: string): string {
  return /^\s*rc:\s*([^\s,;.]+)/.exec(words)?.[1] ?? words;
}
