// The sender domain compared with HELO, by name. Not for a client that is an MX of the sender domain, nor for the null
// sender.
//
// Tokens: FROM/MX_MATCHES_…, CL_HOSTNAME_MATCHES_FROM(DOMAIN), MAIL_SEEMS_FORGED, FROM_NOT_FAILED_HELO(DOMAIN).
// Settings: from_match_regex_verified_helo, from_match_regex_unverified_helo, from_match_regex_failed_helo,
// helo_ip_in_client_subnet.

import { dotted, lastLabel, withoutSuffix } from '../domain.ts';
import type { Mail } from '../mail.ts';
import { round } from '../number.ts';

export function checkSenderAgainstHelo({ envelope, settings, findings, tally }: Mail): undefined {
  if (findings.isMx || envelope.sender === '') return;

  const domain = envelope.senderDomain ?? envelope.senderUntagged;
  const shortened = withoutSuffix(domain);
  const core = dotted(shortened === domain ? domain : lastLabel(shortened));
  const heloStem = withoutSuffix(envelope.helo);
  const stem = dotted(heloStem);
  const heloCore = dotted(lastLabel(heloStem));
  tally.remark(`(check from: ${core} - helo: ${stem} - helo-domain: ${heloCore}) `);

  const namesAlike = stem.includes(core) || core.includes(stem);
  const exchangeAlike = findings.mxNames.some((name) => name.includes(heloCore));
  const clientNameAlike = envelope.clientName.includes(core);

  if (findings.helo === 'verified') {
    const { hit, miss } = settings.from_match_regex_verified_helo;
    if (namesAlike || exchangeAlike || findings.fromAddresses.has(envelope.client.text)) {
      tally.add('FROM/MX_MATCHES_HELO(DOMAIN)', miss);
    } else {
      const points = hit + findings.dnsblScore / 4 + findings.bogusMxPenalty ** 2 + findings.numericScore;
      tally.add('FROM/MX_MATCHES_NOT_HELO(DOMAIN)', round(points));
      findings.clientFromCheckWanted = true;
    }
  } else if (clientNameAlike && findings.squared !== true) {
    tally.add('CL_HOSTNAME_MATCHES_FROM(DOMAIN)', settings.helo_ip_in_client_subnet.miss);
    findings.helo = 'verified';
    findings.reverseCheckWanted = false;
    findings.clientFromCheckWanted = false;
    findings.heloUntrustedOk = false;
  } else if (findings.heloUntrustedOk && findings.squared !== true) {
    const { hit, miss } = settings.from_match_regex_unverified_helo;
    if (namesAlike || exchangeAlike || clientNameAlike) {
      tally.add('FROM/MX_MATCHES_UNVR_HELO(DOMAIN)_OR_CL_NAME(DOMAIN)', miss);
    } else {
      const points = hit + findings.dnsblScore + findings.bogusMxPenalty ** 2;
      tally.add('FROM/MX_MATCHES_NOT_UNVR_HELO(DOMAIN)_NOR_CL_NAME(DOMAIN)', points);
      findings.clientFromCheckWanted = true;
    }
  } else if (namesAlike) {
    tally.add('MAIL_SEEMS_FORGED', settings.from_match_regex_failed_helo.hit);
  } else {
    tally.add('FROM_NOT_FAILED_HELO(DOMAIN)', settings.from_match_regex_failed_helo.hit + 0.5 + findings.dnsblScore);
  }
}
