// A small SMTP client: one session, which says who it is with XCLIENT.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A reply of the server: the code, and the text of all its lines. */
export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** The replies to one mail. `data` is missing if no recipient was accepted. */
export interface Outcome {
  readonly mail: Reply;
  readonly recipients: readonly Reply[];
  readonly data?: Reply;
}

export interface Client {
  readonly address: string;
  readonly name: string;
  readonly helo: string;
}

export interface Mail {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly subject?: string;
}

export class SmtpSession {
  /** Every reply of the session so far. */
  readonly replies: Reply[] = [];
  readonly #socket: Socket;
  readonly #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  readonly #unread: Reply[] = [];
  #buffered = '';
  #lines: string[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('the server has closed the connection'));
    });
  }

  /** Connects, says who the client is, and EHLO. */
  static async open(port: number, client: Client): Promise<SmtpSession> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const session = new SmtpSession(socket);
    await once(socket, 'connect');
    expectCode(await session.#reply(), 220);
    expectCode(await session.command(`EHLO ${client.helo}`), 250);
    expectCode(await session.command(`XCLIENT ADDR=${client.address} NAME=${client.name}`), 220);
    expectCode(await session.command(`EHLO ${client.helo}`), 250);
    return session;
  }

  /** Sends a line and gives the reply to it. */
  command(line: string): Promise<Reply> {
    this.#socket.write(`${line}\r\n`);
    return this.#reply();
  }

  /** Sends several lines at once (RFC 2920) and gives the replies to them. */
  pipeline(lines: readonly string[]): Promise<Reply[]> {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
    return Promise.all(lines.map(() => this.#reply()));
  }

  /** Sends a mail: to those recipients that are accepted, or to none. */
  async send(mail: Mail): Promise<Outcome> {
    const envelope = [`MAIL FROM:<${mail.sender}>`, ...mail.recipients.map((recipient) => `RCPT TO:<${recipient}>`)];
    const [from, ...recipients] = await this.pipeline(envelope);
    if (from === undefined) throw new Error('no reply to MAIL');
    if (!recipients.some((reply) => reply.code === 250)) {
      expectCode(await this.command('RSET'), 250);
      return { mail: from, recipients };
    }
    expectCode(await this.command('DATA'), 354);
    const header = [`From: <${mail.sender}>`, `Subject: ${mail.subject ?? 'a mail'}`];
    const data = await this.command([...header, '', 'Words.', '.'].join('\r\n'));
    return { mail: from, recipients, data };
  }

  async quit(): Promise<void> {
    const closed = once(this.#socket, 'close');
    expectCode(await this.command('QUIT'), 221);
    this.#socket.end();
    await closed;
  }

  /** Ends the session without a word. */
  close(): void {
    this.#socket.destroy();
  }

  #reply(): Promise<Reply> {
    const reply = this.#unread.shift();
    if (reply !== undefined) return Promise.resolve(reply);
    if (this.#socket.destroyed) return Promise.reject(new Error('the connection is closed'));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #receive(text: string): void {
    this.#buffered += text;
    for (let end = this.#buffered.indexOf('\r\n'); end >= 0; end = this.#buffered.indexOf('\r\n')) {
      this.#lines.push(this.#buffered.slice(0, end));
      this.#buffered = this.#buffered.slice(end + 2);
      // "250-first", "250-second", "250 last"
      const last = this.#lines.at(-1) ?? '';
      if (!/^\d{3}( |$)/.test(last)) continue;
      const reply = { code: Number(last.slice(0, 3)), text: this.#lines.map((line) => line.slice(4)).join('\n') };
      this.#lines = [];
      this.replies.push(reply);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#unread.push(reply);
      else waiting.resolve(reply);
    }
  }
}

export function expectCode(reply: Reply, code: number): void {
  if (reply.code !== code) throw new Error(`wanted ${code}, got ${reply.code} ${reply.text}`);
}
