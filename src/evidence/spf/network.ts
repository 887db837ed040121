// Whether a client lies in a network. Addresses are compared as hex digits, both families alike.

import { type Address, parseAddress } from '../../dns/address.ts';

export interface Network {
  readonly family: 4 | 6;
  /** 8 or 32 hex digits. */
  readonly digits: string;
  /** How many bits count. */
  readonly length: number;
}

/** The longest prefix: one address. */
export function wholeLength(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

export function networkOfClient(client: Address): Network {
  return { family: client.family, digits: hexOf(client), length: wholeLength(client.family) };
}

/** Undefined if the text is no address of this family. A mapped one stays an IPv6 address (RFC 7208, section 5). */
export function readNetwork(text: string, family: 4 | 6, length: number): Network | undefined {
  if (text.includes(':') !== (family === 6)) return undefined;
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const digits = hexOf(address);
  return { family, digits: family === 6 ? digits.padStart(32, '00000000000000000000ffff') : digits, length };
}

export function isInNetwork(client: Network, network: Network): boolean {
  if (client.family !== network.family) return false;
  const whole = network.length >> 2;
  if (client.digits.slice(0, whole) !== network.digits.slice(0, whole)) return false;
  const shift = 4 - (network.length & 3);
  return shift === 4 || digitAt(client, whole) >> shift === digitAt(network, whole) >> shift;
}

/** Whether one of these addresses, as the DNS gave them, is in the client's network of this length. */
export function isAmong(client: Network, addresses: readonly string[], length: number): boolean {
  return addresses.some((text) => {
    const network = readAnswered(text, client.family, length);
    return network !== undefined && isInNetwork(client, network);
  });
}

/** An address of an answer; that of a mapped one in an AAAA record reads like IPv4. */
function readAnswered(text: string, family: 4 | 6, length: number): Network | undefined {
  return readNetwork(family === 6 && !text.includes(':') ? `::ffff:${text}` : text, family, length);
}

function digitAt({ digits }: Network, index: number): number {
  return Number.parseInt(digits[index] ?? '0', 16);
}

function hexOf({ family, text }: Address): string {
  if (family === 6) return text.replaceAll(':', '');
  return text
    .split('.')
    .map((octet) => Number(octet).toString(16).padStart(2, '0'))
    .join('');
}
