// Further requests on an open connection: what most mails wait.

import { CLEAN, cleanMail } from '../mails.mjs';
import { cpuOf, startWith } from '../policy-process.mjs';
import { atMost, line } from '../report.mjs';
import { median } from '../statistics.mjs';
import { makeKnown, warmUp } from '../warm-up.mjs';

const CACHED = 5000;
const CACHED_OF_SLOW = 1000;
/** Each turn asks for so many requests. */
const TURN = 250;

/** Everything cached: time and CPU. */
export async function* furtherCached({ contestants, nameServer }) {
  const weighing = contestants.polw();
  await warmUp(weighing, [CLEAN], nameServer);
  yield* cachedLines('weighed from cached DNS answers', [weighing, contestants.bareNode(), contestants.original()]);

  const logging = contestants.polw({ log: 'syslog' });
  await warmUp(logging, [CLEAN], nameServer);
  yield* cachedLines('the same, log through the syslog child', [logging], false);

  const known = [contestants.polw({ verdicts: true }), contestants.original({ verdicts: true })];
  for (const one of known) if (one !== undefined) await makeKnown(one, [CLEAN], nameServer);
  yield* cachedLines('known sender', known);
}

async function* cachedLines(what, all, held = true) {
  const { time, cpu, samples } = await measureCached(all);
  yield line({ row: 'further-cached', what: `time, ${what}`, unit: 'ms', ...time, samples });
  const limits = held ? [atMost('≤ 0.1 ms', cpu.polw, 0.1)] : [];
  yield line({ row: 'further-cached', what: `CPU, ${what}`, unit: 'ms', ...cpu, limits });
}

/** Nothing cached: each mail has a client and a domain of its own. */
export async function* furtherUncached({ contestants, nameServer, runs }) {
  for (const [delay, count] of [
    [0, 20 * runs],
    [50, 2 * runs],
  ]) {
    await nameServer.delay(delay);
    const samples = await inTurns([contestants.polw(), contestants.original()], count, 10, (number) =>
      cleanMail(number + 1),
    );
    const [polw, original] = [median(samples.polw), median(samples.original ?? [])];
    const limits = delay === 0 ? [atMost('≤ 0.5 × original', polw, original * 0.5)] : [];
    const what = `time, uncached, DNS ${delay} ms`;
    yield line({ row: 'further-uncached', what, unit: 'ms', polw, original, limits, samples });
  }
  await nameServer.delay(0);
}

/** Times of requests, ten of the one, ten of the other. */
async function inTurns(all, count, turn, mailOf) {
  const open = await openAll(all, cleanMail(0));
  const samples = {};
  for (let from = 0; from < count; from += turn) {
    for (const { name, process } of open) {
      samples[name] ??= [];
      for (let number = from; number < Math.min(from + turn, count); number++) {
        samples[name].push(await process.time(mailOf(number)));
      }
    }
  }
  for (const { process } of open) await process.end();
  return samples;
}

async function measureCached(all) {
  const open = await openAll(all, CLEAN);
  // Few requests are enough for V8 to compile what matters; a process that weighs a hundred mails does so as well.
  for (const { process } of open) for (let number = 0; number < 100; number++) await process.time(CLEAN);
  const measured = open.map((one) => ({ ...one, before: cpuOf(one.process.pid), times: [] }));
  for (let done = 0; done < CACHED; done += TURN) {
    for (const one of measured) {
      if (one.slow && done >= CACHED_OF_SLOW) continue;
      for (let number = 0; number < TURN; number++) one.times.push(await one.process.time(CLEAN));
    }
  }
  const result = { time: {}, cpu: {}, samples: {} };
  for (const { name, process, before, times } of measured) {
    const key = name === 'bare node' ? 'bare' : name;
    result.time[key] = median(times);
    result.cpu[key] = (cpuOf(process.pid) - before) / times.length;
    await process.end();
  }
  return result;
}

async function openAll(all, mail) {
  const open = [];
  for (const contestant of all) {
    if (contestant === undefined) continue;
    const { process } = await startWith(contestant, mail);
    open.push({ name: contestant.name, slow: contestant.slow === true, process });
  }
  return open;
}
