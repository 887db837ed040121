// Does the verdict hang on what is unknown? The mail is weighed again with the answers that would be best and worst for
// it. Loaded when it is needed: questions seldom fail.

import type { Lookup } from '../dns/lookup.ts';
import type { Settings } from '../settings/table.ts';
import type { Findings } from './findings.ts';
import type { Envelope } from './mail.ts';
import { bestAnswers, type Heard, worstAnswers } from './unknown.ts';

/** A mail that was weighed, and how it is weighed again. */
export interface Doubtful {
  readonly envelope: Envelope;
  readonly settings: Settings;
  readonly score: number;
  readonly findings: Findings;
  readonly heard: Heard;
  readonly scoreWith: (answers: Lookup) => Promise<number>;
}

/** True if a refusal would not stand, or a mail with something against it be let through, only for what is unknown. */
export async function isInDoubt({ envelope, settings, score, findings, heard, scoreWith }: Doubtful): Promise<boolean> {
  if (score >= settings.reject_level) {
    return (await scoreWith(bestAnswers(heard, envelope, settings))) < settings.reject_level;
  }
  if (findings.unknown.some(({ of }) => of === 'DNS list')) return true;
  for (const reverse of ['none', 'dial-up'] as const) {
    if ((await scoreWith(worstAnswers(heard, reverse))) >= settings.reject_level) return true;
  }
  return false;
}
