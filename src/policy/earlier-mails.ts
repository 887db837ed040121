// What earlier mails say about one, and what this one tells later ones. The lists are asked all the same: see
// known-sender.ts. As policyd-weight it counts uses and retries instead: see counted.ts.

import type { Store } from '../store/store.ts';
import type { Accepted, Refused } from '../store/verdicts.ts';
import type { Envelope } from '../weigh/mail.ts';
import { formatNumber } from '../weigh/number.ts';
import type { Token } from '../weigh/tally.ts';
import { fill } from '../weigh/template.ts';
import { accepting, refusal, type Verdict, variables } from '../weigh/verdict.ts';
import type { Weighed } from '../weigh/weigh.ts';
import { comeAgain, retry } from './counted.ts';
import { holds, isKnown, isWorthNoting, type Keys, keysOf, newlyAccepted, newlyRefused } from './known.ts';
import type { PolicySettings } from './settings.ts';

interface Place {
  readonly settings: PolicySettings;
  readonly store: Store;
}

/** A verdict, or the rate with which the sender was accepted before, or neither. */
export interface Recalled {
  readonly keys: Keys;
  readonly verdict?: Verdict;
  readonly rate?: number;
}

/** What earlier mails say. */
export function recall(envelope: Envelope, place: Place): Recalled {
  const now = Date.now();
  const keys = keysOf(envelope, place.settings);
  if (place.settings.spam_cache_size > 0) {
    for (const key of [keys.client, keys.sender]) {
      const entry = place.store.refused(key);
      const action = entry === undefined ? undefined : refusedAgain(envelope, keys, key, entry, now, place);
      if (action !== undefined) return { keys, verdict: refusal(action, '', undefined, place.settings) };
    }
  }
  const entry = place.settings.ham_cache_size > 0 ? place.store.accepted(keys.domain) : undefined;
  if (entry === undefined || !isKnown(entry, now)) return { keys };
  if (place.settings.as_policyd_weight) return acceptedAgain(envelope, keys, entry, now, place);
  if (isWorthNoting(entry, now)) place.store.sawAccepted(keys.domain, now);
  return { keys, rate: entry.rate };
}

/** The action for a client, or a client with this sender, that was refused. Undefined if that is over. */
function refusedAgain(
  envelope: Envelope,
  keys: Keys,
  key: string,
  entry: Refused,
  now: number,
  { settings, store }: Place,
): string | undefined {
  const values = {
    ...variables(envelope, settings),
    rate: formatNumber(entry.rate),
    refused: `${key === keys.client ? 'Mail' : 'Mail of this sender'} from ${keys.client}`,
  };
  if (settings.as_policyd_weight) {
    const again = countRetry(key, entry, now, { settings, store });
    return again === undefined
      ? undefined
      : fill(settings.cached_reject_text, {
          ...values,
          ago: String(Math.max(0, Math.floor((now - entry.seen) / 1000))),
          seconds: formatNumber(settings.spam_cache_time),
          retries: String(again.retries),
        });
  }
  const remembered = holds(entry, now, settings);
  if (remembered === undefined) return undefined;
  return temporary(
    fill(settings.cached_reject_text, {
      ...values,
      ago: String(Math.floor(remembered.ago / 1000)),
      seconds: String(Math.ceil(remembered.left / 1000)),
      retries: '0',
    }),
  );
}

/** Notes that a refused client came again, and gives its entry afterwards. Undefined if it has no retries any more. */
function countRetry(key: string, entry: Refused, now: number, { settings, store }: Place): Refused | undefined {
  const again = retry(entry, now, settings);
  if (again.kind === 'expired') {
    store.dropRefused(key);
    return undefined;
  }
  if (!again.counts) {
    store.sawRefused(key, now);
    return again.entry;
  }
  // By now another process may have counted the last one.
  return store.exchangeRefused(key, (found) => {
    const last = retry(found, now, settings);
    return last.kind === 'refused' ? last.entry : undefined;
  });
}

/** An accepted sender comes again, to a service that decides as policyd-weight. */
function acceptedAgain(
  envelope: Envelope,
  keys: Keys,
  entry: Accepted,
  now: number,
  { settings, store }: Place,
): Recalled {
  const { domain } = keys;
  const again = comeAgain(entry, now, settings);
  if (again.kind === 'round') store.beginRound(domain, entry, again.entry);
  if (again.kind === 'known' && again.seen !== undefined) store.sawAccepted(domain, again.seen);
  if (again.kind !== 'trusted' || !store.useAccepted(domain, entry, now)) return { keys, rate: entry.rate };
  const words = fill(settings.trusted_accept_text, {
    ...variables(envelope, settings),
    rate: formatNumber(entry.rate),
  });
  return { keys, verdict: { outcome: 'accept', action: accepting(settings, words), remember: 'accepted' } };
}

/** Keeps what later mails shall know. `recalled`: what earlier ones said about this one. */
export function remember(
  { keys, rate: before }: Recalled,
  weighed: Weighed,
  verdict: Verdict,
  { settings, store }: Place,
): void {
  const now = Date.now();
  if (isToForget(before !== undefined, weighed, verdict, settings)) store.dropAccepted(keys.domain);
  if (verdict.keep === undefined) return;
  if (verdict.keep === 'accepted-sender') {
    if (settings.ham_cache_size === 0 || (!settings.as_policyd_weight && isListed(weighed))) return;
    const entry = newlyAccepted(weighed.score, now, settings);
    store.putAccepted(keys.domain, entry, settings.ham_cache_max_size, settings.ham_cache_size);
  } else if (settings.spam_cache_size > 0) {
    const rate = weighed.ending === undefined ? weighed.score : weighed.findings.dnsblScore;
    const key = verdict.keep === 'refused-client' ? keys.client : keys.sender;
    store.putRefused(key, newlyRefused(rate, now, settings), settings.spam_cache_max_size, settings.spam_cache_size);
  }
}

function isToForget(known: boolean, weighed: Weighed, { outcome }: Verdict, settings: PolicySettings): boolean {
  if (settings.as_policyd_weight) return outcome !== 'accept' || weighed.findings.dnsblHits > 0;
  return known && (outcome === 'reject' || isListed(weighed));
}

const LISTED = ['IN_', 'HELO_IN_', 'CLIENT_NAME_IN_'];

/** True if a list speaks against the client, or a domain. */
function isListed({ steps }: Weighed): boolean {
  const speaksAgainst = ({ name, points }: Token): boolean =>
    points > 0 && LISTED.some((beginning) => name.startsWith(beginning));
  return steps.some(({ tokens }) => tokens.some(speaksAgainst));
}

/** What is only remembered is never said for good: a code of 5, or REJECT, becomes the one that asks to come again. */
function temporary(words: string): string {
  const permanent = /^\s*(5\d\d|reject)(?=\s|$)(\s+5(?=\.\d{1,3}\.\d{1,3}(?:[\s;]|$)))?/i.exec(words);
  if (permanent === null) return words;
  const [found, code = '', status = ''] = permanent;
  return `${code.startsWith('5') ? '450' : 'DEFER'}${status.replace('5', '4')}${words.slice(found.length)}`;
}
