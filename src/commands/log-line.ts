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

// Replies and names may hold anything, so the lines are read from their ends. No value of ours holds < or >.
const OURS =
  /.*<client=(?<name>[^<>]*)\[(?<client>[^\][<>]*)\]> <helo=(?<helo>[^<>]*)> <from=(?<from>[^<>]*)> <to=(?<to>[^<>]*)>(?:; (?:rate|delay): \S+)?\s*$/;
/** Lines of earlier versions: an address holds < and > within quotes only. */
const OURS_BEFORE =
  /.*<client=(?<name>.*?)\[(?<client>[^\][]*)\]> <helo=(?<helo>.*?)> <from=(?<from>(?:"(?:\\.|[^"\\])*"|[^"<>])*)> <to=(?<to>(?:"(?:\\.|[^"\\])*"|[^"<>])*)>(?:; (?:rate|delay): \S+)?\s*$/;
const OF_SMTPD =
  / RCPT from (?<name>[^\s[]*)\[(?<client>[^\]]*)\](?::\d+)?: .*; from=<(?<from>.*)> to=<(?<to>.*)> proto=\S+(?: helo=<(?<helo>.*?)>)?(?: sasl_\S+=<.*>)?\s*$/;

/** Reads a log line; undefined if it isn't about a mail. */
export function readLogLine(line: string): LoggedMail | undefined {
  const parts = (OURS.exec(line) ?? OURS_BEFORE.exec(line) ?? OF_SMTPD.exec(line))?.groups;
  if (parts === undefined) return undefined;
  const { client = '', name = '', helo = '', from = '', to = '' } = parts;
  return { client, name, helo, from, to };
}
