// The envelope of a mail, from a line of the mail log: one of polw's own, or one of Postfix' smtpd that says
// `NOQUEUE: reject: RCPT from …`.

/** What a log line tells of a mail. */
export interface LoggedMail {
  readonly client: string;
  readonly name: string;
  readonly helo: string;
  readonly from: string;
  readonly to: string;
}

/** Reads a log line; undefined if it isn't about a mail. */
export function readLogLine(line: string): LoggedMail | undefined {
  const client = /<client=([^[>]*)\[([^\]>]*)\]>/.exec(line) ?? / RCPT from ([^\s[]*)\[([^\]]*)\]/.exec(line);
  if (client === null) return undefined;
  // smtpd writes "from=<a@b>", polw "<from=a@b>".
  const word = (name: string): string =>
    (new RegExp(`<${name}=([^>]*)>`).exec(line) ?? new RegExp(` ${name}=<([^>]*)>`).exec(line))?.[1] ?? '';
  return { name: client[1] ?? '', client: client[2] ?? '', helo: word('helo'), from: word('from'), to: word('to') };
}
