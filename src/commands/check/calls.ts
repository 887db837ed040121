// A call of polw in the lists of an smtpd service: which one it is, where it stands, how long smtpd waits.

import type { Instance } from './instance.ts';
import { type Parameters, secondsOf } from './parameters.ts';
import type { SmtpdService } from './services.ts';
import type { Asked } from './walk.ts';

export const RECIPIENT = 'smtpd_recipient_restrictions';
export const RELAY = 'smtpd_relay_restrictions';

/** Whether a call leads to polw. */
export function isPolw(service: SmtpdService, { address }: Asked): boolean {
  return service.targets.get(address)?.kind === 'polw';
}

/** Whether it leads to polw at the only stage at which mail is weighed. */
export function isWeighed(service: SmtpdService, call: Asked): boolean {
  return call.stage === 'RCPT' && isPolw(service, call);
}

/** The file that sets a list for a service, and the list in words. */
export function whereIs(
  { prefix }: Instance,
  { parameters, entry }: SmtpdService,
  parameter: string,
): { readonly place: string; readonly list: string } {
  const file = parameters.fileOf(parameter);
  const list = file === 'main.cf' ? parameter : `${parameter} of the service ${entry.name}`;
  return { place: `${prefix}${file}`, list };
}

/** Seconds that smtpd waits for an answer. */
export function timeoutOf({ options }: Asked, parameters: Parameters): number | undefined {
  return secondsOf(parameters.expand(options.get('timeout') ?? '$smtpd_policy_service_timeout'));
}
