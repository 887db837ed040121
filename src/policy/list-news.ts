// The tests of lists, and what is said about lists. Loaded when an answer is out, and seldom: one process tests for all,
// and most lists give nothing to speak of.

import type { Answer, RecordType } from '../dns/lookup.ts';
import { afterTest, type Condition, type Learnt, type Limits, type TestResult } from '../lists/condition.ts';
import { knownList } from '../lists/known.ts';
import type { ListSetting } from '../lists/list.ts';
import { testNames } from '../lists/test-entries.ts';
import { zoneShown } from '../lists/zone.ts';

/** Asks a name server; never throws. */
export type Ask = (type: RecordType, name: string) => Promise<Answer>;

/** A line for the log, and for how long it is not said again (milliseconds). `what` is about the same thing. */
export interface News {
  readonly what: string;
  readonly interval: number;
  readonly line: string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What is to be said about what a mail learnt. `testable`: the list has an entry by which it can be tested. */
export function newsOf(list: ListSetting, learnt: Learnt, testable: boolean): News | undefined {
  const zone = zoneShown(list);
  const odd = testable ? 'If its test gives the same, it is not asked for a while' : 'It is not asked for a while';
  switch (learnt.kind) {
    case 'refused':
      return {
        what: `refused ${list.zone}`,
        interval: HOUR,
        line: `${zone} refuses us: it answered ${learnt.address}. ${odd}. ${terms(list)}`,
      };
    case 'hijacked': {
      const reason = 'the zone is parked, or the name server rewrites answers';
      return {
        what: `hijacked ${list.zone}`,
        interval: HOUR,
        line: `${zone} answered ${learnt.address}, as no list does: ${reason}. ${odd}.`,
      };
    }
    case 'everything':
      return {
        what: `everything ${list.zone}`,
        interval: HOUR,
        line: `${zone} lists what it must not list, with ${learnt.address}. It is not asked for a while. ${terms(list)}`,
      };
    case 'unknown':
      return {
        what: `unknown ${list.zone} ${learnt.address}`,
        interval: DAY,
        line: `${zone} answered ${learnt.address}, for which the settings have no score`,
      };
    default:
      return undefined;
  }
}

/** Tests a list. What comes of it: its condition, out of what that was before. */
export async function testOf(
  list: ListSetting,
  ask: Ask,
  limits: Limits,
): Promise<(before: Condition, now: number) => Condition> {
  const names = testNames(list);
  const result: TestResult = {
    listed: names.listed === undefined ? undefined : await ask('A', names.listed),
    notListed: names.notListed === undefined ? undefined : await ask('A', names.notListed),
  };
  return (before, now) => afterTest(before, result, now, limits);
}

/** What is to be said about a list that its test has put off. */
export function newsOfTest(list: ListSetting, { off, answer }: Condition): News {
  const said = answer === '' ? '' : ` (it answered ${answer})`;
  return {
    what: `off ${list.zone}`,
    interval: HOUR,
    line: `${zoneShown(list)} is not asked; its test says: ${off}${said}. ${terms(list)}`,
  };
}

function terms(list: ListSetting): string {
  const known = knownList(list.zone);
  return known === undefined ? '' : `Its terms: ${known.terms}.`;
}
