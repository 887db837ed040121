// A name server that gives random, huge, slow, looping and odd answers to everything, the lists among it. The whole run
// is `npm run fuzz -- --hostile-dns`; here is a part of it, with a new seed each time.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DnsServer } from '../../rig/dns-server.ts';
import { copyOfProgram, newFolder } from '../../rig/faults/faults.ts';
import { HostileMails } from '../../rig/fuzz/hostile-dns.ts';
import { complaintAboutUse, hostileRun, settingsOf } from '../../rig/fuzz/hostile-run.ts';
import { fuzz } from '../../rig/fuzz/run.ts';
import { command } from '../../rig/process.ts';
import { serverOf } from '../../rig/settings-text.ts';

const SEED = Number(process.env.POLW_FUZZ_SEED ?? Date.now() % 2 ** 31);
const MAILS = 800;
/** Milliseconds: there to end what hangs. The run by hand allows half a second after the deadline. */
const PATIENCE = 10_000;

const bin = copyOfProgram();
const { zone, fault, options } = hostileRun(SEED);
const dns = new DnsServer(zone, { fault });
beforeAll(() => dns.start());
afterAll(() => dns.stop());

test(`${MAILS} mails have one well-formed answer each, in bounded time, CPU time and memory`, async () => {
  console.info(`POLW_FUZZ_SEED=${SEED}`);
  const folder = newFolder();
  const settings = path.join(folder, 'polw.toml');
  writeFileSync(settings, settingsOf(serverOf(dns), path.join(folder, 'cache.sqlite'), true));
  const result = await fuzz({
    command: [...command(path.join(bin, 'polw')), '-f', settings],
    seed: SEED,
    count: MAILS,
    processes: 4,
    ...options,
    deadline: PATIENCE,
  });
  expect(result.answered).toBe(MAILS);
  expect(dns.queries.length).toBeGreaterThan(MAILS);
  expect(complaintAboutUse(result)).toBeUndefined();
}, 300_000);

test('the same seed gives the same mails, and another seed gives others', () => {
  const take = (mails: HostileMails): string =>
    Array.from({ length: 100 }, () => mails.next().toString('latin1')).join('');
  const first = take(new HostileMails(7));
  expect(take(new HostileMails(7))).toBe(first);
  expect(take(new HostileMails(8))).not.toBe(first);
});
