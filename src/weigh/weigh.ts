// The scale: all checks in their order. It asks nothing but the lookup that it is given, so a mail can be weighed
// again later, with other settings and without a network.

import type { Lookup } from '../dns/lookup.ts';
import type { Learnt } from '../lists/health.ts';
import type { ListState } from '../lists/listing.ts';
import type { Settings } from '../settings/table.ts';
import { checkAnonymousSender } from './checks/anonymous-sender.ts';
import { checkClientLists } from './checks/client-lists.ts';
import { checkClientNotOfSender } from './checks/client-not-of-sender.ts';
import { checkDomainLists } from './checks/domain-lists.ts';
import { checkDynamicHelo } from './checks/dynamic-helo.ts';
import { checkNumericHelo } from './checks/numeric-helo.ts';
import { checkReverseNames } from './checks/reverse-names.ts';
import { checkSenderAgainstHelo } from './checks/sender-against-helo.ts';
import { checkSenderAndHelo } from './checks/sender-and-helo.ts';
import { checkSenderShape } from './checks/sender-shape.ts';
import { type Findings, noFindings } from './findings.ts';
import type { Check, Ending, Envelope, Mail } from './mail.ts';
import { roundScore } from './number.ts';
import { Tally } from './tally.ts';

/** The checks, in the order of their tokens. */
export const CHECKS: readonly Check[] = [
  checkClientLists,
  acceptKnownSender,
  checkSenderAndHelo,
  checkNumericHelo,
  checkSenderAgainstHelo,
  checkReverseNames,
  checkDynamicHelo,
  checkAnonymousSender,
  checkClientNotOfSender,
  checkSenderShape,
  checkDomainLists,
];

export interface Circumstances {
  readonly settings: Settings;
  readonly lookup: Lookup;
  readonly listStates: ReadonlyMap<string, ListState>;
  /** The rate that the sender was accepted with before, if it is known. */
  readonly knownRate?: number;
}

/** What the scale shows. */
export interface Weighed {
  readonly score: number;
  readonly trace: string;
  readonly tally: Tally;
  readonly findings: Findings;
  readonly ending: Ending | undefined;
  readonly learnt: ReadonlyMap<string, Learnt>;
}

/** Weighs a mail. */
export async function weigh(envelope: Envelope, circumstances: Circumstances): Promise<Weighed> {
  const mail: Mail = { envelope, ...circumstances, learnt: new Map(), findings: noFindings(), tally: new Tally() };
  let ending: Ending | undefined;
  for (const check of CHECKS) {
    ending = await check(mail);
    if (ending !== undefined) break;
  }
  const { tally, findings, learnt } = mail;
  return { score: roundScore(tally.score), trace: tally.trace, tally, findings, learnt, ending };
}

/** A sender that was accepted before is accepted again if its client is on no list. */
function acceptKnownSender({ knownRate, findings }: Mail): Ending | undefined {
  return knownRate !== undefined && findings.dnsblHits === 0 ? { kind: 'known-sender', rate: knownRate } : undefined;
}
