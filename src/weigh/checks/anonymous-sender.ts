// The sender calls itself nobody.
//
// Tokens: FROM_NBDY_ANON. Settings: from_anon.

import type { Mail } from '../mail.ts';

export function checkAnonymousSender({ envelope, settings, findings, tally }: Mail): undefined {
  if (!/nobody@|anonymous@/.test(envelope.senderUntagged)) return;
  tally.add('FROM_NBDY_ANON', settings.from_anon.hit + findings.dnsblScore + findings.numericScore);
}
