// Settings of the DNS lists: which ones, and when one that fails is left out.

import { manual } from '../manual.ts';
import { entriesIn, type SettingsOf } from '../toml/entry.ts';
import { duration, integer } from '../toml/kinds.ts';
import { listsOfToday } from './default-lists.ts';
import { lists } from './lists.ts';

const DAY = 86400;
const dns = entriesIn('dns');

export const LISTS_SETTINGS = {
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
  list_error_skip: dns(
    integer(0, 1000),
    2,
    manual`A list that fails more often than this in a row is left out for a while.`,
    'failures',
  ),
  list_skip_release: dns(integer(1, 100000), 10, manual`It is asked again at this many-th mail.`, 'mails'),

  lists: {
    group: undefined,
    kind: lists,
    // Made only where it is needed: most settings have lists of their own.
    get default() {
      return listsOfToday();
    },
    text: manual`The DNS lists, in the order of their tokens. One [[lists]] table for each.`,
    unit: undefined,
  },
};

export type ListsSettings = SettingsOf<typeof LISTS_SETTINGS>;
