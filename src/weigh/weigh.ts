// The scale: all checks in their order. It asks nothing but the lookup that it is given, so a mail can be weighed
// again later, with other settings and without a network.

import { parseAddress } from '../dns/address.ts';
import type { Lookup, Question } from '../dns/lookup.ts';
import type { Learnt } from '../lists/condition.ts';
import type { ListState } from '../lists/listing.ts';
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
import type { WeighSettings } from './settings.ts';
import { Tally, type Token } from './tally.ts';

interface NamedCheck {
  readonly name: string;
  readonly check: Check;
  /** It goes by names that the client chose, and that a bot can make fit: they earn a listed client nothing. */
  readonly byNames?: true;
}

/** The checks, in the order of their tokens. */
export const CHECKS: readonly NamedCheck[] = [
  { name: 'DNS lists by client address', check: checkClientLists },
  { name: 'known sender', check: checkKnownSender },
  { name: 'sender domain and HELO in the DNS', check: checkSenderAndHelo, byNames: true },
  { name: 'HELO is an address', check: checkNumericHelo },
  { name: 'sender domain against HELO', check: checkSenderAgainstHelo, byNames: true },
  { name: 'reverse names of the client', check: checkReverseNames, byNames: true },
  { name: 'HELO of a dial-up line', check: checkDynamicHelo },
  { name: 'anonymous sender', check: checkAnonymousSender },
  { name: 'client is no host of the sender', check: checkClientNotOfSender },
  { name: 'shape of the sender', check: checkSenderShape },
  { name: 'DNS lists by sender domain, HELO and client name', check: checkDomainLists },
];

export interface Circumstances {
  readonly settings: WeighSettings;
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
  /** The verdict hangs on what is unknown: the mail can neither be refused for good nor let through. */
  readonly inDoubt: boolean;
  /** What was learnt about the lists, by name. */
  readonly learnt: ReadonlyMap<string, Learnt>;
}

/** Weighs a mail. Where questions failed, weighs it again with the answers that they might have had. */
export async function weigh(envelope: Envelope, circumstances: Circumstances): Promise<Weighed> {
  const { settings } = circumstances;
  const read = settings.as_policyd_weight ? envelope : readHelo(envelope);
  const weighed = await weighOnce(read, circumstances);
  if (weighed.ending !== undefined || weighed.findings.unknown.length === 0) return weighed;
  const { isInDoubt } = await import('./doubt.ts');
  const weighWith = (lookup: Lookup): Promise<Weighed> => weighOnce(read, { ...circumstances, lookup });
  const inDoubt = await isInDoubt({ envelope: read, settings, weighed, lookup: circumstances.lookup, weighWith });
  return { ...weighed, inDoubt };
}

/**
 * A HELO that is the client's address is read as that address in the form in which addresses are compared. In brackets
 * it is what a host without a name has to say (RFC 5321, section 4.1.3): it is no worse so, and proves no more.
 */
function readHelo(envelope: Envelope): Envelope {
  const { helo, client } = envelope;
  const isLiteral = helo.startsWith('[') && helo.endsWith(']');
  const address = isLiteral ? helo.slice(helo.startsWith('[ipv6:') ? '[ipv6:'.length : 1, -1) : helo;
  return parseAddress(address)?.text === client.text ? { ...envelope, helo: client.text } : envelope;
}

async function weighOnce(envelope: Envelope, circumstances: Circumstances): Promise<Weighed> {
  let questions: Question[] = [];
  const lookup: Lookup = {
    ask(type, name) {
      questions.push({ type, name });
      return circumstances.lookup.ask(type, name);
    },
  };
  const tally = new Tally();
  const mail: Mail = { envelope, ...circumstances, lookup, learnt: new Map(), findings: noFindings(), tally };
  const { findings, learnt, settings } = mail;
  const steps: Step[] = [];
  let ending: Ending | undefined;
  for (const { name, check, byNames } of CHECKS) {
    const before = tally.tokens.length;
    questions = [];
    tally.givesCredit = byNames !== true || findings.dnsblHits === 0 || settings.as_policyd_weight;
    ending = await check(mail);
    steps.push({ name, tokens: tally.tokens.slice(before), questions });
    if (ending !== undefined) break;
  }
  return { score: roundScore(tally.score), trace: tally.trace, steps, findings, ending, inDoubt: false, learnt };
}
