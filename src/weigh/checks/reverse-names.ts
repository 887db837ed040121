// The client's reverse names: does it look like a dial-up line, and do they confirm HELO?
//
// Tokens: REVERSE_DNS_UNKNOWN, CL_SEEMS_DIALUP, REV_IP_EQ_HELO, REV_IP_EQ_HELO_DOMAIN, NO_DNS_RECORDS,
// RESOLVED_IP_IS_NOT_HELO.
// Settings: client_seems_dialup_score, client_ip_eq_helo_score.

import { reverseName } from '../../dns/address.ts';
import { valuesOf } from '../../dns/lookup.ts';
import { lastLabel } from '../domain.ts';
import { isUnknown } from '../findings.ts';
import type { Mail } from '../mail.ts';
import { holdsAddress, looksDynamic, looksLikeServer } from '../patterns.ts';

/** A client with more names than these has them to confuse. */
const NAMES = 50;

export async function checkReverseNames(mail: Mail): Promise<undefined> {
  const { envelope, settings, findings, tally } = mail;
  const question = { type: 'PTR', name: reverseName(envelope.client) } as const;
  const answer = await mail.lookup.ask(question.type, question.name);
  if (answer.kind === 'failed' && !settings.as_policyd_weight) {
    findings.unknown.push({ of: 'reverse name', ...question, reason: answer.reason });
    tally.add('REVERSE_DNS_UNKNOWN', 0);
  }
  const names = valuesOf(answer).slice(0, NAMES);

  if (!findings.dialUp && !findings.mxOk && seemsDialUp(names, envelope.helo)) {
    findings.dialUp = true;
    const { hit } = settings.client_seems_dialup_score;
    tally.add('CL_SEEMS_DIALUP', hit);
    findings.dnsblScore += hit;
  }

  if ((findings.helo === 'verified' || findings.heloUntrustedOk) && !findings.reverseCheckWanted) return;
  const match = matchOf(names, envelope.helo);
  if (match !== undefined) tally.add(match, settings.client_ip_eq_helo_score.miss);
  if (match === undefined && (isUnknown(findings, 'reverse name') || isUnknown(findings, 'HELO'))) return;
  if (names.length === 0 && !findings.recordsFound && !isUnknown(findings, 'sender domain')) {
    tally.add('NO_DNS_RECORDS', 0.5);
    findings.dnsError = true;
  }
  if (match === undefined && findings.squared !== true) {
    tally.add('RESOLVED_IP_IS_NOT_HELO', settings.client_ip_eq_helo_score.hit);
  } else {
    findings.heloUntrustedOk = envelope.clientName === '' || envelope.clientName === 'unknown';
  }
}

/** The first name that looks like one or the other decides. */
function seemsDialUp(names: readonly string[], helo: string): boolean {
  for (const name of names) {
    if (looksLikeServer(name)) return false;
    if (looksDynamic(name) || holdsAddress(helo)) return true;
  }
  return false;
}

function matchOf(names: readonly string[], helo: string): string | undefined {
  for (const name of names) {
    if (name === helo) return 'REV_IP_EQ_HELO';
    if (holdsLabel(name, secondLevel(helo)) || holdsLabel(helo, secondLevel(name))) return 'REV_IP_EQ_HELO_DOMAIN';
  }
  return undefined;
}

/** The last label but one: `example` of `mail.example.test`. */
function secondLevel(name: string): string | undefined {
  const end = name.lastIndexOf('.');
  return end < 1 ? undefined : lastLabel(name.slice(0, end));
}

/** True for a label of the name that isn't its last. */
function holdsLabel(name: string, label: string | undefined): boolean {
  return label !== undefined && label !== '' && `.${name}`.includes(`.${label}.`);
}
