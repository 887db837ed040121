// Numbers with a comma for a decimal point. To Perl they are two numbers, or a text.

import type { PerlScalar } from './conf.ts';

/** What to write for a text such as "3,5", as the end of a complaint; empty if it is none. */
export function hintFor(...scalars: readonly (PerlScalar | undefined)[]): string {
  const points = scalars.flatMap((scalar) => {
    const found = typeof scalar?.value === 'string' ? /^\s*([+-]?\d+),(\d+)\s*$/.exec(scalar.value) : null;
    return found === null ? [] : [`${found[1]}.${found[2]}`];
  });
  return points.length === 0 ? '' : `; with a decimal point: ${points.join(', ')}`;
}

/** The number that two neighbours look like, such as the 1,5 of (1,5, -2); undefined if they don't. */
export function joinedNumber(first: PerlScalar | undefined, second: PerlScalar | undefined): string | undefined {
  if (first === undefined || second === undefined) return undefined;
  const adjacent = first.line === second.line && first.column + first.raw.length + 1 === second.column;
  const whole = /^[+-]?\d+$/.test(first.raw) && /^\d+$/.test(second.raw);
  return adjacent && whole ? `${first.raw}.${second.raw}` : undefined;
}
