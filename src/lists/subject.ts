// What a list of domains is asked for about a name.

import { organisationOf } from '../dns/organisation.ts';
import { knownList } from './known.ts';
import type { ListSetting } from './list.ts';
import { zoneAsked } from './zone.ts';

/** A name in the DNS is no longer (RFC 1035, section 2.3.4). */
const LONGEST = 253;

/**
 * The question about a name that can exist: see `hostName`. Some lists hold only what can be registered, and say "not
 * listed" to all names below it. A name that is too long with the zone loses labels in front, down to its organisation:
 * else a sender would get past every list with a long one. Undefined if nothing is left to ask.
 */
export function nameInList(list: ListSetting, name: string, usual: 'name' | 'known'): string | undefined {
  const zone = zoneAsked(list);
  const subject = list.subject ?? (usual === 'name' ? 'name' : (knownList(list.zone)?.subject ?? 'name'));
  const question = `${name}.${zone}`;
  if (subject === 'name' && question.length <= LONGEST) return question;

  const organisation = organisationOf(name);
  if (organisation === undefined) return undefined;
  let asked = subject === 'name' ? name : organisation;
  while (asked !== organisation && asked.length + 1 + zone.length > LONGEST)
    asked = asked.slice(asked.indexOf('.') + 1);
  return asked.length + 1 + zone.length > LONGEST ? undefined : `${asked}.${zone}`;
}
