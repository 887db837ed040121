// What a check of both identities came to, for people and for programs.

import { answerInWords } from '../../dns/lookup.ts';
import { MOST_TERMS } from '../../evidence/spf/policy.ts';
import { SPF_LIMITS, type SpfQuery, type SpfQuestion, type SpfVerdict } from '../../evidence/spf/query.ts';
import { printable, printableJson } from '../printable.ts';
import type { Timed, TimedQuestions } from './questions.ts';

export interface Checked {
  readonly query: SpfQuery;
  readonly mailfrom: SpfVerdict;
  readonly helo: SpfVerdict;
}

export function checkAsJson({ mailfrom, helo }: Checked): string {
  return printableJson({ mailfrom: identityAsJson(mailfrom), helo: identityAsJson(helo) });
}

function identityAsJson({ result, explanation, domain, mechanism, terms, voids }: SpfVerdict): object {
  return { result, explanation, domain: textOf(domain), mechanism, terms, voids };
}

export function checkAsText({ query, mailfrom, helo }: Checked, questions: TimedQuestions): string {
  const reached = new Set([...mailfrom.questions, ...helo.questions].map(keyOf));
  const vain = questions.answered.filter((question) => !reached.has(keyOf(question)));
  return [
    `client ${query.client.text}, sender <${query.sender}>, HELO ${query.helo || '(not given)'}`,
    '',
    'MAIL FROM',
    ...identityLines(mailfrom, questions),
    '',
    'HELO',
    ...identityLines(helo, questions),
    ...(vain.length === 0 ? [] : ['', 'asked early, and not needed', ...vain.map((one) => `  ${questionLine(one)}`)]),
    '',
  ]
    .map(printable)
    .join('\n');
}

function identityLines(verdict: SpfVerdict, questions: TimedQuestions): readonly string[] {
  const { result, domain, mechanism, problem, terms, voids, explanation } = verdict;
  const rows: (readonly [string, string])[] = [['result', result]];
  if (mechanism !== null) rows.push(['decided by', `${mechanism} of ${textOf(domain)}`]);
  else if (problem === null) rows.push(['decided by', `no term of ${textOf(domain)} matches`]);
  if (problem !== null) rows.push(['because', problem.text]);
  rows.push(['terms', `${terms}/${MOST_TERMS}`], ['void', `${voids}/${SPF_LIMITS.voids}`]);
  if (explanation !== null) rows.push(['they say', explanation]);
  for (const question of verdict.questions) {
    const timed = questions.answerTo(question.type, question.name);
    rows.push(['asked', timed === undefined ? `${nameOf(question)}: not answered in time` : questionLine(timed)]);
  }
  return rows.map(([what, value]) => `  ${what.padEnd(WIDTH)} ${value}`);
}

const WIDTH = 'decided by'.length;

function questionLine(question: Timed): string {
  return `${nameOf(question)}: ${answerInWords(question.answer)} (${question.milliseconds.toFixed(0)} ms)`;
}

function nameOf({ type, name }: Pick<Timed, 'type' | 'name'>): string {
  return `${type} ${textOf(name)}`;
}

function keyOf({ type, name }: Timed | SpfQuestion): string {
  return `${type} ${name}`;
}

/** Octets as text. */
function textOf(octets: string): string {
  return Buffer.from(octets, 'latin1').toString();
}
