// The bytes of a question (RFC 1035, section 4.1), with or without EDNS (RFC 6891). Names
// are not compressed.

import type { WireType } from './lookup.ts';

export const TYPES: { readonly [K in WireType]: number } = { A: 1, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SPF: 99 };
const INTERNET = 1;
const OPT = 41;
/** As long as answers fit into unfragmented packets everywhere (DNS flag day 2020). */
const UDP_PAYLOAD = 1232;

/** The question for the records of a name, which is one that may be asked: see `askableName` and `octetName`. */
export function questionBytes(id: number, type: WireType, name: string, edns: boolean): Buffer {
  // Recursion is desired; one question, one additional record or none.
  const bytes = [id >> 8, id & 0xff, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, Number(edns)];
  for (const label of name.split('.')) {
    bytes.push(label.length);
    for (let index = 0; index < label.length; index++) bytes.push(label.charCodeAt(index));
  }
  bytes.push(0, 0, TYPES[type], 0, INTERNET);
  if (edns) bytes.push(0, 0, OPT, UDP_PAYLOAD >> 8, UDP_PAYLOAD & 0xff, 0, 0, 0, 0, 0, 0);
  return Buffer.from(bytes);
}
