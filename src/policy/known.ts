// Who is known from earlier mails. A client is refused for what is its own, else together with one sender only: other
// people send through it. A sender that was accepted is known with its client, and saves the walk through the DNS, never
// the lists. Pure; times in milliseconds.

import { dueAt } from '../clock.ts';
import { type Address, networkOf } from '../dns/address.ts';
import { organisationOf } from '../dns/organisation.ts';
import type { Accepted, Refused } from '../store/verdicts.ts';
import type { Envelope } from '../weigh/mail.ts';
import type { PolicySettings } from './settings.ts';

/** The keys under which a mail may be known. Blanks part the words, so they can't be mistaken for another's. */
export interface Keys {
  readonly client: string;
  readonly sender: string;
  readonly domain: string;
}

export function keysOf(
  { client: address, senderUntagged: sender, senderDomain, helo }: Envelope,
  settings: PolicySettings,
): Keys {
  const faithful = settings.as_policyd_weight;
  const client = faithful ? address.text : clientKey(address);
  let domain: string | undefined;
  return {
    client,
    // All bounces of a client have the same sender, and are weighed by HELO.
    sender: sender === '' ? `${client} <> ${helo}` : `${client} ${sender}`,
    // Worked out when it is needed, once: it takes its time to find what somebody registered.
    get domain() {
      domain ??=
        senderDomain === undefined
          ? `${client} ${sender}`
          : `${client} @${faithful ? senderDomain : (organisationOf(senderDomain) ?? senderDomain)}`;
      return domain;
    },
  };
}

/** The client as it is remembered: one that has an IPv6 address has 2^64 of them. */
export function clientKey(client: Address): string {
  return client.family === 4 ? client.text : `${networkOf(client, 'near')}:/64`;
}

/** How long ago a refusal was, and how long it holds. Each refusal has its end, whoever tries what until then. */
export interface Remembered {
  readonly ago: number;
  readonly left: number;
}

/** Undefined if it does not hold any more. */
export function holds({ seen }: Refused, now: number, { spam_cache_time }: PolicySettings): Remembered | undefined {
  const time = spam_cache_time * 1000;
  const end = dueAt(seen + time, now, time);
  return end > now ? { ago: now - seen, left: end - now } : undefined;
}

/** How often it is worth a write that a sender came again: it only tells who goes when there are too many. */
const NOTED_EVERY = 3_600_000;

/** False for a sender that was accepted while the clock was wrong. */
export function isKnown({ seen, first }: Accepted, now: number): boolean {
  return seen <= now && first <= now;
}

export function isWorthNoting({ seen }: Accepted, now: number): boolean {
  return now - seen >= NOTED_EVERY;
}

export function newlyRefused(rate: number, now: number, settings: PolicySettings): Refused {
  return { rate, retries: settings.spam_cache_retries, seen: now };
}

export function newlyAccepted(rate: number, now: number, settings: PolicySettings): Accepted {
  return { rate, uses: settings.ham_cache_uses, seen: now, first: now, round: now };
}
