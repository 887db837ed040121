// The shape of the sender. Only while the mail isn't refused anyway.
//
// Tokens: FROM_MULTIPARTED, RANDOM_SENDER.
// Settings: from_multiparted, random_sender_score, rhsbl_penalty_score, as_policyd_weight.

import { organisationOf } from '../../dns/organisation.ts';
import type { Envelope, Mail } from '../mail.ts';
import type { WeighSettings } from '../settings.ts';

export function checkSenderShape({ envelope, settings, findings, tally }: Mail): undefined {
  if (tally.score >= settings.reject_level) return;

  const nothingFits = findings.helo === undefined && !findings.mxOk && findings.unknown.length === 0;
  if (nothingFits && isBelowOrganisation(envelope, settings)) {
    tally.add('FROM_MULTIPARTED', settings.from_multiparted.hit + findings.dnsblScore);
  }
  if (tally.score >= settings.reject_level) return;
  const at = envelope.senderUntagged.lastIndexOf('@');
  if (at >= 0 && /[bcdfgjklmnpqrtvwxz]{5}|[aeiou]{4}/.test(envelope.senderUntagged.slice(0, at))) {
    const { hit } = settings.random_sender_score;
    tally.add('RANDOM_SENDER', findings.dnsblScore + findings.dnsblScore * hit + hit);
    findings.rhsblPenalty = settings.rhsbl_penalty_score.hit * hit;
  }
}

/** Three labels or more are nothing odd where the first that can be registered is the third: `example.co.uk`. */
function isBelowOrganisation({ names, senderDomain = '' }: Envelope, settings: WeighSettings): boolean {
  if (settings.as_policyd_weight) return senderDomain.indexOf('.') < senderDomain.lastIndexOf('.');
  const organisation = names.sender === undefined ? undefined : organisationOf(names.sender);
  return organisation !== undefined && organisation !== names.sender;
}
