// DNS lists by the client's address.
//
// Tokens: BASE, IN_<list>, NOT_IN_<list>, <list>=ERR(…), <list>=SKIP(…), LISTS_OFF.
// Settings: base_score, lists, log_hits_only, max_dnsbl_hits, max_dnsbl_score, dnsbl_checks_only, dnsbl_checks_only_names.

import { reversed } from '../../dns/address.ts';
import type { ListSetting } from '../../lists/list.ts';
import { hitName, type ListState, listsAbout } from '../../lists/listing.ts';
import { zoneAsked, zoneShown } from '../../lists/zone.ts';
import { countFailure, type Ending, type Envelope, type Mail } from '../mail.ts';
import { formatNumber } from '../number.ts';
import type { WeighSettings } from '../settings.ts';
import { askList } from './list-question.ts';

/** The lists of client addresses. */
export function clientLists(settings: WeighSettings): readonly ListSetting[] {
  return listsAbout(settings.lists, 'client');
}

/** True if a list is asked about this client: it is on, and knows such addresses. */
export function isAsked(list: ListSetting, envelope: Envelope, states: ReadonlyMap<string, ListState>): boolean {
  const family = envelope.client.family === 4 ? 'ipv4' : 'ipv6';
  return states.get(list.name) !== 'off' && (list.family === 'any' || list.family === family);
}

/** The name under which a list keeps the client, whose address is `reversed`. */
export function clientNameIn(list: ListSetting, reversed: string): string {
  return `${reversed}.${zoneAsked(list)}`;
}

export async function checkClientLists(mail: Mail): Promise<Ending | undefined> {
  const { settings, envelope, listStates, tally } = mail;
  if (settings.base_score !== 0) tally.add('BASE', settings.base_score);
  const heard: Heard = { client: reversed(envelope.client), asked: 0, silent: [], allowed: false };
  let missing = 0;
  for (const list of clientLists(settings)) {
    const outcome = isAsked(list, envelope, listStates) ? await checkList(mail, list, heard) : 'not asked';
    if (outcome === 'not asked') missing += list.miss;
    else if (outcome !== 'asked') return outcome;
  }
  if (!settings.as_policyd_weight) {
    // Whoever an allow list knows is weighed in full: it stands for a host that is worth a second look.
    if (overLimits(mail) && !heard.allowed) return { kind: 'listed-too-often' };
    const zone = heard.silent.at(-1);
    if (zone !== undefined && areSilent(heard)) return { kind: 'lists-silent', where: ` in ${zone} lookups` };
  }
  // A clean client must not come nearer to the reject level because a list is out of order.
  if (missing !== 0) tally.add('LISTS_OFF', missing);
  return listsOnly(mail);
}

/** What the lists were asked about, and said so far. */
interface Heard {
  /** The address of the client, reversed. */
  readonly client: string;
  asked: number;
  /** The zones of those that said nothing. */
  readonly silent: string[];
  /** An allow list knows the client. */
  allowed: boolean;
}

/** One list can be out of order. Where so many are, the name server is, and what is left says little about the mail. */
function areSilent({ asked, silent }: Heard): boolean {
  return silent.length >= 2 && silent.length * 3 >= asked * 2;
}

async function checkList(mail: Mail, list: ListSetting, heard: Heard): Promise<Ending | 'asked' | 'not asked'> {
  const { settings, findings, tally } = mail;
  if (mail.listStates.get(list.name) === 'skipped') {
    mail.learnt.set(list.name, { kind: 'skipped' });
    tally.addAs(list.name, list.miss, `${list.name}=SKIP(${formatNumber(list.miss)})`);
    return 'asked';
  }

  const listing = await askList(mail, list, 'client', clientNameIn(list, heard.client));
  heard.asked += 1;
  switch (listing.kind) {
    case 'silent': {
      heard.silent.push(zoneShown(list));
      const ending = countFailure(mail, listing.reason, ` in ${zoneShown(list)} lookups`);
      if (ending !== undefined) return ending;
      tally.addAs(list.name, list.miss, `${list.name}=ERR(${formatNumber(list.miss)})`);
      return 'asked';
    }
    case 'refused':
    case 'hijacked':
    case 'everything':
    case 'unknown':
      return 'not asked';
    case 'listed':
      for (const { rule, points } of listing.hits) {
        tally.add(`IN_${hitName(list, rule)}`, points);
        findings.dnsblScore += points;
        if (rule.dial_up) findings.dialUp = true;
        if (rule.counts) findings.dnsblHits += 1;
        if (points < 0) heard.allowed = true;
        if (settings.as_policyd_weight && points > 0 && overLimits(mail)) return { kind: 'listed-too-often' };
      }
      if (!listing.missed) return 'asked';
      break;
    case 'not-listed':
      break;
  }
  if (list.miss === 0 && settings.log_hits_only) tally.addSilently(list.miss);
  else tally.add(`NOT_IN_${list.name}`, list.miss);
  return 'asked';
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
