// The organisational domain of a name: what somebody registered, by the Public Suffix List. Both of its sections count,
// as for DMARC (RFC 7489, section 3.2): neighbours below github.io are strangers to each other.

import { isNumber } from './name.ts';
import { currentSuffixes, ruleOf } from './suffixes.ts';

/** Read when the first mail needs it. */
let suffixes: Uint8Array | undefined;

/** The checks of a mail ask for the same few names again and again, and V8 would take trouble to make a search faster. */
const found = new Map<string, string | undefined>();
const KEPT = 200;

/**
 * `example.co.uk` of `mail.example.co.uk`. The name is one as it is asked: see `askableName`. Undefined for a public
 * suffix, a single label, an address, and if there is no list to go by.
 */
export function organisationOf(name: string): string | undefined {
  if (found.has(name)) return found.get(name);
  suffixes ??= currentSuffixes();
  const organisation = suffixes === undefined ? undefined : organisationBy(suffixes, name);
  if (found.size >= KEPT) found.clear();
  found.set(name, organisation);
  return organisation;
}

/** The same by a given table. */
export function organisationBy(table: Uint8Array, name: string): string | undefined {
  if (!isDomain(name)) return undefined;
  // The organisation of a suffix ends one label, of a wildcard two labels further left.
  let shorter: string | undefined;
  let shortest: string | undefined;
  for (let rest = name; ; rest = rest.slice(rest.indexOf('.') + 1)) {
    const rule = ruleOf(rest, table);
    if (rule?.exception === true) return rest;
    if (rule?.wildcard === true && shorter !== undefined) return shortest;
    // What no rule knows has its last label for a suffix.
    if (rule !== undefined || !rest.includes('.')) return shorter;
    shortest = shorter;
    shorter = rest;
  }
}

/** Two labels, none empty, and the last one no number. What reverse names say is not checked by anybody else. */
function isDomain(name: string): boolean {
  if (name.length > 253) return false;
  const last = name.slice(name.lastIndexOf('.') + 1);
  return name.includes('.') && !name.startsWith('.') && !name.includes('..') && last !== '' && !isNumber(last);
}
