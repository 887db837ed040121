// What every check is given, and what it may end.

import type { Address } from '../dns/address.ts';
import type { Lookup } from '../dns/lookup.ts';
import type { Learnt } from '../lists/condition.ts';
import type { ListState } from '../lists/listing.ts';
import type { Settings } from '../settings/table.ts';
import type { Findings } from './findings.ts';
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
}

/** A mail on the scale. */
export interface Mail {
  readonly envelope: Envelope;
  readonly settings: Settings;
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
  | { readonly kind: 'dns-failures'; readonly where: string }
  | { readonly kind: 'listed-too-often' }
  | { readonly kind: 'lists-only'; readonly pattern?: number }
  | { readonly kind: 'known-sender'; readonly rate: number };

/** A check. Most never end the weighing. */
export type Check = (mail: Mail) => Promise<Ending | undefined> | Ending | undefined;

/** Counts a failed question. At the limit, weighing ends and the mail is accepted. */
export function countFailure(mail: Mail, where: string): Ending | undefined {
  mail.findings.failures += 1;
  const limit = Math.max(1, mail.settings.max_dns_errors);
  return mail.findings.failures >= limit ? { kind: 'dns-failures', where } : undefined;
}
