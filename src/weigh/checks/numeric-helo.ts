// HELO is an address instead of a name; but not the client's own in brackets.
//
// Tokens: HELO_NUMERIC. Settings: helo_numeric_score.

import type { Mail } from '../mail.ts';
import { round } from '../number.ts';

export function checkNumericHelo({ envelope, settings, findings, tally }: Mail): undefined {
  // A client without a name says its address in brackets, and is right to do so (RFC 5321, section 4.1.3).
  if (!/^[\d[\]|][\d.]*[\d[\]|]$/.test(envelope.helo)) return;
  const { hit } = settings.helo_numeric_score;
  findings.numericScore = round(hit + hit * findings.dnsblScore);
  tally.add('HELO_NUMERIC', findings.numericScore);
}
