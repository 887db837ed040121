// Keeps an eye on the DNS lists for all processes: which are asked, which are left out, and when they are tested.

import type { Answer, RecordType } from '../dns/lookup.ts';
import { withStack } from '../errors.ts';
import {
  afterMail,
  afterTest,
  CLAIM,
  type Condition,
  type Learnt,
  stateOf,
  type TestResult,
  unknownCondition,
} from '../lists/condition.ts';
import { isLeftOut, knownList } from '../lists/known.ts';
import type { ListSetting } from '../lists/list.ts';
import type { ListState } from '../lists/listing.ts';
import { testNames } from '../lists/test-entries.ts';
import { zoneShown } from '../lists/zone.ts';
import type { Log } from '../log/log.ts';
import type { Settings } from '../settings/table.ts';
import type { Store } from '../store/store.ts';

/** Asks a name server; never rejects. */
export type Ask = (type: RecordType, name: string) => Promise<Answer>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export class ListWatch {
  readonly #settings: Settings;
  readonly #store: Store;
  readonly #log: Log;
  readonly #lists: readonly ListSetting[];
  /** What this process knows by itself, for when there is no shared file. */
  readonly #own = new Map<string, Condition>();
  /** What all processes knew before this mail. */
  #shared: ReadonlyMap<string, Condition> | undefined;
  #testing: Promise<void> | undefined;
  /** The zones that gave an odd answer which their test must confirm. */
  readonly #suspected = new Set<string>();

  constructor(settings: Settings, store: Store, log: Log) {
    this.#settings = settings;
    this.#store = store;
    this.#log = log;
    this.#lists = settings.lists.filter((list) => list.enabled);
  }

  /** True while lists are being tested in the background. */
  get testing(): boolean {
    return this.#testing !== undefined;
  }

  /** Resolves when they are tested, after so many milliseconds at most. */
  async tested(patience: number): Promise<void> {
    if (this.#testing === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#testing, late]);
    clearTimeout(timer);
  }

  /** The state of each list that isn't simply asked, by name. */
  states(): ReadonlyMap<string, ListState> {
    this.#shared = this.#store.conditions();
    const states = new Map<string, ListState>();
    for (const list of this.#lists) {
      if (isLeftOut(list)) {
        states.set(list.name, 'off');
        continue;
      }
      const condition = (this.#shared ?? this.#own).get(list.zone);
      const state = condition === undefined ? 'asked' : stateOf(condition, this.#settings);
      if (state !== 'asked') states.set(list.name, state);
    }
    return states;
  }

  /** Takes note of what a mail learnt, by the names of the lists. */
  learn(learnt: ReadonlyMap<string, Learnt>): void {
    const now = Date.now();
    for (const list of this.#lists) {
      const what = learnt.get(list.name);
      if (what === undefined) continue;
      this.#store.countList(list.zone, what);
      const before = (this.#shared ?? this.#own).get(list.zone) ?? unknownCondition(now);
      const testable = hasTestEntries(list);
      const after = afterMail(before, what, now, this.#settings, testable);
      if (testable && isOdd(what)) this.#suspected.add(list.zone);
      // Most mails change nothing, and then nothing is written.
      if (after !== before) {
        this.#own.set(list.zone, after);
        this.#store.changeList(list.zone, now, (condition) =>
          afterMail(condition, what, now, this.#settings, testable),
        );
      }
      this.#tell(list, what, testable);
    }
  }

  #tell(list: ListSetting, learnt: Learnt, testable: boolean): void {
    const zone = zoneShown(list);
    const odd = testable ? 'If its test gives the same, it is not asked for a while' : 'It is not asked for a while';
    if (learnt.kind === 'refused') {
      const line = `${zone} refuses us: it answered ${learnt.address}. ${odd}. ${terms(list)}`;
      this.#once(`refused ${list.zone}`, HOUR, line);
    } else if (learnt.kind === 'hijacked') {
      const reason = 'the zone is parked, or the name server rewrites answers';
      const line = `${zone} answered ${learnt.address}, as no list does: ${reason}. ${odd}.`;
      this.#once(`hijacked ${list.zone}`, HOUR, line);
    } else if (learnt.kind === 'everything') {
      const line = `${zone} lists what it must not list, with ${learnt.address}. It is not asked for a while. ${terms(list)}`;
      this.#once(`everything ${list.zone}`, HOUR, line);
    } else if (learnt.kind === 'unknown') {
      const line = `${zone} answered ${learnt.address}, for which the settings have no score`;
      this.#once(`unknown ${list.zone} ${learnt.address}`, DAY, line);
    }
  }

  #once(what: string, interval: number, line: string): void {
    if (!this.#store.once(what, interval, () => this.#log.warning(line))) this.#log.warnOnce(line);
  }

  /** Tests the lists that are due, in the background. One process does it for all. To be called after an answer. */
  testDue(ask: Ask): void {
    if (this.#testing !== undefined) return;
    const now = Date.now();
    const shared = this.#store.conditions();
    const conditions = shared ?? this.#own;
    // Without a file each process would test all lists for itself. Those that are off are tried again in any case.
    const onlyOff = shared === undefined || this.#settings.list_check_interval === 0;
    const zones = this.#lists
      .filter((list) => !isLeftOut(list) && (!onlyOff || this.#isWatched(list.zone, conditions.get(list.zone))))
      .map((list) => list.zone);
    const due =
      shared === undefined
        ? zones.filter((zone) => (this.#own.get(zone)?.due ?? now) <= now)
        : this.#store.claimTests(zones, now, now + CLAIM);
    const lists = this.#lists.filter((list) => due.includes(list.zone));
    if (lists.length === 0) return;
    this.#testing = Promise.all(lists.map((list) => this.test(list, ask)))
      .then(() => this.#store.flush())
      .catch((error: unknown) => this.#log.warning(`internal error: ${withStack(error)}`))
      .then(() => this.#log.flush())
      .finally(() => {
        this.#testing = undefined;
      });
  }

  /** A list that is off, or may have to be. */
  #isWatched(zone: string, condition: Condition | undefined): boolean {
    return (condition?.off ?? '') !== '' || this.#suspected.has(zone);
  }

  /** Tests one list, and takes note of what comes out. */
  async test(list: ListSetting, ask: Ask): Promise<Condition> {
    const names = testNames(list);
    const result: TestResult = {
      listed: names.listed === undefined ? undefined : await ask('A', names.listed),
      notListed: names.notListed === undefined ? undefined : await ask('A', names.notListed),
    };
    const now = Date.now();
    const before = this.#store.conditions()?.get(list.zone) ?? this.#own.get(list.zone) ?? unknownCondition(now);
    const after = afterTest(before, result, now, this.#settings);
    this.#suspected.delete(list.zone);
    this.#own.set(list.zone, after);
    this.#store.changeList(list.zone, now, (condition) => afterTest(condition, result, now, this.#settings));
    if (after.off !== '') {
      const said = after.answer === '' ? '' : ` (it answered ${after.answer})`;
      this.#once(
        `off ${list.zone}`,
        HOUR,
        `${zoneShown(list)} is not asked; its test says: ${after.off}${said}. ${terms(list)}`,
      );
    } else if (before.off !== '') {
      this.#log.info(`${zoneShown(list)} is asked again`);
    }
    return after;
  }
}

function hasTestEntries(list: ListSetting): boolean {
  const { listed, notListed } = testNames(list);
  return listed !== undefined || notListed !== undefined;
}

/** An answer that says nothing about what was asked. */
function isOdd({ kind }: Learnt): boolean {
  return kind === 'refused' || kind === 'hijacked';
}

function terms(list: ListSetting): string {
  const known = knownList(list.zone);
  return known === undefined ? '' : `Its terms: ${known.terms}.`;
}
