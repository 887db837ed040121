// The sender domain compared with HELO, by name. Not for a client that is an MX of the sender domain, nor for the null
// sender.
//
// Tokens: FROM/MX_MATCHES_…, CL_HOSTNAME_MATCHES_FROM(DOMAIN), MAIL_SEEMS_FORGED, FROM_NOT_FAILED_HELO(DOMAIN).
// Settings: from_match_regex_verified_helo, from_match_regex_unverified_helo, from_match_regex_failed_helo,
// helo_ip_in_client_subnet, as_policyd_weight.

import { organisationOf } from '../../dns/organisation.ts';
import { dotted, lastLabel, withoutSuffix } from '../domain.ts';
import { isUnknown } from '../findings.ts';
import type { Mail } from '../mail.ts';
import { round } from '../number.ts';

/** What is alike. */
interface Likeness {
  /** The sender domain and HELO. */
  readonly names: boolean;
  /** An exchange of the sender domain, and HELO. */
  readonly exchange: boolean;
  /** The sender domain, and the name of the client. */
  readonly clientName: boolean;
  /** What was compared, for the trace. */
  readonly compared: string;
}

export function checkSenderAgainstHelo(mail: Mail): undefined {
  const { envelope, settings, findings, tally } = mail;
  if (findings.isMx || envelope.sender === '') return;

  const alike = settings.as_policyd_weight ? likenessOfWords(mail) : likenessOfOrganisations(mail);
  tally.remark(`(${alike.compared}) `);
  // What fits, fits; but that nothing does can only be said where all is known.
  const heloUnknown = isUnknown(findings, 'HELO');
  const senderUnknown = isUnknown(findings, 'sender domain');

  if (findings.helo === 'verified') {
    const { hit, miss } = settings.from_match_regex_verified_helo;
    if (alike.names || alike.exchange || findings.fromAddresses.has(envelope.client.text)) {
      tally.add('FROM/MX_MATCHES_HELO(DOMAIN)', miss);
    } else if (!senderUnknown) {
      const points = hit + findings.dnsblScore / 4 + findings.bogusMxPenalty ** 2 + findings.numericScore;
      tally.add('FROM/MX_MATCHES_NOT_HELO(DOMAIN)', round(points));
      findings.clientFromCheckWanted = true;
    }
  } else if (alike.clientName && findings.squared !== true) {
    tally.add('CL_HOSTNAME_MATCHES_FROM(DOMAIN)', settings.helo_ip_in_client_subnet.miss);
    findings.helo = 'verified';
    findings.reverseCheckWanted = false;
    findings.clientFromCheckWanted = false;
    findings.heloUntrustedOk = false;
  } else if (findings.heloUntrustedOk && findings.squared !== true) {
    const { hit, miss } = settings.from_match_regex_unverified_helo;
    if (alike.names || alike.exchange || alike.clientName) {
      tally.add('FROM/MX_MATCHES_UNVR_HELO(DOMAIN)_OR_CL_NAME(DOMAIN)', miss);
    } else if (!senderUnknown && !heloUnknown) {
      const points = hit + findings.dnsblScore + findings.bogusMxPenalty ** 2;
      tally.add('FROM/MX_MATCHES_NOT_UNVR_HELO(DOMAIN)_NOR_CL_NAME(DOMAIN)', points);
      findings.clientFromCheckWanted = true;
    }
  } else if (heloUnknown) {
    return;
  } else if (alike.names) {
    tally.add('MAIL_SEEMS_FORGED', settings.from_match_regex_failed_helo.hit);
  } else {
    tally.add('FROM_NOT_FAILED_HELO(DOMAIN)', settings.from_match_regex_failed_helo.hit + 0.5 + findings.dnsblScore);
  }
}

/** Names are alike if one organisation has registered both: whatever else stands in them, a client may choose. */
function likenessOfOrganisations({ envelope: { names }, findings }: Mail): Likeness {
  const [sender, helo, client] = [names.sender, names.helo, names.client].map(organisation);
  return {
    names: sender !== undefined && sender === helo,
    exchange: helo !== undefined && findings.mxNames.some((name) => organisationOf(name) === helo),
    clientName: sender !== undefined && sender === client,
    compared: `check from: ${sender ?? '-'} - helo: ${helo ?? '-'}`,
  };
}

function organisation(name: string | undefined): string | undefined {
  return name === undefined ? undefined : organisationOf(name);
}

/** As policyd-weight does: by a label of one that stands in the other. */
function likenessOfWords({ envelope, findings }: Mail): Likeness {
  const domain = envelope.senderDomain ?? envelope.senderUntagged;
  const shortened = withoutSuffix(domain);
  const core = dotted(shortened === domain ? domain : lastLabel(shortened));
  const heloStem = withoutSuffix(envelope.helo);
  const stem = dotted(heloStem);
  const heloCore = dotted(lastLabel(heloStem));
  return {
    names: stem.includes(core) || core.includes(stem),
    exchange: findings.mxNames.some((name) => name.includes(heloCore)),
    clientName: envelope.clientName.includes(core),
    compared: `check from: ${core} - helo: ${stem} - helo-domain: ${heloCore}`,
  };
}
