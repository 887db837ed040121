// What a DNS list and its answers are made of: their parts as they are written, read and explained.

import { manual } from '../manual.ts';
import { bad, choice, flag, good, type Kind, points, readEach, secret, text } from '../toml/kinds.ts';
import { assignments, defaulted, needed, optional, type RecordOf, readRecord } from '../toml/record.ts';
import { filterOf } from './filter.ts';

export const ANSWER_PARTS = {
  match: defaulted(
    text((filter) => filterOf(filter).complaint),
    '',
    manual`Which addresses are meant: "127.0.0.2", "127.0.0.[4..7;10]", a bit mask such as "127.0.0.&8", "any" for any address at all. Empty: any of 127.0.0.0/8 but 127.255.255.0/24.`,
  ),
  name: defaulted(
    text((word) => (word === '' ? undefined : notAName(word))),
    '',
    manual`Added to the name of the list.`,
  ),
  client: optional(points, manual`The score, if the address of the client is listed so.`),
  sender: optional(points, manual`The score, if the sender domain is listed so.`),
  helo: optional(points, manual`The score, if HELO is listed so.`),
  client_name: optional(points, manual`The score, if the name of the client is listed so.`),
  group: defaulted(text(), '', manual`Of the answers of one group only the highest score counts.`),
  dial_up: optional(
    flag,
    manual`Marks the client as a dial-up line. Default: whether the name of the list holds "dyn".`,
  ),
  counts: optional(flag, manual`Counts towards max_dnsbl_hits. Default: whether the score for the client is above 0.`),
};

export type AnswerAsWritten = RecordOf<typeof ANSWER_PARTS>;

export const LIST_PARTS = {
  name: needed(text(notAName), manual`The name of the list, for tokens and the log.`),
  zone: needed(text(notAZone), manual`The zone that is asked. {key} in it stands for the key.`),
  // Secret: it never appears in any output.
  key: defaulted(
    secret,
    '',
    manual`The key of a list that wants one. It is never shown; the settings file must not be readable by others then.`,
  ),
  key_file: defaulted(
    text(),
    '',
    manual`A file that holds the key. It belongs to root or the account, and nobody else may write to it.`,
  ),
  enabled: defaulted(flag, true, manual`If false, the list is not asked.`),
  ask_although_dead: defaulted(
    flag,
    false,
    manual`If true, the list is asked although it is known to be dead, such as from a mirror of your own. A dead list is not asked otherwise.`,
  ),
  family: defaulted(
    choice('any', 'ipv4', 'ipv6'),
    'any',
    manual`Which addresses the list knows: "any", "ipv4" or "ipv6".`,
  ),
  miss: defaulted(
    points,
    0,
    manual`What a client gives that is not on the list. One that hits named groups only gets it too.`,
  ),
  test: defaulted(
    text(notAnEntry),
    '',
    manual`The entry that must be listed, to see that the list is alive; "none" for a list without one. Default: that of RFC 5782.`,
  ),
  not_test: defaulted(
    text(notAnEntry),
    '',
    manual`The entry that must not be listed, to see that the list does not list everything. Default: that of RFC 5782.`,
  ),
  subject: optional(
    choice('name', 'organisation'),
    manual`What a list of domains is asked for: the whole "name", or the "organisation", the domain that can be registered, if it lists nothing below that. Default: what is known to be right for the list, else "name".`,
  ),
  answers: defaulted(answersKind(), [], manual`What the answers mean.`),
};

function answersKind(): Kind<readonly AnswerAsWritten[]> {
  return {
    name: 'array of answers',
    read(value) {
      if (!Array.isArray(value)) return good([]);
      return readEach(value, (item) => {
        const answer = readRecord('an answer', ANSWER_PARTS, item);
        return !answer.ok || hasScore(answer.value)
          ? answer
          : bad('wants a score: client, sender, helo or client_name');
      });
    },
    print: (answers) =>
      `[\n${answers.map((answer) => `  { ${assignments(ANSWER_PARTS, answer).join(', ')} },\n`).join('')}]`,
  };
}

function hasScore({ client, sender, helo, client_name }: AnswerAsWritten): boolean {
  return (client ?? sender ?? helo ?? client_name) !== undefined;
}

function notAName(value: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_.:/-]*$/.test(value) && value.length <= 64
    ? undefined
    : 'wants a name of letters, digits and _.:/-';
}

function notAZone(value: string): string | undefined {
  const zone = value.replace('{key}.', '').replace(/\.$/, '');
  const isZone = /^[A-Za-z0-9_.-]+$/.test(zone) && zone.split('.').every((label) => label !== '' && label.length <= 63);
  return isZone ? undefined : 'wants a zone such as "bl.example.org"';
}

function notAnEntry(value: string): string | undefined {
  return /^[A-Za-z0-9_.:-]*$/.test(value) ? undefined : 'wants an address, a domain or "none"';
}
