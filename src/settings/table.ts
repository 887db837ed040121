// The one table of all settings, spread together from the rooms that they are of. Defaults, the reader of the TOML file,
// `polw defaults` and the manual are made from it.

import { DNS_SETTINGS } from '../dns/settings.ts';
import { LISTS_SETTINGS } from '../lists/settings.ts';
import { LOG_SETTINGS } from '../log/settings.ts';
import { manual } from '../manual.ts';
import { POLICY_SETTINGS } from '../policy/settings.ts';
import { STORE_SETTINGS } from '../store/settings.ts';
import type { SettingsOf } from '../toml/entry.ts';
import { WEIGH_SETTINGS } from '../weigh/settings.ts';

/** The TOML tables in which the settings stand, with the heading of each. */
export const GROUPS = {
  decision: manual`How much is too much, and what is done then.`,
  scores: manual`What each check adds to the score (hit: what it finds is adverse) or takes from it (miss: it is favourable, or clean).`,
  dns: manual`Name servers, time-outs and bounds; when a list that fails is left out. The lists themselves stand at the end.`,
  cache: manual`The file that all polw processes share.`,
  texts: manual`What is said to the client, and in the header. The words in braces are filled in.`,
  log: manual`Where the log goes.`,
} as const;

/** In the order in which they are printed, within each group. */
export const SETTINGS = {
  ...STORE_SETTINGS,
  ...LOG_SETTINGS,
  ...LISTS_SETTINGS,
  ...DNS_SETTINGS,
  ...WEIGH_SETTINGS,
  ...POLICY_SETTINGS,
};

export type Settings = SettingsOf<typeof SETTINGS>;
export type SettingName = keyof Settings;
