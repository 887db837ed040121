// How a mail stands in a log line: <client=NAME[ADDRESS]> <helo=…> <from=…> <to=…>. Who reads the log, polw explain or
// a program that bans clients, believes these fields, so nothing from outside may look like one.

interface MailFields {
  readonly client: { readonly text: string } | undefined;
  readonly clientName: string;
  readonly helo: string;
  readonly sender: string;
  readonly recipient: string;
  readonly names: { readonly sender: string | undefined };
}

export function fieldsOf({ client, clientName, helo, sender, recipient, names }: MailFields): string {
  const from = value(inAscii(sender, names.sender));
  return `<client=${value(clientName)}[${client?.text ?? ''}]> <helo=${value(helo)}> <from=${from}> <to=${value(recipient)}>`;
}

/** Other text of a line, in which nothing can be taken for a field. */
export function withoutFields(text: string): string {
  return text.includes('<') ? text.replace(/<(?=(?:client|helo|from|to)=)/gi, '?') : text;
}

/** A log line is ASCII: the domain stands there in the form in which it is asked, and can be asked again. */
function inAscii(sender: string, domain: string | undefined): string {
  if (domain === undefined || /^[\0-\x7f]*$/.test(sender)) return sender;
  return sender.slice(0, sender.lastIndexOf('@') + 1) + domain;
}

/** A value that neither ends its field nor begins another. A quoted sender may hold both brackets. */
function value(text: string): string {
  return text.includes('<') || text.includes('>') ? text.replace(/[<>]/g, '?') : text;
}
