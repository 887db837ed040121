// DNS lists by sender domain. Only while the mail isn't refused anyway.
//
// Tokens: IN_<list>. Settings: lists, rhsbl_penalty_score, max_dns_errors.

import { hitName, knows, listingOf } from '../../lists/listing.ts';
import type { ListSetting } from '../../settings/kinds.ts';
import type { Settings } from '../../settings/table.ts';
import { countFailure, type Ending, type Mail } from '../mail.ts';
import { round } from '../number.ts';

/** The lists that can know a sender domain. */
export function senderLists(settings: Settings): readonly ListSetting[] {
  return settings.lists.filter((list) => list.enabled && knows(list, 'sender'));
}

export async function checkDomainLists(mail: Mail): Promise<Ending | undefined> {
  const { envelope, settings, findings, tally } = mail;
  if (tally.score >= settings.reject_level || envelope.senderDomain === undefined) return undefined;
  if (findings.clientFromCheckWanted || findings.heloUntrustedOk || findings.bogusMx) {
    findings.rhsblPenalty += settings.rhsbl_penalty_score.hit;
  }

  for (const list of senderLists(settings)) {
    const listing = listingOf(list, 'sender', await mail.lookup.ask('A', `${envelope.senderDomain}.${list.zone}`));
    if (listing.kind === 'silent') {
      const ending = countFailure(mail, ` in ${list.zone} lookups`);
      if (ending !== undefined) return ending;
    }
    if (listing.kind !== 'listed') continue;
    for (const { rule, points } of listing.hits) {
      tally.add(`IN_${hitName(list, rule)}`, round(points + findings.rhsblPenalty + findings.dnsblScore / 2));
    }
    tally.roundScore();
    findings.listedIn.push(list.zone);
  }
  return undefined;
}
