// Brings caches to the state that is measured.

import { existsSync } from 'node:fs';
import { firstAnswer, startWith } from './policy-process.mjs';
import { sleep } from './statistics.mjs';

/** Has these mails weighed once, without delay, so that all answers of the DNS are in the cache. */
export async function warmUp(contestant, mails, nameServer) {
  await nameServer.delay(0);
  for (const mail of mails) await firstAnswer(contestant, mail);
  await nameServer.take();
}

/** Has these mails known so well that they are accepted without any question. */
export async function makeKnown(contestant, mails, nameServer) {
  await nameServer.delay(0);
  const { process } = await startWith(contestant, mails[0]);
  if (contestant.socket !== undefined) await until(() => existsSync(contestant.socket));
  for (const mail of mails) await process.time(mail);
  // The original counts whole seconds, and only those who were accepted earlier are known.
  await sleep(2100);
  for (const mail of mails) await process.time(mail);
  await nameServer.take();
  for (const mail of mails) await process.time(mail);
  await process.end();
  const { questions } = await nameServer.take();
  if (questions.length > 0) throw new Error(`${contestant.name} asked for a known sender: ${questions[0]}`);
}

async function until(condition) {
  for (let tries = 0; tries < 200 && !condition(); tries++) await sleep(25);
  if (!condition()) throw new Error('waited in vain');
}
