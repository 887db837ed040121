// Who is known from earlier mails: the rules by which a refused client comes again in vain, and an accepted sender is
// let through. Pure; times in milliseconds.

import type { Settings } from '../settings/table.ts';
import type { Accepted, Refused } from '../store/verdicts.ts';
import type { Envelope } from '../weigh/mail.ts';

/** What becomes of an entry when its client comes again. */
export type Retry = { readonly kind: 'expired' } | { readonly kind: 'refused'; readonly entry: Refused };

/** A refused client comes again. Each retry that keeps the time uses one up; sooner ones only restart the clock. */
export function retry(entry: Refused, now: number, settings: Settings): Retry {
  const waited = now - entry.seen > settings.spam_cache_time * 1000;
  if (entry.retries <= 0 && waited) return { kind: 'expired' };
  return { kind: 'refused', entry: { ...entry, retries: waited ? entry.retries - 1 : entry.retries, seen: now } };
}

/** Within this time (milliseconds) it isn't worth a write that a sender was seen again. */
const SEEN_AGAIN = 1000;

/** What is known of an accepted sender that comes again. `trusted`: it is accepted without any check, for one use. */
export type Return = { readonly trusted: true } | { readonly trusted: false; readonly entry: Accepted };

export function comeAgain(entry: Accepted, now: number, settings: Settings): Return {
  if (now - entry.first <= settings.ham_cache_probation * 1000) {
    return { trusted: false, entry: now - entry.seen < SEEN_AGAIN ? entry : { ...entry, seen: now } };
  }
  if (entry.uses > 0 && now - entry.round < settings.ham_cache_time * 1000) return { trusted: true };
  return { trusted: false, entry: { ...entry, uses: settings.ham_cache_uses, round: now, seen: now } };
}

export function newlyRefused(rate: number, now: number, settings: Settings): Refused {
  return { rate, retries: settings.spam_cache_retries, seen: now };
}

export function newlyAccepted(rate: number, now: number, settings: Settings): Accepted {
  return { rate, uses: settings.ham_cache_uses, seen: now, first: now, round: now };
}

/** The keys under which a mail may be known. Blanks part the words, so they can't be mistaken for another's. */
export function keysOf(envelope: Envelope): {
  readonly client: string;
  readonly sender: string;
  readonly domain: string;
} {
  const client = envelope.client.text;
  return {
    client,
    sender: `${client} ${envelope.senderUntagged}`,
    domain:
      envelope.senderDomain === undefined
        ? `${client} ${envelope.senderUntagged}`
        : `${client} @${envelope.senderDomain}`,
  };
}
