// DNS lists by domain: of the sender, and of the hosts that the client says it is. Only while the mail isn't refused
// anyway.
//
// Tokens: IN_<list>, HELO_IN_<list>, CLIENT_NAME_IN_<list>.
// Settings: lists, rhsbl_penalty_score, max_dns_errors, as_policyd_weight.

import { type FailureReason, isOwnBound } from '../../dns/lookup.ts';
import { askableName, hostNameWithin, isNumber } from '../../dns/name.ts';
import type { ListSetting } from '../../lists/list.ts';
import { hitName, type Listing, type ListState, listsAbout, type Subject } from '../../lists/listing.ts';
import { nameInList } from '../../lists/subject.ts';
import { zoneShown } from '../../lists/zone.ts';
import { lastLabel } from '../domain.ts';
import { countFailure, type Ending, type Envelope, type Mail } from '../mail.ts';
import { round } from '../number.ts';
import type { WeighSettings } from '../settings.ts';
import { askList } from './list-question.ts';

/** A name to look up in a list. */
export interface DomainQuestion {
  readonly list: ListSetting;
  readonly subject: Subject;
  readonly name: string;
}

/**
 * What is looked up in the lists of domains that are on. Never what is no name of a host: some lists answer such a
 * question with a code that says that it was wrong, and asking it again and again is a way to be shut out.
 */
export function domainQuestions(
  settings: WeighSettings,
  envelope: Envelope,
  states: ReadonlyMap<string, ListState>,
): readonly DomainQuestion[] {
  const { names } = envelope;
  const sender = settings.as_policyd_weight ? anyDomain(envelope) : (names.sender ?? domainWithin(envelope));
  const domains = { sender, helo: names.helo, client_name: names.client };
  const subjects = ['sender', 'helo', 'client_name'] as const;
  return subjects.flatMap((subject) => {
    const domain = domains[subject];
    if (domain === undefined) return [];
    return listsAbout(settings.lists, subject)
      .filter((list) => states.get(list.name) !== 'off')
      .flatMap((list) => {
        const name = nameInList(list, domain, settings.as_policyd_weight ? 'name' : 'known');
        return name === undefined ? [] : [{ list, subject, name }];
      });
  });
}

/** A sender domain that is no name of a host may be below one that lists know. */
function domainWithin({ senderDomain }: Envelope): string | undefined {
  return senderDomain === undefined ? undefined : hostNameWithin(senderDomain);
}

/** As policyd-weight does: one label is a domain too. */
function anyDomain({ senderDomain = '' }: Envelope): string | undefined {
  const name = askableName(senderDomain);
  return name === undefined || isNumber(lastLabel(name)) ? undefined : name;
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
      const ending = takeSilence(mail, list, listing.reason);
      if (ending !== undefined) return ending;
    } else if (listing.kind === 'listed') {
      score(mail, list, subject, listing);
    }
  }
  return undefined;
}

/** A list that had no time to answer may know the domain: the client's name servers can use up the time of a mail. */
function takeSilence(mail: Mail, list: ListSetting, reason: FailureReason): Ending | undefined {
  const zone = zoneShown(list);
  if (isOwnBound(reason) && !mail.settings.as_policyd_weight) {
    mail.findings.unknown.push({ of: 'DNS list', type: 'A', name: zone, reason });
    return undefined;
  }
  return countFailure(mail, reason, ` in ${zone} lookups`);
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
