// What to ask early. The checks ask one question after the other; most of what they will ask can be foreseen, and
// goes out together. A wrong guess costs a question, a missing one a round trip; neither changes a decision.

import { reversed, reverseName } from '../dns/address.ts';
import { NO_SUCH_NAME, valuesOf } from '../dns/lookup.ts';
import type { Anticipate, Want } from '../dns/mail-lookup.ts';
import type { ListSetting } from '../lists/list.ts';
import { type ListState, listingOf } from '../lists/listing.ts';
import { clientLists, clientNameIn, isAsked } from './checks/client-lists.ts';
import { domainQuestions } from './checks/domain-lists.ts';
import { confirmingName } from './checks/list-question.ts';
import { namesOfHelo, namesOfSender } from './checks/sender-and-helo.ts';
import type { Envelope } from './mail.ts';
import type { WeighSettings } from './settings.ts';

/**
 * At most this many exchanges are asked for at once, and only those of the first name that has any, the domain or a
 * parent: the client is seldom beyond them, and the walk never stops before them. Nor does it before those of HELO if
 * the sender domain has no parents and no more exchanges than the second number.
 */
const EXCHANGES = 3;
const FEW_EXCHANGES = 6;

/** Foresees what the checks of one mail will ask. */
export function foresee(
  envelope: Envelope,
  settings: WeighSettings,
  listStates: ReadonlyMap<string, ListState>,
  known: boolean,
): Anticipate {
  const client = reversed(envelope.client);
  const inLists = clientLists(settings)
    .filter((list) => listStates.get(list.name) !== 'skipped' && isAsked(list, envelope, listStates))
    .map((list) => ({ list, name: clientNameIn(list, client) }));
  if (settings.dnsbl_checks_only || (known && settings.as_policyd_weight))
    return (want) => void wantLists(inLists, settings, want);

  const reverse = reverseName(envelope.client);
  const [domain, ...parents] = namesOfSender(envelope, settings);
  const [helo, ...heloParents] = namesOfHelo(envelope, settings);
  let lists: Lists = 'open';
  let wantsReverse = true;
  let wantsDomainLists = true;
  return (want, waitedLong) => {
    // This is called for each answer: what all lists have said stays, and once is enough for what nothing hangs on.
    if (lists !== 'clean' && lists !== 'too-many') lists = wantLists(inLists, settings, want);
    if (lists === 'too-many') return;
    if (known && lists !== 'hit') {
      if (wantsDomainLists) for (const { name } of domainQuestions(settings, envelope, listStates)) want('A', name);
      wantsDomainLists = false;
      return;
    }

    if (wantsReverse) want('PTR', reverse);
    wantsReverse = false;
    const from = domain === undefined ? 'elsewhere' : wantHost(envelope, domain, want);
    // The lists of domains matter only for a mail that those of the client let through. A slow sender domain must not
    // use up the time of a mail before they are asked.
    const mayMatter = lists === 'clean' ? from !== 'open' || waitedLong : lists === 'hit' && waitedLong;
    if (mayMatter && wantsDomainLists) {
      for (const { name } of domainQuestions(settings, envelope, listStates)) want('A', name);
      wantsDomainLists = false;
    }
    // Mostly the sender domain is enough. One whose name servers say nothing should not be waited for twice.
    if (from === 'client' || (from === 'open' && !waitedLong)) return;

    const ofHelo = from !== 'open' && parents.length === 0 && hasFew(domain, want) ? EXCHANGES : 0;
    const atHelo = helo === undefined ? 'elsewhere' : wantHost(envelope, helo, want, domain !== undefined, ofHelo);
    if (from === 'open' || from === 'pending' || atHelo === 'pending' || atHelo === 'open') return;
    if (!wantParents(envelope, domain, parents, want) || atHelo === 'client') return;
    wantParents(envelope, helo, heloParents, want, ofHelo);
  };
}

function hasFew(domain: string | undefined, want: Want): boolean {
  return domain === undefined || valuesOf(want('MX', domain) ?? NO_SUCH_NAME).length <= FEW_EXCHANGES;
}

/** Asks for the hosts of the parents of a name, as long as the client is none of them. True if it is none of any. */
function wantParents(
  envelope: Envelope,
  name: string | undefined,
  parents: readonly string[],
  want: Want,
  most = EXCHANGES,
): boolean {
  let before = name;
  let exchanges = most;
  for (const parent of parents) {
    if (before !== undefined && valuesOf(want('MX', before) ?? NO_SUCH_NAME).length > 0) exchanges = 0;
    if (wantHost(envelope, parent, want, true, exchanges) !== 'elsewhere') return false;
    before = parent;
  }
  return true;
}

/** What the lists of the client say, once all have answered. */
type Lists = 'open' | 'clean' | 'hit' | 'too-many';

function wantLists(
  inLists: readonly { readonly list: ListSetting; readonly name: string }[],
  settings: WeighSettings,
  want: Want,
): Lists {
  let open = false;
  let hits = 0;
  let score = 0;
  let allowed = false;
  for (const { list, name } of inLists) {
    const answer = want('A', name);
    if (answer === undefined) {
      open = true;
      continue;
    }
    const listing = listingOf(list, 'client', answer);
    if (listing.kind !== 'listed') continue;
    const confirming = confirmingName(list, settings);
    if (confirming !== undefined) want('A', confirming);
    for (const hit of listing.hits) {
      score += hit.points;
      if (hit.rule.counts) hits += 1;
      if (hit.points < 0) allowed = true;
    }
  }
  if (open) return 'open';
  const tooMany = hits > settings.max_dnsbl_hits || score > settings.max_dnsbl_score;
  if (tooMany && (settings.as_policyd_weight || !allowed)) return 'too-many';
  return hits > 0 ? 'hit' : 'clean';
}

/**
 * Asks for the hosts of a name. `open`: its exchanges aren't known yet. `pending`: their addresses aren't. `client`:
 * the client is one of them. `elsewhere`: it isn't. `atOnce`: ask for the name's own address without waiting. `most`:
 * so many exchanges.
 */
function wantHost(
  envelope: Envelope,
  name: string,
  want: Want,
  atOnce = false,
  most = EXCHANGES,
): 'open' | 'pending' | 'client' | 'elsewhere' {
  const exchanges = want('MX', name);
  if (exchanges === undefined) {
    if (atOnce) wantAddresses(envelope, name, want);
    return 'open';
  }
  if (exchanges.kind === 'failed') return 'elsewhere';
  let pending = false;
  for (const host of [...valuesOf(exchanges).slice(0, most), name]) {
    const addresses = wantAddresses(envelope, host, want);
    if (addresses === undefined) pending = true;
    else if (addresses.includes(envelope.client.text)) return 'client';
  }
  return pending ? 'pending' : 'elsewhere';
}

function wantAddresses(envelope: Envelope, name: string, want: Want): readonly string[] | undefined {
  const v4 = want('A', name);
  if (envelope.client.family === 4) return v4 === undefined ? undefined : valuesOf(v4);
  const v6 = want('AAAA', name);
  return v6 === undefined ? undefined : valuesOf(v6);
}
