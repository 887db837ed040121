// Attribute blocks of the policy protocol (SMTPD_POLICY_README): bytes in, requests out. Pure and bounded.

import { type Address, parseAddress } from '../dns/address.ts';
import { type Names, namesOf } from '../weigh/names.ts';

/** What Postfix says about a mail. All text but the sender is in lower case. */
export interface PolicyRequest {
  readonly request: string;
  readonly protocolState: string;
  readonly client: Address | undefined;
  readonly clientAddress: string;
  readonly clientName: string;
  readonly helo: string;
  /** The envelope sender as Postfix gives it; empty for the null sender. */
  readonly sender: string;
  /** In lower case, less its `+tag` or `-tag`. */
  readonly senderUntagged: string;
  /** What follows the last `@` of the sender; undefined if there is none. */
  readonly senderDomain: string | undefined;
  readonly recipient: string;
  readonly names: Names;
  readonly instance: string;
  /** How the client has shown who it is, if it has. */
  readonly authenticatedBy: 'password' | 'certificate' | undefined;
}

/**
 * A block of attributes, or what is wrong with one. Their names are in lower case, their values as they came. `garbage`
 * holds lines without `=`.
 */
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

/** A block that comes in more parts than this is put together meanwhile. */
const PARTS_LIMIT = 100;

/** Postfix takes no longer SMTP command than this, so it never has to be cut there. */
const VALUE_LIMIT = 2048;

const CR = 13;

/**
 * Takes bytes as they come, split anywhere, and gives whole blocks. A line beyond 64 KiB or a block beyond 256 KiB is
 * skipped up to its end, and its block says so.
 */
export class BlockReader {
  /** The beginning of a block whose end is still to come. */
  #begun: Buffer[] = [];
  #lineLength = 0;
  #lastByte = 0;
  #blockLength = 0;
  #overlong = false;

  /** The blocks that end within these bytes. */
  *push(bytes: Buffer): Generator<Block> {
    let block = 0;
    let line = 0;
    // A character for each byte: where lines end is found faster in text.
    const text = bytes.toString('latin1');
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', line)) {
      this.#measure(bytes, line, end);
      const isEmpty = this.#lineLength === 0 || (this.#lineLength === 1 && this.#lastByte === CR);
      this.#lineLength = 0;
      if (isEmpty) {
        yield this.#endBlock(bytes, block, line);
        block = end + 1;
      }
      line = end + 1;
    }
    this.#measure(bytes, line, bytes.length);
    // The bytes are copied: the caller reads on into the same memory.
    if (!this.#overlong && block < bytes.length) this.#keep(Buffer.from(bytes.subarray(block)));
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

  #keep(part: Buffer): void {
    this.#begun.push(part);
    if (this.#begun.length > PARTS_LIMIT) this.#begun = [Buffer.concat(this.#begun)];
  }

  #endBlock(bytes: Buffer, start: number, end: number): Block {
    const text = this.#overlong ? '' : this.#textUpTo(bytes, start, end);
    const block = { ...readLines(text), overlong: this.#overlong };
    this.#begun = [];
    this.#blockLength = 0;
    this.#overlong = false;
    return block;
  }

  /** The lines of the block that ends here, with what came of it earlier. */
  #textUpTo(bytes: Buffer, start: number, end: number): string {
    if (this.#begun.length === 0) return bytes.toString('utf8', start, end);
    return Buffer.concat([...this.#begun, bytes.subarray(start, end)]).toString();
  }
}

type Lines = Pick<Block, 'attributes' | 'garbage'>;

const NO_LINES: Lines = { attributes: new Map(), garbage: [] };

/** The attributes in the lines of a block, each of which has its LF. */
function readLines(text: string): Lines {
  if (text === '') return NO_LINES;
  const attributes = new Map<string, string>();
  const garbage: string[] = [];
  const lines = text.replaceAll('\r', '').split('\n').slice(0, -1);
  for (const line of lines) {
    const middle = line.indexOf('=');
    if (middle < 0) {
      if (garbage.length < GARBAGE_LIMIT) garbage.push(line.slice(0, 100));
    } else if (attributes.size < ATTRIBUTE_LIMIT) {
      attributes.set(line.slice(0, middle).toLowerCase(), line.slice(middle + 1));
    }
  }
  return { attributes, garbage };
}

/** The request that a block of attributes makes. Attributes that are missing are empty, and too long ones are cut. */
export function requestOf(attributes: ReadonlyMap<string, string>): PolicyRequest {
  const raw = (name: string): string => (attributes.get(name) ?? '').slice(0, VALUE_LIMIT);
  const value = (name: string): string => raw(name).toLowerCase();
  const sender = attributes.get('sender') ?? '';
  const senderInLowerCase = sender.toLowerCase();
  const clientAddress = value('client_address');
  const clientName = value('client_name');
  const helo = value('helo_name');
  const senderDomain = domainOf(senderInLowerCase);
  return {
    request: value('request'),
    protocolState: value('protocol_state'),
    client: parseAddress(clientAddress),
    clientAddress,
    clientName,
    helo,
    sender: sender.slice(0, VALUE_LIMIT),
    senderUntagged: withoutTag(senderInLowerCase).slice(0, VALUE_LIMIT),
    senderDomain,
    recipient: value('recipient'),
    names: namesOf({ senderDomain, helo, clientName }),
    instance: value('instance'),
    authenticatedBy: authenticationOf(attributes),
  };
}

function domainOf(sender: string): string | undefined {
  const at = sender.lastIndexOf('@');
  return at < 0 ? undefined : sender.slice(at + 1, at + 1 + VALUE_LIMIT);
}

/** The fingerprint comes for any certificate; the subject, which others might ask for, only for one of a known CA. */
function authenticationOf(attributes: ReadonlyMap<string, string>): PolicyRequest['authenticatedBy'] {
  if ((attributes.get('sasl_username') ?? '') !== '') return 'password';
  return (attributes.get('ccert_fingerprint') ?? '') === '' ? undefined : 'certificate';
}

/** `foo+bar@baz.example` and `foo-bar@baz.example` as `foo@baz.example`. */
export function withoutTag(sender: string): string {
  const at = sender.lastIndexOf('@');
  const [local = ''] = sender.slice(0, Math.max(at, 0)).split('+', 1);
  const [name = ''] = local.split('-', 1);
  return name.length < at ? name + sender.slice(at) : sender;
}
