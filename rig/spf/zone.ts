// The DNS of a test, without a server: a zone as the fixtures have it, and ways in which its answers may come.

import { setImmediate as turn } from 'node:timers/promises';
import { parseAddress } from '../../src/dns/address.ts';
import { type Answer, keyOf, type RecordType } from '../../src/dns/lookup.ts';
import { VALUES } from '../../src/dns/reply.ts';
import { boundedTexts } from '../../src/dns/texts.ts';
import type { SpfLookup } from '../../src/evidence/spf/query.ts';
import { Random } from '../parity/random.ts';

/** The records of a name. A character of a text is an octet; a list in TXT is one record of several strings. */
export interface ZoneEntry {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly PTR?: readonly string[];
  readonly MX?: readonly (readonly [preference: number, host: string])[];
  readonly TXT?: readonly (string | readonly string[])[];
  readonly CNAME?: string;
  /** Instead of records of a type, or (`*`) of all types that have none. NXDOMAIN is none. */
  readonly fail?: { readonly [type: string]: string };
}

export interface SpfZone {
  readonly [name: string]: ZoneEntry;
}

/** More aliases than these are a loop. */
const ALIASES = 12;

export class ZoneLookup implements SpfLookup {
  /** Each question, in turn. */
  readonly asked: string[] = [];
  readonly #entries: ReadonlyMap<string, ZoneEntry>;

  constructor(zone: SpfZone) {
    this.#entries = new Map(
      Object.entries(zone).map(([name, entry]) => [name.replace(/\.$/, '').toLowerCase(), entry]),
    );
  }

  async ask(type: RecordType, name: string): Promise<Answer> {
    this.asked.push(keyOf(type, name));
    return this.#answer(type, name);
  }

  #answer(type: RecordType, asked: string): Answer {
    let name = asked;
    for (let aliases = 0; aliases <= ALIASES; aliases++) {
      const entry = this.#entries.get(name);
      if (entry === undefined) return { kind: 'no-such-name', ttl: 60 };
      const failure = entry.fail?.[type] ?? (entry[type] === undefined ? entry.fail?.['*'] : undefined);
      if (failure === 'NXDOMAIN') return { kind: 'no-such-name', ttl: 60 };
      if (failure !== undefined) return { kind: 'failed', reason: failure === 'TIMEOUT' ? 'timeout' : 'servfail' };
      if (entry.CNAME === undefined) {
        const values = valuesOf(type, entry);
        return values.length === 0 ? { kind: 'no-data', ttl: 60 } : { kind: 'records', values, ttl: 300 };
      }
      name = entry.CNAME.toLowerCase();
    }
    return { kind: 'failed', reason: 'servfail' };
  }
}

/** As the resolver gives them. */
function valuesOf(type: RecordType, entry: ZoneEntry): readonly string[] {
  switch (type) {
    case 'A':
    case 'AAAA':
      return (entry[type] ?? []).map((text) => parseAddress(text)?.text ?? text);
    case 'PTR':
      return (entry.PTR ?? []).map(asName);
    case 'MX':
      return (entry.MX ?? []).map(([, host]) => asName(host));
    case 'TXT':
      return boundedTexts(
        (entry.TXT ?? []).map((strings) => Buffer.from([strings].flat().join(''), 'latin1').toString()),
      );
  }
}

function asName(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}

/** Leaves out values where there are more than the resolver gives. */
export class BoundedLookup implements SpfLookup {
  readonly #lookup: SpfLookup;

  constructor(lookup: SpfLookup) {
    this.#lookup = lookup;
  }

  async ask(type: RecordType, name: string): Promise<Answer> {
    const answer = await this.#lookup.ask(type, name);
    if (answer.kind !== 'records' || answer.values.length <= VALUES) return answer;
    return { ...answer, values: answer.values.slice(0, VALUES), left: answer.values.length - VALUES };
  }
}

/** Remembers answers: a second check asks the other lookup nothing. */
export class CachedLookup implements SpfLookup {
  readonly #answers = new Map<string, Promise<Answer>>();
  readonly #lookup: SpfLookup;

  constructor(lookup: SpfLookup) {
    this.#lookup = lookup;
  }

  ask(type: RecordType, name: string): Promise<Answer> {
    const key = keyOf(type, name);
    const answer = this.#answers.get(key) ?? this.#lookup.ask(type, name);
    this.#answers.set(key, answer);
    return answer;
  }
}

/** Answers in any order, some now and some later. */
export class ShuffledLookup implements SpfLookup {
  readonly #lookup: SpfLookup;
  readonly #random: Random;

  constructor(lookup: SpfLookup, seed: number) {
    this.#lookup = lookup;
    this.#random = new Random(seed);
  }

  async ask(type: RecordType, name: string): Promise<Answer> {
    const answer = await this.#lookup.ask(type, name);
    for (let turns = this.#random.int(0, 5); turns > 0; turns--) await turn();
    return answer;
  }
}

/** All that is asked at once is answered at once: how often one had to wait is the number of round trips. */
export class CountedRounds implements SpfLookup {
  rounds = 0;
  readonly #lookup: SpfLookup;
  #next: Promise<void> | undefined;

  constructor(lookup: SpfLookup) {
    this.#lookup = lookup;
  }

  async ask(type: RecordType, name: string): Promise<Answer> {
    const answer = await this.#lookup.ask(type, name);
    this.#next ??= this.#round();
    await this.#next;
    return answer;
  }

  async #round(): Promise<void> {
    await turn();
    this.rounds += 1;
    this.#next = undefined;
  }
}
