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
  /** The beginning of a line whose end is still to come. */
  #begun: Buffer[] = [];
  #lineLength = 0;
  #lastByte = 0;
  #blockLength = 0;
  #overlong = false;
  #attributes = new Map<string, string>();
  #garbage: string[] = [];

  /** The blocks that end within these bytes. */
  *push(bytes: Buffer): Generator<Block> {
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      const block = this.#endLine(bytes, start, end);
      start = end + 1;
      if (block !== undefined) yield block;
    }
    if (start === bytes.length) return;
    this.#measure(bytes, start, bytes.length);
    // The bytes are copied: the caller reads on into the same memory.
    if (!this.#overlong) this.#begun.push(Buffer.from(bytes.subarray(start)));
  }

  #measure(bytes: Buffer, start: number, end: number): void {
    this.#lineLength += end - start;
    this.#blockLength += end - start;
    if (end > start) this.#lastByte = bytes[end - 1] ?? 0;
    const length = this.#lineLength - (this.#lastByte === CR ? 1 : 0);
    if (length > LINE_LIMIT || this.#blockLength > BLOCK_LIMIT) {
      this.#overlong = true;
      this.#begun = [];
    }
  }

  #endLine(bytes: Buffer, start: number, end: number): Block | undefined {
    this.#measure(bytes, start, end);
    // Of an overlong block the lines aren't read, but where it ends must be seen all the same.
    const isEmpty = this.#lineLength === 0 || (this.#lineLength === 1 && this.#lastByte === CR);
    if (!isEmpty && !this.#overlong) this.#read(this.#textUpTo(bytes, start, end));
    this.#lineLength = 0;
    if (this.#begun.length > 0) this.#begun = [];
    return isEmpty ? this.#endBlock() : undefined;
  }

  /** The line that ends here, with what came of it earlier. */
  #textUpTo(bytes: Buffer, start: number, end: number): string {
    if (this.#begun.length === 0) return bytes.toString('utf8', start, end);
    return Buffer.concat([...this.#begun, bytes.subarray(start, end)]).toString('utf8');
  }

  #read(line: string): void {
    const text = line.replaceAll('\r', '').toLowerCase();
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
