// HELO looks like the name of a dial-up line.
//
// Tokens: HELO_SEEMS_DIALUP, NOK_HELO_SEEMS_DIALUP.
// Settings: helo_seems_dialup, failed_helo_seems_dialup, enforce_dyndns_score, as_policyd_weight.

import { isUnknown } from '../findings.ts';
import type { Mail } from '../mail.ts';
import { holdsAddress, looksOf } from '../patterns.ts';

export function checkDynamicHelo({ envelope, settings, findings, tally }: Mail): undefined {
  const enforced = settings.enforce_dyndns_score.hit;
  if ((enforced === 0 && findings.dialUp) || findings.mxOk || findings.ipEqFrom) return;
  const looks = looksOf(settings);
  const name = settings.as_policyd_weight ? envelope.helo : (envelope.names.helo ?? '');
  if (looks.server(name) || !(looks.dynamic(name) || holdsAddress(envelope.helo))) return;

  const mayBeTrue = findings.helo === 'verified' || isUnknown(findings, 'HELO');
  if (mayBeTrue) tally.add('HELO_SEEMS_DIALUP', settings.helo_seems_dialup.hit + enforced);
  else tally.add('NOK_HELO_SEEMS_DIALUP', settings.failed_helo_seems_dialup.hit + enforced);
  findings.dynDnsAdvised = true;
}
