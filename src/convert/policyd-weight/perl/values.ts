// Values as Perl has them, and what they are as texts and numbers.

import type { PerlRegExp } from './regexp.ts';

/** A value. A number is one that was written or calculated as such: `'3.5'` is a text. */
export type PerlValue = number | string | PerlRegExp | undefined;

/** A value with the offsets of what it was written as. Those of what was known before the file are negative. */
export interface Item {
  readonly value: PerlValue;
  readonly start: number;
  readonly end: number;
}

/** The text that a value is in Perl. */
export function textOf(value: PerlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return `(?^${value.flags}:${value.source})`;
}

/** The number that a text begins with, or else 0, as Perl takes it. */
export function leadingNumber(text: string): number {
  return Number(/^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(text)?.[1] ?? 0);
}

// As Perl prints numbers: 15 digits, and an exponent of two digits at least.
function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const [mantissa = '', exponent] = value.toExponential(14).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 15) return String(Number(value.toPrecision(15)));
  return `${Number(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
