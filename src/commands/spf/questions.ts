// The name servers as polw spf asks them: for names of any octets, each question once, with the time that it took. No
// answer is kept longer: names made of a local part would tell in the shared file who writes.

import { milliseconds } from '../../clock.ts';
import { type Answer, NO_SUCH_NAME, type WireType } from '../../dns/lookup.ts';
import { octetName } from '../../dns/octets.ts';
import type { SpfLookup } from '../../evidence/spf/query.ts';

/** What answers in the end. Never rejects. */
export interface Servers {
  ask(type: WireType, name: string): Promise<Answer>;
  cancel(): void;
}

export interface Timed {
  readonly type: WireType;
  /** A character for each octet. */
  readonly name: string;
  readonly answer: Answer;
  readonly milliseconds: number;
}

export class TimedQuestions implements SpfLookup {
  readonly #servers: Servers;
  readonly #asked = new Map<string, Promise<Answer>>();
  readonly #answered = new Map<string, Timed>();

  constructor(servers: Servers) {
    this.#servers = servers;
  }

  /** Those that are answered, in the order of their answers. */
  get answered(): readonly Timed[] {
    return [...this.#answered.values()];
  }

  ask(type: WireType, octets: string): Promise<Answer> {
    const name = octetName(octets);
    if (name === undefined) return Promise.resolve(NO_SUCH_NAME);
    const key = `${type} ${name}`;
    const answer = this.#asked.get(key) ?? this.#send(type, name, key);
    this.#asked.set(key, answer);
    return answer;
  }

  /** What is not answered yet is not waited for. */
  end(): void {
    this.#servers.cancel();
  }

  answerTo(type: WireType, name: string): Timed | undefined {
    return this.#answered.get(`${type} ${name}`);
  }

  async #send(type: WireType, name: string, key: string): Promise<Answer> {
    const begun = milliseconds();
    const answer = await this.#servers.ask(type, name);
    this.#answered.set(key, { type, name, answer, milliseconds: milliseconds() - begun });
    return answer;
  }
}
