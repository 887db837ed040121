// The lookup of one mail: what was asked already, then the store, then the name servers. Asks early what will be
// wanted, keeps count, and ends everything at the mail's deadline.

import { milliseconds } from '../clock.ts';
import { type Answer, keyOf, type Lookup, NO_SUCH_NAME, type Question, type RecordType } from './lookup.ts';
import { askableName } from './name.ts';

/** The store as a lookup sees it. */
export interface AnswerStore {
  /** A fresh answer, if there is one. */
  get(type: RecordType, name: string): Answer | undefined;
  /** Keeps an answer; when it is written is the store's business. */
  put(type: RecordType, name: string, answer: Answer): void;
}

/** The name servers as a lookup sees them. */
export interface Wire {
  ask(type: RecordType, name: string): Promise<Answer>;
  cancel(): void;
}

/** One question and its answer, for traces. */
export interface Asked {
  readonly type: RecordType;
  readonly name: string;
  readonly answer: Answer;
  readonly source: 'cache' | 'wire';
  readonly milliseconds: number;
}

/** Asks a question if it wasn't asked yet, and gives its answer if it is there already. */
export type Want = (type: RecordType, name: string) => Answer | undefined;

/** Asks early all that the answers so far tell. `waitedLong`: the first question was asked some time ago. */
export type Anticipate = (want: Want, waitedLong: boolean) => void;

export interface MailLookupOptions {
  readonly store: AnswerStore;
  readonly wire: () => Promise<Wire>;
  /** Milliseconds until what isn't answered counts as failed. */
  readonly deadline: number;
  readonly maxQuestions: number;
  /** Called first when the wire is needed, again with each answer from it, and once after `patience`. */
  readonly anticipate: Anticipate;
  /** Milliseconds until `waitedLong`; a second if not said. */
  readonly patience?: number;
  /** Told of each answer. */
  readonly onAnswer?: (asked: Asked) => void;
}

/** Most name servers answer in less, milliseconds; those that don't may never. */
const PATIENCE = 1_000;
/** Answers of a mail beyond these many characters are cut, ... */
const CHARACTERS = 64 * 1024;
/** ... but none below this: a client with large answers must not cut those of lists. */
const SMALL = 1024;
const DEADLINE: Answer = { kind: 'failed', reason: 'deadline' };
const TOO_MANY: Answer = { kind: 'failed', reason: 'too-many' };

export class MailLookup implements Lookup {
  readonly #options: MailLookupOptions;
  readonly #answers = new Map<string, Answer>();
  readonly #underway = new Map<string, Promise<Answer>>();
  readonly #names = new Map<string, string | undefined>();
  #wire: Wire | undefined;
  #timer: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #waitedLong = false;
  #expired: Promise<Answer> | undefined;
  #questions = 0;
  #cached = 0;
  /** How long the values of all answers are. */
  #characters = 0;
  #ended = false;
  readonly #begun = milliseconds();

  constructor(options: MailLookupOptions) {
    this.#options = options;
  }

  /** How many questions went to the name servers. */
  get questions(): number {
    return this.#questions;
  }

  /** How many answers came from the store. */
  get cached(): number {
    return this.#cached;
  }

  /** A promise only where the wire is needed, so that a mail about which all is known is weighed without a pause. */
  ask(type: RecordType, rawName: string): Promise<Answer> {
    const name = this.#askableName(rawName);
    if (name === undefined) return Promise.resolve(NO_SUCH_NAME);
    const known = this.#known(type, name);
    if (known !== undefined) return Promise.resolve(known);
    const key = keyOf(type, name);
    const first = this.#questions === 0;
    const answer = this.#underway.get(key) ?? this.#start(type, name, key);
    if (first) this.#anticipate();
    return answer;
  }

  /** Ends all questions under way; there are no answers any more. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    this.#wire?.cancel();
  }

  /** As `askableName`, which takes its time: most names are asked early, and once more in earnest. */
  #askableName(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.has(text)) return known;
    const name = askableName(text);
    this.#names.set(text, name);
    return name;
  }

  #known(type: RecordType, name: string): Answer | undefined {
    const key = keyOf(type, name);
    const memory = this.#answers.get(key);
    if (memory !== undefined) return memory;
    if (this.#underway.has(key)) return undefined;
    // Looking at the clock takes as long as finding the answer.
    const begun = this.#options.onAnswer === undefined ? 0 : milliseconds();
    const stored = this.#options.store.get(type, name);
    if (stored !== undefined) {
      this.#cached += 1;
      return this.#settle(type, name, key, stored, 'cache', begun);
    }
    return undefined;
  }

  #start(type: RecordType, name: string, key: string): Promise<Answer> {
    const begun = milliseconds();
    if (this.#ended || this.#questions >= this.#options.maxQuestions) {
      const answer = this.#ended ? DEADLINE : TOO_MANY;
      this.#settle(type, name, key, answer, 'wire', begun);
      return Promise.resolve(answer);
    }
    this.#questions += 1;
    const answer = this.#askWire(type, name).then((result) => {
      this.#underway.delete(key);
      const cut = this.#settle(type, name, key, result, 'wire', begun);
      this.#options.store.put(type, name, result);
      if (!this.#ended) this.#anticipate();
      return cut;
    });
    this.#underway.set(key, answer);
    return answer;
  }

  async #askWire(type: RecordType, name: string): Promise<Answer> {
    this.#expired ??= new Promise((resolve) => {
      const left = this.#options.deadline - (milliseconds() - this.#begun);
      this.#timer = setTimeout(
        () => {
          resolve(DEADLINE);
          this.end();
        },
        Math.max(0, left),
      );
      this.#patience = setTimeout(() => {
        this.#waitedLong = true;
        this.#anticipate();
      }, this.#options.patience ?? PATIENCE);
    });
    this.#wire ??= await this.#options.wire();
    if (this.#ended) return DEADLINE;
    return Promise.race([this.#wire.ask(type, name), this.#expired]);
  }

  #settle(type: RecordType, name: string, key: string, full: Answer, source: 'cache' | 'wire', begun: number): Answer {
    const answer = this.#cut(full);
    this.#answers.set(key, answer);
    this.#options.onAnswer?.({ type, name, answer, source, milliseconds: milliseconds() - begun });
    return answer;
  }

  /** The answer, or what the mail still has room for. */
  #cut(answer: Answer): Answer {
    if (answer.kind !== 'records') return answer;
    let length = 0;
    const room = Math.max(SMALL, CHARACTERS - this.#characters);
    const fitting = answer.values.findIndex((value) => {
      length += value.length;
      return length > room;
    });
    this.#characters += Math.min(length, room);
    if (fitting < 0) return answer;
    const values = answer.values.slice(0, fitting);
    const left = (answer.left ?? 0) + answer.values.length - fitting;
    return values.length === 0 ? TOO_MANY : { ...answer, values, left };
  }

  #anticipate(): void {
    const wanted: Question[] = [];
    this.#options.anticipate((type, rawName) => {
      const name = this.#askableName(rawName);
      if (name === undefined) return NO_SUCH_NAME;
      const known = this.#known(type, name);
      if (known === undefined) wanted.push({ type, name });
      return known;
    }, this.#waitedLong);
    for (const { type, name } of wanted) {
      const key = keyOf(type, name);
      if (!this.#underway.has(key)) void this.#start(type, name, key);
    }
  }
}
