// Whether a verdict hangs on what is unknown: the mail is weighed again with the best and the worst that the questions
// that failed could have been answered. Seldom needed, so it is loaded late.

import type { Lookup, Question } from '../dns/lookup.ts';
import type { Findings } from './findings.ts';
import type { Envelope } from './mail.ts';
import type { WeighSettings } from './settings.ts';
import { bestAnswers, type Heard, worstAnswers } from './unknown.ts';

/** What the scale shows, as far as it matters here. */
interface Outcome {
  readonly score: number;
  readonly findings: Findings;
  readonly steps: readonly { readonly questions: readonly Question[] }[];
}

export interface Doubtful {
  readonly envelope: Envelope;
  readonly settings: WeighSettings;
  readonly weighed: Outcome;
  readonly lookup: Lookup;
  /** Weighs the mail with other answers. */
  readonly weighWith: (answers: Lookup) => Promise<Outcome>;
}

/**
 * True if a refusal would not stand, or a mail be let through, only for what is unknown. A client on no list is put off
 * for the names that it calls its own alone, not for a sender domain that is out of order; and only where our own name
 * servers are seen to work.
 */
export async function isInDoubt({ envelope, settings, weighed, lookup, weighWith }: Doubtful): Promise<boolean> {
  const { steps, findings } = weighed;
  const heard: Heard = { lookup, questions: steps.flatMap(({ questions }) => questions) };
  const isRefusedWith = async (answers: Lookup): Promise<boolean> => isRefused(await weighWith(answers), settings);
  if (isRefused(weighed, settings)) return !(await isRefusedWith(bestAnswers(heard, envelope, settings)));

  const isListed = findings.dnsblScore > 0 || findings.listedIn.length > 0 || findings.hostListed;
  if (isListed && findings.unknown.some(({ of }) => of === 'DNS list')) return true;
  if (!isListed && !(await listsAnswered(lookup, weighed))) return false;
  const left = isListed ? [] : findings.unknown.filter(({ of }) => of === 'sender domain');
  if (await isRefusedWith(worstAnswers(heard, 'none', left))) return true;
  return isListed && (await isRefusedWith(worstAnswers(heard, 'dial-up', left)));
}

/** True if all lists that were asked about the client, by the first of the checks, gave a proper reply. */
async function listsAnswered(lookup: Lookup, { steps: [ofClient] }: Outcome): Promise<boolean> {
  const answers = await Promise.all((ofClient?.questions ?? []).map(({ type, name }) => lookup.ask(type, name)));
  return answers.length > 0 && answers.every(({ kind }) => kind !== 'failed');
}

/** True if a mail is not let through as it is weighed. */
function isRefused({ score, findings }: Outcome, { reject_level }: WeighSettings): boolean {
  return score >= reject_level || (findings.dnsError && findings.dnsblHits < 2);
}
