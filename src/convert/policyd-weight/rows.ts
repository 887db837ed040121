// The rows of @dnsbl_score and @rhsbl_score: zone, hit, miss, name.

import { type Assigned, numberOf, type PerlScalar, textOf } from './conf.ts';
import { hintFor, joinedNumber } from './decimal-commas.ts';
import { zoneWithoutKey } from './keys.ts';
import type { Spot } from './perl/lines.ts';
import type { Remarks } from './remarks.ts';

/** One list, as policyd-weight has it. */
export interface Row extends Spot {
  readonly zone: string;
  readonly hit: number;
  readonly miss: number;
  readonly name: string;
}

/** The rows that are right; about the others there is a remark. */
export function rowsOf({ name, values }: Assigned, remarks: Remarks): readonly Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < values.length; ) {
    const cells = values.slice(index, index + 4);
    const row = rowIn(cells);
    if ('complaint' in row) {
      remarks.decisive(cells[0] ?? { line: 1, column: 1 }, `${name}: ${row.complaint}`);
      index = nextZone(values, index + 1);
    } else {
      rows.push(row);
      index += 4;
    }
  }
  return rows;
}

function rowIn([zone, hit, miss, name]: readonly PerlScalar[]): Row | { readonly complaint: string } {
  if (zone === undefined) return { complaint: 'a row is empty' };
  const zoneName = textOf(zone.value).trim().replace(/\.$/, '').toLowerCase();
  const shown = JSON.stringify(zoneWithoutKey(zoneName));
  if (!isZone(zoneName)) return { complaint: `${shown} is no zone` };
  const hitScore = hit === undefined ? undefined : numberOf(hit);
  const missScore = miss === undefined ? undefined : numberOf(miss);
  if (hitScore === undefined || missScore === undefined || name === undefined) {
    return { complaint: `${shown} wants two numbers and a name behind it${hintFor(hit, miss)}` };
  }
  if (typeof name.value === 'number') {
    const joined = joinedNumber(hit, miss) ?? joinedNumber(miss, name);
    const hint = joined === undefined ? '' : `; with a decimal point: ${joined}`;
    return { complaint: `${shown} has three numbers behind it, and no name${hint}` };
  }
  const { line, column } = zone;
  return { zone: zoneName, hit: hitScore, miss: missScore, name: textOf(name.value), line, column };
}

// Behind a row that is wrong, the next one begins with the next text that looks like a zone.
function nextZone(values: readonly PerlScalar[], from: number): number {
  const found = values.findIndex(
    ({ value }, index) => index >= from && typeof value === 'string' && /^\w[\w.-]*\.[A-Za-z][\w-]*\.?$/.test(value),
  );
  return found < 0 ? values.length : found;
}

function isZone(zone: string): boolean {
  return /^[a-z0-9_.-]+$/.test(zone) && zone.split('.').every((label) => label !== '' && label.length <= 63);
}
