// The shared file as the rest of the program sees it: reads at once, writes later and together, and never an error.
// Whatever goes wrong, the mail is weighed without the file, and the log says so once.

import { statSync } from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { type Answer, keyOf, type RecordType } from '../dns/lookup.ts';
import type { Condition, Learnt } from '../lists/condition.ts';
import { type AnswerLifetimes, AnswerTable, lifetimeOf } from './answers.ts';
import { findEntries, forgetEntries, type Summary, summarize } from './contents.ts';
import { forgetKeysAgain } from './forget-keys.ts';
import { type ListRow, ListTable } from './lists.ts';
import { hasCode, isBroken, openDatabase, prepareToWrite } from './open.ts';
import { setAside } from './set-aside.ts';
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

/** Uses of accepted senders are written with other writes, or so many milliseconds after the last ones. */
const USES_AFTER = 1_000;

/** More writes than this don't wait for a file that is locked. */
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

/** How often an accepted sender was let through, and when last (milliseconds). */
interface Uses {
  readonly n: number;
  readonly seen: number;
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
  #writes: Write[] = [];
  /** Those that are not written yet. */
  readonly #uses = new Map<string, Uses>();
  #usesWrittenAt = 0;
  readonly #listCounts = new Map<string, ListCount>();
  #counts = new Map<CountKind, Map<string, number>>();
  #toCount: (() => readonly (readonly [CountKind, string])[])[] = [];
  #mails = 0;
  #placedAt = 0;
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
    if (this.#tables !== undefined || file === '' || Date.now() < this.#closedUntil) return;
    try {
      const { db, inode, mended } = await openDatabase(file);
      if (mended) this.#options.onTrouble('it is broken, and was set aside; a new one is made');
      this.#tables = {
        inode,
        writable: false,
        db,
        version: statement(db, 'PRAGMA data_version'),
        answers: new AnswerTable(db),
        verdicts: new VerdictTables(db),
        lists: new ListTable(db),
        statistics: new StatisticsTable(db),
      };
    } catch (error) {
      this.#trouble(error);
    }
  }

  /** False if somebody deleted or replaced the file: what is written to the old one is lost. */
  #isInPlace({ inode }: Tables): boolean {
    const now = Date.now();
    if (now - this.#placedAt < LOOK_AGAIN) return true;
    this.#placedAt = now;
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
    if (seconds <= 0) return;
    const expires = Date.now() + seconds * 1000;
    this.#write(({ answers }) => answers.put(this.#keyOf(type, name), answer, expires));
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
      verdicts.purge('refused_v1', max, keep);
    });
  }

  changeRefused(who: string, entry: Refused): void {
    this.#write(({ verdicts }) => verdicts.putRefused(who, entry));
  }

  dropRefused(who: string): void {
    this.#write(({ verdicts }) => verdicts.drop('refused_v1', who));
  }

  accepted(who: string): Accepted | undefined {
    const entry = this.#recall(this.#recentAccepted, who, ({ verdicts }) => verdicts.accepted(who));
    const uses = this.#uses.get(who);
    return entry === undefined || uses === undefined ? entry : { ...entry, uses: entry.uses - uses.n, seen: uses.seen };
  }

  putAccepted(who: string, entry: Accepted, max: number, keep: number): void {
    this.#uses.delete(who);
    this.#write(({ verdicts }) => {
      verdicts.putAccepted(who, entry);
      verdicts.purge('accepted_v1', max, keep);
    });
  }

  changeAccepted(who: string, entry: Accepted): void {
    this.#uses.delete(who);
    this.#write(({ verdicts }) => verdicts.putAccepted(who, entry));
  }

  /** Takes a use from an entry. Other processes may hear of it a second later: it isn't worth a write for each mail. */
  useAccepted(who: string, now: number): void {
    if (this.#tables !== undefined) this.#uses.set(who, { n: (this.#uses.get(who)?.n ?? 0) + 1, seen: now });
  }

  dropAccepted(who: string): void {
    this.#uses.delete(who);
    this.#write(({ verdicts }) => verdicts.drop('accepted_v1', who));
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
    return this.#read(({ lists }) => lists.all());
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
    const tables = this.#tables;
    const rows = this.conditions();
    const due = zones.filter((zone) => (rows?.get(zone)?.due ?? now) <= now);
    if (tables === undefined || rows === undefined || due.length === 0) return [];
    const claimed: string[] = [];
    const claim = (): void => {
      for (const zone of due) {
        tables.lists.change(zone, now, (condition) => {
          if (condition.due > now) return condition;
          claimed.push(zone);
          return { ...condition, due: until };
        });
      }
    };
    try {
      allOrNothing(tables.db, claim);
      this.#conditions = undefined;
      return claimed;
    } catch (error) {
      // Another process is writing, perhaps the same; the tests can wait.
      if (!hasCode(error, 'SQLITE_BUSY')) this.#trouble(error);
      return [];
    }
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
    return this.#read(({ statistics }) => statistics.since(from));
  }

  summary(): Summary | undefined {
    return this.#read(({ db }) => summarize(db, Date.now()));
  }

  /** The entries about a name or an address, a line each. */
  find(patterns: readonly string[]): readonly string[] | undefined {
    return this.#read(({ db }) => findEntries(db, patterns));
  }

  /** Forgets entries, all of them without patterns. How many they were. */
  forget(patterns: readonly string[] | undefined): number | undefined {
    return this.#read(({ db }) => forgetEntries(db, patterns));
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
    if (this.#mails % COUNTS_EVERY === 0 || Date.now() - this.#countedAt > COUNTS_AFTER) this.#writeCounts();
    if (this.#writes.length > 0 || Date.now() - this.#usesWrittenAt > USES_AFTER) this.#writeUses();
    const writes = this.#writes;
    this.#writes = [];
    if (writes.length === 0 || this.#tables === undefined) return;
    const tables = this.#tables;
    this.#forgetVerdicts();
    const prune = Math.random() * PRUNE_EVERY < 1;
    try {
      if (!tables.writable) prepareToWrite(tables.db, this.#options.maxMegabytes);
      tables.writable = true;
      allOrNothing(tables.db, () => {
        for (const write of writes) write(tables);
        if (!prune) return;
        tables.answers.prune(Date.now());
        forgetKeysAgain(tables.db);
      });
    } catch (error) {
      if (hasCode(error, 'SQLITE_BUSY') && writes.length <= PENDING_LIMIT) {
        // Others were quicker for a whole time-out: these entries go with the next ones.
        this.#writes = [...writes, ...this.#writes];
      } else if (hasCode(error, 'SQLITE_BUSY') || hasCode(error, 'SQLITE_FULL')) {
        // A file that is locked or full can still be read; only these entries are lost.
        this.#tell(`${writes.length} entries were lost: ${reasonOf(error)}`);
      } else {
        this.#trouble(error);
      }
    }
  }

  /** Writes what is left and closes the file. */
  end(): void {
    this.#writeCounts();
    this.#writeUses();
    this.flush();
    if (this.#writes.length > 0) this.flush();
    if (this.#writes.length > 0) this.#tell(`${this.#writes.length} entries were lost: the file is locked`);
    this.close();
  }

  #writeUses(): void {
    if (this.#uses.size === 0) return;
    this.#usesWrittenAt = Date.now();
    for (const [who, { n, seen }] of this.#uses) this.#write(({ verdicts }) => verdicts.useAccepted(who, n, seen));
    this.#uses.clear();
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
    this.#uses.clear();
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
    if (this.#tables !== undefined) this.#writes.push(write);
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
    this.#writes = [];
    // A broken file is set aside by one process; the others find a new one soon.
    const locked = hasCode(error, 'SQLITE_BUSY') || isBroken(error);
    this.#closedUntil = Date.now() + (locked ? RETRY_LOCKED_AFTER : RETRY_AFTER);
    if (isBroken(error) && inode !== undefined && setAsideSafely(this.#options.file, inode)) this.#closedUntil = 0;
    this.#tell(reasonOf(error));
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function setAsideSafely(file: string, inode: number): boolean {
  try {
    return setAside(file, inode);
  } catch {
    return false;
  }
}
