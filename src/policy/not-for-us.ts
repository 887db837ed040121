// Mail that is not for us to weigh: of clients that have shown who they are, and of addresses that are not those of the
// senders. Pure.

import { networkKind } from '../dns/address.ts';
import type { PolicyRequest } from './request.ts';
import type { PolicySettings } from './settings.ts';
import type { Warning } from './warning.ts';

/** Why a mail is not weighed, for the admin. `what`: warnings about the same thing are alike. */
export interface NotForUs {
  readonly what: string;
  readonly warning: Warning;
}

/** Why a mail is not for us; undefined if it is. In a sound main.cf nobody asks us about such a one. */
export function notForUs(request: PolicyRequest, settings: PolicySettings): NotForUs | undefined {
  const { authenticatedBy: by, client, clientAddress: address } = request;
  if (by !== undefined) return { what: `authenticated by ${by}`, warning: { kind: 'authenticated', by } };
  const network = client === undefined || settings.weigh_private_clients ? undefined : networkKind(client);
  return network === undefined
    ? undefined
    : { what: `${network} client`, warning: { kind: 'inside', network, address } };
}
