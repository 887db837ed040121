// Texts with variables in braces: `HELO: {helo}`.

import { manual } from '../manual.ts';

/** What may stand in braces, and what it is. */
export const VARIABLES = {
  client: manual`the address of the client`,
  client_name: manual`the name of the client as Postfix knows it, or unknown`,
  helo: manual`what the client said in HELO or EHLO`,
  sender: manual`the envelope sender`,
  sender_domain: manual`its domain`,
  recipient: manual`the recipient`,
  rate: manual`the score`,
  zone: manual`the zone of the list`,
  refused: manual`what was refused: "Mail from" the client, or "Mail of this sender from" it`,
  ago: manual`how many seconds ago that was`,
  seconds: manual`in how many seconds a mail is weighed again (as_policyd_weight: spam_cache_time)`,
  retries: manual`how many more retries will be refused (as_policyd_weight)`,
  where: manual`the question that failed last`,
  question: manual`what could not be looked up`,
  reply: manual`what was answered for the first recipient`,
  reason: manual`the same without what was added to reject_text`,
};
export type Variable = keyof typeof VARIABLES;

/** The variables of a template, or what is wrong with it. */
export function variablesOf(template: string): { readonly names: readonly Variable[]; readonly complaint?: string } {
  const names: Variable[] = [];
  for (const [, word] of template.matchAll(/\{([^{}]*)\}/g)) {
    if (!isVariable(word)) {
      return { names, complaint: `has {${word}}, which is unknown; known are ${Object.keys(VARIABLES).join(', ')}` };
    }
    names.push(word);
  }
  return { names };
}

/** Fills in the variables. One without a value becomes nothing. */
export function fill(template: string, values: { readonly [K in Variable]?: string }): string {
  // What follows each brace. A pattern with a group takes a tenth of a millisecond when it is first used.
  const [filled = '', ...rest] = template.split('{');
  return rest.reduce((text, part) => {
    const end = part.indexOf('}');
    const word = part.slice(0, Math.max(end, 0));
    return isVariable(word) ? text + (values[word] ?? '') + part.slice(end + 1) : `${text}{${part}`;
  }, filled);
}

function isVariable(word: string | undefined): word is Variable {
  return word !== undefined && Object.hasOwn(VARIABLES, word);
}
