// HELO is an address instead of a name.
//
// Tokens: HELO_NUMERIC. Settings: helo_numeric_score.

import type { Mail } from '../mail.ts';
import { round } from '../number.ts';

export function checkNumericHelo({ envelope, settings, findings, tally }: Mail): undefined {
  if (!/^[\d[\]|][\d.]*[\d[\]|]$/.test(envelope.helo)) return;
  const { hit } = settings.helo_numeric_score;
  findings.numericScore = round(hit + hit * findings.dnsblScore);
  tally.add('HELO_NUMERIC', findings.numericScore);
}
