// The questions of one check: each goes out once, within a budget and a time of its own. Those that evaluation reaches
// are counted, in its order; those asked early only make answers come sooner.

import { milliseconds } from '../../clock.ts';
import { type Answer, keyOf, type RecordType } from '../../dns/lookup.ts';
import type { SpfLimits, SpfLookup, SpfQuestion } from './query.ts';

/** Asks a question if it wasn't asked yet, and gives its answer if it is there already. */
export type Want = (type: RecordType, name: string) => Answer | undefined;

/** Asks early what the answers so far tell; `known` only looks. */
export type AskEarly = (want: Want, known: Want) => void;

/** When so many are out, nothing is asked early any more: no policy that works needs them. */
const MOST_EARLY = 40;
/** Milliseconds. Most name servers answer in less; of one that doesn't no more is asked than must be. */
const PATIENCE = 1_000;
const DEADLINE: Answer = { kind: 'failed', reason: 'deadline' };
const TOO_MANY: Answer = { kind: 'failed', reason: 'too-many' };

export class Questions {
  readonly #lookup: SpfLookup;
  readonly #limits: SpfLimits;
  readonly #askEarly: AskEarly | undefined;
  readonly #answers = new Map<string, Answer>();
  readonly #underway = new Map<string, Promise<Answer>>();
  readonly #reached = new Map<string, SpfQuestion>();
  readonly #begun = milliseconds();
  #timer: NodeJS.Timeout | undefined;
  #expired: Promise<Answer> | undefined;
  #isOver = false;
  #isSlow = false;
  #planned = false;

  constructor(lookup: SpfLookup, limits: SpfLimits, askEarly: AskEarly | undefined) {
    this.#lookup = lookup;
    this.#limits = limits;
    this.#askEarly = askEarly;
  }

  /** Those that evaluation reached. */
  get reached(): readonly SpfQuestion[] {
    return [...this.#reached.values()];
  }

  /** A question that evaluation has come to. */
  async ask(type: RecordType, name: string): Promise<Answer> {
    const key = keyOf(type, name);
    const isNew = !this.#reached.has(key);
    const answer =
      isNew && this.#reached.size >= this.#limits.questions ? TOO_MANY : await this.#answer(type, name, key);
    if (isNew) this.#reached.set(key, { type, name, answer: answer.kind });
    return answer;
  }

  /** Nothing more is asked, nor waited for. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #answer(type: RecordType, name: string, key: string): Promise<Answer> | Answer {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#isOver) return DEADLINE;
    this.#expired ??= this.#deadline();
    const answer = Promise.race([this.#underway.get(key) ?? this.#send(type, name, key), this.#expired]);
    this.#planEarly();
    return answer;
  }

  #deadline(): Promise<Answer> {
    return new Promise((resolve) => {
      this.#timer = setTimeout(() => {
        this.#isOver = true;
        resolve(DEADLINE);
      }, this.#limits.time);
    });
  }

  #send(type: RecordType, name: string, key: string): Promise<Answer> {
    const answer = this.#lookup.ask(type, name).then((result) => {
      if (this.#answers.size === 0) this.#isSlow = milliseconds() - this.#begun > PATIENCE;
      this.#underway.delete(key);
      this.#answers.set(key, result);
      this.#planEarly();
      return result;
    });
    this.#underway.set(key, answer);
    return answer;
  }

  /** Once for all answers that come together. */
  #planEarly(): void {
    const askEarly = this.#askEarly;
    if (askEarly === undefined || this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      if (this.#isOver || this.#isSlow) return;
      const known: Want = (type, name) => this.#answers.get(keyOf(type, name));
      askEarly((type, name) => known(type, name) ?? this.#sendEarly(type, name), known);
    });
  }

  #sendEarly(type: RecordType, name: string): undefined {
    const key = keyOf(type, name);
    const out = this.#answers.size + this.#underway.size;
    if (this.#underway.has(key) || out >= Math.min(MOST_EARLY, this.#limits.questions)) return;
    void this.#send(type, name, key);
  }
}
