// The shape of the sender. Only while the mail isn't refused anyway.
//
// Tokens: FROM_MULTIPARTED, RANDOM_SENDER. Settings: from_multiparted, random_sender_score, rhsbl_penalty_score.

import type { Mail } from '../mail.ts';

export function checkSenderShape({ envelope, settings, findings, tally }: Mail): undefined {
  if (tally.score >= settings.reject_level) return;

  if (findings.helo === undefined && !findings.mxOk && /\..*\./.test(envelope.senderDomain ?? '')) {
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
