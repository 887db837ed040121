// The envelope of a mail in one line of the mail log, for each program that logs one: polw and policyd-weight, smtpd(8),
// postscreen(8), and cleanup(8) for milters. Replies and names may hold anything, so lines are read from their ends.

/** What a log line tells of a mail. What it does not tell is empty. */
export interface LoggedMail {
  readonly client: string;
  readonly name: string;
  readonly helo: string;
  readonly from: string;
  readonly to: string;
  /** What was done with it: an action, or the reply and its words. */
  readonly said: string;
}

/** No value of ours holds < or >. policyd-weight up to 2013 had no name, and a comma in front of the rate. */
const OF_POLICY =
  /^(?<before>.*)<client=(?:(?<name>[^<>]*)\[(?<client>[^\][<>]*)\]|(?<bare>[^<>[\]]*))> <helo=(?<helo>[^<>]*)> <from=(?<from>[^<>]*)> <to=(?<to>[^<>]*)>(?:[;,] (?:rate|delay): \S+)*\s*$/;
/** Lines of earlier versions: an address holds < and > within quotes only. */
const OF_POLICY_BEFORE =
  /^(?<before>.*)<client=(?<name>.*?)\[(?<client>[^\][]*)\]> <helo=(?<helo>.*?)> <from=(?<from>(?:"(?:\\.|[^"\\])*"|[^"<>])*)> <to=(?<to>(?:"(?:\\.|[^"\\])*"|[^"<>])*)>(?:[;,] (?:rate|delay): \S+)*\s*$/;

/** `NOQUEUE: reject: RCPT from name[address]:port: 550 …`, or with the id of a queue file, or by a milter. */
const BEGINNING =
  / (?:milter-)?(?:reject|reject_warning|warn|hold|discard|filter|redirect|prepend|info|bcc): [A-Z-]+ from (?<name>[^\s[]*)\[(?<client>[^\]]*)\](?::\d+)?: (?<rest>.*)$/;

/** postscreen puts commas between the words. The sender may look like the rest of a line: the last fit counts. */
const END =
  /^(?<said>.*?); from=<(?<from>.*)>,? to=<(?<to>.*?)>,? proto=\w+(?:,? helo=<(?<helo>.*?)>)?(?:,? sasl_\w+=\S*)*\s*$/;
/** Before RCPT there is no recipient, and some lines lack the protocol. */
const SHORT_END =
  /^(?<said>.*?); from=<(?<from>[^<>]*)>(?:,? to=<(?<to>[^<>]*)>)?(?:,? proto=\w+)?(?:,? helo=<(?<helo>[^<>]*)>)?(?:,? sasl_\w+=\S*)*\s*$/;

/** Reads the text of a log line; undefined if it names no client and sender. */
export function readLogged(text: string): LoggedMail | undefined {
  return ofPolicy(text) ?? ofPostfix(text);
}

function ofPolicy(text: string): LoggedMail | undefined {
  const parts = text.includes('<client=') ? (OF_POLICY.exec(text) ?? OF_POLICY_BEFORE.exec(text))?.groups : undefined;
  if (parts === undefined) return undefined;
  const { before = '', client = '', bare = '', name = '', helo = '', from = '', to = '' } = parts;
  return { client: client || bare, name, helo, from, to, said: actionBefore(before) };
}

function actionBefore(text: string): string {
  const mark = 'decided action=';
  const start = text.indexOf(mark);
  return start < 0 ? '' : text.slice(start + mark.length).replace(/; $/, '');
}

function ofPostfix(text: string): LoggedMail | undefined {
  const { name = '', client = '', rest = '' } = BEGINNING.exec(text)?.groups ?? {};
  const parts = client === '' ? undefined : (END.exec(rest) ?? SHORT_END.exec(rest))?.groups;
  if (parts === undefined) return undefined;
  const { said = '', from = '', to = '', helo = '' } = parts;
  return { client, name, helo, from, to, said };
}
