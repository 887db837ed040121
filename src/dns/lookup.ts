// What the checks see of the DNS: questions, answers, and one interface to ask.

export type RecordType = 'A' | 'AAAA' | 'MX' | 'PTR' | 'TXT';

/** What name servers can be asked: also for the type that policies once had (RFC 7208, section 3.1). No check does. */
export type WireType = RecordType | 'SPF';

export interface Question {
  readonly type: RecordType;
  /** Lower case, without a final dot. */
  readonly name: string;
}

/** Why there is no answer. `refused` and `servfail` are replies; the others mean that no reply came. */
export type FailureReason = 'servfail' | 'refused' | 'timeout' | 'unreachable' | 'deadline' | 'too-many';

/**
 * What the DNS says to a question. `values` are in the order of the reply: addresses in canonical form (A, AAAA),
 * names (MX without the preferences, PTR) in lower case without the final dot, or texts (TXT). `left`: how many more
 * there are, which were left out, as nobody honest has so many. `ttl` in seconds.
 */
export type Answer =
  | { readonly kind: 'records'; readonly values: readonly string[]; readonly ttl: number; readonly left?: number }
  | { readonly kind: 'no-data'; readonly ttl: number }
  | { readonly kind: 'no-such-name'; readonly ttl: number }
  | { readonly kind: 'failed'; readonly reason: FailureReason };

/** Asks the DNS. Never throws: what goes wrong is an answer too. */
export interface Lookup {
  ask(type: RecordType, name: string): Promise<Answer>;
}

/** The answer of a name that can't exist. */
export const NO_SUCH_NAME: Answer = { kind: 'no-such-name', ttl: 86400 };

/** True if no reply came at all. */
export function isSilence(answer: Answer): boolean {
  return answer.kind === 'failed' && answer.reason !== 'servfail' && answer.reason !== 'refused';
}

/** True if the reason is a bound of our own: of the time or of the questions of a mail. */
export function isOwnBound(reason: FailureReason): boolean {
  return reason === 'deadline' || reason === 'too-many';
}

/** The records of an answer; none if it has none. */
export function valuesOf(answer: Answer): readonly string[] {
  return answer.kind === 'records' ? answer.values : [];
}

/** An answer, for people. */
export function answerInWords(answer: Answer): string {
  if (answer.kind === 'failed') return answer.reason;
  if (answer.kind !== 'records') return answer.kind;
  return `${answer.values.join(', ')}${answer.left === undefined ? '' : ` and ${answer.left} more, left out`}`;
}

/** One word for a question, for maps and the store. */
export function keyOf(type: RecordType, name: string): string {
  return `${type} ${name}`;
}
