// Attribute blocks of the policy protocol (SMTPD_POLICY_README): bytes in, requests out. Pure and bounded.

import { type Address, parseAddress } from '../dns/address.ts';

/** What Postfix says about a mail. All text is in lower case. */
export interface PolicyRequest {
  readonly request: string;
  readonly protocolState: string;
  readonly client: Address | undefined;
  readonly clientAddress: string;
  readonly clientName: string;
  readonly helo: string;
  /** The envelope sender less its `+tag` or `-tag`; empty for the null sender. */
  readonly sender: string;
  /** What follows the last `@` of the sender; undefined if there is none. */
  readonly senderDomain: string | undefined;
  readonly recipient: string;
  readonly instance: string;
}

/** A block of attributes, or what is wrong with one. `garbage` holds lines without `=`. */
export interface Block {
  readonly attributes: ReadonlyMap<string, string>;
  readonly garbage: readonly string[];
  readonly overlong: boolean;
}

export const LINE_LIMIT = 64 * 1024;
export const BLOCK_LIMIT = 256 * 1024;
/** More garbage than this in one block is not worth a log line each. */
const GARBAGE_LIMIT = 5;
/** More attributes than this are ignored; Postfix sends about 30. */
const ATTRIBUTE_LIMIT = 1000;

/** Postfix takes no longer SMTP command than this, so it never has to be cut there. */
const VALUE_LIMIT = 2048;

const LF = 10;
const CR = 13;

/**
 * Takes bytes as they come, split anywhere, and gives whole blocks. A line beyond 64 KiB or a block beyond 256 KiB is
 * skipped up to its end, and its block says so.
 */
export class BlockReader {
  #line: Buffer[] = [];
  #lineLength = 0;
  #lastByte = 0;
  #blockLength = 0;
  #overlong = false;
  #empty = true;
  #attributes = new Map<string, string>();
  #garbage: string[] = [];

  /** True in the middle of a block. */
  get begun(): boolean {
    return !this.#empty || this.#lineLength > 0;
  }

  /** The blocks that end within these bytes. */
  *push(bytes: Buffer): Generator<Block> {
    let start = 0;
    while (start < bytes.length) {
      const end = bytes.indexOf(LF, start);
      if (end < 0) {
        this.#keep(bytes.subarray(start));
        return;
      }
      this.#keep(bytes.subarray(start, end));
      start = end + 1;
      const block = this.#endLine();
      if (block !== undefined) yield block;
    }
  }

  #keep(part: Buffer): void {
    this.#lineLength += part.length;
    this.#blockLength += part.length;
    this.#lastByte = part.at(-1) ?? this.#lastByte;
    const length = this.#lineLength - (this.#lastByte === CR ? 1 : 0);
    if (length > LINE_LIMIT || this.#blockLength > BLOCK_LIMIT) this.#overlong = true;
    // The bytes are copied: the caller reads on into the same memory.
    if (this.#overlong) this.#line = [];
    else if (part.length > 0) this.#line.push(Buffer.from(part));
  }

  #endLine(): Block | undefined {
    let line = this.#line.length === 1 ? (this.#line[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#line);
    this.#line = [];
    // Of an overlong block the lines aren't kept, but where it ends must be seen all the same.
    const isEmpty = this.#lineLength === 0 || (this.#lineLength === 1 && this.#lastByte === CR);
    this.#lineLength = 0;
    if (line.at(-1) === CR) line = line.subarray(0, -1);
    if (isEmpty) return this.#endBlock();
    this.#empty = false;
    if (!this.#overlong) this.#read(line);
    return undefined;
  }

  #read(line: Buffer): void {
    const text = line.toString('utf8').replaceAll('\r', '').toLowerCase();
    const middle = text.indexOf('=');
    if (middle < 0) {
      if (this.#garbage.length < GARBAGE_LIMIT) this.#garbage.push(text.slice(0, 100));
    } else if (this.#attributes.size < ATTRIBUTE_LIMIT) {
      this.#attributes.set(text.slice(0, middle), text.slice(middle + 1));
    }
  }

  #endBlock(): Block {
    const block = { attributes: this.#attributes, garbage: this.#garbage, overlong: this.#overlong };
    this.#attributes = new Map();
    this.#garbage = [];
    this.#blockLength = 0;
    this.#overlong = false;
    this.#empty = true;
    return block;
  }
}

/** The request that a block of attributes makes. Attributes that are missing are empty, and too long ones are cut. */
export function requestOf(attributes: ReadonlyMap<string, string>): PolicyRequest {
  const value = (name: string): string => (attributes.get(name) ?? '').slice(0, VALUE_LIMIT);
  const sender = attributes.get('sender') ?? '';
  const at = sender.lastIndexOf('@');
  const clientAddress = value('client_address');
  return {
    request: value('request'),
    protocolState: value('protocol_state'),
    client: parseAddress(clientAddress),
    clientAddress,
    clientName: value('client_name'),
    helo: value('helo_name'),
    sender: withoutTag(sender).slice(0, VALUE_LIMIT),
    senderDomain: at < 0 ? undefined : sender.slice(at + 1, at + 1 + VALUE_LIMIT),
    recipient: value('recipient'),
    instance: value('instance'),
  };
}

/** `foo+bar@baz.example` and `foo-bar@baz.example` as `foo@baz.example`. */
function withoutTag(sender: string): string {
  const at = sender.lastIndexOf('@');
  const tag = sender.search(/[+-]/);
  return tag >= 0 && tag < at ? sender.slice(0, tag) + sender.slice(at) : sender;
}
