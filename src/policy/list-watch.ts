// Keeps an eye on the DNS lists for all processes: which are asked, which are left out, and when they are tested.

import { withStack } from '../errors.ts';
import { afterMail, CLAIM, type Condition, type Learnt, stateOf, unknownCondition } from '../lists/condition.ts';
import { isLeftOut } from '../lists/known.ts';
import type { ListSetting } from '../lists/list.ts';
import type { ListState } from '../lists/listing.ts';
import { testNames } from '../lists/test-entries.ts';
import { zoneShown } from '../lists/zone.ts';
import type { Log } from '../log/log.ts';
import type { Store } from '../store/store.ts';
import type { Ask, News } from './list-news.ts';
import type { PolicySettings } from './settings.ts';

/** What a mail learnt about a list that an admin may want to know. */
interface Odd {
  readonly list: ListSetting;
  readonly learnt: Learnt;
  readonly testable: boolean;
}

export class ListWatch {
  readonly #settings: PolicySettings;
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
  /** What is to be told when the answer is out. */
  #odd: Odd[] = [];

  constructor(settings: PolicySettings, store: Store, log: Log) {
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
      const testable = isAnsweredOddly(what) && hasTestEntries(list);
      const after = afterMail(before, what, now, this.#settings, testable);
      if (testable) this.#suspected.add(list.zone);
      // Most mails change nothing, and then nothing is written.
      if (after !== before) {
        this.#own.set(list.zone, after);
        this.#store.changeList(list.zone, now, (condition) =>
          afterMail(condition, what, now, this.#settings, testable),
        );
      }
      if (isWorthTelling(what)) this.#odd.push({ list, learnt: what, testable });
    }
  }

  /** Says what the last mail learnt that is out of order. To be called after an answer. */
  async tell(): Promise<void> {
    if (this.#odd.length === 0) return;
    const odd = this.#odd;
    this.#odd = [];
    const { newsOf } = await import('./list-news.ts');
    for (const { list, learnt, testable } of odd) this.#say(newsOf(list, learnt, testable));
  }

  #say(news: News | undefined): void {
    if (news === undefined) return;
    const { what, interval, line } = news;
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
    const { newsOfTest, testOf } = await import('./list-news.ts');
    const afterTest = await testOf(list, ask, this.#settings);
    const now = Date.now();
    const before = this.#store.conditions()?.get(list.zone) ?? this.#own.get(list.zone) ?? unknownCondition(now);
    const after = afterTest(before, now);
    this.#suspected.delete(list.zone);
    this.#own.set(list.zone, after);
    this.#store.changeList(list.zone, now, (condition) => afterTest(condition, now));
    if (after.off !== '') this.#say(newsOfTest(list, after));
    else if (before.off !== '') this.#log.info(`${zoneShown(list)} is asked again`);
    return after;
  }
}

function hasTestEntries(list: ListSetting): boolean {
  const { listed, notListed } = testNames(list);
  return listed !== undefined || notListed !== undefined;
}

/** An answer that says nothing about what was asked. */
function isAnsweredOddly({ kind }: Learnt): boolean {
  return kind === 'refused' || kind === 'hijacked';
}

function isWorthTelling(learnt: Learnt): boolean {
  return isAnsweredOddly(learnt) || learnt.kind === 'everything' || learnt.kind === 'unknown';
}
