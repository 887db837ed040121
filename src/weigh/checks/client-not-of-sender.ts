// A listed client is no host of the sender domain.
//
// Tokens: CLIENT_NOT_MX/A_FROM_DOMAIN, CLIENT/24_NOT_MX/A_FROM_DOMAIN. Settings: helo_from_mx_eq_ip_score.

import { networkOf } from '../../dns/address.ts';
import { isUnknown } from '../findings.ts';
import type { Mail } from '../mail.ts';

export function checkClientNotOfSender({ envelope, settings, findings, tally }: Mail): undefined {
  if (findings.mxOk || !findings.clientFromCheckWanted || findings.dnsblHits === 0 || findings.squared === true) return;
  if (isUnknown(findings, 'sender domain') || isUnknown(findings, 'HELO')) return;
  if (findings.fromAddresses.has(envelope.client.text)) return;

  const points = settings.helo_from_mx_eq_ip_score.hit + findings.dnsblScore;
  tally.add('CLIENT_NOT_MX/A_FROM_DOMAIN', points);
  findings.relayAdvised = true;
  const near = networkOf(envelope.client, 'near');
  if (![...findings.fromAddresses].some((address) => address.startsWith(near))) {
    tally.add('CLIENT/24_NOT_MX/A_FROM_DOMAIN', points);
  }
}
