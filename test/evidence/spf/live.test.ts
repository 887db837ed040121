// Our check_host and pyspf, both asking the same name server about policies that nobody has seen before: a new seed
// each time.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { DnsServer } from '../../../rig/dns-server.ts';
import { queryOf } from '../../../rig/spf/cases.ts';
import { differenceOf } from '../../../rig/spf/differences.ts';
import { randomCase } from '../../../rig/spf/policies.ts';
import { Pyspf } from '../../../rig/spf/pyspf.ts';
import { served } from '../../../rig/spf/served.ts';
import { LiveDns } from '../../../src/dns/live.ts';
import { checkHost } from '../../../src/evidence/spf/check-host.ts';

const POLICIES = 1000;
const seed = Number(process.env.POLW_SPF_SEED ?? Math.floor(Math.random() * 1e6));

const dns = new DnsServer();
let pyspf: Pyspf | undefined;

beforeAll(async () => {
  await dns.start();
  pyspf = new Pyspf(dns);
});
afterAll(async () => {
  await pyspf?.stop();
  await dns.stop();
});

test('pyspf says the same, but for the list of differences', { timeout: 900_000 }, async () => {
  if (pyspf === undefined) throw new Error('pyspf was not started');
  console.log(`the policies are those of POLW_SPF_SEED=${seed}`);
  const live = new LiveDns([{ address: dns.address, port: dns.port, family: 4 }], 1, 20_000);
  const unexplained: object[] = [];
  const explained = new Map<string, number>();
  for (let index = 0; index < POLICIES; index++) {
    const one = randomCase(seed * 1_000_003 + index);
    dns.setZone(served(one.zone));
    const theirs = await pyspf.check(one);
    const ours = await checkHost(queryOf(one), live);
    if (theirs.result === ours.result && (ours.result !== 'fail' || theirs.explanation === ours.explanation)) continue;
    const id = differenceOf(one, theirs, ours);
    if (id === undefined) unexplained.push({ index, ...one, theirs, ours });
    else explained.set(id, (explained.get(id) ?? 0) + 1);
  }
  console.log(`seed ${seed}: ${JSON.stringify(Object.fromEntries(explained))}`);
  expect(unexplained).toEqual([]);
  expect([...explained.values()].reduce((sum, count) => sum + count, 0) / POLICIES).toBeLessThanOrEqual(0.05);
});
