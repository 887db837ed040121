// What every check is given, and what it may end.

import type { Address } from '../dns/address.ts';
import type { FailureReason, Lookup } from '../dns/lookup.ts';
import type { Learnt } from '../lists/condition.ts';
import type { ListState } from '../lists/listing.ts';
import type { Findings, Unknown } from './findings.ts';
import type { Names } from './names.ts';
import type { WeighSettings } from './settings.ts';
import type { Tally } from './tally.ts';

/** The envelope of a mail, in lower case but for the sender. */
export interface Envelope {
  readonly client: Address;
  readonly clientName: string;
  readonly helo: string;
  /** As it was given; empty for the null sender. */
  readonly sender: string;
  /** In lower case, less its `+tag` or `-tag`. */
  readonly senderUntagged: string;
  /** Undefined if the sender has no `@`. */
  readonly senderDomain: string | undefined;
  readonly recipient: string;
  /** The names in it as they are asked and compared; the texts above are for showing. */
  readonly names: Names;
}

/** A mail on the scale. */
export interface Mail {
  readonly envelope: Envelope;
  readonly settings: WeighSettings;
  readonly lookup: Lookup;
  /** The state of each list, by name; one that isn't named is asked. */
  readonly listStates: ReadonlyMap<string, ListState>;
  /** The rate that the sender was accepted with before, if it is known. */
  readonly knownRate?: number;
  /** What this mail learnt about the lists, by name. */
  readonly learnt: Map<string, Learnt>;
  readonly findings: Findings;
  readonly tally: Tally;
}

/** Why weighing stopped before its last check. */
export type Ending =
  | { readonly kind: 'dns-failures' | 'lists-silent'; readonly where: string }
  | { readonly kind: 'listed-too-often' }
  | { readonly kind: 'lists-only'; readonly pattern?: number }
  | { readonly kind: 'known-sender'; readonly rate: number };

/** A check. Most never end the weighing. */
export type Check = (mail: Mail) => Promise<Ending | undefined> | Ending | undefined;

/**
 * A question about what the client names has no answer. That is nobody's fault that a mail could be judged by, and the
 * client may have arranged it: it is unknown. Only policyd-weight counts such failures, and accepts the mail for them.
 */
export function takeFailure(mail: Mail, unknown: Unknown, where: string): Ending | undefined {
  if (mail.settings.as_policyd_weight) return countFailure(mail, unknown.reason, where);
  mail.findings.unknown.push(unknown);
  return undefined;
}

/**
 * Counts a failed question. At policyd-weight's limit weighing ends, and the mail is accepted; but not for our own bound
 * on questions, and not where the client is listed, as it could buy its way in with name servers that fail.
 */
export function countFailure({ settings, findings }: Mail, reason: FailureReason, where: string): Ending | undefined {
  if (reason === 'too-many') return undefined;
  findings.failures += 1;
  const isAtLimit = findings.failures >= Math.max(1, settings.max_dns_errors);
  return settings.as_policyd_weight && isAtLimit && findings.dnsblScore <= 0
    ? { kind: 'dns-failures', where }
    : undefined;
}
