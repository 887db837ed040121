// What is answered at once, without a look at the DNS or at earlier mails. Pure.

import type { Address } from '../dns/address.ts';
import type { Settings } from '../settings/table.ts';
import { notForUs } from './not-for-us.ts';
import type { PolicyRequest } from './request.ts';

/** A request that is to be weighed. */
export type Weighable = PolicyRequest & { readonly client: Address };

/** An action, and what the admin should hear once: in the life of a process, and for all that is alike (`what`). */
export interface AtOnce {
  readonly action: string;
  readonly warning?: string;
  readonly what?: string;
}

const NULL_SENDER: AtOnce = { action: 'DUNNO NULL (<>) Sender' };

/** The request, if it must be weighed, or else its answer. */
export function answerAtOnce(request: PolicyRequest, settings: Settings): Weighable | AtOnce {
  if (request.request !== 'smtpd_access_policy') {
    return {
      action: 'DUNNO',
      warning: `a request of type "${request.request.slice(0, 100)}" instead of smtpd_access_policy; is this service called by check_policy_service?`,
    };
  }
  if (request.protocolState !== '' && request.protocolState !== 'rcpt') {
    return {
      action: 'DUNNO',
      warning: `called at ${request.protocolState.slice(0, 20).toUpperCase()} instead of RCPT, so nothing is weighed; in main.cf, check_policy_service belongs into smtpd_recipient_restrictions`,
    };
  }
  if (request.sender === '' && settings.as_policyd_weight) return NULL_SENDER;
  if (request.recipient.startsWith('postmaster@') || request.recipient.startsWith('abuse@'))
    return { action: `DUNNO mail for ${request.recipient}` };
  const notOurs = notForUs(request, settings);
  if (notOurs !== undefined) return { action: 'DUNNO', ...notOurs };

  if (isWeighable(request)) return request;
  if (request.sender === '') return NULL_SENDER;
  return {
    action: 'DUNNO',
    warning: `client_address is no address, so nothing can be weighed: "${request.clientAddress.slice(0, 100)}"`,
  };
}

function isWeighable(request: PolicyRequest): request is Weighable {
  return request.client !== undefined;
}
