// The lists of a file as lists of ours: dead ones go, and what is not named is asked as it deserves today. The score of
// a clean client stays what it was, so that the limits of the file keep their meaning.

import { knownList } from '../../lists/known.ts';
import type { AnswerRule, ListSetting } from '../../lists/list.ts';
import { knows } from '../../lists/listing.ts';
import { SETTINGS } from '../../settings/table.ts';
import type { Assigned } from './conf.ts';
import { type Became, becameOf, type Lists } from './defer-words.ts';
import { keyedZone, zoneWithoutKey } from './keys.ts';
import { ORIGINAL_LISTS, TODAYS_NAMES } from './original.ts';
import type { Remarks } from './remarks.ts';
import { type Row, rowsOf } from './rows.ts';

export interface ConvertedLists {
  /** Undefined: those that are asked by default. */
  readonly lists: readonly ListSetting[] | undefined;
  /** What a clean client lacks with them. */
  readonly baseScore: number;
  readonly became: Lists;
}

type Settings = ReadonlyMap<string, Assigned>;
type Subject = 'client' | 'sender';
const VARIABLES = { client: 'dnsbl_score', sender: 'rhsbl_score' } as const;
const START = { line: 1, column: 1 };

export function convertedLists(settings: Settings, faithful: boolean, remarks: Remarks): ConvertedLists {
  return new ListConversion(settings, faithful, remarks).run();
}

class ListConversion {
  readonly #settings: Settings;
  readonly #faithful: boolean;
  readonly #remarks: Remarks;
  readonly #lists: ListSetting[] = [];
  readonly #became = new Map<string, Became>();
  #baseScore = 0;

  constructor(settings: Settings, faithful: boolean, remarks: Remarks) {
    this.#settings = settings;
    this.#faithful = faithful;
    this.#remarks = remarks;
  }

  run(): ConvertedLists {
    const named = [this.#listsFor('client'), this.#listsFor('sender')].includes(true);
    return { lists: named ? this.#lists : undefined, baseScore: rounded(this.#baseScore), became: this.#became };
  }

  // True if they are others than those that are asked by default.
  #listsFor(subject: Subject): boolean {
    const assigned = this.#settings.get(VARIABLES[subject]);
    if (assigned === undefined && !this.#faithful) {
      this.#takeTodays(subject);
      return false;
    }
    const rows = assigned === undefined ? ORIGINAL_LISTS[subject] : rowsOf(assigned, this.#remarks);
    const gone = rounded(rows.reduce((total, row) => total + this.#takeRow(row, subject), 0));
    if (gone !== 0) {
      this.#baseScore += gone;
      const message = `the lists that are gone gave ${gone} to every mail; base_score makes up for it`;
      this.#remarks.note(assigned ?? START, message);
    }
    return true;
  }

  // The lists of today stand for those that the original would ask.
  #takeTodays(subject: Subject): void {
    const lists = SETTINGS.lists.default.filter((list) => knows(list, 'client') === (subject === 'client'));
    this.#lists.push(...lists);
    for (const { name } of ORIGINAL_LISTS[subject]) {
      const hits = TODAYS_NAMES.get(name) ?? [];
      const misses = lists.filter((list) => hits.some((hit) => isNameIn(hit, list)));
      this.#became.set(name, { hits, misses: misses.map((list) => list.name) });
    }
    if (subject === 'client') this.#keepScale(lists);
    else this.#tellOfSenderLists(lists);
  }

  #keepScale(lists: readonly ListSetting[]): void {
    const before = sum(ORIGINAL_LISTS.client);
    const after = sum(lists);
    const base = rounded(before - after);
    this.#baseScore += base;
    this.#remarks.note(
      this.#settings.get('REJECTLEVEL') ?? START,
      `@dnsbl_score is not set: today's lists (${names(lists)}) are asked, not policyd-weight's; a clean client has ${after} from them, not ${before}, so base_score is ${base} and the levels mean what they did`,
    );
    const hits = this.#settings.get('MAXDNSBLHITS');
    if (hits === undefined) return;
    const [now, then] = [countingGroups(lists), ORIGINAL_LISTS.client.filter(isAlive).length];
    this.#remarks.note(hits, `MAXDNSBLHITS: a client can be on ${now} lists now, where it could be on ${then}`);
  }

  #tellOfSenderLists(lists: readonly ListSetting[]): void {
    const where = this.#settings.get('dnsbl_score') ?? this.#settings.get('REJECTLEVEL') ?? START;
    const zones = ORIGINAL_LISTS.sender.map(({ zone }) => zone).join(', ');
    const message = `@rhsbl_score is not set: today's lists (${names(lists)}) are asked, not ${zones}; their scores are their own`;
    this.#remarks.note(where, message);
  }

  // Takes over one list. Gives what every mail lacks now, if it is dead and we may mend.
  #takeRow(row: Row, subject: Subject): number {
    const list = this.#listOf(row, subject);
    const known = knownList(row.zone);
    const became = this.#became.get(row.name) ?? { hits: [], misses: [] };
    if (known?.state === 'dead' && !this.#faithful) {
      const reason = known.terms;
      this.#remarks.leftOut(row, `${row.zone} is left out: ${reason}`, { list, reason });
      this.#became.set(row.name, became);
      return list.miss;
    }
    if (known?.state === 'dead') {
      this.#remarks.note(row, `${row.zone} is dead, and asked all the same: ${known.terms}`);
    }
    this.#lists.push(list);
    const { hits, misses } = becameOf(list);
    this.#became.set(row.name, { hits: [...became.hits, ...hits], misses: [...became.misses, ...misses] });
    return 0;
  }

  #listOf(row: Row, subject: Subject): ListSetting {
    const known = knownList(row.zone);
    const name = this.#nameFor(row);
    if (subject === 'sender' && row.miss !== 0) {
      this.#remarks.note(row, `the miss score of ${row.name} is left out: it never counted`);
    }
    const rule: AnswerRule = {
      match: this.#faithful ? 'any' : (known?.listed ?? ''),
      name: '',
      [subject]: row.hit,
      group: '',
      dial_up: /dyn/i.test(name),
      counts: subject === 'client' && row.hit > 0,
    };
    return {
      name,
      ...this.#zoneAndKey(row),
      key_file: '',
      enabled: true,
      ask_although_dead: this.#faithful && known?.state === 'dead',
      family: this.#faithful || subject === 'sender' ? 'any' : (known?.family ?? 'any'),
      miss: subject === 'client' ? row.miss : 0,
      test: '',
      not_test: '',
      answers: [rule],
    };
  }

  #nameFor(row: Row): string {
    const allowed = row.name.replace(/[^A-Za-z0-9_.:/-]/g, '_').replace(/^[^A-Za-z0-9]/, 'X');
    let name = allowed.slice(0, 60) || 'LIST';
    const isTaken = (): boolean => this.#lists.some((other) => other.name === name);
    for (let number = 2; isTaken(); number++) name = `${name.replace(/_\d+$/, '')}_${number}`;
    if (name !== row.name) this.#remarks.note(row, `the list "${row.name}" is called ${name} now`);
    return name;
  }

  #zoneAndKey(row: Row): { readonly zone: string; readonly key: string } {
    const keyed = keyedZone(row.zone);
    if (keyed === undefined) return { zone: row.zone, key: '' };
    this.#remarks.note(
      row,
      `the key of ${zoneWithoutKey(row.zone)} stands in the settings file now: put it into a file of its own and name that as key_file, or let nobody but root and polw read the settings file (chmod o-r)`,
    );
    return keyed;
  }
}

function isAlive({ zone }: Row): boolean {
  return knownList(zone)?.state !== 'dead';
}

function sum(lists: readonly { readonly miss: number }[]): number {
  return lists.reduce((total, { miss }) => total + miss, 0);
}

// 0.1 + 0.2 is to be 0.3.
function rounded(points: number): number {
  return Number(points.toPrecision(12));
}

function names(lists: readonly ListSetting[]): string {
  return lists.map(({ name }) => name).join(', ');
}

function isNameIn(hit: string, list: ListSetting): boolean {
  return becameOf(list).hits.includes(hit);
}

/** How often one client can be counted by these lists: once for each group of answers. */
function countingGroups(lists: readonly ListSetting[]): number {
  const groups = lists.map(({ answers }) => new Set(answers.filter(({ counts }) => counts).map(({ group }) => group)));
  return groups.reduce((total, { size }) => total + size, 0);
}
