// A sender that was accepted before: it saves the walk through the DNS, if no list speaks against it by now.
//
// Tokens: none. Settings: lists, as_policyd_weight (the lists of domains are not asked).

import type { Ending, Mail } from '../mail.ts';
import { domainQuestions } from './domain-lists.ts';
import { askList } from './list-question.ts';

export async function checkKnownSender(mail: Mail): Promise<Ending | undefined> {
  const { knownRate, settings, findings } = mail;
  if (knownRate === undefined) return undefined;
  const isClean = settings.as_policyd_weight
    ? findings.dnsblHits === 0
    : isCleanClient(mail) && (await areCleanDomains(mail));
  return isClean ? { kind: 'known-sender', rate: knownRate } : undefined;
}

/** Only lists of clients have given tokens by now. */
function isCleanClient({ tally }: Mail): boolean {
  return !tally.tokens.some(({ name, points }) => points > 0 && name.startsWith('IN_'));
}

/** What they say in full, and what a silent one means, is for the check of domains. */
async function areCleanDomains(mail: Mail): Promise<boolean> {
  for (const { list, subject, name } of domainQuestions(mail.settings, mail.envelope, mail.listStates)) {
    const listing = await askList(mail, list, subject, name);
    if (listing.kind === 'listed' && listing.hits.some(({ points }) => points > 0)) return false;
  }
  return true;
}
