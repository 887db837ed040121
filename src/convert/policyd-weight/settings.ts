// Turns the settings of a policyd-weight.conf into ours. By default it mends what has gone bad since; `faithful` keeps
// what the original does wherever a setting can say it.

import { knownList } from '../../lists/known.ts';
import type { AnswerRule, ListSetting } from '../../lists/list.ts';
import type { Score } from '../../settings/kinds.ts';
import { SETTINGS, type SettingName, type Settings } from '../../settings/table.ts';
import {
  type Assigned,
  type ConfDefaults,
  numberOf,
  type PerlScalar,
  type PerlValue,
  type PolicydWeightConf,
  textOf,
} from './conf.ts';
import { sourceForLowerCase } from './perl/regexp.ts';

/** Something to tell the admin. `decisive`: mails may be decided otherwise because of it. */
export interface Remark {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly decisive: boolean;
}

export interface Conversion {
  /** What the file sets, as our settings. */
  readonly settings: Partial<Settings>;
  readonly remarks: readonly Remark[];
  /** Dead lists that were not taken over, each with the reason. */
  readonly leftOut: readonly { readonly list: ListSetting; readonly reason: string }[];
}

type Draft = { -readonly [K in SettingName]?: Settings[K] };
/** The settings whose values are of one type. */
type NamesOf<T> = {
  [K in SettingName]: Settings[K] extends T ? (T extends Settings[K] ? K : never) : never;
}[SettingName];

const NUMBERS: Readonly<Record<string, NamesOf<number>>> = {
  REJECTLEVEL: 'reject_level',
  DEFER_LEVEL: 'defer_level',
  MAXDNSBLHITS: 'max_dnsbl_hits',
  MAXDNSBLSCORE: 'max_dnsbl_score',
  BL_ERROR_SKIP: 'list_error_skip',
  BL_SKIP_RELEASE: 'list_skip_release',
  DNS_RETRIES: 'dns_tries',
  DNS_RETRY_IVAL: 'dns_timeout',
  MAXDNSERR: 'max_dns_errors',
  CACHESIZE: 'spam_cache_size',
  CACHEMAXSIZE: 'spam_cache_max_size',
  NTTL: 'spam_cache_retries',
  NTIME: 'spam_cache_time',
  POSCACHESIZE: 'ham_cache_size',
  POSCACHEMAXSIZE: 'ham_cache_max_size',
  PTTL: 'ham_cache_uses',
};

const TIMES: Readonly<Record<string, NamesOf<number>>> = { PTIME: 'ham_cache_time', TEMP_PTIME: 'ham_cache_probation' };

const FLAGS: Readonly<Record<string, NamesOf<boolean>>> = {
  dnsbl_checks_only: 'dnsbl_checks_only',
  ADD_X_HEADER: 'add_header',
  IGNORE_RFC1918_A: 'ignore_private_addresses',
  LOG_BAD_RBL_ONLY: 'log_hits_only',
};

/** Each text, and what the original always said behind it. */
const TEXTS: Readonly<Record<string, readonly { readonly name: NamesOf<string>; readonly suffix: string }[]>> = {
  REJECTMSG: [{ name: 'reject_text', suffix: '' }],
  DEFER_ACTION: [{ name: 'defer_action', suffix: '' }],
  MAXDNSBLMSG: [{ name: 'max_dnsbl_text', suffix: '' }],
  DNSERRMSG: [{ name: 'no_dns_text', suffix: ' Your HELO: {helo}, IP: {client}' }],
  CACHEREJECTMSG: [
    { name: 'cached_reject_text', suffix: ' - retrying too fast. penalty: {seconds} seconds x {retries} retries.' },
  ],
  POSCACHEMSG: [
    { name: 'cached_accept_text', suffix: '; rate: {rate}' },
    { name: 'trusted_accept_text', suffix: '; rate:hard: {rate}' },
  ],
  MAXDNSERRMSG: [{ name: 'dns_errors_text', suffix: '{where}' }],
};

/** What the original needed for its daemon, its sockets and its own log. */
const NOT_NEEDED = new Set(
  `LOCKPATH SPATH MAXIDLECACHE MAINTENANCE_LEVEL PUDP USE_NET_DNS IPC_TIMEOUT TRY_BALANCE VERBOSE DEBUG DEFAULT_RESPONSE
  syslog_socktype syslog_facility syslog_options syslog_priority syslog_ident USER GROUP MAX_PROC MIN_PROC MAXIDLE
  TCP_PORT BIND_ADDRESS SOMAXCONN CHILDIDLE PIDFILE NON_LINEAR NTTL_MAX`.split(/\s+/),
);

/** The lists that the original asks when its file names none: zone, hit, miss, name. */
const ORIGINAL_CLIENT_LISTS: readonly (readonly [string, number, number, string])[] = [
  ['pbl.spamhaus.org', 3.25, 0, 'DYN_PBL_SPAMHAUS'],
  ['sbl-xbl.spamhaus.org', 4.35, -1.5, 'SBL_XBL_SPAMHAUS'],
  ['bl.spamcop.net', 3.75, -1.5, 'SPAMCOP'],
  ['ix.dnsbl.manitu.net', 4.35, 0, 'IX_MANITU'],
];
const ORIGINAL_SENDER_LISTS: readonly (readonly [string, number, number, string])[] = [
  ['multi.surbl.org', 4, 0, 'SURBL'],
];

/** What the settings are before the file is read, as far as a file may build on it. */
export const ORIGINAL_DEFAULTS: ConfDefaults = new Map<string, PerlValue | readonly PerlValue[]>([
  ['dnsbl_score', ORIGINAL_CLIENT_LISTS.flat()],
  ['rhsbl_score', ORIGINAL_SENDER_LISTS.flat()],
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

const ROBTEX = '; check http://www.robtex.com/rbl/{client}.html';

/** Converts what a file sets. */
export function fromPolicydWeight(conf: PolicydWeightConf, faithful: boolean): Conversion {
  return new Converter(conf, faithful).convert();
}

class Converter {
  readonly #conf: PolicydWeightConf;
  readonly #faithful: boolean;
  readonly #draft: Draft = {};
  readonly #remarks: Remark[] = [];
  readonly #notNeeded: Assigned[] = [];
  readonly #leftOut: { list: ListSetting; reason: string }[] = [];

  constructor(conf: PolicydWeightConf, faithful: boolean) {
    this.#conf = conf;
    this.#faithful = faithful;
  }

  convert(): Conversion {
    for (const { line, column, message, name } of this.#conf.problems) {
      this.#remark({ line, column }, message, name === undefined || !NOT_NEEDED.has(name));
    }
    for (const assigned of this.#conf.settings.values()) this.#setting(assigned);
    this.#lists();
    if (this.#faithful) {
      this.#draft.as_policyd_weight = true;
      this.#draft.weigh_private_clients = true;
      this.#draft.further_recipient_text = '{reason} (multirecipient mail)';
      this.#draft.list_check_interval = 0;
    }
    const [first] = this.#notNeeded;
    if (first !== undefined) {
      const names = this.#notNeeded.map(({ name }) => name).join(', ');
      this.#remark(first, `not needed any more: ${names}`, false);
    }
    return { settings: this.#draft, remarks: this.#remarks, leftOut: this.#leftOut };
  }

  #setting(assigned: Assigned): void {
    const { name } = assigned;
    const [first] = assigned.values;
    if (assigned.declared !== undefined || name === 'dnsbl_score' || name === 'rhsbl_score') return;
    const numberName = NUMBERS[name];
    const timeName = TIMES[name];
    const flagName = FLAGS[name];
    if (numberName !== undefined) this.#number(assigned, first, numberName);
    else if (timeName !== undefined) this.#time(assigned, first, timeName);
    else if (flagName !== undefined) this.#draft[flagName] = isTrue(first);
    else if (TEXTS[name] !== undefined) this.#text(assigned, first);
    else if (isScoreName(name)) this.#score(assigned, name);
    else if (name === 'DEFER_STRING') this.#draft.defer_tokens = textOf(first?.value).split(/\s+/).filter(Boolean);
    else if (name === 'NS')
      this.#draft.nameservers = textOf(first?.value)
        .split(/[\s,]+/)
        .filter(Boolean);
    else if (name === 'dnsbl_checks_only_regexps') this.#patterns(assigned);
    else if (NOT_NEEDED.has(name)) this.#notNeeded.push(assigned);
    else this.#remark(assigned, `${name} is unknown, and not used`, false);
  }

  #number(assigned: Assigned, scalar: PerlScalar | undefined, name: NamesOf<number>): void {
    const value = scalar === undefined ? undefined : numberOf(scalar);
    const read = value === undefined ? undefined : SETTINGS[name].kind.read(value);
    if (read?.ok === true) this.#draft[name] = read.value;
    else
      this.#remark(
        assigned,
        `${assigned.name} is ${scalar?.raw ?? 'empty'}: ${read?.complaint.message ?? 'wants a number'}`,
        true,
      );
  }

  /** A number with a unit, with anything in front of it. */
  #time(assigned: Assigned, scalar: PerlScalar | undefined, name: NamesOf<number>): void {
    const parts = /(\d+)\s*([smhd]?)/.exec(textOf(scalar?.value));
    const read = parts === null ? undefined : SETTINGS[name].kind.read(`${parts[1]}${parts[2] ?? ''}`);
    if (read?.ok === true) this.#draft[name] = read.value;
    else this.#remark(assigned, `${assigned.name} is ${scalar?.raw ?? 'empty'}: wants a time such as 3h`, true);
  }

  #text(assigned: Assigned, scalar: PerlScalar | undefined): void {
    for (const { name, suffix } of TEXTS[assigned.name] ?? []) {
      const said = textOf(scalar?.value)
        .replace(/[\0-\x1f]+/g, ' ')
        .replace(/\{/g, '(')
        .replace(/\}/g, ')');
      this.#draft[name] = said + suffix + (this.#faithful && name === 'max_dnsbl_text' ? ROBTEX : '');
    }
  }

  #score(assigned: Assigned, name: NamesOf<Score>): void {
    const [hit, miss] = assigned.values.map(numberOf);
    if (hit === undefined || (miss === undefined && assigned.values.length > 1)) {
      this.#remark(assigned, `${name} wants two numbers`, true);
      return;
    }
    this.#draft[name] = { hit, miss: miss ?? 0 };
  }

  #patterns(assigned: Assigned): void {
    const patterns: string[] = [];
    for (const { value, raw, line, column } of assigned.values) {
      const perl = typeof value === 'object' ? value : { source: textOf(value), flags: '' };
      const translated = sourceForLowerCase(perl);
      if ('source' in translated) patterns.push(translated.source);
      else this.#remark({ line, column }, `${raw}: ${translated.problem}`, true);
    }
    this.#draft.dnsbl_checks_only_names = patterns;
  }

  #lists(): void {
    const clients = this.#conf.settings.get('dnsbl_score');
    const senders = this.#conf.settings.get('rhsbl_score');
    if (clients === undefined && senders === undefined && !this.#faithful) return;
    const ours = SETTINGS.lists.default;
    const lists: ListSetting[] = [];
    let base = 0;
    const add = (row: Row, subject: 'client' | 'sender'): void => {
      const list = this.#list(row, subject, lists);
      if (list !== undefined) lists.push(list);
      else if (subject === 'client') base += row.miss;
    };
    if (clients !== undefined) for (const row of this.#rows(clients)) add(row, 'client');
    else if (this.#faithful) for (const row of ORIGINAL_CLIENT_LISTS) add(rowOf(row), 'client');
    else lists.push(...ours.filter((list) => list.answers.some((answer) => answer.client !== undefined)));
    if (senders !== undefined) for (const row of this.#rows(senders)) add(row, 'sender');
    else if (this.#faithful) for (const row of ORIGINAL_SENDER_LISTS) add(rowOf(row), 'sender');
    else lists.push(...ours.filter((list) => list.answers.every((answer) => answer.client === undefined)));
    this.#draft.lists = lists;
    if (base !== 0) {
      this.#draft.base_score = base;
      const message = `the lists that are gone gave ${base} to every mail; base_score makes up for it`;
      this.#remark(clients ?? { line: 1, column: 1 }, message, false);
    }
  }

  /** One list; none if it is dead and we may mend. */
  #list(row: Row, subject: 'client' | 'sender', others: readonly ListSetting[]): ListSetting | undefined {
    const known = knownList(row.zone);
    let name =
      row.name
        .replace(/[^A-Za-z0-9_.:/-]/g, '_')
        .replace(/^[^A-Za-z0-9]/, 'X')
        .slice(0, 60) || 'LIST';
    for (let number = 2; others.some((other) => other.name === name); number++)
      name = `${name.replace(/_\d+$/, '')}_${number}`;
    if (name !== row.name) this.#remark(row, `the list ${row.name} is called ${name} now`, false);
    if (subject === 'sender' && row.miss !== 0) {
      this.#remark(row, `the miss score of ${row.name} is left out: it never counted`, false);
    }
    const rule: AnswerRule = {
      match: this.#faithful ? 'any' : (known?.listed ?? ''),
      name: '',
      [subject]: row.hit,
      group: '',
      dial_up: /dyn/i.test(name),
      counts: subject === 'client' && row.hit > 0,
    };
    const list: ListSetting = {
      name,
      zone: row.zone,
      key: '',
      key_file: '',
      enabled: true,
      family: this.#faithful || subject === 'sender' ? 'any' : (known?.family ?? 'any'),
      miss: subject === 'client' ? row.miss : 0,
      test: '',
      not_test: '',
      answers: [rule],
    };
    if (known?.state !== 'dead') return list;
    this.#remark(row, `${row.zone} is ${this.#faithful ? 'dead' : 'left out'}: ${known.terms}`, false);
    if (this.#faithful) return list;
    this.#leftOut.push({ list, reason: known.terms });
    return undefined;
  }

  /** The rows of four of a list setting. */
  #rows(assigned: Assigned): readonly Row[] {
    const rows: Row[] = [];
    for (let index = 0; index < assigned.values.length; index += 4) {
      const [zone, hit, miss, name] = assigned.values.slice(index, index + 4);
      if (zone === undefined) break;
      const hitScore = hit === undefined ? undefined : numberOf(hit);
      const missScore = miss === undefined ? undefined : numberOf(miss);
      if (hitScore === undefined || missScore === undefined || name === undefined) {
        this.#remark(zone, `${assigned.name}: ${zone.raw} wants two numbers and a name behind it`, true);
        continue;
      }
      const zoneName = textOf(zone.value).trim().replace(/\.$/, '').toLowerCase();
      rows.push({
        zone: zoneName,
        hit: hitScore,
        miss: missScore,
        name: textOf(name.value),
        line: zone.line,
        column: zone.column,
      });
    }
    return rows;
  }

  #remark(where: { readonly line: number; readonly column: number }, message: string, decisive: boolean): void {
    this.#remarks.push({ line: where.line, column: where.column, message, decisive });
  }
}

interface Row {
  readonly zone: string;
  readonly hit: number;
  readonly miss: number;
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

function rowOf([zone, hit, miss, name]: readonly [string, number, number, string]): Row {
  return { zone, hit, miss, name, line: 1, column: 1 };
}

function isTrue(scalar: PerlScalar | undefined): boolean {
  const said = textOf(scalar?.value);
  return said !== '' && said !== '0';
}

function isScoreName(name: string): name is NamesOf<Score> {
  return Object.entries(SETTINGS).some(([known, entry]) => known === name && entry.group === 'scores');
}
