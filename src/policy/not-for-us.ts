// Mail that is not for us to weigh: of clients that have shown who they are, and of addresses that are not those of the
// senders. Pure.

import { type Address, networkKind } from '../dns/address.ts';
import type { Settings } from '../settings/table.ts';
import type { PolicyRequest } from './request.ts';

/** Why a mail is not weighed, for the admin. `what`: warnings about the same thing are alike. */
export interface NotForUs {
  readonly what: string;
  readonly warning: string;
}

/** Why a mail is not for us; undefined if it is. In a sound main.cf nobody asks us about such a one. */
export function notForUs(request: PolicyRequest, settings: Settings): NotForUs | undefined {
  if (request.authenticatedBy !== undefined) return authenticated(request.authenticatedBy);
  return request.client === undefined || settings.weigh_private_clients ? undefined : inside(request.client, request);
}

function authenticated(by: 'password' | 'certificate'): NotForUs {
  const restriction = by === 'password' ? 'permit_sasl_authenticated' : 'permit_tls_clientcerts';
  return {
    what: `authenticated by ${by}`,
    warning: `mail of clients that authenticate by ${by} is not weighed, but polw is asked about it; in main.cf, ${restriction} belongs in front of check_policy_service`,
  };
}

function inside(client: Address, { clientAddress }: PolicyRequest): NotForUs | undefined {
  const kind = networkKind(client);
  if (kind === undefined) return undefined;
  return {
    what: `${kind} client`,
    warning: `mail of ${clientAddress.slice(0, 100)} is not weighed: that is a ${kind} address. If a proxy or a container gateway has it, all clients are hidden behind it: let it tell their addresses (smtpd_upstream_proxy_protocol). If your own hosts have it, permit_mynetworks belongs in front of check_policy_service. To weigh it all the same, set weigh_private_clients`,
  };
}
