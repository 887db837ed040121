// Settings of where the log goes.

import { notAnAbsolutePath } from '../files/path.ts';
import { manual } from '../manual.ts';
import { entriesIn, type SettingsOf } from '../toml/entry.ts';
import { choice, text } from '../toml/kinds.ts';

const log = entriesIn('log');

export const LOG_SETTINGS = {
  log_to: log(choice('syslog', 'file', 'nowhere'), 'syslog', manual`Where the log goes.`),
  log_file: log(text(notAnAbsolutePath), '/var/log/polw.log', manual`The file, if log_to is "file".`),
  log_tag: log(text(notATag), 'postfix/polw', manual`The name in front of each line.`),
};

export type LogSettings = SettingsOf<typeof LOG_SETTINGS>;

function notATag(value: string): string | undefined {
  return /^[!-~]{1,64}$/.test(value) ? undefined : 'wants one word';
}
