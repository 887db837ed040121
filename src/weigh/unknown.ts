// Where questions failed: the answers that would be best and worst for the mail. Weighed with these, it shows whether
// its verdict hangs on what is unknown. Nothing new is asked.

import { type Answer, keyOf, type Lookup, NO_SUCH_NAME, type Question, type RecordType } from '../dns/lookup.ts';
import { zoneAsked } from '../lists/zone.ts';
import type { Unknown } from './findings.ts';
import type { Envelope } from './mail.ts';
import type { WeighSettings } from './settings.ts';

/** What was asked, and what answered: the same again if it is asked again. */
export interface Heard {
  readonly lookup: Lookup;
  readonly questions: readonly Question[];
}

/** All that is unknown speaks for the mail: the client is each host, and HELO its name. */
export function bestAnswers(heard: Heard, envelope: Envelope, settings: WeighSettings): Lookup {
  const zones = settings.lists.map((list) => `.${zoneAsked(list)}`);
  return guessing(heard, (type, name) =>
    type === 'A' && zones.some((zone) => name.endsWith(zone)) ? NO_SUCH_NAME : bestAnswer(type, envelope),
  );
}

/**
 * All that is unknown speaks against the mail: there are no such names. `dial-up`: the client has a reverse name, but
 * that of a dial-up line. `left`: these stay unknown.
 */
export function worstAnswers(heard: Heard, reverse: 'none' | 'dial-up', left: readonly Unknown[]): Lookup {
  const unknown = new Map(left.map(({ type, name, reason }) => [keyOf(type, name), reason]));
  return guessing(heard, (type, name) => {
    const reason = unknown.get(keyOf(type, name));
    if (reason !== undefined) return { kind: 'failed', reason };
    return type === 'PTR' && reverse === 'dial-up' ? records('dial.client.invalid') : NO_SUCH_NAME;
  });
}

function guessing({ lookup, questions }: Heard, guess: (type: RecordType, name: string) => Answer): Lookup {
  const asked = new Set(questions.map(({ type, name }) => keyOf(type, name)));
  return {
    async ask(type, name) {
      const answer = asked.has(keyOf(type, name)) ? await lookup.ask(type, name) : undefined;
      return answer === undefined || answer.kind === 'failed' ? guess(type, name) : answer;
    },
  };
}

/** An exchange of this name is not to be found elsewhere (RFC 2606, section 2), and looks like that of a server. */
const SERVER = 'mail.client.invalid';
/** To an IPv4 client an IPv6 address only says that a host has one. */
const SOME_V6 = '2001:0db8:0000:0000:0000:0000:0000:0001';

function bestAnswer(type: RecordType, { client, helo }: Envelope): Answer {
  switch (type) {
    case 'MX':
      return records(SERVER);
    case 'A':
      return client.family === 4 ? records(client.text) : { kind: 'no-data', ttl: 0 };
    case 'AAAA':
      return records(client.family === 6 ? client.text : SOME_V6);
    case 'PTR':
      return records(SERVER, helo);
    case 'TXT':
      return NO_SUCH_NAME;
  }
}

function records(...values: readonly string[]): Answer {
  return { kind: 'records', values, ttl: 0 };
}
