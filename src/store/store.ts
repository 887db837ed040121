// The shared file as the rest of the program sees it: reads at once, writes later and together, and never an error.
// Whatever goes wrong, the mail is weighed without the file, and the log says so once.

import { statSync } from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { dueAt } from '../clock.ts';
import { type Answer, keyOf, type RecordType } from '../dns/lookup.ts';
import { hasCode, inWords } from '../errors.ts';
import type { Condition, Learnt } from '../lists/condition.ts';
import { type AnswerLifetimes, type AnswerRow, AnswerTable, encodeAnswer, lifetimeOf } from './answers.ts';
import { forgetKeysAgain } from './forget-keys.ts';
import { type ListRow, ListTable } from './lists.ts';
import { openDatabase, pagesIn, prepareToWrite } from './open.ts';
import { setAside } from './set-aside.ts';
import { isBroken } from './sqlite-error.ts';
import { allOrNothing, statement } from './statement.ts';
import { type CountKind, type CountRow, StatisticsTable } from './statistics.ts';
import { type Accepted, type Refused, VerdictTables } from './verdicts.ts';

export interface StoreOptions {
  /** Empty: there is no file. */
  readonly file: string;
  readonly maxMegabytes: number;
  readonly lifetimes: AnswerLifetimes;
  /** The name under which an answer is kept, which may be read by more people than the name that was asked. */
  readonly keptName?: (name: string) => string;
  /** How long counts are kept, in milliseconds. */
  readonly keepCounts: number;
  /** How long a list may have to wait for its next test, in milliseconds. */
  readonly longestListWait: number;
  /** What verdicts are kept for: a number for the settings that decide. */
  readonly fingerprint: () => number;
  /** Told once why the file isn't used. */
  readonly onTrouble: (reason: string) => void;
}

/** One out of so many rounds of writing also drops what has expired. By chance: many processes write but once. */
const PRUNE_EVERY = 16;
/** After trouble the file is tried again, but not sooner than this (milliseconds). */
const RETRY_AFTER = 30_000;
/** A file that was locked is tried again sooner. */
const RETRY_LOCKED_AFTER = 2_000;

/** What is counted is written after so many mails, or so many milliseconds. */
const COUNTS_EVERY = 50;
const COUNTS_AFTER = 10_000;

/** One mail puts no longer answer into the file than this (characters), and no more of them than that together. */
const ANSWER_LIMIT = 16 * 1024;
const MAIL_LIMIT = 256 * 1024;

/** More writes than this don't wait for a file that is locked or full. */
const PENDING_LIMIT = 1_000;

/** How often it is looked whether the file is still in its place (milliseconds). */
const LOOK_AGAIN = 1_000;
/** More than this is not kept in memory. */
const RECENT_LIMIT = 2_000;

/** An answer, and until when it may be believed (milliseconds). */
interface Recent {
  readonly answer: Answer;
  readonly expires: number;
}

/** An answer that is to be kept. */
interface Put extends Recent {
  readonly question: string;
}

/** Uses of an accepted sender that were taken out of the file, and are not used up. */
interface Claim {
  left: number;
  readonly round: number;
}

type Write = (tables: Tables) => void;

const FAILURES: readonly Learnt['kind'][] = ['silent', 'refused', 'hijacked', 'everything'];

interface ListCount {
  questions: number;
  hits: number;
  failed: number;
}

interface Tables {
  readonly inode: number;
  /** Whether the connection is prepared for writing. */
  writable: boolean;
  readonly db: BetterSqlite3.Database;
  /** Changes when another process has written. */
  readonly version: () => BetterSqlite3.Statement<[], { readonly data_version: number }>;
  readonly answers: AnswerTable;
  readonly verdicts: VerdictTables;
  readonly lists: ListTable;
  readonly statistics: StatisticsTable;
}

export class Store {
  readonly #options: StoreOptions;
  #tables: Tables | undefined;
  #closedUntil = 0;
  #told = false;
  #onlyReads = false;
  #puts: Put[] = [];
  /** What is to be written, each in the order in which it came. */
  #answers: AnswerRow[] = [];
  #writes: Write[] = [];
  readonly #claims = new Map<string, Claim>();
  #fingerprint: number | undefined;
  readonly #listCounts = new Map<string, ListCount>();
  #counts = new Map<CountKind, Map<string, number>>();
  #toCount: (() => readonly (readonly [CountKind, string])[])[] = [];
  #mails = 0;
  /** When it is looked again whether the file is in its place. */
  #lookAgainAt = 0;
  #version: unknown;
  /** What was read since another process wrote last. */
  readonly #recent = new Map<string, Recent>();
  /** What was read since this or another process wrote last; undefined: that there is none. */
  readonly #recentRefused = new Map<string, Refused | undefined>();
  readonly #recentAccepted = new Map<string, Accepted | undefined>();
  #conditions: ReadonlyMap<string, Condition> | undefined;
  #countedAt = Date.now();

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** Opens the file if it isn't open and there is no trouble with it. To be called before each mail. */
  async open(): Promise<void> {
    const { file } = this.#options;
    if (this.#tables !== undefined && !this.#isInPlace(this.#tables)) this.close();
    this.#refresh();
    const now = Date.now();
    if (this.#tables !== undefined || file === '' || dueAt(this.#closedUntil, now, RETRY_AFTER) > now) return;
    try {
      const { db, inode, mended } = await openDatabase(file);
      if (mended) this.#options.onTrouble('it is broken, and was set aside; a new one is made');
      this.#tables = {
        inode,
        writable: false,
        db,
        version: statement(db, 'PRAGMA data_version'),
        answers: new AnswerTable(db, this.#options.lifetimes),
        verdicts: new VerdictTables(db, () => this.#settings()),
        lists: new ListTable(db, this.#options.longestListWait),
        statistics: new StatisticsTable(db),
      };
    } catch (error) {
      this.#trouble(error);
    }
  }

  /** False if somebody deleted or replaced the file: what is written to the old one is lost. */
  #isInPlace({ inode }: Tables): boolean {
    const now = Date.now();
    if (dueAt(this.#lookAgainAt, now, LOOK_AGAIN) > now) return true;
    this.#lookAgainAt = now + LOOK_AGAIN;
    try {
      return statSync(this.#options.file, { throwIfNoEntry: false })?.ino === inode;
    } catch {
      // Somebody took away the folder, or the right to look into it. Opening the file will tell.
      return false;
    }
  }

  /** Forgets what was read if another process has written since. */
  #refresh(): void {
    const version = this.#read((tables) => tables.version().get()?.data_version);
    const known = this.#recent.size + this.#recentRefused.size + this.#recentAccepted.size;
    if (version === this.#version && known < RECENT_LIMIT) return;
    this.#version = version;
    this.#forget();
  }

  /** From now on nothing is written: for a mail that is only looked at. */
  onlyRead(): void {
    this.#onlyReads = true;
  }

  /** A fresh DNS answer, if there is one. */
  get(type: RecordType, name: string): Answer | undefined {
    const now = Date.now();
    const key = this.#keyOf(type, name);
    const recent = this.#recent.get(key);
    if (recent !== undefined && recent.expires > now) return withTtl(recent.answer, recent.expires - now);
    const kept = this.#read(({ answers }) => answers.get(key, now));
    if (kept !== undefined) this.#recent.set(key, kept);
    return kept?.answer;
  }

  /** Keeps a DNS answer for as long as it may be believed. */
  put(type: RecordType, name: string, answer: Answer): void {
    const seconds = lifetimeOf(answer, this.#options.lifetimes);
    if (seconds <= 0 || this.#tables === undefined || this.#onlyReads) return;
    this.#puts.push({ question: this.#keyOf(type, name), answer, expires: Date.now() + seconds * 1000 });
  }

  #keyOf(type: RecordType, name: string): string {
    return keyOf(type, this.#options.keptName?.(name) ?? name);
  }

  refused(who: string): Refused | undefined {
    return this.#recall(this.#recentRefused, who, ({ verdicts }) => verdicts.refused(who));
  }

  /** Keeps an entry. If there are more than `max`, the oldest go until `keep` are left. */
  putRefused(who: string, entry: Refused, max: number, keep: number): void {
    this.#write(({ verdicts }) => {
      verdicts.putRefused(who, entry);
      verdicts.purge('refused_v2', max, keep);
    });
  }

  /**
   * Changes an entry at once, from what it is by now: what others change at the same time is not lost. The entry
   * afterwards; undefined if there is none any more, if `change` gives none, or if the file can't be changed now.
   */
  exchangeRefused(who: string, change: (entry: Refused) => Refused | undefined): Refused | undefined {
    const changed = this.#atOnce(({ verdicts }) => {
      const found = verdicts.refused(who);
      const after = found === undefined ? undefined : change(found);
      if (after !== undefined) verdicts.putRefused(who, after);
      return after;
    });
    this.#recentRefused.delete(who);
    return changed;
  }

  sawRefused(who: string, seen: number): void {
    this.#write(({ verdicts }) => verdicts.saw('refused_v2', who, seen));
  }

  dropRefused(who: string): void {
    this.#write(({ verdicts }) => verdicts.drop('refused_v2', who));
  }

  accepted(who: string): Accepted | undefined {
    const entry = this.#recall(this.#recentAccepted, who, ({ verdicts }) => verdicts.accepted(who));
    const claim = this.#claims.get(who);
    return entry === undefined || claim?.round !== entry.round ? entry : { ...entry, uses: entry.uses + claim.left };
  }

  putAccepted(who: string, entry: Accepted, max: number, keep: number): void {
    this.#write(({ verdicts }) => {
      verdicts.putAccepted(who, entry);
      verdicts.purge('accepted_v2', max, keep);
    });
  }

  sawAccepted(who: string, seen: number): void {
    this.#write(({ verdicts }) => verdicts.saw('accepted_v2', who, seen));
  }

  /** Begins a round of uses, unless another process has begun one since. */
  beginRound(who: string, before: Accepted, entry: Accepted): void {
    this.#write(({ verdicts }) => verdicts.beginRound(who, before.round, entry));
  }

  /**
   * Takes a use from an entry. False if there is none left. However many processes do so at once, they never get more
   * than there are: a process takes a few out of the file, and what it doesn't need it puts back at its end.
   */
  useAccepted(who: string, { round }: Accepted, now: number): boolean {
    if (this.#onlyReads) return true;
    const claim = this.#claims.get(who);
    if (claim !== undefined && claim.round === round && claim.left > 0) {
      claim.left -= 1;
      return true;
    }
    const taken = this.#atOnce(({ verdicts }) => {
      verdicts.saw('accepted_v2', who, now);
      return verdicts.takeUses(who, round);
    });
    this.#recentAccepted.delete(who);
    if (taken === undefined || taken === 0) return false;
    this.#claims.set(who, { left: taken - 1, round });
    return true;
  }

  dropAccepted(who: string): void {
    this.#write(({ verdicts }) => verdicts.drop('accepted_v2', who));
  }

  /** The conditions of the lists, by zone. Undefined without a file. */
  conditions(): ReadonlyMap<string, Condition> | undefined {
    if (this.#conditions === undefined) {
      const rows = this.listRows();
      if (rows !== undefined) this.#conditions = new Map(rows.map((row) => [row.zone, row]));
    }
    return this.#conditions;
  }

  listRows(): readonly ListRow[] | undefined {
    return this.#read(({ lists }) => lists.all(Date.now()));
  }

  /** Counts what a list said. */
  countList(zone: string, learnt: Learnt): void {
    if (this.#tables === undefined) return;
    const count = this.#listCounts.get(zone) ?? { questions: 0, hits: 0, failed: 0 };
    if (learnt.kind !== 'skipped') count.questions += 1;
    if (learnt.kind === 'listed') count.hits += 1;
    if (FAILURES.includes(learnt.kind)) count.failed += 1;
    this.#listCounts.set(zone, count);
  }

  changeList(zone: string, now: number, change: (condition: Condition) => Condition): void {
    this.#write(({ lists }) => {
      lists.change(zone, now, change);
      this.#conditions = undefined;
    });
  }

  /** Takes the tests that are due upon this process, until the time `until`. The zones that it took. */
  claimTests(zones: readonly string[], now: number, until: number): readonly string[] {
    const rows = this.conditions();
    const due = zones.filter((zone) => (rows?.get(zone)?.due ?? now) <= now);
    if (rows === undefined || due.length === 0) return [];
    // If another process is writing, perhaps the same, the tests can wait.
    const claimed = this.#atOnce(({ lists }) =>
      due.filter((zone) => {
        let isOurs = false;
        lists.change(zone, now, (condition) => {
          isOurs = condition.due <= now;
          return isOurs ? { ...condition, due: until } : condition;
        });
        return isOurs;
      }),
    );
    this.#conditions = undefined;
    return claimed ?? [];
  }

  /** Counts something for the statistics. */
  count(kind: CountKind, what: string, n = 1): void {
    if (this.#tables === undefined) return;
    const counts = this.#counts.get(kind) ?? new Map<string, number>();
    counts.set(what, (counts.get(what) ?? 0) + n);
    this.#counts.set(kind, counts);
  }

  /** Counts what is only worked out when the answer is out. */
  countLater(counts: () => readonly (readonly [CountKind, string])[]): void {
    if (this.#tables !== undefined) this.#toCount.push(counts);
  }

  /** The statistics since a time (milliseconds). */
  countsSince(from: number): readonly CountRow[] | undefined {
    return this.#read(({ statistics }) => statistics.since(from, Date.now()));
  }

  /** Does something with the file itself, for a command; see contents.ts, which the service does without. */
  inspect<T>(task: (db: BetterSqlite3.Database) => T): T | undefined {
    return this.#read(({ db }) => task(db));
  }

  /** Does something with the next write, unless it was done within the interval (milliseconds). False without a file. */
  once(what: string, interval: number, action: () => void): boolean {
    if (this.#tables === undefined) return false;
    this.#write(({ lists }) => {
      if (lists.isTimeToTell(what, interval, Date.now())) action();
    });
    return true;
  }

  /** Writes all that was put, in one transaction. To be called when the answer is out. */
  flush(): void {
    this.#mails += 1;
    if (this.#mails % COUNTS_EVERY === 0 || isOver(this.#countedAt, COUNTS_AFTER)) this.#writeCounts();
    if (this.#claims.size > RECENT_LIMIT) this.#giveBack();
    this.#encodePuts();
    const answers = this.#answers;
    const writes = this.#writes;
    this.#answers = [];
    this.#writes = [];
    if (answers.length + writes.length === 0 || this.#tables === undefined) return;
    this.#forgetVerdicts();
    this.#writeAll(this.#tables, answers, writes);
  }

  #writeAll(tables: Tables, answers: readonly AnswerRow[], writes: readonly Write[]): void {
    const now = Date.now();
    const prune = Math.random() * PRUNE_EVERY < 1;
    try {
      this.#inTransaction(tables, () => {
        for (const write of writes) write(tables);
        if (prune) {
          tables.answers.prune(now);
          forgetKeysAgain(tables.db);
        }
        if (answers.length === 0 || !tables.answers.hasRoom(pagesIn(this.#options.maxMegabytes), now)) return;
        for (const answer of answers) tables.answers.put(answer);
      });
    } catch (error) {
      if (hasCode(error, 'SQLITE_BUSY') && answers.length + writes.length <= PENDING_LIMIT) {
        // Others were quicker for a whole time-out: these entries go with the next ones.
        this.#answers = [...answers, ...this.#answers];
        this.#writes = [...writes, ...this.#writes];
      } else if (hasCode(error, 'SQLITE_FULL')) {
        this.#writeWithoutAnswers(tables, writes, error);
      } else if (hasCode(error, 'SQLITE_BUSY')) {
        this.#tell(`${answers.length + writes.length} entries were lost: ${inWords(error)}`);
      } else {
        this.#trouble(error);
      }
    }
  }

  /** Writes what matters into a file that is full, in place of answers, which can be asked for again. */
  #writeWithoutAnswers(tables: Tables, writes: readonly Write[], reason: unknown): void {
    try {
      this.#inTransaction(tables, () => {
        tables.answers.makeRoom(Date.now());
        for (const write of writes) write(tables);
      });
    } catch {
      // The disk is full, perhaps not for long. Such a file can still be read.
      this.#writes = writes.length > PENDING_LIMIT ? [] : [...writes, ...this.#writes];
      this.#tell(`nothing can be written for now: ${inWords(reason)}`);
    }
  }

  /** Writes what is left and closes the file. */
  end(): void {
    this.#writeCounts();
    this.#giveBack();
    this.flush();
    if (this.#writes.length > 0) this.flush();
    if (this.#writes.length > 0) this.#tell(`${this.#writes.length} entries were lost: the file is locked or full`);
    this.close();
  }

  /** What one mail puts, as far as it may: else a sender could fill the file with what the DNS says about him. */
  #encodePuts(): void {
    let room = MAIL_LIMIT;
    for (const { question, expires, answer } of this.#puts.splice(0)) {
      const row = { question, expires, answer: encodeAnswer(answer) };
      const size = question.length + row.answer.length;
      if (row.answer.length > ANSWER_LIMIT || size > room) continue;
      room -= size;
      this.#answers.push(row);
    }
  }

  /** Gives back what was taken of the uses of accepted senders. */
  #giveBack(): void {
    for (const [who, { left, round }] of this.#claims) {
      if (left > 0) this.#write(({ verdicts }) => verdicts.addUses(who, round, left));
    }
    this.#claims.clear();
  }

  #countNow(): void {
    for (const counts of this.#toCount.splice(0)) for (const [kind, what] of counts()) this.count(kind, what);
  }

  #writeCounts(): void {
    this.#countNow();
    this.#countedAt = Date.now();
    for (const [zone, { questions, hits, failed }] of this.#listCounts) {
      this.#write(({ lists }) => lists.count(zone, Date.now(), questions, hits, failed));
    }
    this.#listCounts.clear();
    const counts = new Map(
      [...this.#counts].flatMap(([kind, of]) => [...of].map(([what, n]) => [`${kind} ${what}`, n] as const)),
    );
    if (counts.size === 0) return;
    this.#counts = new Map();
    this.#write(({ statistics }) => statistics.add(counts, Date.now(), this.#options.keepCounts));
  }

  close(): void {
    try {
      this.#tables?.db.close();
    } catch {
      // It is closed at the end of the process at the latest.
    }
    this.#tables = undefined;
    this.#claims.clear();
    this.#forget();
  }

  /** Forgets what was read. */
  #forget(): void {
    this.#recent.clear();
    this.#forgetVerdicts();
    this.#conditions = undefined;
  }

  #forgetVerdicts(): void {
    this.#recentRefused.clear();
    this.#recentAccepted.clear();
  }

  /** What was read before, or is read now. */
  #recall<T>(recent: Map<string, T | undefined>, who: string, read: (tables: Tables) => T | undefined): T | undefined {
    if (recent.has(who)) return recent.get(who);
    const entry = this.#read(read);
    // The file may just have been closed.
    if (this.#tables !== undefined) recent.set(who, entry);
    return entry;
  }

  #write(write: Write): void {
    if (this.#tables !== undefined && !this.#onlyReads) this.#writes.push(write);
  }

  /** Changes something at once, in a transaction of its own. Undefined if the file can't be changed now. */
  #atOnce<T>(change: (tables: Tables) => T): T | undefined {
    const tables = this.#tables;
    if (tables === undefined || this.#onlyReads) return undefined;
    try {
      return this.#inTransaction(tables, () => change(tables));
    } catch (error) {
      if (!hasCode(error, 'SQLITE_BUSY') && !hasCode(error, 'SQLITE_FULL')) this.#trouble(error);
      return undefined;
    }
  }

  #inTransaction<T>(tables: Tables, action: () => T): T {
    if (!tables.writable) prepareToWrite(tables.db, this.#options.maxMegabytes);
    tables.writable = true;
    return allOrNothing(tables.db, action);
  }

  #settings(): number {
    this.#fingerprint ??= this.#options.fingerprint();
    return this.#fingerprint;
  }

  #read<T>(read: (tables: Tables) => T): T | undefined {
    if (this.#tables === undefined) return undefined;
    try {
      return read(this.#tables);
    } catch (error) {
      this.#trouble(error);
      return undefined;
    }
  }

  #trouble(error: unknown): void {
    const inode = this.#tables?.inode;
    this.close();
    this.#puts = [];
    this.#answers = [];
    this.#writes = [];
    // A broken file is set aside by one process; the others find a new one soon.
    const locked = hasCode(error, 'SQLITE_BUSY') || isBroken(error);
    this.#closedUntil = Date.now() + (locked ? RETRY_LOCKED_AFTER : RETRY_AFTER);
    if (isBroken(error) && inode !== undefined && setAsideSafely(this.#options.file, inode)) this.#closedUntil = 0;
    this.#tell(inWords(error));
  }

  /** Tells of the first trouble; more of it would only fill the log. */
  #tell(reason: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.onTrouble(reason);
  }
}

/** An answer with the time that is left of it (milliseconds). */
function withTtl(answer: Answer, left: number): Answer {
  return answer.kind === 'failed' ? answer : { ...answer, ttl: Math.ceil(left / 1000) };
}

/** True if so much time has passed since, or the clock was put back. */
function isOver(since: number, milliseconds: number): boolean {
  const now = Date.now();
  return dueAt(since + milliseconds, now, milliseconds) <= now;
}

function setAsideSafely(file: string, inode: number): boolean {
  try {
    return setAside(file, inode);
  } catch {
    return false;
  }
}
