// Answers one request: at once, from what is known of earlier mails, or by the scale.

import { milliseconds } from '../clock.ts';
import { type Anticipate, type Asked, MailLookup, type Wire } from '../dns/mail-lookup.ts';
import { fieldsOf, withoutFields } from '../log/fields.ts';
import type { Log } from '../log/log.ts';
import type { Store } from '../store/store.ts';
import { foresee } from '../weigh/anticipate.ts';
import type { Envelope } from '../weigh/mail.ts';
import { formatNumber } from '../weigh/number.ts';
import { countsOf } from '../weigh/statistics.ts';
import { type Verdict, verdictOf } from '../weigh/verdict.ts';
import { type Step, type Weighed, weigh } from '../weigh/weigh.ts';
import { answerAtOnce } from './at-once.ts';
import { recall, remember } from './earlier-mails.ts';
import type { ListWatch } from './list-watch.ts';
import type { PolicyRequest } from './request.ts';
import type { PolicySettings } from './settings.ts';

/** What a process has at hand to answer requests. */
export interface Service {
  readonly settings: PolicySettings;
  readonly store: Store;
  readonly log: Log;
  readonly lists: ListWatch;
  /** The name servers, made when they are first needed. */
  readonly wire: () => Promise<Wire>;
  /** Those for the tests of lists: the end of a mail ends all of its own questions, and none of theirs. */
  readonly testWire: () => Promise<Wire>;
  readonly memory: Memory;
  /** Why the settings are not those of the file, if they aren't. */
  readonly configurationTrouble: string | undefined;
  /** Told of each decision. */
  readonly onDecision?: (decision: Decision) => void;
  /** Told of each DNS answer. */
  readonly onAnswer?: (asked: Asked) => void;
}

/** What was decided about a mail, and how. It isn't weighed if an earlier mail decides. */
export interface Decision {
  readonly verdict: Verdict;
  readonly weighed: Weighed | undefined;
  readonly milliseconds: number;
}

/** The mails of this connection that were accepted and blocked last, for their further recipients. */
export interface Memory {
  accepted: string | undefined;
  blocked: string | undefined;
  blockedAction: string;
}

/** A list may be asked about the client, its name, HELO and the sender. */
const QUESTIONS_PER_LIST = 4;
/** The reverse name, and what was asked early in vain. */
const OTHER_QUESTIONS = 50;

/** The action for a request. Never rejects. */
export async function decide(request: PolicyRequest, service: Service): Promise<string> {
  const begun = Date.now();
  const action = await actionFor(request, service);
  const { log, configurationTrouble } = service;
  const told =
    configurationTrouble !== undefined && action.startsWith('PREPEND') ? `${action}; ${configurationTrouble}` : action;
  const seconds = Math.round((Date.now() - begun) / 1000);
  log.info(`decided action=${withoutFields(told)}; ${fieldsOf(request)}; delay: ${seconds}s`);
  return told;
}

async function actionFor(asked: PolicyRequest, service: Service): Promise<string> {
  const { memory, log, settings } = service;
  const request = answerAtOnce(asked, settings);
  if ('action' in request) {
    if (request.warning !== undefined) {
      const { warningInWords } = await import('./warning.ts');
      log.warnOnce(warningInWords(request.warning), request.what);
    }
    return request.action;
  }

  const { client } = request;
  const mail = request.instance === '' ? undefined : `${request.instance} ${client.text} ${request.senderUntagged}`;
  if (mail !== undefined && mail === memory.accepted) {
    return 'DUNNO multirecipient-mail - already accepted by previous query';
  }
  if (mail !== undefined && mail === memory.blocked) return memory.blockedAction;

  const verdict = await verdictFor(request, service);
  if (mail !== undefined && verdict.remember === 'accepted') memory.accepted = mail;
  if (mail !== undefined && verdict.remember === 'blocked') {
    memory.blocked = mail;
    memory.blockedAction = verdict.furtherAction ?? verdict.action;
  }
  return verdict.action;
}

async function verdictFor(envelope: Envelope, service: Service): Promise<Verdict> {
  const begun = milliseconds();
  await service.store.open();
  const known = recall(envelope, service);
  if (known.verdict !== undefined) {
    conclude({ verdict: known.verdict, weighed: undefined, milliseconds: milliseconds() - begun }, service);
    return known.verdict;
  }

  const weighed = await putOnScale(envelope, known.rate, service);
  const verdict = verdictOf(envelope, weighed, service.settings);
  if (weighed.ending === undefined || weighed.ending.kind === 'listed-too-often') {
    service.log.info(
      `weighted check: ${withoutFields(weighed.trace)}; ${fieldsOf(envelope)}; rate: ${formatNumber(weighed.score)}`,
    );
  }
  for (const step of weighed.steps) traceStep(step, service);
  for (const what of weighed.findings.leftOut) service.log.trace(`  not looked at, as it is too much: ${what}`);
  remember(known, weighed, verdict, service);
  conclude({ verdict, weighed, milliseconds: milliseconds() - begun }, service);
  return verdict;
}

/** Counts a decision, and tells whoever wants to know. */
function conclude(decision: Decision, { settings, store, onDecision }: Service): void {
  if (settings.statistics)
    store.countLater(() => countsOf(decision.verdict, decision.weighed, settings, decision.milliseconds));
  onDecision?.(decision);
}

async function putOnScale(envelope: Envelope, knownRate: number | undefined, service: Service): Promise<Weighed> {
  const { settings, store, log } = service;
  const listStates = service.lists.states();
  let anticipate: Anticipate | undefined;
  const lookup = new MailLookup({
    store,
    wire: service.wire,
    deadline: settings.dns_deadline * 1000,
    maxQuestions: settings.dns_max_questions + QUESTIONS_PER_LIST * settings.lists.length + OTHER_QUESTIONS,
    anticipate(want, waitedLong) {
      anticipate ??= foresee(envelope, settings, listStates, knownRate !== undefined);
      anticipate(want, waitedLong);
    },
    ...(service.onAnswer === undefined ? {} : { onAnswer: service.onAnswer }),
  });
  try {
    const weighed = await weigh(envelope, {
      settings,
      lookup,
      listStates,
      ...(knownRate === undefined ? {} : { knownRate }),
    });
    service.lists.learn(weighed.learnt);
    return weighed;
  } finally {
    lookup.end();
    if (settings.statistics) {
      store.count('questions', 'asked', lookup.questions);
      store.count('questions', 'cached', lookup.cached);
    }
    log.trace(`${lookup.questions} questions to the name servers`);
  }
}

function traceStep({ name, tokens }: Step, { log }: Service): void {
  if (log.traces) log.trace(`  ${name}: ${tokens.map((token) => token.text).join(' ') || '-'}`);
}
