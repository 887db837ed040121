// What an smtpd service does with polw, in a few words: for programs, and for the line that says that all is well.

import { isPolw, isWeighed, timeoutOf } from './calls.ts';
import type { SmtpdService } from './services.ts';

/** What a service does, for those who compare. */
export interface ServiceReport {
  readonly service: string;
  /** What becomes of mail of strangers for us. */
  readonly strangers: 'asked' | 'asked for some' | 'not asked' | 'refused';
  /** Whether polw is asked about mail of strangers for others. */
  readonly relaying: boolean;
  readonly ownNetwork: boolean;
  /** Undefined: nobody can log in. */
  readonly ownLogin: boolean | undefined;
  /** Seconds that smtpd waits for an answer. */
  readonly timeout: number | undefined;
}

/** What a service asks of polw. */
export function reportOf(service: SmtpdService): ServiceReport {
  const { entry, parameters } = service;
  const strangers = service.walk({ from: 'stranger', to: 'ours' });
  const asked = strangers.asked.filter((one) => isWeighed(service, one));
  const asks = (from: 'stranger' | 'own network' | 'own login', to: 'ours' | 'elsewhere'): boolean =>
    service.walk({ from, to }).asked.some((one) => isWeighed(service, one));
  const waits = asked[0] ?? service.named.find((one) => isPolw(service, one));
  return {
    service: `${entry.name}/${entry.type}`,
    strangers: asked.some(({ always }) => always)
      ? 'asked'
      : asked.length > 0
        ? 'asked for some'
        : strangers.outcome === 'refused'
          ? 'refused'
          : 'not asked',
    relaying: asks('stranger', 'elsewhere'),
    ownNetwork: asks('own network', 'ours') || asks('own network', 'elsewhere'),
    ownLogin: parameters.isYes('smtpd_sasl_auth_enable')
      ? asks('own login', 'ours') || asks('own login', 'elsewhere')
      : undefined,
    timeout: waits === undefined ? undefined : timeoutOf(waits, parameters),
  };
}

/** The same for people. */
export function sentenceOf({ service, strangers, relaying, timeout }: ServiceReport): string {
  const what = {
    asked: `asks polw about mail of strangers${relaying ? '' : ' that is for you'}, and waits ${timeout} seconds`,
    'asked for some': 'asks polw about some mail of strangers',
    'not asked': 'does not ask polw',
    refused: 'takes no mail of strangers',
  };
  return `${service} ${what[strangers]}`;
}
