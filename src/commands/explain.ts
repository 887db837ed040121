// polw explain: weighs one mail with the code of the service, and shows how.

import { readFileSync } from 'node:fs';
import type { ParsedArgs } from 'minimist';
import type { Asked } from '../dns/mail-lookup.ts';
import { keysOf } from '../lists/zone.ts';
import { Log } from '../log/log.ts';
import { wellFormed } from '../policy/action.ts';
import { type Decision, decide } from '../policy/decide.ts';
import { BlockReader, type PolicyRequest, requestOf } from '../policy/request.ts';
import { makeService } from '../service.ts';
import { loadSettings } from '../settings/file.ts';
import type { Settings } from '../settings/table.ts';
import { formatNumber } from '../weigh/number.ts';
import type { Step } from '../weigh/weigh.ts';
import { type LoggedMail, readLogLine } from './log-line.ts';
import { meaningOf } from './meaning.ts';
import { USAGE } from './usage.ts';

/** What came of a mail, for people and programs. */
interface Explained {
  readonly request: PolicyRequest;
  readonly action: string;
  readonly decision: Decision | undefined;
  readonly asked: readonly Asked[];
  readonly settings: Settings;
  readonly leftOut: readonly string[];
}

/** Explains the mail that the options, a request block or a log line describe. */
export async function explain(options: ParsedArgs): Promise<number> {
  const read = readMail(options);
  if (read === undefined) {
    process.stderr.write(
      'polw: explain wants --client ADDRESS and --from SENDER, or a request block or a line of the mail log on stdin\n',
    );
    return USAGE;
  }
  const loaded = loadSettings(typeof options.f === 'string' ? options.f : undefined);
  const quiet = { ...loaded.settings, log_to: 'nowhere' as const };
  const settings = options.cache === false ? { ...quiet, cache_file: '' } : quiet;
  const secrets = keysOf(settings.lists);
  const service = makeService({ ...loaded, settings }, new Log(settings, false, secrets));
  const asked: Asked[] = [];
  let decision: Decision | undefined;
  const action = await decide(read.request, {
    ...service,
    onAnswer: (answer) => asked.push(answer),
    onDecision: (made) => {
      decision = made;
    },
  });
  // Nothing is written: a mail that is only explained must not count as one.
  service.store.close();
  const explained = {
    request: read.request,
    action: wellFormed(action),
    decision,
    asked,
    settings,
    leftOut: read.leftOut,
  };
  const colours = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  const output = options.json === true ? asJson(explained) : asText(explained, colours);
  process.stdout.write(secrets.reduce((text, secret) => text.replaceAll(secret, '***'), output));
  return 0;
}

interface MailToExplain {
  readonly request: PolicyRequest;
  readonly leftOut: readonly string[];
}

function readMail(options: ParsedArgs): MailToExplain | undefined {
  if (typeof options.client === 'string') return fromOptions(options);
  if (process.stdin.isTTY === true) return undefined;
  const text = readFileSync(0);
  const logged = text
    .toString('utf8')
    .split('\n')
    .map(readLogLine)
    .find((mail) => mail !== undefined);
  if (logged !== undefined) return fromLog(logged);
  for (const block of new BlockReader().push(Buffer.concat([text, Buffer.from('\n\n')]))) {
    return { request: requestOf(block.attributes), leftOut: [] };
  }
  return undefined;
}

function fromOptions(options: ParsedArgs): MailToExplain {
  const word = (name: string): string => (typeof options[name] === 'string' ? String(options[name]) : '');
  const leftOut: string[] = [];
  if (word('name') === '') leftOut.push('the name of the client (--name): taken as unknown');
  if (word('helo') === '') leftOut.push('HELO (--helo): taken as empty');
  if (word('from') === '') leftOut.push('the sender (--from): the null sender is never weighed');
  return {
    request: requestFrom({
      client: word('client'),
      name: word('name') || 'unknown',
      helo: word('helo'),
      from: word('from'),
      to: word('to'),
    }),
    leftOut,
  };
}

function fromLog(mail: LoggedMail): MailToExplain {
  return { request: requestFrom(mail), leftOut: mail.helo === '' ? ['HELO: the line has none'] : [] };
}

function requestFrom({ client, name, helo, from, to }: LoggedMail): PolicyRequest {
  const attributes = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    client_address: client,
    client_name: name,
    helo_name: helo,
    sender: from,
    recipient: to,
  };
  const lower = Object.entries(attributes).map(([key, value]): [string, string] => [key, value.toLowerCase()]);
  return requestOf(new Map(lower));
}

function asJson({ request, action, decision, asked, settings, leftOut }: Explained): string {
  const explained = {
    client: request.clientAddress,
    clientName: request.clientName,
    helo: request.helo,
    sender: request.sender,
    recipient: request.recipient,
    leftOut,
    steps: decision?.weighed?.steps.map((step) => ({
      check: step.name,
      tokens: step.tokens.map((token) => ({ ...token, meaning: meaningOf(token) })),
      questions: answersOf(step, asked),
    })),
    score: decision?.weighed?.score,
    rejectLevel: settings.reject_level,
    deferLevel: settings.defer_level,
    outcome: decision?.verdict.outcome ?? 'accept',
    milliseconds: decision?.milliseconds,
    action,
  };
  return `${JSON.stringify(explained, null, 2)}\n`;
}

function asText({ request, action, decision, asked, settings, leftOut }: Explained, colours: boolean): string {
  const paint = (text: string, colour: number): string => (colours ? `\x1b[${colour}m${text}\x1b[0m` : text);
  const lines = [
    `client ${request.clientAddress} (${request.clientName || 'no name'}), HELO ${request.helo || '(none)'}`,
    `from <${request.sender}> to <${request.recipient}>`,
    ...leftOut.map((what) => `not given: ${what}`),
    '',
  ];
  let score = 0;
  for (const step of decision?.weighed?.steps ?? []) {
    const answers = answersOf(step, asked);
    if (step.tokens.length === 0 && answers.length === 0) continue;
    lines.push(paint(step.name, 1));
    for (const token of step.tokens) {
      score += token.points;
      const points = paint(signed(token.points).padStart(8), token.points > 0 ? 31 : 32);
      lines.push(
        `  ${token.text.replace(/=.*/, '').padEnd(34)} ${points} ${signed(score).padStart(8)}  ${meaningOf(token)}`,
      );
    }
    lines.push(...answers.map((answer) => paint(`    ${answer}`, 90)));
  }
  if (decision === undefined) lines.push('answered at once, without weighing');
  else if (decision.weighed === undefined)
    lines.push('answered from the cache, without weighing; --no-cache weighs it');
  else {
    lines.push(
      '',
      `score ${formatNumber(decision.weighed.score)}; refused from ${settings.reject_level}, deferred below ${settings.defer_level} with ${settings.defer_tokens.join(' ') || 'no token'}`,
    );
  }
  const outcome = decision?.verdict.outcome ?? 'accept';
  lines.push(`verdict ${paint(outcome, outcome === 'accept' ? 32 : 31)}`, `action=${action}`, '');
  return lines.join('\n');
}

/** The questions of a check with their answers, each once. */
function answersOf({ questions }: Step, asked: readonly Asked[]): readonly string[] {
  const lines = questions.flatMap(({ type, name }) => {
    const found = asked.find((one) => one.type === type && one.name === name.toLowerCase());
    if (found === undefined) return [];
    const { answer, source, milliseconds } = found;
    const said =
      answer.kind === 'records' ? answer.values.join(', ') : answer.kind === 'failed' ? answer.reason : answer.kind;
    return [`${type} ${name}: ${said} (${source === 'cache' ? 'cached' : `asked, ${milliseconds.toFixed(0)} ms`})`];
  });
  return [...new Set(lines)];
}

function signed(points: number): string {
  const text = formatNumber(Math.round(points * 1000) / 1000);
  return points > 0 ? `+${text}` : text;
}
