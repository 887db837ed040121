// DNS lists by the client's address.
//
// Tokens: BASE, IN_<list>, NOT_IN_<list>, <list>=ERR(…), <list>=SKIP(…).
// Settings: base_score, lists, log_hits_only, max_dnsbl_hits, max_dnsbl_score, dnsbl_checks_only, dnsbl_checks_only_names.

import { reversed } from '../../dns/address.ts';
import { hitName, knows, listingOf } from '../../lists/listing.ts';
import type { ListSetting } from '../../settings/kinds.ts';
import type { Settings } from '../../settings/table.ts';
import { countFailure, type Ending, type Envelope, type Mail } from '../mail.ts';
import { formatNumber } from '../number.ts';

/** The lists that can know the client. */
export function clientLists(settings: Settings, envelope: Envelope): readonly ListSetting[] {
  const family = envelope.client.family === 4 ? 'ipv4' : 'ipv6';
  return settings.lists.filter(
    (list) => list.enabled && knows(list, 'client') && (list.family === 'any' || list.family === family),
  );
}

/** The name under which a list keeps the client. */
export function clientNameIn(list: ListSetting, envelope: Envelope): string {
  return `${reversed(envelope.client)}.${list.zone}`;
}

export async function checkClientLists(mail: Mail): Promise<Ending | undefined> {
  if (mail.settings.base_score !== 0) mail.tally.add('BASE', mail.settings.base_score);
  for (const list of clientLists(mail.settings, mail.envelope)) {
    const ending = await checkList(mail, list);
    if (ending !== undefined) return ending;
  }
  return listsOnly(mail);
}

async function checkList(mail: Mail, list: ListSetting): Promise<Ending | undefined> {
  const { settings, findings, tally } = mail;
  if (mail.listStates.get(list.name) === 'skipped') {
    mail.learnt.set(list.name, 'skipped');
    tally.addAs(list.name, list.miss, `${list.name}=SKIP(${formatNumber(list.miss)})`);
    return undefined;
  }

  const listing = listingOf(list, 'client', await mail.lookup.ask('A', clientNameIn(list, mail.envelope)));
  mail.learnt.set(list.name, listing.kind);
  if (listing.kind === 'silent') {
    const ending = countFailure(mail, ` in ${list.zone} lookups`);
    if (ending === undefined) tally.addAs(list.name, list.miss, `${list.name}=ERR(${formatNumber(list.miss)})`);
    return ending;
  }
  if (listing.kind === 'listed') {
    for (const { rule, points } of listing.hits) {
      tally.add(`IN_${hitName(list, rule)}`, points);
      findings.dnsblScore += points;
      if (rule.dial_up) findings.dialUp = true;
      if (rule.counts) findings.dnsblHits += 1;
      if (points > 0 && overLimits(mail)) return { kind: 'listed-too-often' };
    }
  }
  if (listing.kind === 'not-listed' || (listing.kind === 'listed' && listing.missed)) {
    if (list.miss === 0 && settings.log_hits_only) tally.addSilently(list.miss);
    else tally.add(`NOT_IN_${list.name}`, list.miss);
  }
  return undefined;
}

function overLimits({ findings, settings }: Mail): boolean {
  return findings.dnsblHits > settings.max_dnsbl_hits || findings.dnsblScore > settings.max_dnsbl_score;
}

function listsOnly({ settings, envelope }: Mail): Ending | undefined {
  if (settings.dnsbl_checks_only) return { kind: 'lists-only' };
  const name = envelope.clientName.slice(0, 255);
  const pattern = settings.dnsbl_checks_only_names.findIndex((source) => new RegExp(source).test(name));
  return pattern < 0 ? undefined : { kind: 'lists-only', pattern };
}
