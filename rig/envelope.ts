// The envelope of a mail, as polw itself reads it from a request.

import { requestOf } from '../src/policy/request.ts';
import type { Envelope } from '../src/weigh/mail.ts';
import type { Attributes } from './request.ts';

export function envelopeIn(attributes: Attributes): Envelope {
  const request = requestOf(new Map(Object.entries(attributes).map(([name, value]) => [name, String(value)])));
  const { client } = request;
  if (client === undefined) throw new Error(`client_address is no address: ${request.clientAddress}`);
  return { ...request, client };
}
