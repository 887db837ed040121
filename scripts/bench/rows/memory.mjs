// Memory of each process while twenty are alive that have answered one cached request, and a hundred.

import { CLEAN } from '../mails.mjs';
import { childrenOf, memoryOf, startWith } from '../policy-process.mjs';
import { atMost, line } from '../report.mjs';
import { median, sleep, sum } from '../statistics.mjs';
import { makeKnown, warmUp } from '../warm-up.mjs';

const PROCESSES = 20;
/** As many as smtpd serves clients, by default. */
const MANY = 100;

export async function* memory({ contestants, nameServer }) {
  // The log goes to syslog, as usual: that takes a child, whose memory counts too.
  const polw = contestants.polw({ log: 'syslog' });
  await warmUp(polw, [CLEAN], nameServer);
  const original = contestants.original({ verdicts: true });
  if (original !== undefined) await makeKnown(original, [CLEAN], nameServer);

  const used = {
    polw: await memoryOfMany(polw),
    bare: await memoryOfMany(contestants.bareNode()),
    original: original === undefined ? undefined : await memoryOfMany(original),
  };
  const of = (key) => ({ polw: used.polw[key], bare: used.bare[key], original: used.original?.[key] ?? Number.NaN });
  yield line({ row: 'memory', what: 'peak RSS', unit: 'MiB', ...of('peak') });
  const pss = of('pss');
  const limits = [atMost('≤ 9 MiB', pss.polw, 9), atMost('≤ 0.55 × original', pss.polw, pss.original * 0.55)];
  const more = `polw's syslog child: ${used.polw.children.toFixed(1)} MiB more`;
  yield line({ row: 'memory', what: `PSS, ${PROCESSES} alive`, unit: 'MiB', ...pss, limits, more });

  const later = {
    polw: (await memoryOfMany(polw, MANY)).pss,
    bare: (await memoryOfMany(contestants.bareNode(), MANY)).pss,
    original: original === undefined ? undefined : (await memoryOfMany(original, MANY)).pss,
  };
  yield line({ row: 'memory', what: `PSS, ${PROCESSES} alive, after ${MANY} mails`, unit: 'MiB', ...later });
}

async function memoryOfMany(contestant, mails = 1) {
  const processes = [];
  for (let number = 0; number < PROCESSES; number++) {
    const { process } = await startWith(contestant, CLEAN);
    for (let more = 1; more < mails; more++) await process.time(CLEAN);
    processes.push(process);
  }
  await sleep(500);
  const each = processes.map(({ pid }) => ({
    ...memoryOf(pid),
    children: sum(childrenOf(pid).map((child) => memoryOf(child).pss)),
  }));
  await Promise.all(processes.map((process) => process.end()));
  const of = (key) => median(each.map((one) => one[key]));
  return { peak: of('peak'), pss: of('pss'), children: of('children') };
}
