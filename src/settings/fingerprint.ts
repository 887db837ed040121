// A number for the settings that decide about a mail. What one service remembers of a mail says nothing to another one
// that decides otherwise, though they may share a file.

import { SETTINGS, type SettingName, type Settings } from './table.ts';

/** Beside those of whole groups: others of these groups only say how fast an answer comes, or in which words. */
const ALSO: readonly SettingName[] = ['ignore_private_addresses', 'max_dns_errors'];

/** The fingerprint. Keys of lists are left out: a new key makes no other list. */
export function fingerprintOf(settings: Settings): number {
  const values = new Map<string, unknown>(Object.entries(settings));
  const decisive: unknown[] = settings.lists.map(({ key, key_file, ...list }) => list);
  for (const name of ALSO) decisive.push(settings[name]);
  for (const [name, { group }] of Object.entries(SETTINGS)) {
    if (group === 'decision' || group === 'scores') decisive.push(values.get(name));
  }
  return hash(JSON.stringify(decisive));
}

/** FNV-1a by four bytes at a time. node:crypto takes 2 ms to load, and nobody is to be kept from finding a collision. */
function hash(text: string): number {
  const length = Buffer.byteLength(text);
  const words = new Uint32Array(Math.ceil(length / 4));
  Buffer.from(words.buffer).write(text);
  let sum = 0x811c9dc5 ^ length;
  for (const word of words) {
    sum = Math.imul(sum ^ word, 0x01000193);
    // The product of a high bit stays high: without this it would never reach the low ones.
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}
