// The text that a policy gives for a fail (RFC 7208, section 6.2). It is a stranger's, and goes into replies: there is
// no line break in it, and nothing but printable ASCII.

import type { Answer, RecordType } from '../../dns/lookup.ts';
import { octetName } from '../../dns/octets.ts';
import { domainOf, expanded, type Identity } from './identity.ts';
import { hasMacro, type MacroString, readMacros } from './macros.ts';
import { printable } from './problems.ts';

/** Characters. A line of a reply has 512 at most (RFC 5321, section 4.5.3.1.5). */
const LONGEST = 1000;

/** Whatever is wrong with it: null, and the fail stays a fail. */
export async function explanationOf(
  exp: MacroString,
  domain: string,
  identity: Identity,
  ask: (type: RecordType, name: string) => Promise<Answer>,
  validated: () => Promise<string>,
): Promise<string | null> {
  const named = hasMacro(exp, 'p') ? await validated() : '';
  const name = octetName(domainOf(identity, exp, domain, named) ?? '');
  if (name === undefined) return null;
  const answer = await ask('TXT', name);
  if (answer.kind !== 'records' || answer.values.length !== 1) return null;
  const [text = ''] = answer.values;
  if (!/^[ -~]+$/.test(text)) return null;
  const macros = readMacros(text, 'text');
  if (!macros.ok) return null;
  const ownName = hasMacro(macros.value, 'p') ? await validated() : '';
  const explanation = printable(expanded(identity, macros.value, domain, ownName, LONGEST), LONGEST);
  return explanation === '' ? null : explanation;
}
