// DNS lists by domain: of the sender, and of the hosts that the client says it is. Only while the mail isn't refused
// anyway.
//
// Tokens: IN_<list>, HELO_IN_<list>, CLIENT_NAME_IN_<list>. Settings: lists, rhsbl_penalty_score, max_dns_errors.

import { askableName } from '../../dns/name.ts';
import type { ListSetting } from '../../lists/list.ts';
import { hitName, knows, type Listing, type ListState, type Subject } from '../../lists/listing.ts';
import { zoneAsked, zoneShown } from '../../lists/zone.ts';
import type { Settings } from '../../settings/table.ts';
import { countFailure, type Ending, type Envelope, type Mail } from '../mail.ts';
import { round } from '../number.ts';
import { askList } from './list-question.ts';

/** A name to look up in a list. */
export interface DomainQuestion {
  readonly list: ListSetting;
  readonly subject: Subject;
  readonly name: string;
}

/** What is looked up in the lists of domains that are on. */
export function domainQuestions(
  settings: Settings,
  envelope: Envelope,
  states: ReadonlyMap<string, ListState>,
): readonly DomainQuestion[] {
  const domains = {
    sender: envelope.senderDomain?.replace(/\.$/, ''),
    helo: hostName(envelope.helo),
    client_name: hostName(envelope.clientName),
  };
  const subjects = ['sender', 'helo', 'client_name'] as const;
  return subjects.flatMap((subject) => {
    const domain = domains[subject];
    if (domain === undefined) return [];
    return settings.lists
      .filter((list) => list.enabled && knows(list, subject) && states.get(list.name) !== 'off')
      .map((list) => ({ list, subject, name: `${domain}.${zoneAsked(list)}` }));
  });
}

/** A name with two labels at least; what else stands in HELO or a client's name is no domain. */
function hostName(text: string): string | undefined {
  const name = askableName(text);
  return name?.includes('.') === true ? name : undefined;
}

export async function checkDomainLists(mail: Mail): Promise<Ending | undefined> {
  const { envelope, settings, findings, tally } = mail;
  // A bounce is only refused for what lists say.
  if (tally.score >= settings.reject_level && envelope.sender !== '') return undefined;
  if (findings.clientFromCheckWanted || findings.heloUntrustedOk || findings.bogusMx) {
    findings.rhsblPenalty += settings.rhsbl_penalty_score.hit;
  }

  const silent = new Set<string>();
  for (const { list, subject, name } of domainQuestions(settings, envelope, mail.listStates)) {
    const listing = await askList(mail, list, subject, name);
    if (listing.kind === 'silent' && !silent.has(list.name)) {
      // A list that does not answer about the sender will not do so about HELO: that is one failure, not two.
      silent.add(list.name);
      const ending = countFailure(mail, ` in ${zoneShown(list)} lookups`);
      if (ending !== undefined) return ending;
    } else if (listing.kind === 'listed') {
      score(mail, list, subject, listing);
    }
  }
  return undefined;
}

function score(
  { findings, tally }: Mail,
  list: ListSetting,
  subject: Subject,
  { hits }: Listing & { kind: 'listed' },
): void {
  for (const { rule, points } of hits) {
    if (subject === 'sender') {
      tally.add(`IN_${hitName(list, rule)}`, round(points + findings.rhsblPenalty + findings.dnsblScore / 2));
    } else {
      tally.add(`${subject.toUpperCase()}_IN_${hitName(list, rule)}`, points);
      findings.hostListed ||= points > 0;
    }
  }
  tally.roundScore();
  if (subject === 'sender') findings.listedIn.push(zoneShown(list));
}
