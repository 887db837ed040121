// Asks a DNS list, and believes a hit only of a list that does not list everything.

import type { ListSetting } from '../../lists/list.ts';
import { type Listing, listingOf, type Subject } from '../../lists/listing.ts';
import { testNames } from '../../lists/test-entries.ts';
import type { Mail } from '../mail.ts';
import type { WeighSettings } from '../settings.ts';

/**
 * The name that must not be listed, if a hit is to be confirmed with it (RFC 5782, section 5). Tests find a list that
 * has begun to list everything only after a while, and until then every mail would be refused.
 */
export function confirmingName(list: ListSetting, settings: WeighSettings): string | undefined {
  return settings.list_check_interval === 0 ? undefined : testNames(list).notListed;
}

/** Looks a name up in a list, and takes note of what the mail learns about the list. */
export async function askList(mail: Mail, list: ListSetting, subject: Subject, name: string): Promise<Listing> {
  const listing = await confirmed(mail, list, listingOf(list, subject, await mail.lookup.ask('A', name)));
  const known = mail.learnt.get(list.name)?.kind;
  // Of several answers of a list the worst is what it is judged by.
  if (known === undefined || known === 'not-listed' || known === 'listed') mail.learnt.set(list.name, listing);
  return listing;
}

async function confirmed(mail: Mail, list: ListSetting, listing: Listing): Promise<Listing> {
  const name = listing.kind === 'listed' ? confirmingName(list, mail.settings) : undefined;
  if (name === undefined) return listing;
  const answer = await mail.lookup.ask('A', name);
  return answer.kind === 'records' ? { kind: 'everything', address: answer.values.join(' ') } : listing;
}
