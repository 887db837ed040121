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

  const all = { polw, bare: contestants.bareNode(), original };
  const used = await memoryOfAll(all, 1);
  yield line({ row: 'memory', what: 'peak RSS', unit: 'MiB', ...figures(used, 'peak') });
  const pss = figures(used, 'pss');
  const limits = [atMost('≤ 9 MiB', pss.polw, 9), atMost('≤ 0.55 × original', pss.polw, pss.original * 0.55)];
  const more = `polw's syslog child: ${used.polw.children.toFixed(1)} MiB more`;
  yield line({ row: 'memory', what: `PSS, ${PROCESSES} alive`, unit: 'MiB', ...pss, limits, more });

  const later = figures(await memoryOfAll(all, MANY), 'pss');
  yield line({ row: 'memory', what: `PSS, ${PROCESSES} alive, after ${MANY} mails`, unit: 'MiB', ...later });
}

/** What each of them needs after so many mails. */
async function memoryOfAll({ polw, bare, original }, mails) {
  return {
    polw: await memoryOfMany(polw, mails),
    bare: await memoryOfMany(bare, mails),
    original: original === undefined ? undefined : await memoryOfMany(original, mails),
  };
}

function figures({ polw, bare, original }, key) {
  return { polw: polw[key], bare: bare[key], original: original?.[key] ?? Number.NaN };
}

async function memoryOfMany(contestant, mails) {
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
