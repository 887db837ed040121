// What is asked early, what is not, and the bounds of a check's own: questions and time.

import { describe, expect, test } from 'vitest';
import { queryOf } from '../../../rig/spf/cases.ts';
import { type SpfZone, ZoneLookup } from '../../../rig/spf/zone.ts';
import type { Answer, RecordType } from '../../../src/dns/lookup.ts';
import { checkHost, type SpfOptions } from '../../../src/evidence/spf/check-host.ts';
import { SPF_LIMITS, type SpfLookup } from '../../../src/evidence/spf/query.ts';

const DOMAIN = 'example.test';
const QUERY = queryOf({ ip: '192.0.2.1', helo: 'mail.other.test', sender: `user@${DOMAIN}` });
const HERE: SpfZone[string] = { A: ['192.0.2.1'] };
const ELSEWHERE: SpfZone[string] = { A: ['10.0.0.1'] };

/** Questions in the order in which they went out. */
async function asked(terms: string, more: SpfZone = {}, options?: SpfOptions): Promise<readonly string[]> {
  const lookup = new ZoneLookup({ ...more, [DOMAIN]: { ...more[DOMAIN], TXT: [`v=spf1 ${terms}`] } });
  await checkHost(QUERY, lookup, options);
  return lookup.asked;
}

/** Answers some questions never. */
class Silent implements SpfLookup {
  readonly #lookup: SpfLookup;
  readonly #silent: (question: string) => boolean;

  constructor(lookup: SpfLookup, silent: (question: string) => boolean) {
    this.#lookup = lookup;
    this.#silent = silent;
  }

  ask(type: RecordType, name: string): Promise<Answer> {
    return this.#silent(`${type} ${name}`) ? new Promise(() => {}) : this.#lookup.ask(type, name);
  }
}

describe('asked early is', () => {
  test('all that a record names', async () => {
    const terms = 'a mx:m.test include:i.test exists:%{i}.e.test ptr:p.test redirect=r.test';
    const zone: SpfZone = {
      [DOMAIN]: ELSEWHERE,
      'm.test': { MX: [[1, 'h.test']] },
      'i.test': { TXT: ['v=spf1 a:j.test'] },
    };
    expect((await asked(terms, zone)).toSorted()).toEqual(
      [
        `A ${DOMAIN}`,
        `TXT ${DOMAIN}`,
        'A 192.0.2.1.e.test',
        'A h.test',
        'A j.test',
        'MX m.test',
        'PTR 1.2.0.192.in-addr.arpa',
        'TXT i.test',
        'TXT r.test',
      ].toSorted(),
    );
  });

  test('nothing behind a term that is known to match', async () => {
    expect(await asked('ip4:192.0.2.1 a:x.test')).toEqual([`TXT ${DOMAIN}`]);
    expect(await asked('all a:x.test redirect=r.test')).toEqual([`TXT ${DOMAIN}`]);
    const zone: SpfZone = { 'h.test': HERE, 'i.test': { TXT: ['v=spf1 a:h.test a:x.test -all'] } };
    expect(await asked('a:h.test include:i.test -all', zone)).not.toContain('A x.test');
  });

  test('nothing behind a fault, and nothing of a faulty record', async () => {
    expect(await asked('a:x.test moo')).toEqual([`TXT ${DOMAIN}`]);
    const zone: SpfZone = { 'i.test': { TXT: ['v=spf1 a:x.test moo'] } };
    expect(await asked('include:i.test -all', zone)).toEqual([`TXT ${DOMAIN}`, 'TXT i.test']);
  });

  test('nothing behind the tenth term that asks', async () => {
    const terms = Array.from({ length: 15 }, (_, index) => `a:x${index}.test`).join(' ');
    const zone = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`x${index}.test`, ELSEWHERE]));
    expect(await asked(`${terms} -all`, zone)).toHaveLength(1 + 10);
  });

  test('no name that tells who writes, before evaluation comes to it', async () => {
    const zone: SpfZone = { 'h.test': HERE };
    expect(await asked('a:h.test exists:%{l}.x.test include:%{s}.y.test -all', zone)).toEqual([
      `TXT ${DOMAIN}`,
      'A h.test',
    ]);
    expect(await asked('a:else.test exists:%{l}.x.test -all', { 'else.test': ELSEWHERE })).toContain('A user.x.test');
  });

  test('no explanation', async () => {
    const zone: SpfZone = { 'h.test': HERE, 'e.test': { TXT: ['no'] } };
    expect(await asked('a:h.test -all exp=e.test', zone)).not.toContain('TXT e.test');
  });

  test('no name that waits for the client\u2019s own, before that is known', async () => {
    const zone: SpfZone = { '1.2.0.192.in-addr.arpa': { PTR: ['n.test'] }, 'n.test': HERE };
    const questions = await asked('exists:%{p}.x.test -all', zone);
    expect(questions).toEqual([`TXT ${DOMAIN}`, 'PTR 1.2.0.192.in-addr.arpa', 'A n.test', 'A n.test.x.test']);
  });

  test('nothing more, if the first answer took long', async () => {
    const zone = new ZoneLookup({ [DOMAIN]: { TXT: ['v=spf1 a:h.test a:x.test -all'] }, 'h.test': HERE });
    const slow: SpfLookup = {
      async ask(type, name) {
        if (type === 'TXT') await new Promise((resolve) => setTimeout(resolve, 1100));
        return zone.ask(type, name);
      },
    };
    expect((await checkHost(QUERY, slow)).result).toBe('pass');
    expect(zone.asked).toEqual([`TXT ${DOMAIN}`, 'A h.test']);
  });
});

describe('a check has', () => {
  test('a number of questions, counted as evaluation comes to them', async () => {
    const zone: SpfZone = {
      [DOMAIN]: { TXT: ['v=spf1 a:x.test a:y.test -all'] },
      'x.test': ELSEWHERE,
      'y.test': ELSEWHERE,
    };
    const of = (questions: number, early: boolean) =>
      checkHost(QUERY, new ZoneLookup(zone), { early, limits: { ...SPF_LIMITS, questions } });
    expect(await of(2, true)).toMatchObject({ result: 'temperror', mechanism: 'a:y.test', problem: { kind: 'limit' } });
    expect(await of(2, true)).toEqual(await of(2, false));
    expect((await of(3, true)).result).toBe('fail');
  });

  test('a time; a question without an answer by then has failed, and so has all that follows', async () => {
    const zone: SpfZone = { [DOMAIN]: { TXT: ['v=spf1 a:x.test a:here.test -all'] }, 'here.test': HERE };
    const lookup = new Silent(new ZoneLookup(zone), (question) => question === 'A x.test');
    const verdict = await checkHost(QUERY, lookup, { limits: { ...SPF_LIMITS, time: 50 } });
    expect(verdict).toMatchObject({ result: 'temperror', problem: { kind: 'deadline' } });
  });

  test.each([`PTR 1.2.0.192.in-addr.arpa`, 'A n.test'])(
    'nobody fail for want of time: not at %s either',
    async (silent) => {
      const zone: SpfZone = {
        [DOMAIN]: { TXT: ['v=spf1 ptr -all'] },
        '1.2.0.192.in-addr.arpa': { PTR: ['n.test'] },
        'n.test': HERE,
      };
      const lookup = new Silent(new ZoneLookup(zone), (question) => question === silent);
      const verdict = await checkHost(QUERY, lookup, { limits: { ...SPF_LIMITS, time: 50 } });
      expect(verdict).toMatchObject({ result: 'temperror', problem: { kind: 'deadline' } });
    },
  );

  test('no timer left when it is done', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await checkHost(QUERY, new ZoneLookup({ [DOMAIN]: { TXT: ['v=spf1 -all'] } }));
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
  });
});
