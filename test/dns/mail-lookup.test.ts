import { describe, expect, test } from 'vitest';
import { type Answers, answerIn, SERVFAIL } from '../../rig/recorded.ts';
import { type Answer, keyOf, NO_SUCH_NAME, type RecordType } from '../../src/dns/lookup.ts';
import { type Asked, MailLookup, type MailLookupOptions, type Wire } from '../../src/dns/mail-lookup.ts';

const ONE: Answer = { kind: 'records', values: ['192.0.2.1'], ttl: 300 };
const DEADLINE: Answer = { kind: 'failed', reason: 'deadline' };
const TOO_MANY: Answer = { kind: 'failed', reason: 'too-many' };

/** A wire that answers when it is told to. */
class HeldWire implements Wire {
  readonly asked: string[] = [];
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  cancelled = 0;

  ask(type: RecordType, name: string): Promise<Answer> {
    this.asked.push(keyOf(type, name));
    return new Promise((resolve) => this.#waiting.set(keyOf(type, name), resolve));
  }

  cancel(): void {
    this.cancelled += 1;
    for (const question of this.#waiting.keys()) this.say(question, DEADLINE);
  }

  say(question: string, answer: Answer): void {
    this.#waiting.get(question)?.(answer);
    this.#waiting.delete(question);
  }
}

/** A wire that answers at once. */
class QuickWire implements Wire {
  readonly asked: string[] = [];
  readonly #answers: Answers;

  constructor(answers: Answers = {}) {
    this.#answers = answers;
  }

  async ask(type: RecordType, name: string): Promise<Answer> {
    this.asked.push(keyOf(type, name));
    return answerIn(this.#answers, keyOf(type, name));
  }

  cancel(): void {}
}

class RecordedStore {
  readonly kept = new Map<string, Answer>();
  readonly asked: string[] = [];

  get(type: RecordType, name: string): Answer | undefined {
    this.asked.push(keyOf(type, name));
    return this.kept.get(keyOf(type, name));
  }

  put(type: RecordType, name: string, answer: Answer): void {
    this.kept.set(keyOf(type, name), answer);
  }
}

function lookupWith(wire: Wire, options: Partial<MailLookupOptions> = {}): MailLookup {
  return new MailLookup({
    store: new RecordedStore(),
    wire: async () => wire,
    deadline: 60_000,
    maxQuestions: 100,
    anticipate: () => {},
    ...options,
  });
}

/** Lets all go on that only waits for promises. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a question', () => {
  test('goes to the wire once, also if it is asked again before the answer is there', async () => {
    const wire = new HeldWire();
    const lookup = lookupWith(wire);
    const answers = [lookup.ask('A', 'good.test'), lookup.ask('A', 'GOOD.test.')];
    await settled();
    wire.say('A good.test', ONE);
    expect(await Promise.all(answers)).toEqual([ONE, ONE]);
    expect(await lookup.ask('A', 'good.test')).toEqual(ONE);
    expect(wire.asked).toEqual(['A good.test']);
    expect(lookup.questions).toBe(1);
    lookup.end();
  });

  test('of another type is another', async () => {
    const wire = new QuickWire({ 'A good.test': ONE });
    const lookup = lookupWith(wire);
    await lookup.ask('A', 'good.test');
    expect(await lookup.ask('MX', 'good.test')).toMatchObject({ kind: 'no-such-name' });
    expect(wire.asked).toEqual(['A good.test', 'MX good.test']);
    lookup.end();
  });

  test('that failed is not asked again for the same mail', async () => {
    const wire = new QuickWire({ 'A good.test': SERVFAIL });
    const lookup = lookupWith(wire);
    expect(await lookup.ask('A', 'good.test')).toEqual(SERVFAIL);
    expect(await lookup.ask('A', 'good.test')).toEqual(SERVFAIL);
    expect(wire.asked).toHaveLength(1);
    lookup.end();
  });

  test('about what can be no name goes nowhere', async () => {
    const store = new RecordedStore();
    const wire = new QuickWire();
    const lookup = lookupWith(wire, { store });
    for (const name of ['', 'a..test', 'a b.test', '192.0.2.1', `${'a'.repeat(64)}.test`]) {
      expect(await lookup.ask('A', name)).toEqual(NO_SUCH_NAME);
    }
    expect([...store.asked, ...wire.asked]).toEqual([]);
    lookup.end();
  });

  test('goes out in A-labels', async () => {
    const wire = new QuickWire({ 'A xn--bcher-kva.test': ONE });
    const lookup = lookupWith(wire);
    expect(await lookup.ask('A', 'b\u00fccher.test')).toEqual(ONE);
    lookup.end();
  });
});

describe('the store', () => {
  test('goes before the wire, which is then not even made', async () => {
    const store = new RecordedStore();
    store.put('A', 'good.test', ONE);
    let made = 0;
    const lookup = lookupWith(new QuickWire(), {
      store,
      wire: async () => {
        made += 1;
        return new QuickWire();
      },
    });
    expect(await lookup.ask('A', 'good.test')).toEqual(ONE);
    expect(made).toBe(0);
    expect(lookup.questions).toBe(0);
    await lookup.ask('A', 'other.test');
    await lookup.ask('A', 'third.test');
    expect(made).toBe(1);
    lookup.end();
  });

  test('is given each answer of the wire, and asked once for each question', async () => {
    const store = new RecordedStore();
    const lookup = lookupWith(new QuickWire({ 'A good.test': ONE }), { store });
    await lookup.ask('A', 'good.test');
    await lookup.ask('A', 'good.test');
    expect([...store.kept]).toEqual([['A good.test', ONE]]);
    expect(store.asked).toEqual(['A good.test']);
    lookup.end();
  });
});

describe('the deadline', () => {
  test('ends what is not answered, and all that is asked after it', async () => {
    const wire = new HeldWire();
    const lookup = lookupWith(wire, { deadline: 30 });
    const begun = performance.now();
    expect(await lookup.ask('A', 'good.test')).toEqual(DEADLINE);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(25);
    expect(wire.cancelled).toBeGreaterThan(0);
    expect(await lookup.ask('A', 'other.test')).toEqual(DEADLINE);
    expect(wire.asked).toEqual(['A good.test']);
  });

  test('leaves what is known', async () => {
    const store = new RecordedStore();
    store.put('A', 'stored.test', ONE);
    const wire = new HeldWire();
    const lookup = lookupWith(wire, { deadline: 30, store });
    const first = lookup.ask('A', 'good.test');
    await settled();
    wire.say('A good.test', ONE);
    await first;
    await lookup.ask('A', 'never.test');
    expect(await lookup.ask('A', 'good.test')).toEqual(ONE);
    expect(await lookup.ask('A', 'stored.test')).toEqual(ONE);
  });

  test('counts from the beginning of the mail', async () => {
    const lookup = lookupWith(new HeldWire(), { deadline: 1 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await lookup.ask('A', 'good.test')).toEqual(DEADLINE);
  });
});

describe('the bound', () => {
  test('on questions is kept, and those beyond it fail', async () => {
    const wire = new QuickWire({ 'A n0.test': ONE, 'A n1.test': ONE, 'A n2.test': ONE });
    const store = new RecordedStore();
    const lookup = lookupWith(wire, { maxQuestions: 2, store });
    const answers = await Promise.all([0, 1, 2].map((index) => lookup.ask('A', `n${index}.test`)));
    expect(answers).toEqual([ONE, ONE, TOO_MANY]);
    expect(wire.asked).toEqual(['A n0.test', 'A n1.test']);
    expect(await lookup.ask('A', 'n0.test')).toEqual(ONE);
    store.put('A', 'stored.test', ONE);
    expect(await lookup.ask('A', 'stored.test')).toEqual(ONE);
    lookup.end();
  });
});

describe('asking early', () => {
  test('begins with the first question to the wire, and goes on with each answer', async () => {
    const wire = new HeldWire();
    const seen: (Answer | undefined)[] = [];
    const lookup = lookupWith(wire, {
      anticipate(want) {
        const first = want('A', 'first.test');
        seen.push(first);
        if (first !== undefined) want('A', 'second.test');
      },
    });
    const answer = lookup.ask('A', 'good.test');
    await settled();
    expect(wire.asked).toEqual(['A good.test', 'A first.test']);
    wire.say('A first.test', ONE);
    await settled();
    expect(wire.asked).toEqual(['A good.test', 'A first.test', 'A second.test']);
    wire.say('A good.test', ONE);
    expect(await answer).toEqual(ONE);
    expect(seen).toEqual([undefined, ONE, ONE]);
    lookup.end();
  });

  test('goes on after a while without answers, and knows it', async () => {
    const wire = new HeldWire();
    const long: boolean[] = [];
    const lookup = lookupWith(wire, {
      patience: 20,
      anticipate(want, waitedLong) {
        long.push(waitedLong);
        if (waitedLong) want('A', 'other.test');
      },
    });
    const answer = lookup.ask('A', 'good.test');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(wire.asked).toEqual(['A good.test', 'A other.test']);
    wire.say('A good.test', ONE);
    expect(await answer).toEqual(ONE);
    expect(long).toEqual([false, true, true]);
    lookup.end();
  });

  test('does not, once the mail is decided', async () => {
    const wire = new HeldWire();
    let early = 0;
    const lookup = lookupWith(wire, {
      patience: 10,
      anticipate: () => {
        early += 1;
      },
    });
    const answer = lookup.ask('A', 'good.test');
    await settled();
    lookup.end();
    expect(await answer).toEqual(DEADLINE);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(early).toBe(1);
  });

  test('asks nothing while all is known', async () => {
    const store = new RecordedStore();
    store.put('A', 'good.test', ONE);
    let early = 0;
    const lookup = lookupWith(new QuickWire(), {
      store,
      anticipate: () => {
        early += 1;
      },
    });
    await lookup.ask('A', 'good.test');
    expect(early).toBe(0);
    lookup.end();
  });

  test('takes what is known from the store, and asks for no names that are none', async () => {
    const store = new RecordedStore();
    store.put('A', 'stored.test', ONE);
    const wire = new QuickWire();
    const seen: (Answer | undefined)[] = [];
    const lookup = lookupWith(wire, {
      store,
      anticipate: (want) => {
        seen.push(want('A', 'stored.test'), want('A', 'a..test'));
      },
    });
    await lookup.ask('A', 'good.test');
    expect(seen.slice(0, 2)).toEqual([ONE, NO_SUCH_NAME]);
    expect(wire.asked).toEqual(['A good.test']);
    lookup.end();
  });

  test('does not count against a question that is asked before it', async () => {
    const wire = new QuickWire({ 'A good.test': ONE });
    const lookup = lookupWith(wire, {
      maxQuestions: 1,
      anticipate: (want) => {
        want('A', 'first.test');
      },
    });
    expect(await lookup.ask('A', 'good.test')).toEqual(ONE);
    expect(wire.asked).toEqual(['A good.test']);
    lookup.end();
  });
});

test('the end cancels what is under way', async () => {
  const wire = new HeldWire();
  const lookup = lookupWith(wire);
  const answer = lookup.ask('A', 'good.test');
  await settled();
  lookup.end();
  expect(await answer).toEqual(DEADLINE);
  expect(wire.cancelled).toBe(1);
});

test('each answer is told once, with its source', async () => {
  const store = new RecordedStore();
  store.put('A', 'stored.test', ONE);
  const told: Asked[] = [];
  const lookup = lookupWith(new QuickWire({ 'A good.test': ONE }), { store, onAnswer: (asked) => told.push(asked) });
  for (const name of ['stored.test', 'good.test', 'stored.test', 'good.test']) await lookup.ask('A', name);
  expect(told).toMatchObject([
    { type: 'A', name: 'stored.test', answer: ONE, source: 'cache' },
    { type: 'A', name: 'good.test', answer: ONE, source: 'wire' },
  ]);
  lookup.end();
});
