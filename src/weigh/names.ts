// The names of a mail, each in the one form in which all checks ask and compare it: see `hostName`.

import { hostName } from '../dns/name.ts';

export interface Names {
  /** The sender domain. Undefined if nobody could answer the sender: no domain, an address, a name that can't exist. */
  readonly sender: string | undefined;
  /** Undefined for a HELO that is an address, or a name without a domain. */
  readonly helo: string | undefined;
  /** The name of the client, which Postfix has confirmed. Undefined if it found none. */
  readonly client: string | undefined;
}

/** The names in what Postfix says. */
export function namesOf(mail: {
  readonly senderDomain: string | undefined;
  readonly helo: string;
  readonly clientName: string;
}): Names {
  return {
    sender: mail.senderDomain === undefined ? undefined : hostName(mail.senderDomain),
    helo: hostName(mail.helo),
    client: hostName(mail.clientName),
  };
}
