// What check_host (RFC 7208, section 4) is asked, what it answers, and the DNS as it sees it.

import type { Address } from '../../dns/address.ts';
import type { Answer, RecordType } from '../../dns/lookup.ts';

/** The DNS. Names are such that they may be asked, a character for each octet: see `octetName`. Never rejects. */
export interface SpfLookup {
  ask(type: RecordType, name: string): Promise<Answer>;
}

export interface SpfQuery {
  readonly client: Address;
  /** As the client said it. */
  readonly helo: string;
  /** The envelope sender, as Postfix gave it; empty for the null sender, which asks for the HELO identity. */
  readonly sender: string;
  /** The name of this host: `%{r}`. */
  readonly receiver: string;
  /** Seconds since 1970: `%{t}`. */
  readonly now: number;
}

export interface SpfLimits {
  /** Lookups without an answer that may be; one more is a permerror (RFC 7208, section 4.6.4). */
  readonly voids: number;
  /** Questions that evaluation may ask; what is beyond counts as failed. */
  readonly questions: number;
  /** Milliseconds; what is not answered by then counts as failed. */
  readonly time: number;
}

export const SPF_LIMITS: SpfLimits = { voids: 2, questions: 60, time: 8000 };

export type SpfWord = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** Why there is an error, or nothing to evaluate. `limit` and `deadline` are our own bounds, nobody's mistake. */
export interface SpfProblem {
  readonly kind:
    | 'domain'
    | 'no-policy'
    | 'policies'
    | 'syntax'
    | 'terms'
    | 'voids'
    | 'hosts'
    | 'dns'
    | 'limit'
    | 'deadline';
  /** Printable ASCII. */
  readonly text: string;
}

/** A question that evaluation reached, and what the DNS said in a word. */
export interface SpfQuestion {
  readonly type: RecordType;
  readonly name: string;
  readonly answer: Answer['kind'];
}

/** All of it comes from evaluation alone: whatever was asked early leaves no trace here. */
export interface SpfVerdict {
  readonly result: SpfWord;
  /** The domain whose record decided. */
  readonly domain: string;
  /** The term that decided, as it is written there; null if none did. */
  readonly mechanism: string | null;
  readonly problem: SpfProblem | null;
  /** Terms that ask the DNS, of the 10 that are allowed. */
  readonly terms: number;
  /** Lookups without an answer. */
  readonly voids: number;
  /** The text of the policy's `exp` for a fail: printable ASCII, bounded. Null if there is none. */
  readonly explanation: string | null;
  /** In the order of evaluation, each once. */
  readonly questions: readonly SpfQuestion[];
}
