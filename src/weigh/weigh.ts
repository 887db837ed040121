// The scale: all checks in their order. It asks nothing but the lookup that it is given, so a mail can be weighed
// again later, with other settings and without a network.

import type { Lookup, Question } from '../dns/lookup.ts';
import type { Learnt } from '../lists/condition.ts';
import type { ListState } from '../lists/listing.ts';
import type { Settings } from '../settings/table.ts';
import { checkAnonymousSender } from './checks/anonymous-sender.ts';
import { checkClientLists } from './checks/client-lists.ts';
import { checkClientNotOfSender } from './checks/client-not-of-sender.ts';
import { checkDomainLists } from './checks/domain-lists.ts';
import { checkDynamicHelo } from './checks/dynamic-helo.ts';
import { checkKnownSender } from './checks/known-sender.ts';
import { checkNumericHelo } from './checks/numeric-helo.ts';
import { checkReverseNames } from './checks/reverse-names.ts';
import { checkSenderAgainstHelo } from './checks/sender-against-helo.ts';
import { checkSenderAndHelo } from './checks/sender-and-helo.ts';
import { checkSenderShape } from './checks/sender-shape.ts';
import { type Findings, noFindings } from './findings.ts';
import type { Check, Ending, Envelope, Mail } from './mail.ts';
import { roundScore } from './number.ts';
import { Tally, type Token } from './tally.ts';

/** The checks, in the order of their tokens. */
export const CHECKS: readonly { readonly name: string; readonly check: Check }[] = [
  { name: 'DNS lists by client address', check: checkClientLists },
  { name: 'known sender', check: checkKnownSender },
  { name: 'sender domain and HELO in the DNS', check: checkSenderAndHelo },
  { name: 'HELO is an address', check: checkNumericHelo },
  { name: 'sender domain against HELO', check: checkSenderAgainstHelo },
  { name: 'reverse names of the client', check: checkReverseNames },
  { name: 'HELO of a dial-up line', check: checkDynamicHelo },
  { name: 'anonymous sender', check: checkAnonymousSender },
  { name: 'client is no host of the sender', check: checkClientNotOfSender },
  { name: 'shape of the sender', check: checkSenderShape },
  { name: 'DNS lists by sender domain', check: checkDomainLists },
];

export interface Circumstances {
  readonly settings: Settings;
  readonly lookup: Lookup;
  readonly listStates: ReadonlyMap<string, ListState>;
  /** The rate that the sender was accepted with before, if it is known. */
  readonly knownRate?: number;
}

/** What one check did. */
export interface Step {
  readonly name: string;
  readonly tokens: readonly Token[];
  /** The questions whose answers it used. */
  readonly questions: readonly Question[];
}

/** What the scale shows. */
export interface Weighed {
  readonly score: number;
  readonly trace: string;
  readonly steps: readonly Step[];
  readonly findings: Findings;
  readonly ending: Ending | undefined;
  /** What was learnt about the lists, by name. */
  readonly learnt: ReadonlyMap<string, Learnt>;
}

/** Weighs a mail. */
export async function weigh(envelope: Envelope, circumstances: Circumstances): Promise<Weighed> {
  let questions: Question[] = [];
  const lookup: Lookup = {
    ask(type, name) {
      questions.push({ type, name });
      return circumstances.lookup.ask(type, name);
    },
  };
  const tally = new Tally();
  const mail: Mail = { envelope, ...circumstances, lookup, learnt: new Map(), findings: noFindings(), tally };
  const steps: Step[] = [];
  let ending: Ending | undefined;
  for (const { name, check } of CHECKS) {
    const before = tally.tokens.length;
    questions = [];
    ending = await check(mail);
    steps.push({ name, tokens: tally.tokens.slice(before), questions });
    if (ending !== undefined) break;
  }
  const { findings, learnt } = mail;
  return { score: roundScore(tally.score), trace: tally.trace, steps, findings, ending, learnt };
}
