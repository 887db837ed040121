// What policyd-weight has when its file sets nothing, and what stands in the place of its lists today.

import { SETTINGS } from '../../settings/table.ts';
import type { ConfDefaults, PerlValue } from './conf.ts';
import { isScoreName, NUMBERS } from './names.ts';
import type { Row } from './rows.ts';

type ShortRow = readonly [zone: string, hit: number, miss: number, name: string];

const CLIENT_LISTS: readonly ShortRow[] = [
  ['pbl.spamhaus.org', 3.25, 0, 'DYN_PBL_SPAMHAUS'],
  ['sbl-xbl.spamhaus.org', 4.35, -1.5, 'SBL_XBL_SPAMHAUS'],
  ['bl.spamcop.net', 3.75, -1.5, 'SPAMCOP'],
  ['ix.dnsbl.manitu.net', 4.35, 0, 'IX_MANITU'],
];
const SENDER_LISTS: readonly ShortRow[] = [['multi.surbl.org', 4, 0, 'SURBL']];

/** The lists that the original asks when its file names none. */
export const ORIGINAL_LISTS = { client: CLIENT_LISTS.map(rowOf), sender: SENDER_LISTS.map(rowOf) } as const;

/** Under which names today's lists say what one of the original's lists said. */
export const TODAYS_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['DYN_PBL_SPAMHAUS', ['ZEN_PBL']],
  ['SBL_XBL_SPAMHAUS', ['ZEN_DROP', 'ZEN_SBL', 'ZEN_CSS', 'ZEN_XBL']],
  ['SPAMCOP', ['SPAMCOP']],
  ['IX_MANITU', []],
  ['SURBL', ['SURBL_CRIME', 'SURBL_ABUSE', 'SURBL_CRACKED']],
]);

/** What the settings are before the file is read, as far as a file may build on it. */
export const ORIGINAL_DEFAULTS: ConfDefaults = new Map<string, PerlValue | readonly PerlValue[]>([
  ['dnsbl_score', CLIENT_LISTS.flat()],
  ['rhsbl_score', SENDER_LISTS.flat()],
  ['DEFER_STRING', SETTINGS.defer_tokens.default.join(' ')],
  ['DEFER_ACTION', SETTINGS.defer_action.default],
  ...Object.entries(NUMBERS).map(([name, ours]): [string, number] => [name, SETTINGS[ours].default]),
  ...Object.keys(SETTINGS)
    .filter(isScoreName)
    .map((name): [string, readonly number[]] => {
      const { hit, miss } = SETTINGS[name].default;
      return [name, [hit, miss]];
    }),
]);

function rowOf([zone, hit, miss, name]: ShortRow): Row {
  return { zone, hit, miss, name, line: 1, column: 1 };
}
