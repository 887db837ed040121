// Settings of what decides without weighing: mail that isn't looked at, and what earlier mails say.

import { manual } from '../manual.ts';
import type { StoreSettings } from '../store/settings.ts';
import { entriesIn, type SettingsOf } from '../toml/entry.ts';
import { duration, flag, integer } from '../toml/kinds.ts';
import { reply, template, type WeighSettings } from '../weigh/settings.ts';

const DAY = 86400;
const decision = entriesIn('decision');
const cache = entriesIn('cache');

export const POLICY_SETTINGS = {
  weigh_private_clients: decision(
    flag,
    false,
    manual`Weigh mail of loopback, private, shared, link-local and unspecified client addresses too: for a laboratory.`,
  ),

  spam_cache_size: cache(
    integer(0, 1e7),
    2000,
    manual`Refused clients are trimmed to this many. 0: none is kept.`,
    'entries',
  ),
  spam_cache_max_size: cache(integer(0, 1e7), 4000, manual`They are trimmed when there are more.`, 'entries'),
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
    manual`Accepted senders are trimmed to this many. 0: none is kept.`,
    'entries',
  ),
  ham_cache_max_size: cache(integer(0, 1e7), 2000, manual`They are trimmed when there are more.`, 'entries'),
  ham_cache_uses: cache(
    integer(0, 1e6),
    60,
    manual`With as_policyd_weight: so many mails of a known sender are accepted without any check in one round.`,
    'mails',
  ),
  ham_cache_time: cache(
    duration(0, 365 * DAY),
    3 * 3600,
    manual`With as_policyd_weight: how long such a round is at most; then the lists are asked again.`,
    'seconds',
  ),
  ham_cache_probation: cache(
    duration(0, 365 * DAY),
    DAY,
    manual`With as_policyd_weight: how long after its first mail a sender is accepted without any check.`,
    'seconds',
  ),

  cached_reject_text: reply(
    '450 4.7.1 {refused} was refused {ago} seconds ago. Please do not try again sooner than in {seconds} seconds',
    manual`A refused client comes again within spam_cache_time. A code of 5 becomes 450 but with as_policyd_weight: the mail itself was not weighed.`,
  ),
  trusted_accept_text: template(
    'known sender; rate:hard: {rate}',
    manual`With as_policyd_weight: a sender comes again that is accepted without any check.`,
  ),
};

export type PolicySettings = SettingsOf<typeof POLICY_SETTINGS> & StoreSettings & WeighSettings;
