// What the answer of a DNS list says.

import { type Answer, type FailureReason, isSilence } from '../dns/lookup.ts';
import { filterOf, isListing } from './filter.ts';
import { knownList } from './known.ts';
import type { AnswerRule, ListSetting } from './list.ts';

/** What was looked up in a list. */
export type Subject = 'client' | 'sender' | 'helo' | 'client_name';

/** What is done with a list for the next mail. */
export type ListState = 'asked' | 'skipped' | 'off';

/** One answer rule that holds. */
export interface Hit {
  readonly rule: AnswerRule;
  readonly points: number;
}

/**
 * What a list says. `missed`: only named groups hit, so the miss score counts as well. `silent`: no reply came.
 * `unknown`: an address that no rule knows. `refused`: the list tells that we may not ask. `hijacked`: an address that
 * no list gives; somebody else answers. `everything`: it lists what must not be listed.
 */
export type Listing =
  | { readonly kind: 'listed'; readonly address: string; readonly hits: readonly Hit[]; readonly missed: boolean }
  | { readonly kind: 'not-listed' }
  | { readonly kind: 'silent'; readonly reason: FailureReason }
  | { readonly kind: 'unknown' | 'refused' | 'hijacked' | 'everything'; readonly address: string };

const NOT_LISTED: Listing = { kind: 'not-listed' };

/** Reads the answer to a question about a subject. Only the rules that have a score for it count. */
export function listingOf(list: ListSetting, subject: Subject, answer: Answer): Listing {
  if (answer.kind === 'failed' && isSilence(answer)) return { kind: 'silent', reason: answer.reason };
  if (answer.kind !== 'records') return NOT_LISTED;
  const takesAny = list.answers.some((rule) => rule.match === 'any');
  const wrong = takesAny ? undefined : knownList(list.zone)?.wrong;
  if (wrong !== undefined && answer.values.includes(wrong)) return { kind: 'not-listed' };
  const address = answer.values.join(' ');
  const trouble = takesAny ? undefined : troubleIn(list, answer.values);
  if (trouble !== undefined) return { kind: trouble, address };

  const worst = new Map<string, Hit>();
  let known = false;
  for (const rule of list.answers) {
    if (!answer.values.some(filterOf(rule.match).filter)) continue;
    known = true;
    const points = rule[subject];
    if (points === undefined) continue;
    const other = worst.get(rule.group);
    if (other === undefined || points > other.points) worst.set(rule.group, { rule, points });
  }
  if (worst.size > 0) {
    return { kind: 'listed', address, hits: [...worst.values()], missed: !worst.has('') && hasGroup(list, '') };
  }
  return known ? { kind: 'not-listed' } : { kind: 'unknown', address };
}

/** Answers that say nothing about what was looked up, and that no rule may take for a listing. */
function troubleIn(list: ListSetting, addresses: readonly string[]): 'refused' | 'hijacked' | undefined {
  if (addresses.some((address) => !address.startsWith('127.'))) return 'hijacked';
  const refusing = filterOf(knownList(list.zone)?.refused ?? '127.0.0.1').filter;
  const meant = (address: string): boolean =>
    list.answers.some((rule) => rule.match !== '' && filterOf(rule.match).filter(address));
  if (addresses.some((address) => !isListing(address))) return 'refused';
  return addresses.some(
    (address) => refusing(address) && !(knownList(list.zone)?.refused === undefined && meant(address)),
  )
    ? 'refused'
    : undefined;
}

function hasGroup(list: ListSetting, group: string): boolean {
  return list.answers.some((rule) => rule.group === group && rule.client !== undefined);
}

/** True if a list has a score for a subject. */
export function knows(list: ListSetting, subject: Subject): boolean {
  return list.answers.some((rule) => rule[subject] !== undefined);
}

const about = new WeakMap<readonly ListSetting[], Map<Subject, readonly ListSetting[]>>();

/** The lists that are on and know a subject. Worked out once: each mail asks for them several times. */
export function listsAbout(lists: readonly ListSetting[], subject: Subject): readonly ListSetting[] {
  const bySubject = about.get(lists) ?? new Map<Subject, readonly ListSetting[]>();
  about.set(lists, bySubject);
  const found = bySubject.get(subject) ?? lists.filter((list) => list.enabled && knows(list, subject));
  bySubject.set(subject, found);
  return found;
}

/** How a hit is called in tokens: the name of the list, and that of the rule. */
export function hitName(list: ListSetting, rule: AnswerRule): string {
  return rule.name === '' ? list.name : `${list.name}_${rule.name}`;
}
