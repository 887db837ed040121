import { describe, expect, test } from 'vitest';
import { NO_DATA, NOTHING, SILENCE } from '../../rig/recorded.ts';
import {
  afterMail,
  afterTest,
  type Condition,
  type Learnt,
  type Limits,
  stateOf,
  unknownCondition,
} from '../../src/lists/condition.ts';

const NOW = 1_000_000;
const LIMITS: Limits = { list_error_skip: 2, list_skip_release: 10, list_check_interval: 3600, list_off_time: 600 };
const fine = unknownCondition(NOW);

/** What is done with a list in so many mails, if it never answers: a for asked, s for skipped. */
function fate(mails: number, limits: Limits, answers: (mail: number) => boolean = () => false): string {
  let condition: Condition = fine;
  let story = '';
  for (let mail = 0; mail < mails; mail++) {
    const state = stateOf(condition, limits);
    story += state.charAt(0);
    condition = afterMail(condition, learntIn(state, answers(mail)), NOW, limits, true);
  }
  return story;
}

function learntIn(state: string, answers: boolean): Learnt {
  if (state === 'skipped') return { kind: 'skipped' };
  return answers ? { kind: 'not-listed' } : { kind: 'silent', reason: 'timeout' };
}

describe('a list that does not answer', () => {
  test('is asked three times, left out nine times, and begins again', () => {
    expect(fate(28, LIMITS)).toBe('aaasssssssssaaasssssssssaaas');
  });

  test('with other numbers: two failures, three mails', () => {
    expect(fate(12, { ...LIMITS, list_error_skip: 1, list_skip_release: 4 })).toBe('aasssaasssaa');
  });

  test('is never left out if that is for no mail', () => {
    expect(fate(8, { ...LIMITS, list_skip_release: 1 })).toBe('aaaaaaaa');
  });

  test('is forgiven with the first answer', () => {
    expect(fate(10, LIMITS, (mail) => mail === 2)).toBe('aaaaaassss');
    expect(fate(20, LIMITS, (mail) => mail === 12)).toBe('aaasssssssssaaaassss');
  });
});

describe('a list that says what no list says', () => {
  test.each(['refused', 'hijacked'] as const)('is tested now: %s', (kind) => {
    const tested = { ...fine, failures: 1, due: NOW + 3_600_000 };
    const after = afterMail(tested, { kind, address: '127.255.255.254' }, NOW + 5, LIMITS, true);
    expect(after).toEqual({ ...tested, failures: 0, due: NOW + 5, answer: '127.255.255.254' });
    expect(stateOf(after, LIMITS)).toBe('asked');
    // One process has taken the test upon itself: another that hears the same need not do it again.
    const claimed = { ...after, due: NOW + 60_000 };
    expect(afterMail(claimed, { kind, address: '127.255.255.254' }, NOW + 9, LIMITS, true)).toBe(claimed);
  });

  test.each([
    ['refused', false],
    ['hijacked', false],
    ['everything', false],
    ['everything', true],
  ] as const)('is off for a while: %s, testable: %s', (kind, testable) => {
    const off = afterMail(fine, { kind, address: '127.255.255.254' }, NOW + 5, LIMITS, testable);
    expect(off).toEqual({
      failures: 0,
      skips: 0,
      off: kind === 'everything' ? 'lists everything' : kind,
      since: NOW + 5,
      due: NOW + 5 + 600_000,
      answer: '127.255.255.254',
    });
    expect(stateOf(off, LIMITS)).toBe('off');
    // Another process says the same a little later.
    expect(afterMail(off, { kind, address: '127.255.255.254' }, NOW + 9, LIMITS, testable)).toEqual(off);
  });
});

describe('a test', () => {
  const listed = { kind: 'records', values: ['127.0.0.2'], ttl: 1 } as const;
  const foreign = { kind: 'records', values: ['203.0.113.1'], ttl: 1 } as const;
  const refusal = { kind: 'records', values: ['127.255.255.254'], ttl: 1 } as const;

  test.each([
    ['well', { listed, notListed: NOTHING }, ''],
    ['well, with no data', { listed, notListed: NO_DATA }, ''],
    ['nothing to test', { listed: undefined, notListed: undefined }, ''],
    ['nothing that must be listed', { listed: undefined, notListed: NOTHING }, ''],
    ['the entry is missing', { listed: NOTHING, notListed: NOTHING }, 'lists nothing'],
    ['all is listed', { listed, notListed: listed }, 'lists everything'],
    ['no answer', { listed: SILENCE, notListed: NOTHING }, 'does not answer'],
    ['half an answer', { listed, notListed: SILENCE }, 'does not answer'],
    ['a refusal', { listed: refusal, notListed: NOTHING }, 'refused'],
    ['a parked domain', { listed: foreign, notListed: foreign }, 'hijacked'],
    ['a parked domain that has the test entry', { listed, notListed: foreign }, 'hijacked'],
  ] as const)('shows: %s', (_, result, off) => {
    const after = afterTest(fine, result, NOW + 7, LIMITS);
    expect(after.off).toBe(off);
    expect(after.due).toBe(NOW + 7 + (off === '' ? 3_600_000 : 600_000));
    expect(after.since).toBe(off === '' ? NOW : NOW + 7);
  });

  test('puts a list on again, with a clean count', () => {
    const off = afterMail({ ...fine, failures: 2 }, { kind: 'refused', address: 'x' }, NOW, LIMITS, false);
    const after = afterTest(off, { listed, notListed: NOTHING }, NOW + 7, LIMITS);
    expect(after).toMatchObject({ failures: 0, skips: 0, off: '', since: NOW + 7 });
    expect(stateOf(after, LIMITS)).toBe('asked');
  });
});
