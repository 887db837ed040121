// What lint has to say, a remark for each thing that is wrong.

/** `error`: receivers do not use the policy, or it lets everybody send. `warning`: it works, but not as it should. */
export type Severity = 'error' | 'warning' | 'note';

/** About a policy, whoever has it. */
export interface Remark {
  readonly severity: Severity;
  /** As it is written; null for what no single term is to blame for. */
  readonly term: string | null;
  readonly text: string;
  /** What to do. */
  readonly advice: string;
}

export type PlacedRemark = Remark & { readonly domain: string };

export function remark(severity: Severity, term: string | null, text: string, advice: string): Remark {
  return { severity, term, text, advice };
}
