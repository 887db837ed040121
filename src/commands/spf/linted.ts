// What lint found, for people and for programs.

import { MOST_TERMS } from '../../evidence/spf/policy.ts';
import { SPF_LIMITS } from '../../evidence/spf/query.ts';
import { printable, printableJson } from '../printable.ts';
import type { PlacedRemark } from './remarks.ts';

export interface Linted {
  readonly domain: string;
  /** Its text; null if there is none that can be used. */
  readonly policy: string | null;
  readonly remarks: readonly PlacedRemark[];
  /** Terms that ask, if no term matches. */
  readonly terms: number;
  /** Lookups without an answer, for clients of both families. */
  readonly voids: { readonly ipv4: number; readonly ipv6: number };
}

export function lintAsJson(linted: Linted): string {
  return printableJson(linted);
}

export function lintAsText({ domain, policy, remarks, terms, voids }: Linted): string {
  const lines = remarks.map(
    ({ severity, domain: of, term, text, advice }) =>
      `${severity}: ${term === null ? of : `${term} of ${of}`}: ${text}; ${advice}`,
  );
  if (policy === null) return `${lines.map(printable).join('\n')}\n`;
  const most = SPF_LIMITS.voids;
  return [
    `${domain}: ${policy}`,
    ...(lines.length === 0 ? ['nothing is wrong with it'] : lines),
    `lookups ${terms}/${MOST_TERMS}; without an answer ${voids.ipv4}/${most} for IPv4 clients, ${voids.ipv6}/${most} for IPv6`,
    '',
  ]
    .map(printable)
    .join('\n');
}
