// The sender domain and HELO against the DNS: is the client one of their hosts?
//
// Tokens: CL_IP_EQ_FROM_MX, CL_IP_EQ_FROM_IP, CL_IP_EQ_HELO_MX, CL_IP_EQ_HELO_IP, BAD_MX, BOGUS_MX,
// HELO_IP_IN_CL_SUBNET, HELO_IP_IN_CL16_SUBNET, CL_IP_NE_HELO, NO_MX_A_RECS_FOUND.
// Settings: helo_from_mx_eq_ip_score, helo_score, bogus_mx_score, helo_ip_in_client_subnet, helo_ip_in_cl16_subnet,
// ignore_private_addresses, max_dns_errors.

import { type Address, isPrivate, networkOf, parseAddress } from '../../dns/address.ts';
import { type Answer, valuesOf } from '../../dns/lookup.ts';
import { nameAndParents } from '../../dns/name.ts';
import { countFailure, type Ending, type Mail } from '../mail.ts';

type Side = 'FROM' | 'HELO';

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
  const { envelope, findings } = mail;
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
    (await walkNames(mail, walk, 'FROM', envelope.senderDomain ?? '')) ??
    (walk.found ? undefined : await walkNames(mail, walk, 'HELO', envelope.helo));
  if (ending !== undefined) return ending;
  scoreHelo(mail, walk);
  return undefined;
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

/** The names that are asked for a domain or HELO: itself and its parents. */
export function namesToWalk(name: string): readonly string[] {
  return nameAndParents(name.endsWith('.') ? name.slice(0, -1) : name).filter((parent) => !/[[\]]/.test(parent));
}

async function walkNames(mail: Mail, walk: Walk, side: Side, domain: string): Promise<Ending | undefined> {
  for (const name of namesToWalk(domain)) {
    const ending = await checkName(mail, walk, side, name);
    if (ending !== undefined || walk.found || isTooLong(mail, walk)) return ending;
  }
  return undefined;
}

/** A sender can have hundreds of exchanges. The walk ends where no honest one gets. */
function isTooLong(mail: Mail, walk: Walk): boolean {
  return walk.questions >= mail.settings.dns_max_questions;
}

async function checkName(mail: Mail, walk: Walk, side: Side, name: string): Promise<Ending | undefined> {
  const { findings } = mail;
  walk.questions += 1;
  const exchanges = await mail.lookup.ask('MX', name);
  if (exchanges.kind === 'failed') return countFailure(mail, ` in ${side} MX lookups for ${name}`);
  findings.recordsFound = true;

  for (const [index, exchange] of valuesOf(exchanges).entries()) {
    if (isTooLong(mail, walk) || walk.aboutExchanges >= ABOUT_EXCHANGES) {
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

  if (side === 'FROM' && !walk.badMx) walk.badMx = lacksUsableAddress(findings.fromAddresses);
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

  walk.questions += 1;
  const v4 = await mail.lookup.ask('A', name);
  const answers: Answer[] = [v4];
  const ending = v4.kind === 'failed' ? countFailure(mail, where) : undefined;
  if (ending !== undefined) return ending;
  // To an IPv4 client an IPv6 address only matters as proof that the sender has any; NXDOMAIN is for all types.
  const proofWanted = side === 'FROM' && usable(v4).length === 0 && v4.kind !== 'no-such-name';
  if (envelope.client.family === 6 || v4.kind === 'failed' || proofWanted) {
    walk.questions += 1;
    const v6 = await mail.lookup.ask('AAAA', name);
    answers.push(v6);
    const endingV6 = v6.kind === 'failed' ? countFailure(mail, where) : undefined;
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
  if (side === 'FROM' && !findings.bogusMx && lacksUsableAddress(findings.fromAddresses)) {
    findings.bogusMx = true;
    findings.bogusMxPenalty = settings.bogus_mx_score.hit + findings.dnsblScore;
    tally.add('BOGUS_MX', findings.bogusMxPenalty);
  }
}

/** One private address spoils them all. */
function lacksUsableAddress(addresses: ReadonlySet<string>): boolean {
  return addresses.size === 0 || [...addresses].some(isPrivate);
}

/** What it says about HELO that the client was found among the hosts of neither, or not. */
function scoreHelo({ envelope, settings, findings, tally }: Mail, walk: Walk): void {
  if (walk.found) return;
  if (!findings.recordsFound) {
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
  } else if (findings.helo !== 'verified') {
    tally.add('CL_IP_NE_HELO', settings.helo_score.hit + findings.dnsblScore);
    findings.helo = 'false';
  }
}
