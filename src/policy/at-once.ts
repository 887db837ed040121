// What is answered at once, without a look at the DNS or at earlier mails. Pure.

import type { Address } from '../dns/address.ts';
import { notForUs } from './not-for-us.ts';
import type { PolicyRequest } from './request.ts';
import type { PolicySettings } from './settings.ts';
import type { Warning } from './warning.ts';

/** A request that is to be weighed. */
export type Weighable = PolicyRequest & { readonly client: Address };

/** An action, and what the admin should hear once: in the life of a process, and for all that is alike (`what`). */
export interface AtOnce {
  readonly action: string;
  readonly warning?: Warning;
  readonly what?: string;
}

const NULL_SENDER: AtOnce = { action: 'DUNNO NULL (<>) Sender' };

/** The request, if it must be weighed, or else its answer. */
export function answerAtOnce(request: PolicyRequest, settings: PolicySettings): Weighable | AtOnce {
  if (request.request !== 'smtpd_access_policy')
    return { action: 'DUNNO', warning: { kind: 'request', type: request.request } };
  if (request.protocolState !== '' && request.protocolState !== 'rcpt')
    return { action: 'DUNNO', warning: { kind: 'stage', stage: request.protocolState } };
  if (request.sender === '' && settings.as_policyd_weight) return NULL_SENDER;
  if (request.recipient.startsWith('postmaster@') || request.recipient.startsWith('abuse@'))
    return { action: `DUNNO mail for ${request.recipient}` };
  const notOurs = notForUs(request, settings);
  if (notOurs !== undefined) return { action: 'DUNNO', ...notOurs };

  if (isWeighable(request)) return request;
  if (request.sender === '') return NULL_SENDER;
  return { action: 'DUNNO', warning: { kind: 'no address', address: request.clientAddress } };
}

function isWeighable(request: PolicyRequest): request is Weighable {
  return request.client !== undefined;
}
