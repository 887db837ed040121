// The mails in a text: request blocks of the policy protocol, or lines of the mail log.

import { type Block, BlockReader } from '../../policy/request.ts';
import { type LoggedMail, readLogged } from './formats.ts';
import { unwrapped } from './wrapped.ts';

export type FoundMail =
  | { readonly kind: 'request'; readonly block: Block }
  | { readonly kind: 'logged'; readonly mail: LoggedMail; readonly line: number };

/** What a text holds. */
export interface Found {
  readonly mails: readonly FoundMail[];
  /** How many lines hold no mail; those without a word don't count. */
  readonly otherLines: number;
}

/** Reads a text. Only a block that says `request=` is a request: many other lines have a "=". */
export function mailsIn(text: Buffer): Found {
  const lines = text.toString('utf8').split('\n');
  const blocks = lines.some((line) => /^request=/i.test(line)) ? requestsIn(text) : [];
  if (blocks.length > 0) return { mails: blocks.map((block) => ({ kind: 'request', block })), otherLines: 0 };
  const read = lines.map((line, index) => ({ mail: readLogged(unwrapped(line)), line: index + 1, text: line.trim() }));
  return {
    mails: read.flatMap(({ mail, line }) => (mail === undefined ? [] : [{ kind: 'logged' as const, mail, line }])),
    otherLines: read.filter(({ mail, text: words }) => mail === undefined && words !== '').length,
  };
}

function requestsIn(text: Buffer): readonly Block[] {
  const blocks = [...new BlockReader().push(Buffer.concat([text, Buffer.from('\n\n')]))];
  return blocks.filter(({ attributes, overlong }) => overlong || attributes.has('request'));
}
