// A small SMTP client: one session, which says who it is with XCLIENT.

import { once } from 'node:events';
import { connect } from 'node:net';
import { now } from './statistics.mjs';

export class SmtpSession {
  #socket;
  #lines = '';
  #waiting;

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text) => this.#receive(text));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server has closed the connection')));
  }

  /** Connects, and says that it is the client of this mail. */
  static async open(port, mail) {
    const session = new SmtpSession(port);
    await session.#expect('220');
    await session.command(`EHLO ${mail.helo_name}`);
    await session.command(`XCLIENT ADDR=${mail.client_address} NAME=${mail.client_name}`, '220');
    await session.command(`EHLO ${mail.helo_name}`);
    return session;
  }

  /** MAIL and RCPT. Milliseconds until the reply to the second one, which must be yes. */
  async recipient(mail) {
    await this.command(`MAIL FROM:<${mail.sender}>`);
    const begun = now();
    await this.command('RCPT TO:<someone@here.test>');
    return now() - begun;
  }

  async data() {
    await this.command('DATA', '354');
    await this.command('Subject: a mail\r\n\r\nWords.\r\n.');
  }

  async quit() {
    const closed = once(this.#socket, 'close');
    await this.command('QUIT', '221');
    this.#socket.end();
    await closed;
  }

  close() {
    this.#socket.destroy();
  }

  command(line, code = '250') {
    this.#socket.write(`${line}\r\n`);
    return this.#expect(code);
  }

  async #expect(code) {
    const reply = await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#receive('');
    });
    if (!reply.startsWith(code)) throw new Error(`wanted ${code}, got ${reply}`);
  }

  #receive(text) {
    this.#lines += text;
    const reply = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#lines)?.[0];
    if (reply === undefined || this.#waiting === undefined) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    this.#lines = this.#lines.slice(reply.length);
    resolve(reply);
  }
}
