// Goes through the restrictions of an smtpd service as smtpd(8) does for one kind of mail, and tells which policy
// services are asked on the way (SMTPD_ACCESS_README, smtpd_check.c's order). Pure, but for `tables`.

import type { Parameters } from './parameters.ts';
import { type PolicyCall, policyCallOf, type Restriction, restrictionsOf, splitList } from './restrictions.ts';

/** Who sends, and whether the recipient is one of ours. */
export interface Mail {
  readonly from: 'stranger' | 'own network' | 'own login';
  readonly to: 'ours' | 'elsewhere';
}

/** When smtpd looks at a list. Only at RCPT are client, HELO, sender and recipient known, and a refusal is for one. */
export type Stage = 'CONNECT' | 'HELO' | 'MAIL' | 'RCPT' | 'DATA' | 'END-OF-MESSAGE' | 'ETRN';

/** A policy service that is asked. */
export interface Asked extends PolicyCall {
  /** The list that leads to it. */
  readonly parameter: string;
  readonly stage: Stage;
  /** Asked about each such mail; otherwise only where a table or so leads to it. */
  readonly always: boolean;
  /** What it refuses is only logged. */
  readonly onlyWarns: boolean;
}

export interface Walked {
  readonly asked: readonly Asked[];
  /** What ended each list, if something did. */
  readonly ended: ReadonlyMap<string, string>;
  readonly outcome: 'accepted' | 'refused';
  /** Words that are neither a restriction nor a class: Postfix says 451 there. */
  readonly unknownWords: readonly string[];
}

/** Whether the text of a lookup table names a class; undefined if that can't be known. */
export type Tables = (table: string, word: string) => boolean | undefined;

/** The lists, in the order in which smtpd goes through them. */
export function listsOf(parameters: Parameters): readonly { readonly parameter: string; readonly stage: Stage }[] {
  const delayed = parameters.isYes('smtpd_delay_reject');
  const at = (stage: Stage): Stage => (delayed ? 'RCPT' : stage);
  const relay = { parameter: 'smtpd_relay_restrictions', stage: 'RCPT' } as const;
  const recipient = { parameter: 'smtpd_recipient_restrictions', stage: 'RCPT' } as const;
  return [
    { parameter: 'smtpd_client_restrictions', stage: at('CONNECT') },
    { parameter: 'smtpd_helo_restrictions', stage: at('HELO') },
    { parameter: 'smtpd_sender_restrictions', stage: at('MAIL') },
    ...(parameters.isYes('smtpd_relay_before_recipient_restrictions') ? [relay, recipient] : [recipient, relay]),
    { parameter: 'smtpd_data_restrictions', stage: 'DATA' },
    { parameter: 'smtpd_end_of_data_restrictions', stage: 'END-OF-MESSAGE' },
  ];
}

/** What is known beside the lists themselves. */
export interface Around {
  readonly tables: Tables;
  /** Addresses at which nobody answers: smtpd says 451 there, if nothing else is set. */
  readonly dead: ReadonlySet<string>;
}

/** Goes through all lists for one mail. */
export function walk(parameters: Parameters, mail: Mail, around: Around): Walked {
  const steps = new Steps(parameters, mail, around);
  for (const list of listsOf(parameters)) {
    if (steps.goThrough(list.parameter, list.stage) === 'refuse') return steps.walked('refused');
  }
  return steps.walked('accepted');
}

/** All policy services that the lists and classes of a service name, reached or not. */
export function named(parameters: Parameters): readonly Asked[] {
  const classes = splitList(parameters.get('smtpd_restriction_classes'));
  const lists = [
    ...listsOf(parameters),
    { parameter: 'smtpd_etrn_restrictions', stage: 'ETRN' as const },
    ...classes.map((parameter) => ({ parameter, stage: 'RCPT' as const })),
  ];
  return lists.flatMap(({ parameter, stage }) =>
    restrictionsOf(parameters.get(parameter))
      .filter(({ name }) => name.toLowerCase() === 'check_policy_service')
      .map(({ argument, onlyWarns }) => ({ ...policyCallOf(argument), parameter, stage, always: false, onlyWarns })),
  );
}

type Effect = 'go on' | 'permit' | 'refuse';

/** How deep classes may lead to others. */
const DEPTH = 50;

class Steps {
  readonly #parameters: Parameters;
  readonly #mail: Mail;
  readonly #around: Around;
  readonly #classes: readonly string[];
  readonly #asked: Asked[] = [];
  readonly #ended = new Map<string, string>();
  readonly #unknown: string[] = [];
  #list: { readonly parameter: string; readonly stage: Stage } = { parameter: '', stage: 'RCPT' };

  constructor(parameters: Parameters, mail: Mail, around: Around) {
    this.#parameters = parameters;
    this.#mail = mail;
    this.#around = around;
    this.#classes = splitList(parameters.get('smtpd_restriction_classes'));
  }

  goThrough(parameter: string, stage: Stage): Effect {
    this.#list = { parameter, stage };
    return this.#each(restrictionsOf(this.#parameters.get(parameter)), { always: true, onlyWarns: false, depth: 0 });
  }

  walked(outcome: Walked['outcome']): Walked {
    return { asked: this.#asked, ended: this.#ended, outcome, unknownWords: this.#unknown };
  }

  #each(restrictions: readonly Restriction[], way: Way): Effect {
    if (way.depth > DEPTH) return 'go on';
    for (const restriction of restrictions) {
      const onlyWarns = way.onlyWarns || restriction.onlyWarns;
      const effect = this.#one(restriction, { ...way, onlyWarns });
      if (effect === 'go on' || (effect === 'refuse' && onlyWarns)) continue;
      if (way.depth === 0) this.#ended.set(this.#list.parameter, `${restriction.name} ${restriction.argument}`.trim());
      return effect;
    }
    return 'go on';
  }

  #one({ name: word, argument }: Restriction, way: Way): Effect {
    const { from, to } = this.#mail;
    const name = word.toLowerCase();
    switch (name) {
      case 'permit':
        return 'permit';
      case 'reject':
      case 'defer':
        return 'refuse';
      case 'permit_mynetworks':
        return from === 'own network' ? 'permit' : 'go on';
      case 'permit_sasl_authenticated':
        return from === 'own login' ? 'permit' : 'go on';
      case 'permit_auth_destination':
      // A host is a backup for its own domains, too.
      case 'permit_mx_backup':
        return to === 'ours' && this.#knowsRecipient() ? 'permit' : 'go on';
      case 'reject_unauth_destination':
      case 'defer_unauth_destination':
        return to === 'elsewhere' && this.#knowsRecipient() ? 'refuse' : 'go on';
      case 'check_policy_service':
        return this.#ask(argument, way);
      case 'check_access':
        return this.#lookUp(argument, way);
    }
    if (/^check_\w+_access$/.test(name)) return this.#lookUp(argument, way);
    if (this.#classes.includes(word)) return this.#class(word, way);
    if (/^(permit|reject|defer|check)_\w+$|^sleep$/.test(name)) return 'go on';
    this.#unknown.push(word);
    return 'refuse';
  }

  /** Before RCPT there is no recipient yet, and restrictions about it do nothing. */
  #knowsRecipient(): boolean {
    return this.#list.stage === 'RCPT';
  }

  #class(name: string, way: Way): Effect {
    return this.#each(restrictionsOf(this.#parameters.get(name)), { ...way, depth: way.depth + 1 });
  }

  #ask(argument: string, { always, onlyWarns }: Way): Effect {
    const call = policyCallOf(argument);
    this.#asked.push({ ...call, ...this.#list, always, onlyWarns });
    const { address, options } = call;
    if (!this.#around.dead.has(address)) return 'go on';
    const otherwise = options.get('default_action') ?? this.#parameters.get('smtpd_policy_service_default_action');
    return /^(dunno|ok|permit)/i.test(otherwise) ? 'go on' : 'refuse';
  }

  /** What a table says is known only if it says the same about all. Others may lead to the classes that they name. */
  #lookUp(table: string, way: Way): Effect {
    const always = /^static:(.*)$/s.exec(table)?.[1];
    if (always !== undefined) return this.#result(always.replace(/^\{(.*)\}$/s, '$1').trim(), way);
    for (const name of this.#classes) {
      if (this.#around.tables(table, name) !== false) this.#class(name, { ...way, always: false });
    }
    return 'go on';
  }

  /** The right side of a table (access(5)). */
  #result(text: string, way: Way): Effect {
    const [first = ''] = text.split(/\s/);
    if (/^(ok|permit|\d+)$/i.test(text)) return 'permit';
    if (/^([45]\d\d|reject|defer)$/i.test(first)) return 'refuse';
    if (/^(dunno|prepend|warn|info|hold|filter|bcc|redirect|defer_if_\w+)$/i.test(first)) return 'go on';
    if (/^discard$/i.test(first)) return 'permit';
    return this.#each(restrictionsOf(text), { ...way, depth: way.depth + 1 });
  }
}

interface Way {
  readonly always: boolean;
  readonly onlyWarns: boolean;
  readonly depth: number;
}
