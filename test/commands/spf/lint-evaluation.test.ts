// What lint says of random policies is what becomes of a client that no term knows.

import { expect, test } from 'vitest';
import { queryOf } from '../../../rig/spf/cases.ts';
import { randomCase } from '../../../rig/spf/policies.ts';
import { ZoneLookup } from '../../../rig/spf/zone.ts';
import { lint } from '../../../src/commands/spf/lint.ts';
import { TimedQuestions } from '../../../src/commands/spf/questions.ts';
import type { Answer, WireType } from '../../../src/dns/lookup.ts';
import { checkHost } from '../../../src/evidence/spf/check-host.ts';

const POLICIES = 5000;
const SEED = Number(process.env.POLW_SPF_SEED ?? Math.floor(Math.random() * 1e6));

/** Terms by which a client may match before the end of a policy is reached. */
const MATCHING = /exists|\/0|(^| )\+?all/i;

test(`${POLICIES} random policies`, async () => {
  process.stdout.write(`the policies are those of POLW_SPF_SEED=${SEED}\n`);
  const counts = { counted: 0, errors: 0 };
  for (let index = 0; index < POLICIES; index++) {
    const { ip, zone, sender, helo } = randomCase(SEED + index);
    const domain = (sender === '' ? helo : sender.slice(sender.lastIndexOf('@') + 1)).toLowerCase();
    const lookup = new ZoneLookup(zone);
    const servers = {
      ask: async (type: WireType, name: string): Promise<Answer> =>
        type === 'SPF' ? { kind: 'no-data', ttl: 60 } : lookup.ask(type, name),
      cancel() {},
    };
    const { terms, remarks } = await lint(domain, new TimedQuestions(servers));
    const client = ip.includes(':') && !ip.startsWith('::ffff') ? '2a00:dead::1' : '203.0.113.5';
    const verdict = await checkHost(queryOf({ ip: client, helo, sender }), new ZoneLookup(zone));
    const what = `seed ${SEED + index}: ${JSON.stringify(zone[domain])}`;
    // Names of the client, which lint does not know, may be what lacks an answer, or fails.
    if (verdict.problem?.kind === 'voids' || verdict.problem?.kind === 'dns') continue;
    // A loop is named, and not followed.
    if (verdict.problem?.kind !== 'terms') expect(terms, what).toBeGreaterThanOrEqual(verdict.terms);
    if (verdict.result === 'permerror') {
      counts.errors += 1;
      expect(
        remarks.filter(({ severity }) => severity === 'error'),
        what,
      ).not.toEqual([]);
    } else if (!Object.values(zone).some(({ TXT = [] }) => TXT.flat().some((text) => MATCHING.test(text)))) {
      counts.counted += 1;
      expect(terms, what).toBe(verdict.terms);
    }
  }
  expect(counts.counted).toBeGreaterThan(POLICIES / 100);
  expect(counts.errors).toBeGreaterThan(POLICIES / 50);
  process.stdout.write(`${JSON.stringify(counts)}\n`);
});
