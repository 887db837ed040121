// How a mail stands in a log line: <client=NAME[ADDRESS]> <helo=…> <from=…> <to=…>. Who reads the log, polw explain or
// a program that bans clients, believes these fields, so nothing from outside may look like one.

interface MailFields {
  readonly client: { readonly text: string } | undefined;
  readonly clientName: string;
  readonly helo: string;
  readonly sender: string;
  readonly recipient: string;
}

export function fieldsOf({ client, clientName, helo, sender, recipient }: MailFields): string {
  return `<client=${value(clientName)}[${client?.text ?? ''}]> <helo=${value(helo)}> <from=${value(sender)}> <to=${value(recipient)}>`;
}

/** Other text of a line, in which nothing can be taken for a field. */
export function withoutFields(text: string): string {
  return text.includes('<') ? text.replace(/<(?=(?:client|helo|from|to)=)/gi, '?') : text;
}

/** A value that neither ends its field nor begins another. A quoted sender may hold both brackets. */
function value(text: string): string {
  return text.includes('<') || text.includes('>') ? text.replace(/[<>]/g, '?') : text;
}
