// The shape of the sender. Only while the mail isn't refused anyway.
//
// Tokens: FROM_MULTIPARTED, RANDOM_SENDER. Settings: from_multiparted, random_sender_score, rhsbl_penalty_score.

import type { Mail } from '../mail.ts';

export function checkSenderShape({ envelope, settings, findings, tally }: Mail): undefined {
  if (tally.score >= settings.reject_level) return;

  const nothingFits = findings.helo === undefined && !findings.mxOk && findings.unknown.length === 0;
  if (nothingFits && /\..*\./.test(envelope.senderDomain ?? '')) {
    tally.add('FROM_MULTIPARTED', settings.from_multiparted.hit + findings.dnsblScore);
  }
  if (tally.score >= settings.reject_level) return;
  const at = envelope.sender.lastIndexOf('@');
  if (at >= 0 && /[bcdfgjklmnpqrtvwxz]{5}|[aeiou]{4}/.test(envelope.sender.slice(0, at))) {
    const { hit } = settings.random_sender_score;
    tally.add('RANDOM_SENDER', findings.dnsblScore + findings.dnsblScore * hit + hit);
    findings.rhsblPenalty = settings.rhsbl_penalty_score.hit * hit;
  }
}
