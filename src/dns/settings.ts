// Settings of questions to name servers, and of how long their answers are kept.

import { manual } from '../manual.ts';
import { entriesIn, type SettingsOf } from '../toml/entry.ts';
import { duration, integer, texts } from '../toml/kinds.ts';
import { serverOf } from './servers.ts';

const DAY = 86400;
const dns = entriesIn('dns');
const cache = entriesIn('cache');

export const DNS_SETTINGS = {
  nameservers: dns(
    texts(notAServer),
    [],
    manual`Name servers as ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. Empty: those of /etc/resolv.conf.`,
  ),
  dns_tries: dns(integer(1, 10), 2, manual`How often a question is sent.`, 'times'),
  dns_timeout: dns(duration(0.05, 60), 2, manual`How long to wait for an answer to each try.`, 'seconds'),
  dns_deadline: dns(
    duration(0.1, 90),
    10,
    manual`What is not answered by then counts as failed, and the mail is decided.`,
    'seconds',
  ),

  dns_ttl_min: cache(duration(0, DAY), 60, manual`Answers are kept at least this long, ...`, 'seconds'),
  dns_ttl_max: cache(duration(0, 7 * DAY), 6 * 3600, manual`... and at most this long.`, 'seconds'),
  dns_negative_ttl_max: cache(
    duration(0, 7 * DAY),
    3600,
    manual`Answers that there is no such name or record are kept at most this long.`,
    'seconds',
  ),
  dns_failure_ttl: cache(duration(0, 3600), 15, manual`Failures are kept this long.`, 'seconds'),
};

export type DnsSettings = SettingsOf<typeof DNS_SETTINGS>;

function notAServer(value: string): string | undefined {
  return serverOf(value) !== undefined
    ? undefined
    : 'wants an address, with a port if it isn\'t 53: "192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53"';
}
