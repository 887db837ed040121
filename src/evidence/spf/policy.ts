// The policy of a domain: what its TXT records say (RFC 7208, section 4.5), and the bounds of all evaluation.

import type { Answer } from '../../dns/lookup.ts';
import { isSenderPolicy } from '../../dns/texts.ts';
import { type PolicyRecord, readRecord, type SyntaxFault } from './record.ts';

/** RFC 7208, section 4.6.4: terms that ask, MX records of a name, and names of a client that are looked at. */
export const MOST_TERMS = 10;
export const MOST_HOSTS = 10;

export type Policy =
  | { readonly kind: 'policy'; readonly record: PolicyRecord }
  | { readonly kind: 'none' }
  | { readonly kind: 'several' }
  | { readonly kind: 'faulty'; readonly fault: SyntaxFault }
  | { readonly kind: 'failed'; readonly answer: Extract<Answer, { kind: 'failed' }> };

/** Policies that were read, by their text: evaluation and what is asked early look at the same ones. */
export type ReadPolicies = Map<string, Policy>;

export function policyOf(answer: Answer, read: ReadPolicies): Policy {
  if (answer.kind === 'failed') return { kind: 'failed', answer };
  if (answer.kind !== 'records') return { kind: 'none' };
  const [text, second] = answer.values.filter(isSenderPolicy);
  if (text === undefined) return { kind: 'none' };
  if (second !== undefined) return { kind: 'several' };
  const known = read.get(text);
  if (known !== undefined) return known;
  const reading = readRecord(text);
  const policy: Policy = reading.ok
    ? { kind: 'policy', record: reading.value }
    : { kind: 'faulty', fault: reading.fault };
  read.set(text, policy);
  return policy;
}
