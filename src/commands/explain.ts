// polw explain: weighs one mail with the code of the service, and shows how.

import { existsSync, readFileSync } from 'node:fs';
import type { ParsedArgs } from 'minimist';
import { parseAddress } from '../dns/address.ts';
import { answerInWords } from '../dns/lookup.ts';
import type { Asked } from '../dns/mail-lookup.ts';
import { keysOf, masked } from '../lists/zone.ts';
import { withoutFields } from '../log/fields.ts';
import type { Log } from '../log/log.ts';
import { wellFormed } from '../policy/action.ts';
import { type Decision, decide } from '../policy/decide.ts';
import { type PolicyRequest, requestOf } from '../policy/request.ts';
import { makeService } from '../service.ts';
import { loadSettings } from '../settings/file.ts';
import type { Settings } from '../settings/table.ts';
import { questionInWords } from '../weigh/findings.ts';
import type { Ending } from '../weigh/mail.ts';
import { formatNumber } from '../weigh/number.ts';
import type { Step, Weighed } from '../weigh/weigh.ts';
import type { Typed } from './command.ts';
import type { LoggedMail } from './logged/formats.ts';
import { mailsIn } from './logged/read.ts';
import { meaningOf } from './meaning.ts';
import { printable, printableJson } from './printable.ts';
import { USAGE } from './usage.ts';

/** What came of a mail, for people and programs. */
interface Explained {
  readonly request: PolicyRequest;
  readonly action: string;
  readonly decision: Decision | undefined;
  readonly asked: readonly Asked[];
  readonly settings: Settings;
  readonly leftOut: readonly string[];
  readonly warnings: readonly string[];
}

/** Keeps what the service would warn of. */
class Warnings implements Log {
  readonly traces = false;
  readonly lines: string[] = [];
  readonly #told = new Set<string>();

  info(): void {}

  warning(line: string): void {
    this.lines.push(withoutFields(line));
  }

  warnOnce(line: string, what = line): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.warning(line);
  }

  trace(): void {}

  async flush(): Promise<void> {}
}

/** Explains the mail that the options, a request block or a log line describe. */
export async function run({ file, options }: Typed): Promise<number> {
  const read = readMail(options);
  if (typeof read === 'string') {
    process.stderr.write(`polw: ${printable(read)}\n`);
    return USAGE;
  }
  const loaded = loadSettings(file);
  const settings = { ...loaded.settings, cache_file: cacheOf(loaded.settings, options) };
  const secrets = keysOf(settings.lists);
  const log = new Warnings();
  const service = makeService({ ...loaded, settings }, log);
  // A mail that is only explained must not count as one.
  service.store.onlyRead();
  const asked: Asked[] = [];
  let decision: Decision | undefined;
  const action = await decide(read.request, {
    ...service,
    onAnswer: (answer) => asked.push(answer),
    onDecision: (made) => {
      decision = made;
    },
  });
  await service.lists.tell();
  service.store.close();
  const explained = {
    request: read.request,
    action: wellFormed(action),
    decision,
    asked,
    settings,
    leftOut: read.leftOut,
    warnings: log.lines,
  };
  const output = options.json === true ? asJson(explained) : asText(explained, wantsColours());
  process.stdout.write(masked(output, secrets));
  return 0;
}

/** A cache that isn't there yet is not made: it would belong to whoever asks. */
function cacheOf({ cache_file: file }: Settings, options: ParsedArgs): string {
  return options.cache !== false && existsSync(file) ? file : '';
}

function wantsColours(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}

interface MailToExplain {
  readonly request: PolicyRequest;
  readonly leftOut: readonly string[];
}

const WANTED =
  'explain wants --client ADDRESS and --from SENDER, or a request block or a line of the mail log on stdin';

const NO_MAIL = `this line names no client and sender; ${WANTED}`;

/** The mail, or what is wrong with how it is given. */
function readMail(options: ParsedArgs): MailToExplain | string {
  if (typeof options.client === 'string') {
    return parseAddress(options.client) === undefined
      ? `--client wants an address such as 192.0.2.1, not "${printable(options.client)}"`
      : fromOptions(options);
  }
  const lacking = ['name', 'helo', 'from', 'to'].find((name) => typeof options[name] === 'string');
  if (lacking !== undefined) return `--${lacking} goes with --client ADDRESS`;
  if (process.stdin.isTTY === true) return WANTED;
  const { mails, otherLines } = mailsIn(readFileSync(0));
  const [found] = mails;
  if (found === undefined) return otherLines === 0 ? WANTED : NO_MAIL;
  if (found.kind === 'logged') return fromLog(found.mail);
  const { attributes, overlong } = found.block;
  if (overlong) return 'the request is too long; the service does not weigh it either, and says DUNNO';
  return { request: requestOf(attributes), leftOut: [] };
}

function fromOptions(options: ParsedArgs): MailToExplain {
  const word = (name: string): string => (typeof options[name] === 'string' ? String(options[name]) : '');
  const leftOut: string[] = [];
  if (word('name') === '') leftOut.push('the name of the client (--name): taken as unknown');
  if (word('helo') === '') leftOut.push('HELO (--helo): taken as empty');
  if (word('from') === '') leftOut.push('the sender (--from): taken as the null sender');
  return {
    request: requestFrom({
      client: word('client'),
      name: word('name') || 'unknown',
      helo: word('helo'),
      // As smtpd logs it: `<>` is the null sender.
      from: word('from').replace(/^<(.*)>$/, '$1'),
      to: word('to').replace(/^<(.*)>$/, '$1'),
    }),
    leftOut,
  };
}

function fromLog(mail: LoggedMail): MailToExplain {
  const leftOut = mail.helo === '' ? ['HELO: the line has none'] : [];
  if (Object.values(mail).some((word) => word.includes('?')))
    leftOut.push('letters that the log shows as "?": taken as they stand there');
  return { request: requestFrom(mail), leftOut };
}

function requestFrom({ client, name, helo, from, to }: Omit<LoggedMail, 'said'>): PolicyRequest {
  const attributes = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    client_address: client,
    client_name: name,
    helo_name: helo,
    sender: from,
    recipient: to,
  };
  return requestOf(new Map(Object.entries(attributes)));
}

function asJson({ request, action, decision, asked, settings, leftOut, warnings }: Explained): string {
  const explained = {
    client: request.clientAddress,
    clientName: request.clientName,
    helo: request.helo,
    sender: request.sender,
    recipient: request.recipient,
    leftOut,
    warnings,
    steps: decision?.weighed?.steps.map((step) => ({
      check: step.name,
      tokens: step.tokens.map((token) => ({ ...token, meaning: meaningOf(token) })),
      questions: answersOf(step, asked),
    })),
    score: decision?.weighed?.score,
    rejectLevel: settings.reject_level,
    deferLevel: settings.defer_level,
    notLookedAt: decision?.weighed?.findings.leftOut,
    ending: decision?.weighed?.ending?.kind,
    unknown: decision?.weighed?.findings.unknown,
    inDoubt: decision?.weighed?.inDoubt,
    outcome: decision?.verdict.outcome ?? 'accept',
    milliseconds: decision?.milliseconds,
    action,
  };
  return printableJson(explained);
}

function asText(
  { request, action, decision, asked, settings, leftOut, warnings }: Explained,
  colours: boolean,
): string {
  const paint = (text: string, colour: number): string => (colours ? `\x1b[${colour}m${text}\x1b[0m` : text);
  const lines = [
    printable(`client ${request.clientAddress} (${request.clientName || 'no name'}), HELO ${request.helo || '(none)'}`),
    printable(`from <${request.sender}> to <${request.recipient}>`),
    ...leftOut.map((what) => `not given: ${what}`),
    ...warnings.map((what) => paint(printable(`warning: ${what}`), 33)),
    '',
  ];
  const weighed = decision?.weighed;
  if (weighed !== undefined) lines.push(`  ${'token'.padEnd(WIDTH)} ${'points'.padStart(8)} ${'score'.padStart(8)}`);
  let score = 0;
  for (const step of weighed?.steps ?? []) {
    const answers = answersOf(step, asked);
    if (step.tokens.length === 0 && answers.length === 0) continue;
    lines.push(paint(step.name, 1));
    for (const token of step.tokens) {
      score += token.points;
      const name = printable(token.text.replace(/=[^=]*$/, '')).padEnd(WIDTH);
      const points = paint(signed(token.points).padStart(8), token.points > 0 ? 31 : 32);
      lines.push(`  ${name} ${points} ${signed(score).padStart(8)}  ${printable(meaningOf(token))}`);
    }
    lines.push(...answers.map((answer) => paint(`    ${printable(answer)}`, 90)));
  }
  if (decision === undefined) lines.push('answered at once, without weighing');
  else if (weighed === undefined) lines.push('answered from the cache, without weighing; --no-cache weighs it');
  else {
    lines.push(...weighed.findings.leftOut.map((what) => printable(`not looked at, as it is too much: ${what}`)));
    if (weighed.ending !== undefined) lines.push('', ENDINGS[weighed.ending.kind]);
    lines.push(...unknownLines(weighed));
    lines.push(
      '',
      `score ${formatNumber(weighed.score)}; refused from ${settings.reject_level}, deferred below ${settings.defer_level} with ${settings.defer_tokens.join(' ') || 'no token'}`,
    );
  }
  const outcome = decision?.verdict.outcome ?? 'accept';
  lines.push(`verdict ${paint(outcome, outcome === 'accept' ? 32 : 31)}`, `action=${action}`, '');
  return lines.join('\n');
}

/** The questions that failed, and what they did to the verdict. */
function unknownLines({ findings: { unknown }, inDoubt }: Weighed): readonly string[] {
  if (unknown.length === 0) return [];
  const lines = unknown.map((one) => printable(`unknown (${one.of}): ${questionInWords(one)}: ${one.reason}`));
  const verdict = inDoubt ? 'the verdict may hang on it: put off' : 'it counts neither way, and nothing is remembered';
  return ['', ...new Set(lines), verdict];
}

/** For the names of tokens. */
const WIDTH = 34;

/** Why the checks that follow were left out. */
const ENDINGS: { readonly [K in Ending['kind']]: string } = {
  'dns-failures': 'accepted without further checks, as too many questions failed (max_dns_errors)',
  'lists-silent': 'no further checks, as two thirds of the lists say nothing: our name servers are out of order',
  'listed-too-often': 'no further checks, as the client is on too many lists (max_dnsbl_hits, max_dnsbl_score)',
  'lists-only': 'no further checks, as only the lists count (dnsbl_checks_only)',
  'known-sender': 'no further checks, as the sender was accepted before, and neither client nor domain is on a list',
};

/** The questions of a check with their answers, each once. */
function answersOf({ questions }: Step, asked: readonly Asked[]): readonly string[] {
  const lines = questions.flatMap(({ type, name }) => {
    const found = asked.find((one) => one.type === type && one.name === name.toLowerCase());
    if (found === undefined) return [];
    const { answer, source, milliseconds } = found;
    return [
      `${type} ${name}: ${answerInWords(answer)} (${source === 'cache' ? 'cached' : `asked, ${milliseconds.toFixed(0)} ms`})`,
    ];
  });
  return [...new Set(lines)];
}

function signed(points: number): string {
  const text = formatNumber(Math.round(points * 1000) / 1000);
  return points > 0 ? `+${text}` : text;
}
