// What policyd-weight remembers of earlier mails (as_policyd_weight): a refused client uses up its retries, and an
// accepted sender is trusted, without any check, for so many uses in so much time. Pure; times in milliseconds.

import { dueAt } from '../clock.ts';
import type { Accepted, Refused } from '../store/verdicts.ts';
import type { PolicySettings } from './settings.ts';

/** What becomes of an entry when its client comes again. `counts`: a retry is used up. */
export type Retry =
  | { readonly kind: 'expired' }
  | { readonly kind: 'refused'; readonly counts: boolean; readonly entry: Refused };

/** A refused client comes again. Each retry that keeps the time uses one up; sooner ones only restart the clock. */
export function retry(entry: Refused, now: number, settings: PolicySettings): Retry {
  const time = settings.spam_cache_time * 1000;
  const waited = dueAt(entry.seen + time, now, time) < now || entry.seen > now;
  if (entry.retries <= 0 && waited) return { kind: 'expired' };
  const retries = waited ? entry.retries - 1 : entry.retries;
  return { kind: 'refused', counts: waited, entry: { ...entry, retries, seen: now } };
}

/** Within this time (milliseconds) it isn't worth a write that a sender was seen again. */
const SEEN_AGAIN = 1000;

/**
 * What is known of an accepted sender that comes again. `trusted`: it is accepted without any check, for one use.
 * `round`: a round of uses begins with this mail.
 */
export type Return =
  | { readonly kind: 'trusted' }
  | { readonly kind: 'known'; readonly seen?: number }
  | { readonly kind: 'round'; readonly entry: Accepted };

export function comeAgain(entry: Accepted, now: number, settings: PolicySettings): Return {
  if (now - entry.first <= settings.ham_cache_probation * 1000) {
    return now - entry.seen < SEEN_AGAIN ? { kind: 'known' } : { kind: 'known', seen: now };
  }
  const time = settings.ham_cache_time * 1000;
  if (entry.uses > 0 && dueAt(entry.round + time, now, time) > now) return { kind: 'trusted' };
  return { kind: 'round', entry: { ...entry, uses: settings.ham_cache_uses, round: now, seen: now } };
}
