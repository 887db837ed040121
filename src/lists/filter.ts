// Filters on the addresses with which a DNS list answers, in postscreen's syntax (postconf(5),
// postscreen_dnsbl_sites): each of the four parts is a number or `[first..last;number;…]`.
// Ours besides: `&mask` for a part that is a bit mask, `any` for any address at all, and the empty
// filter for any of 127.0.0.0/8 but 127.255.255.0/24, where lists put their error codes.

/** Tells whether an address (`127.0.0.2`) is meant. */
export type Filter = (address: string) => boolean;

type Part = (octet: number) => boolean;

/** Makes a filter of its text; or says what is wrong with it. */
export function filterOf(source: string): { readonly filter: Filter; readonly complaint?: string } {
  if (source === 'any') return { filter: () => true };
  if (source === '') return { filter: isListing };
  const parts: Part[] = [];
  for (const word of source.split(/\.(?![^[]*\])/)) {
    const part = partOf(word);
    if (part === undefined)
      return {
        filter: () => false,
        complaint: `has ${JSON.stringify(word)}, which is no number, [first..last] or &mask`,
      };
    parts.push(part);
  }
  if (parts.length !== 4)
    return { filter: () => false, complaint: 'wants four parts: "127.0.0.2", "127.0.0.[4..7]", "127.0.0.&8"' };
  return {
    filter(address) {
      const octets = octetsOf(address);
      return octets !== undefined && parts.every((part, index) => part(octets[index] ?? -1));
    },
  };
}

/** An answer that says "listed" (RFC 5782, section 2.1), and not "you may not ask". */
export function isListing(address: string): boolean {
  return address.startsWith('127.') && !address.startsWith('127.255.255.');
}

function partOf(word: string): Part | undefined {
  const mask = /^&(\d{1,3})$/.exec(word);
  if (mask !== null) {
    const bits = octet(mask[1]);
    return bits === undefined || bits === 0 ? undefined : (value) => (value & bits) !== 0;
  }
  const inner = /^\[(.*)\]$/.exec(word)?.[1] ?? word;
  const ranges: { readonly first: number; readonly last: number }[] = [];
  for (const item of inner.split(';')) {
    const bounds = /^(\d{1,3})(?:\.\.(\d{1,3}))?$/.exec(item);
    if (bounds === null) return undefined;
    const first = octet(bounds[1]);
    const last = octet(bounds[2] ?? bounds[1]);
    if (first === undefined || last === undefined || last < first) return undefined;
    ranges.push({ first, last });
  }
  return (value) => ranges.some(({ first, last }) => value >= first && value <= last);
}

function octet(digits: string | undefined): number | undefined {
  const value = Number(digits);
  return value <= 255 ? value : undefined;
}

function octetsOf(address: string): number[] | undefined {
  const octets = address.split('.').map(Number);
  return octets.length === 4 ? octets : undefined;
}
