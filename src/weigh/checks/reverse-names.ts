// The client's reverse names: does it look like a dial-up line, and do they confirm HELO?
//
// Whoever has an address may give it any reverse name. So a name speaks for the client only if it is confirmed: by
// Postfix, which looks at it before it gives it as the name of the client, or by an address of its own.
//
// Tokens: REVERSE_DNS_UNKNOWN, CL_SEEMS_DIALUP, REV_IP_EQ_HELO, REV_IP_EQ_HELO_DOMAIN, NO_DNS_RECORDS,
// RESOLVED_IP_IS_NOT_HELO.
// Settings: client_seems_dialup_score, client_ip_eq_helo_score, as_policyd_weight.

import { reverseName } from '../../dns/address.ts';
import { valuesOf } from '../../dns/lookup.ts';
import { organisationOf } from '../../dns/organisation.ts';
import { lastLabel } from '../domain.ts';
import { isUnknown } from '../findings.ts';
import type { Mail } from '../mail.ts';
import { holdsAddress, type Looks, looksOf } from '../patterns.ts';

/** A client with more names than these has them to confuse. */
const NAMES = 50;
/** At most this many names are asked for their addresses. */
const CONFIRMED = 3;

/** What the names say of HELO: a token that speaks for it, or nothing. */
type Match = 'REV_IP_EQ_HELO' | 'REV_IP_EQ_HELO_DOMAIN' | undefined;

export async function checkReverseNames(mail: Mail): Promise<undefined> {
  const { envelope, settings, findings, tally } = mail;
  const question = { type: 'PTR', name: reverseName(envelope.client) } as const;
  const answer = await mail.lookup.ask(question.type, question.name);
  if (answer.kind === 'failed' && !settings.as_policyd_weight) {
    findings.unknown.push({ of: 'reverse name', ...question, reason: answer.reason });
    tally.add('REVERSE_DNS_UNKNOWN', 0);
  }
  const names = valuesOf(answer).slice(0, NAMES);

  if (!findings.dialUp && !findings.mxOk && seemsDialUp(names, envelope.helo, looksOf(settings))) {
    findings.dialUp = true;
    const { hit } = settings.client_seems_dialup_score;
    tally.add('CL_SEEMS_DIALUP', hit);
    findings.dnsblScore += hit;
  }

  if ((findings.helo === 'verified' || findings.heloUntrustedOk) && !findings.reverseCheckWanted) return;
  const match = settings.as_policyd_weight ? likeHelo(names, envelope.helo) : await confirmedMatch(mail, names);
  if (match !== undefined) tally.add(match, settings.client_ip_eq_helo_score.miss);
  if (match === undefined && (isUnknown(findings, 'reverse name') || isUnknown(findings, 'HELO'))) return;
  if (names.length === 0 && match === undefined && !findings.recordsFound && !isUnknown(findings, 'sender domain')) {
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
function seemsDialUp(names: readonly string[], helo: string, looks: Looks): boolean {
  for (const name of names) {
    if (looks.server(name)) return false;
    if (looks.dynamic(name) || holdsAddress(helo)) return true;
  }
  return false;
}

/** The first of the names that is like HELO, and is the client's. */
async function confirmedMatch(mail: Mail, reverse: readonly string[]): Promise<Match> {
  const { helo, client } = mail.envelope.names;
  const organisation = helo === undefined ? undefined : organisationOf(helo);
  const isLikeHelo = (name: string): boolean => name === helo || (organisation ?? '') === organisationOf(name);
  const wordFor = (name: string): Match => (name === helo ? 'REV_IP_EQ_HELO' : 'REV_IP_EQ_HELO_DOMAIN');
  if (client !== undefined && isLikeHelo(client)) return wordFor(client);

  const type = mail.envelope.client.family === 4 ? 'A' : 'AAAA';
  for (const name of reverse.filter((other) => other !== client && isLikeHelo(other)).slice(0, CONFIRMED)) {
    const answer = await mail.lookup.ask(type, name);
    if (valuesOf(answer).includes(mail.envelope.client.text)) return wordFor(name);
    if (answer.kind === 'failed') mail.findings.unknown.push({ of: 'reverse name', type, name, reason: answer.reason });
  }
  return undefined;
}

/** As policyd-weight does: by the label before the last, and whoever says so. */
function likeHelo(names: readonly string[], helo: string): Match {
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
