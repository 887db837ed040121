// The sender domain and HELO against the DNS: is the client one of their hosts?
//
// Tokens: NO_FROM_DOMAIN, SENDER_DNS_UNKNOWN, HELO_DNS_UNKNOWN, CL_IP_EQ_FROM_MX, CL_IP_EQ_FROM_IP, CL_IP_EQ_HELO_MX,
// CL_IP_EQ_HELO_IP, BAD_MX, BOGUS_MX,
// HELO_IP_IN_CL_SUBNET, HELO_IP_IN_CL16_SUBNET, CL_IP_NE_HELO, NO_MX_A_RECS_FOUND.
// Settings: helo_from_mx_eq_ip_score, helo_score, bogus_mx_score, helo_ip_in_client_subnet, helo_ip_in_cl16_subnet,
// ignore_private_addresses, max_dns_errors, as_policyd_weight.

import { type Address, isPrivate, networkOf, parseAddress } from '../../dns/address.ts';
import { type Answer, type FailureReason, isSilence, type RecordType, valuesOf } from '../../dns/lookup.ts';
import { nameAndParents } from '../../dns/name.ts';
import { organisationOf } from '../../dns/organisation.ts';
import { type Findings, isUnknown, type Unknown } from '../findings.ts';
import { type Ending, type Envelope, type Mail, takeFailure } from '../mail.ts';
import type { WeighSettings } from '../settings.ts';

type Side = 'FROM' | 'HELO';

const SIDES = { FROM: 'sender domain', HELO: 'HELO' } as const;

/** What the walk over both names has found so far. */
interface Walk {
  found: boolean;
  badMx: boolean;
  badMxScored: boolean;
  readonly addresses: Set<string>;
  /** How many questions the walk has cost. */
  questions: number;
  /** How many of them were about exchanges. */
  aboutExchanges: number;
}

/**
 * After so many questions about exchanges, those of parents and of HELO included, no more exchanges are looked at; the
 * last may cost a second question. A domain may name anybody's hosts as its exchanges, so whom we ask is up to the
 * client. Big providers have ten exchanges at most, which are a question each, or two for an IPv6 client.
 */
const ABOUT_EXCHANGES = 19;

export async function checkSenderAndHelo(mail: Mail): Promise<Ending | undefined> {
  const { envelope, settings, findings } = mail;
  if (!settings.as_policyd_weight && envelope.sender !== '' && envelope.names.sender === undefined) scoreNoDomain(mail);
  findings.squared = squaredOf(envelope.helo, envelope.client);
  if (findings.squared === true) findings.helo = 'verified';

  const walk: Walk = {
    found: false,
    badMx: false,
    badMxScored: false,
    addresses: new Set(addressIn(envelope.helo)),
    questions: 0,
    aboutExchanges: 0,
  };
  const ending =
    (await walkNames(mail, walk, 'FROM', namesOfSender(envelope, settings))) ??
    (walk.found ? undefined : await walkNames(mail, walk, 'HELO', namesOfHelo(envelope, settings)));
  if (ending !== undefined) return ending;
  tellUnknown(mail);
  scoreHelo(mail, walk);
  return undefined;
}

/** What could not be looked up is shown, and counts neither way. */
function tellUnknown({ findings, tally }: Mail): void {
  for (const [token, side] of [
    ['SENDER_DNS_UNKNOWN', SIDES.FROM],
    ['HELO_DNS_UNKNOWN', SIDES.HELO],
  ] as const) {
    if (isUnknown(findings, side)) tally.add(token, 0);
  }
}

/** A HELO that is an address, in the form in which addresses are compared, counts as one of its own addresses. */
function addressIn(helo: string): readonly string[] {
  return parseAddress(helo)?.text === helo ? [helo] : [];
}

/** True if HELO is the client's address in brackets, false if it is another address in brackets. */
function squaredOf(helo: string, client: Address): boolean | undefined {
  const literal = /^\[(\d{1,3}(?:\.\d{1,3}){3})\]$/.exec(helo);
  return literal === null ? undefined : literal[1] === client.text;
}

/** Nobody can answer such a sender: it counts as one whose domain has no usable MX or address. */
function scoreNoDomain({ settings, findings, tally }: Mail): void {
  findings.bogusMx = true;
  findings.bogusMxPenalty = settings.bogus_mx_score.hit + findings.dnsblScore;
  tally.add('NO_FROM_DOMAIN', findings.bogusMxPenalty);
}

/** The names that are asked for the sender: its domain, the one above, and the one that somebody registered. */
export function namesOfSender({ names, senderDomain }: Envelope, settings: WeighSettings): readonly string[] {
  return settings.as_policyd_weight ? namesIn(senderDomain ?? '') : namesUpTo(names.sender);
}

/** The same for HELO. */
export function namesOfHelo({ names, helo }: Envelope, settings: WeighSettings): readonly string[] {
  return settings.as_policyd_weight ? namesIn(helo) : namesUpTo(names.helo);
}

/** Few: whom they name is asked for each, and a client may make up as many labels as it likes. */
function namesUpTo(name: string | undefined): readonly string[] {
  if (name === undefined) return [];
  const organisation = organisationOf(name);
  const above = name.slice(name.indexOf('.') + 1);
  return organisation === undefined || organisation === name ? [name] : [...new Set([name, above, organisation])];
}

/** As policyd-weight does: what can't be a name may have parents that can. */
function namesIn(text: string): readonly string[] {
  return nameAndParents(text.endsWith('.') ? text.slice(0, -1) : text).filter((parent) => !/[[\]]/.test(parent));
}

async function walkNames(mail: Mail, walk: Walk, side: Side, names: readonly string[]): Promise<Ending | undefined> {
  for (const [index, name] of names.entries()) {
    if (index > 0 && isCutOff(mail, walk, side, 'MX', name)) return undefined;
    const ending = await checkName(mail, walk, side, name);
    if (ending !== undefined || walk.found || isSilent(mail, side)) return ending;
  }
  return undefined;
}

/** True if a question is one too many: what it would have said is unknown. */
function isCutOff(mail: Mail, walk: Walk, side: Side, type: RecordType, name: string): boolean {
  if (!isTooLong(mail, walk, side)) return false;
  takeFailure(mail, { of: SIDES[side], type, name, reason: 'too-many' }, '');
  return true;
}

/** True if no more exchanges are looked at. Who is beyond those of HELO can be left out of account: it has an address. */
function isBeyondExchanges(mail: Mail, walk: Walk, side: Side, name: string): boolean {
  if (walk.aboutExchanges < ABOUT_EXCHANGES) return false;
  if (side === 'FROM') takeFailure(mail, { of: SIDES[side], type: 'A', name, reason: 'too-many' }, '');
  return true;
}

/** Whose name servers say nothing is not waited for again and again: not about a parent, nor about a third host. */
function isSilent({ findings }: Mail, side: Side): boolean {
  const silent = findings.unknown.filter(
    (unknown) => unknown.of === SIDES[side] && isSilence({ kind: 'failed', reason: unknown.reason }),
  );
  return silent.some(({ type }) => type === 'MX') || new Set(silent.map(({ name }) => name)).size > 1;
}

/**
 * A sender can have hundreds of exchanges. The walk ends where no honest one gets; a quarter is left for HELO, of which
 * nobody would know anything else.
 */
function isTooLong({ settings }: Mail, walk: Walk, side: Side): boolean {
  const share = side === 'FROM' && !settings.as_policyd_weight ? 0.75 : 1;
  return walk.questions >= settings.dns_max_questions * share;
}

async function checkName(mail: Mail, walk: Walk, side: Side, name: string): Promise<Ending | undefined> {
  const { findings } = mail;
  walk.questions += 1;
  const exchanges = await mail.lookup.ask('MX', name);
  if (exchanges.kind === 'failed') {
    const unknown: Unknown = { of: SIDES[side], type: 'MX', name, reason: exchanges.reason };
    const ending = takeFailure(mail, unknown, ` in ${side} MX lookups for ${name}`);
    if (ending !== undefined || mail.settings.as_policyd_weight || isSilence(exchanges)) return ending;
  } else {
    findings.recordsFound = true;
  }

  for (const [index, exchange] of valuesOf(exchanges).entries()) {
    if (isSilent(mail, side)) break;
    if (isCutOff(mail, walk, side, 'A', exchange) || isBeyondExchanges(mail, walk, side, exchange)) {
      findings.leftOut.push(`${valuesOf(exchanges).length - index} exchanges of ${name}`);
      break;
    }
    const before = walk.questions;
    const ending = await checkAddresses(mail, walk, side, exchange, 'exchange');
    walk.aboutExchanges += walk.questions - before;
    if (ending !== undefined || walk.found) {
      if (ending !== undefined) return ending;
      matchExchange(mail, side);
      break;
    }
  }

  if (side === 'FROM' && !walk.badMx) walk.badMx = lacksUsableAddress(findings);
  if (!walk.found) {
    const ending = await checkAddresses(mail, walk, side, name, 'name itself');
    if (ending !== undefined) return ending;
    if (walk.found) matchAddress(mail, walk, side);
  }
  scoreMx(mail, walk, side);
  return undefined;
}

/** What addresses are asked for. */
type Host = 'exchange' | 'name itself';

/** Asks for the addresses of a host and notes them. Sets `walk.found` if the client is among them. */
async function checkAddresses(
  mail: Mail,
  walk: Walk,
  side: Side,
  name: string,
  host: Host,
): Promise<Ending | undefined> {
  const { envelope, findings, settings } = mail;
  const where = host === 'exchange' ? ` in ${side} MX -> A lookups` : ` in ${side} A lookup for ${name}`;
  const ignores = host === 'name itself' && settings.ignore_private_addresses;
  const usable = (answer: Answer): readonly string[] =>
    valuesOf(answer).filter((address) => !(ignores && isPrivate(address)));
  const unknownOf = (type: RecordType, reason: FailureReason): Unknown => ({ of: SIDES[side], type, name, reason });

  walk.questions += 1;
  const v4 = await mail.lookup.ask('A', name);
  const answers: Answer[] = [v4];
  const ending = v4.kind === 'failed' ? takeFailure(mail, unknownOf('A', v4.reason), where) : undefined;
  if (ending !== undefined) return ending;
  // To an IPv4 client an IPv6 address only matters as proof that the sender has any; NXDOMAIN is for all types, and
  // where something is unknown nothing is to be proved.
  const proofWanted = side === 'FROM' && usable(v4).length === 0 && v4.kind !== 'no-such-name';
  const askedByOriginal = v4.kind === 'failed' && settings.as_policyd_weight;
  if (envelope.client.family === 6 || askedByOriginal || (proofWanted && v4.kind !== 'failed')) {
    walk.questions += 1;
    const v6 = await mail.lookup.ask('AAAA', name);
    answers.push(v6);
    const endingV6 = v6.kind === 'failed' ? takeFailure(mail, unknownOf('AAAA', v6.reason), where) : undefined;
    if (endingV6 !== undefined) return endingV6;
  }

  const all = answers.flatMap(valuesOf);
  const own = all.indexOf(envelope.client.text);
  // The client's own address settles it: what stands behind it is left out of account.
  const addresses = own < 0 ? all : all.slice(0, own + 1);
  if (side === 'FROM' && host === 'exchange' && addresses.length > 0) findings.mxNames.push(name);
  for (const address of addresses) {
    walk.addresses.add(address);
    if (side === 'FROM' && !(ignores && isPrivate(address))) findings.fromAddresses.add(address);
  }
  if (own >= 0) walk.found = true;
  return undefined;
}

function matchExchange(mail: Mail, side: Side): void {
  mail.tally.add(`CL_IP_EQ_${side}_MX`, mail.settings.helo_from_mx_eq_ip_score.miss);
  mail.findings.mxOk = true;
  mail.findings.helo = 'verified';
  if (side === 'FROM') mail.findings.isMx = true;
}

function matchAddress(mail: Mail, walk: Walk, side: Side): void {
  mail.tally.add(`CL_IP_EQ_${side}_IP`, mail.settings.helo_score.miss);
  mail.findings.helo = 'verified';
  walk.badMx = false;
  if (side === 'FROM') mail.findings.ipEqFrom = true;
}

function scoreMx({ settings, findings, tally }: Mail, walk: Walk, side: Side): void {
  if (walk.badMx && !walk.badMxScored) {
    const points = settings.bogus_mx_score.hit * findings.dnsblScore;
    if (points !== 0) {
      tally.add('BAD_MX', points);
      walk.badMxScored = true;
    }
  }
  if (side === 'FROM' && !findings.bogusMx && lacksUsableAddress(findings)) {
    findings.bogusMx = true;
    findings.bogusMxPenalty = settings.bogus_mx_score.hit + findings.dnsblScore;
    tally.add('BOGUS_MX', findings.bogusMxPenalty);
  }
}

/** One private address spoils them all. That there is none can't be said while one may be unknown. */
function lacksUsableAddress(findings: Findings): boolean {
  const { fromAddresses } = findings;
  const mayBeNone = fromAddresses.size === 0 && !isUnknown(findings, SIDES.FROM);
  return mayBeNone || [...fromAddresses].some(isPrivate);
}

/** What it says about HELO that the client was found among the hosts of neither, or not. */
function scoreHelo({ envelope, settings, findings, tally }: Mail, walk: Walk): void {
  if (walk.found) return;
  if (!findings.recordsFound && findings.unknown.length === 0) {
    tally.add('NO_MX_A_RECS_FOUND', settings.helo_score.hit - 0.1);
    findings.helo = 'false';
    return;
  }
  const near = networkOf(envelope.client, 'near');
  const wide = networkOf(envelope.client, 'wide');
  const addresses = [...walk.addresses];
  if (addresses.some((address) => address.startsWith(near))) {
    tally.add('HELO_IP_IN_CL_SUBNET', settings.helo_ip_in_client_subnet.miss);
    findings.helo = 'verified';
  } else if (addresses.some((address) => address.startsWith(wide))) {
    tally.add('HELO_IP_IN_CL16_SUBNET', settings.helo_ip_in_cl16_subnet.miss);
    findings.heloUntrustedOk = true;
    findings.reverseCheckWanted = true;
  } else if (findings.helo !== 'verified' && !isUnknown(findings, SIDES.HELO)) {
    tally.add('CL_IP_NE_HELO', settings.helo_score.hit + findings.dnsblScore);
    findings.helo = 'false';
  }
}
