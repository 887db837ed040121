// What is counted of a decision that hangs on what could not be looked up.

import { expect, test } from 'vitest';
import { settingsWith } from '../../rig/recorded.ts';
import { noFindings } from '../../src/weigh/findings.ts';
import type { Ending } from '../../src/weigh/mail.ts';
import { countsOf } from '../../src/weigh/statistics.ts';

const cases: readonly [what: string, inDoubt: boolean, ending: Ending | undefined][] = [
  ['an unknown answer', true, undefined],
  ['silent lists', false, { kind: 'lists-silent', where: '' }],
];

test.each(cases)('what decided a mail that is put off: %s', (what, inDoubt, ending) => {
  const weighed = {
    score: 0,
    trace: '',
    steps: [],
    findings: noFindings(),
    ending,
    inDoubt,
    learnt: new Map(),
  };
  expect(countsOf({ outcome: 'defer' }, weighed, settingsWith(), 1)).toContainEqual(['decided', what]);
  expect(countsOf({ outcome: 'accept' }, weighed, settingsWith(), 1)).not.toContainEqual(['decided', what]);
});
