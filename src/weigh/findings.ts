// What one check learns and a later one needs. Each finding names its writers.

import type { FailureReason, RecordType } from '../dns/lookup.ts';

/** A question that has no answer, and why. Of a DNS list the name is its zone. */
export interface Unknown {
  readonly of: 'sender domain' | 'HELO' | 'reverse name' | 'DNS list';
  readonly type: RecordType;
  readonly name: string;
  readonly reason: FailureReason;
}

/** The question, for people. */
export function questionInWords({ of, type, name }: Unknown): string {
  return of === 'DNS list' ? `the DNS list ${name}` : `the ${type} record of ${name}`;
}

/** True if something of what was asked about it is unknown: then nobody can say that the client is none of its hosts. */
export function isUnknown({ unknown }: Pick<Findings, 'unknown'>, what: Unknown['of']): boolean {
  return unknown.some(({ of }) => of === what);
}

/** The findings about one mail. */
export interface Findings {
  /** Client lists: the sum of the scores of all lists the client is on. Reverse names: plus that of a dial-up line. */
  dnsblScore: number;
  /** Client lists: how many of the lists that count the client is on. */
  dnsblHits: number;
  /** Client lists, reverse names: the client is a dial-up line. */
  dialUp: boolean;
  /** Sender and HELO: HELO is the client's address in brackets (true), or another one (false). */
  squared: boolean | undefined;
  /** Sender and HELO, sender against HELO: HELO belongs to the client, or doesn't. */
  helo: 'verified' | 'false' | undefined;
  /** Sender and HELO, sender against HELO, reverse names: HELO may belong to the client. */
  heloUntrustedOk: boolean;
  /** Sender and HELO: the DNS gave a proper reply about the sender domain or HELO. */
  recordsFound: boolean;
  /** Sender and HELO: the client is an MX of the sender domain or of HELO. */
  mxOk: boolean;
  /** Sender and HELO: the client is an MX of the sender domain. */
  isMx: boolean;
  /** Sender and HELO: the client is an address of the sender domain. */
  ipEqFrom: boolean;
  /** Sender and HELO: the exchanges of the sender domain and its parents. */
  readonly mxNames: string[];
  /** Sender and HELO: the addresses of the sender domain and its exchanges. */
  readonly fromAddresses: Set<string>;
  /** Sender and HELO: the sender domain has no usable exchange or address. */
  bogusMx: boolean;
  /** Sender and HELO: what BOGUS_MX gave. */
  bogusMxPenalty: number;
  /** Numeric HELO: what it gave. */
  numericScore: number;
  /** Sender and HELO, sender against HELO: reverse names must confirm HELO. */
  reverseCheckWanted: boolean;
  /** Sender against HELO: the client must be a host of the sender domain. */
  clientFromCheckWanted: boolean;
  /** Shape of the sender: what a listed sender domain gives on top. */
  rhsblPenalty: number;
  /** Reverse names: nothing at all is known to the DNS. */
  dnsError: boolean;
  /** All that ask for what the client names: the questions without an answer. None where failures are only counted. */
  readonly unknown: Unknown[];
  /** All that ask the DNS but reverse names, where failures are only counted; and lists: how many questions failed. */
  failures: number;
  /** Domain lists: HELO or the client's name is listed. */
  hostListed: boolean;
  /** Sender domain lists: the zones that list it. */
  readonly listedIn: string[];
  /** Sender and HELO: what was not looked at, as there was too much of it. */
  readonly leftOut: string[];
  /** Client is no host of the sender: it should send through its provider. */
  relayAdvised: boolean;
  /** Dynamic HELO: it should have a name of its own. */
  dynDnsAdvised: boolean;
}

/** Nothing is known yet. */
export function noFindings(): Findings {
  return {
    dnsblScore: 0,
    dnsblHits: 0,
    dialUp: false,
    squared: undefined,
    helo: undefined,
    heloUntrustedOk: false,
    recordsFound: false,
    mxOk: false,
    isMx: false,
    ipEqFrom: false,
    mxNames: [],
    fromAddresses: new Set(),
    bogusMx: false,
    bogusMxPenalty: 0,
    numericScore: 0,
    reverseCheckWanted: false,
    clientFromCheckWanted: false,
    rhsblPenalty: 0,
    dnsError: false,
    unknown: [],
    failures: 0,
    hostListed: false,
    leftOut: [],
    listedIn: [],
    relayAdvised: false,
    dynDnsAdvised: false,
  };
}
