// Settings of the file that all polw processes share.

import { notAnAbsolutePath } from '../files/path.ts';
import { manual } from '../manual.ts';
import { entriesIn, type SettingsOf } from '../toml/entry.ts';
import { duration, flag, integer, text } from '../toml/kinds.ts';

const DAY = 86400;
const cache = entriesIn('cache');

export const STORE_SETTINGS = {
  cache_file: cache(
    text(notAnAbsolutePath),
    '/var/lib/polw/cache.sqlite',
    manual`The SQLite file. Its folder belongs to the account of polw alone. Empty: no cache.`,
  ),
  cache_max_megabytes: cache(integer(1, 100000), 256, manual`The file never grows beyond this.`, 'MiB'),
  statistics: cache(flag, true, manual`Count decisions, tokens and latencies, for polw stats.`),
  statistics_time: cache(duration(3600, 400 * DAY), 31 * DAY, manual`How long the counts are kept.`, 'seconds'),
};

export type StoreSettings = SettingsOf<typeof STORE_SETTINGS>;
