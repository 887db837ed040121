// HELO looks like the name of a dial-up line.
//
// Tokens: HELO_SEEMS_DIALUP, NOK_HELO_SEEMS_DIALUP.
// Settings: helo_seems_dialup, failed_helo_seems_dialup, enforce_dyndns_score.

import { isUnknown } from '../findings.ts';
import type { Mail } from '../mail.ts';
import { holdsAddress, looksDynamic, looksLikeServer } from '../patterns.ts';

export function checkDynamicHelo({ envelope, settings, findings, tally }: Mail): undefined {
  const enforced = settings.enforce_dyndns_score.hit;
  if ((enforced === 0 && findings.dialUp) || findings.mxOk || findings.ipEqFrom) return;
  const { helo } = envelope;
  if (looksLikeServer(helo) || !(looksDynamic(helo) || holdsAddress(helo))) return;

  const mayBeTrue = findings.helo === 'verified' || isUnknown(findings, 'HELO');
  if (mayBeTrue) tally.add('HELO_SEEMS_DIALUP', settings.helo_seems_dialup.hit + enforced);
  else tally.add('NOK_HELO_SEEMS_DIALUP', settings.failed_helo_seems_dialup.hit + enforced);
  findings.dynDnsAdvised = true;
}
