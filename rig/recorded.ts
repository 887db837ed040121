// A lookup whose answers are written down beforehand, and mails to weigh with it.

import { type Answer, type Lookup, NO_SUCH_NAME, type RecordType } from '../src/dns/lookup.ts';
import { askableName } from '../src/dns/name.ts';
import type { ListSetting } from '../src/lists/list.ts';
import type { ListState } from '../src/lists/listing.ts';
import { lists } from '../src/lists/lists.ts';
import { defaultSettings } from '../src/settings/read.ts';
import type { Settings } from '../src/settings/table.ts';
import { type Findings, noFindings } from '../src/weigh/findings.ts';
import type { Check, Ending, Envelope, Mail } from '../src/weigh/mail.ts';
import { Tally } from '../src/weigh/tally.ts';
import { envelopeIn } from './envelope.ts';

/** Answers by question, such as `MX good.test`. An array is short for an answer with these records. */
export type Answers = { readonly [question: string]: Answer | readonly string[] };

export const NOTHING: Answer = { kind: 'no-such-name', ttl: 300 };
export const NO_DATA: Answer = { kind: 'no-data', ttl: 300 };
export const SERVFAIL: Answer = { kind: 'failed', reason: 'servfail' };
export const REFUSED: Answer = { kind: 'failed', reason: 'refused' };
export const SILENCE: Answer = { kind: 'failed', reason: 'timeout' };

/** What is written down for a question. A name without an entry doesn't exist. */
export function answerIn(answers: Answers, question: string): Answer {
  const answer = Object.hasOwn(answers, question) ? answers[question] : undefined;
  if (answer === undefined) return NOTHING;
  if ('kind' in answer) return answer;
  return answer.length === 0 ? NO_DATA : { kind: 'records', values: answer, ttl: 300 };
}

/** Like the lookup of a real mail, it asks nothing for what can't be a name. */
export class RecordedLookup implements Lookup {
  /** What was asked, in this order. */
  readonly asked: string[] = [];
  readonly #answers: Answers;

  constructor(answers: Answers = {}) {
    this.#answers = answers;
  }

  ask(type: RecordType, rawName: string): Promise<Answer> {
    const name = askableName(rawName);
    if (name === undefined) return Promise.resolve(NO_SUCH_NAME);
    this.asked.push(`${type} ${name}`);
    return Promise.resolve(answerIn(this.#answers, `${type} ${name}`));
  }
}

export interface EnvelopeParts {
  readonly client?: string;
  readonly clientName?: string;
  readonly helo?: string;
  readonly sender?: string;
  readonly recipient?: string;
}

/** The envelope of a mail from 192.0.2.10. */
export function envelopeOf(parts: EnvelopeParts = {}): Envelope {
  return envelopeIn({
    client_address: parts.client ?? '192.0.2.10',
    client_name: parts.clientName ?? 'unknown',
    helo_name: parts.helo ?? 'mail.good.test',
    sender: parts.sender ?? 'user@good.test',
    recipient: parts.recipient ?? 'someone@here.test',
  });
}

/** The default settings with others. There are no lists if none are given. */
export function settingsWith(changes: Partial<Settings> = {}): Settings {
  return { ...defaultSettings(), lists: [], ...changes };
}

/** A list as the settings file would have it, such as `{ name: 'BL1', miss: -1.5, answers: [{ client: 4.35 }] }`. */
export function listOf(table: { readonly name: string; readonly [part: string]: unknown }): ListSetting {
  const read = lists.read([{ zone: `${table.name.toLowerCase()}.test`, ...table }]);
  const list = read.ok ? read.value[0] : undefined;
  if (list === undefined) throw new Error(read.ok ? 'no list' : read.complaint.message);
  return list;
}

/** A list with one score, for clients, as the old program had them. Its zone is the name in small letters below test. */
export function clientList(name: string, hit: number, miss: number): ListSetting {
  return listOf({ name, miss, answers: [{ client: hit }] });
}

/** As `clientList`, for sender domains. */
export function senderList(name: string, hit: number): ListSetting {
  return listOf({ name, answers: [{ sender: hit }] });
}

export interface MailParts extends EnvelopeParts {
  readonly settings?: Partial<Settings>;
  readonly answers?: Answers;
  readonly findings?: Partial<Findings>;
  readonly listStates?: ReadonlyMap<string, ListState>;
  /** The score before the check. */
  readonly score?: number;
}

/** What a check did. */
export interface Checked {
  readonly ending: Ending | undefined;
  /** Such as `IN_BL1=4.35`, in their order. */
  readonly tokens: readonly string[];
  readonly trace: string;
  readonly score: number;
  readonly findings: Findings;
  /** What was learnt about the lists: their names, and the kinds of what they said. */
  readonly learnt: ReadonlyMap<string, string>;
  readonly asked: readonly string[];
}

/** Runs one check on a mail. */
export async function run(check: Check, parts: MailParts = {}): Promise<Checked> {
  const lookup = new RecordedLookup(parts.answers);
  const mail: Mail = {
    envelope: envelopeOf(parts),
    settings: settingsWith(parts.settings),
    lookup,
    listStates: parts.listStates ?? new Map(),
    learnt: new Map(),
    findings: { ...noFindings(), ...parts.findings },
    tally: new Tally(),
  };
  mail.tally.addSilently(parts.score ?? 0);
  const ending = await check(mail);
  const { findings, tally } = mail;
  const learnt = new Map([...mail.learnt].map(([name, { kind }]) => [name, kind]));
  const tokens = tally.tokens.map((token) => token.text);
  return { ending, tokens, trace: tally.trace, score: tally.score, findings, learnt, asked: lookup.asked };
}
