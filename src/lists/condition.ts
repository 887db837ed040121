// The condition of a DNS list: what a mail or a test tells about it, and what follows for the next mail. Pure; times in
// milliseconds. The conditions themselves are kept in the shared file, so all processes know what one has learnt.

import type { Answer } from '../dns/lookup.ts';
import { isListing } from './filter.ts';
import type { Listing, ListState } from './listing.ts';

/** Why a list is not asked. */
export type OffReason = 'refused' | 'hijacked' | 'lists everything' | 'lists nothing' | 'does not answer';

export interface Condition {
  /** How often it failed in a row. */
  readonly failures: number;
  /** How many mails it was left out of since. */
  readonly skips: number;
  /** Empty: it is asked. */
  readonly off: OffReason | '';
  /** Since when it is on, or off. */
  readonly since: number;
  /** When it is to be tested next. */
  readonly due: number;
  /** The last answer that was not "not listed", as it came. */
  readonly answer: string;
}

/** What a mail learnt about a list. */
export type Learnt = Listing | { readonly kind: 'skipped' };

/** What a test found. */
export interface TestResult {
  readonly listed: Answer | undefined;
  readonly notListed: Answer | undefined;
}

export interface Limits {
  readonly list_error_skip: number;
  readonly list_skip_release: number;
  /** Seconds; 0: no list is tested. */
  readonly list_check_interval: number;
  /** Seconds. */
  readonly list_off_time: number;
}

/** A process that took a test upon itself and was ended gives way to the next after this time. */
export const CLAIM = 60_000;

/** A list of which nothing is known. It is to be tested soon. */
export function unknownCondition(now: number): Condition {
  return { failures: 0, skips: 0, off: '', since: now, due: now, answer: '' };
}

/** What is done with a list for the next mail. */
export function stateOf(condition: Condition, limits: Limits): ListState {
  if (condition.off !== '') return 'off';
  return condition.failures > limits.list_error_skip && condition.skips + 1 < limits.list_skip_release
    ? 'skipped'
    : 'asked';
}

/**
 * The condition after a mail: the same object if nothing changed. `testable`: the list has an entry by which it can be
 * tested. One odd answer may be about the client alone, so it only makes the test due; a list without entries is put off
 * at once, and so is one that lists what it must not list, as that is the answer to such an entry.
 */
export function afterMail(
  condition: Condition,
  learnt: Learnt,
  now: number,
  limits: Limits,
  testable: boolean,
): Condition {
  switch (learnt.kind) {
    case 'skipped':
      return { ...condition, skips: condition.skips + 1 };
    case 'silent': {
      // One that was left out and is tried again begins with a clean count.
      const released = condition.failures > limits.list_error_skip;
      return { ...condition, failures: released ? 1 : condition.failures + 1, skips: 0 };
    }
    case 'refused':
    case 'hijacked':
    case 'everything':
      if (condition.off !== '') return condition;
      if (testable && learnt.kind !== 'everything') return dueNow(condition, learnt.address, now);
      return {
        ...condition,
        failures: 0,
        skips: 0,
        off: learnt.kind === 'everything' ? 'lists everything' : learnt.kind,
        since: now,
        due: now + limits.list_off_time * 1000,
        answer: learnt.address,
      };
    case 'not-listed':
      return condition.failures === 0 ? condition : { ...condition, failures: 0, skips: 0 };
    case 'listed':
    case 'unknown':
      if (condition.failures === 0 && condition.answer === learnt.address) return condition;
      return { ...condition, failures: 0, skips: 0, answer: learnt.address };
  }
}

/** To be tested now, unless that is done or due soon anyway. */
function dueNow(condition: Condition, answer: string, now: number): Condition {
  const due = condition.due - now <= CLAIM ? condition.due : now;
  if (due === condition.due && condition.failures === 0 && condition.answer === answer) return condition;
  return { ...condition, failures: 0, skips: 0, due, answer };
}

/** The condition after a test. Without entries to test, a list that was off is simply tried again. */
export function afterTest(condition: Condition, result: TestResult, now: number, limits: Limits): Condition {
  const off = troubleFound(result);
  const wait = off === '' ? limits.list_check_interval : limits.list_off_time;
  return {
    failures: 0,
    skips: 0,
    off,
    since: (off === '') === (condition.off === '') ? condition.since : now,
    due: now + wait * 1000,
    answer: addressIn(result.notListed) ?? addressIn(result.listed) ?? condition.answer,
  };
}

/**
 * What a test shows. The entry that must be listed is judged only by lying in 127.0.0.0/8 and outside
 * 127.255.255.0/24: lists give their test entries codes that they use for nothing else.
 */
function troubleFound({ listed, notListed }: TestResult): OffReason | '' {
  const addresses = [notListed, listed].flatMap((answer) => addressIn(answer)?.split(' ') ?? []);
  if (addresses.some((address) => !address.startsWith('127.'))) return 'hijacked';
  if (!addresses.every(isListing)) return 'refused';
  if (addressIn(notListed) !== undefined) return 'lists everything';
  if (listed?.kind === 'failed' || notListed?.kind === 'failed') return 'does not answer';
  return listed === undefined || listed.kind === 'records' ? '' : 'lists nothing';
}

function addressIn(answer: Answer | undefined): string | undefined {
  return answer?.kind === 'records' ? answer.values.join(' ') : undefined;
}
