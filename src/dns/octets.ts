// Names that macros of sender policies make (RFC 7208, section 7): they may hold any octet and are asked as they are.
// Such a name is a string with a character for each octet. For all other names see `askableName`.

/** Text from outside as octets: those of UTF-8, a character for each (latin1). */
export function octetsOf(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * The name as it is asked: without a final dot, and in lower case as far as it is ASCII (RFC 4343). Undefined for what
 * the DNS can't hold: an empty label, one over 63 octets, or over 253 in all (RFC 1035, section 2.3.4).
 */
export function octetName(octets: string): string | undefined {
  const name = octets.endsWith('.') ? octets.slice(0, -1) : octets;
  if (name.length > 253 || !name.split('.').every((label) => label !== '' && label.length <= 63)) return undefined;
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
