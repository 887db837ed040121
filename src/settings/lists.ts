// The setting `lists`: DNS block and allow lists, each with its answers.

import { filterOf } from '../lists/filter.ts';
import type { AnswerRule, ListSetting } from '../lists/list.ts';
import {
  bad,
  choice,
  describe,
  flag,
  good,
  isTable,
  type Kind,
  number,
  printNumber,
  printText,
  type Read,
  secret,
  text,
} from './kinds.ts';

const points = number(-1e21, 1e21);

const LIST_PARTS = [
  'name',
  'zone',
  'key',
  'key_file',
  'enabled',
  'ask_although_dead',
  'family',
  'miss',
  'test',
  'not_test',
  'subject',
  'answers',
] as const;
const ANSWER_PARTS = [
  'match',
  'name',
  'client',
  'sender',
  'helo',
  'client_name',
  'group',
  'dial_up',
  'counts',
] as const;
export type ListPart = (typeof LIST_PARTS)[number];
export type AnswerPart = (typeof ANSWER_PARTS)[number];

export const lists: Kind<readonly ListSetting[]> = {
  name: 'lists',
  read(value) {
    if (!Array.isArray(value)) return bad('wants one [[lists]] table for each list');
    const result: ListSetting[] = [];
    for (const [index, item] of value.entries()) {
      const list = readList(item);
      if (!list.ok) return bad(list.complaint.message, index, ...list.complaint.path);
      if (result.some((other) => other.name === list.value.name)) {
        return bad(`is the second list with the name ${JSON.stringify(list.value.name)}`, index, 'name');
      }
      result.push(list.value);
    }
    return good(result);
  },
  print: (value) => value.map(printList).join('\n'),
};

function readList(value: unknown): Read<ListSetting> {
  if (!isTable(value)) return bad(`wants a table, not ${describe(value)}`);
  const stranger = strangerTo(LIST_PARTS, value);
  if (stranger !== undefined) return bad(`is no part of a list; known are ${LIST_PARTS.join(', ')}`, stranger);
  const name = part(value, 'name', text(notAName));
  if (!name.ok) return name;
  const zone = part(value, 'zone', text(notAZone));
  if (!zone.ok) return zone;
  const key = part(value, 'key', secret, '');
  if (!key.ok) return key;
  const keyFile = part(value, 'key_file', text(), '');
  if (!keyFile.ok) return keyFile;
  if (zone.value.includes('{key}') && key.value === '' && keyFile.value === '' && value.enabled !== false) {
    return bad('wants a key: set key or key_file', 'zone');
  }
  const enabled = part(value, 'enabled', flag, true);
  if (!enabled.ok) return enabled;
  const askAlthoughDead = part(value, 'ask_although_dead', flag, false);
  if (!askAlthoughDead.ok) return askAlthoughDead;
  const family = part(value, 'family', choice('any', 'ipv4', 'ipv6'), 'any');
  if (!family.ok) return family;
  const miss = part(value, 'miss', points, 0);
  if (!miss.ok) return miss;
  const test = part(value, 'test', text(notAnEntry), '');
  if (!test.ok) return test;
  const notTest = part(value, 'not_test', text(notAnEntry), '');
  if (!notTest.ok) return notTest;
  const subject =
    value.subject === undefined ? good(undefined) : part(value, 'subject', choice('name', 'organisation'));
  if (!subject.ok) return subject;
  if (!Array.isArray(value.answers) || value.answers.length === 0) {
    return bad('wants one answer at least, such as [{ client = 3.5 }]', 'answers');
  }
  const answers: AnswerRule[] = [];
  for (const [index, item] of value.answers.entries()) {
    const answer = readAnswer(item, name.value);
    if (!answer.ok) return bad(answer.complaint.message, 'answers', index, ...answer.complaint.path);
    answers.push(answer.value);
  }
  return good({
    name: name.value,
    // A final dot is right in the DNS, and means nothing here.
    zone: zone.value.replace(/\.$/, ''),
    key: key.value,
    key_file: keyFile.value,
    enabled: enabled.value,
    ask_although_dead: askAlthoughDead.value,
    family: family.value,
    miss: miss.value,
    test: test.value,
    not_test: notTest.value,
    ...(subject.value === undefined ? {} : { subject: subject.value }),
    answers,
  });
}

function readAnswer(value: unknown, listName: string): Read<AnswerRule> {
  if (!isTable(value)) return bad(`wants a table, not ${describe(value)}`);
  const stranger = strangerTo(ANSWER_PARTS, value);
  if (stranger !== undefined) return bad(`is no part of an answer; known are ${ANSWER_PARTS.join(', ')}`, stranger);
  const match = part(
    value,
    'match',
    text((filter) => filterOf(filter).complaint),
    '',
  );
  if (!match.ok) return match;
  const name = part(
    value,
    'name',
    text((word) => (word === '' ? undefined : notAName(word))),
    '',
  );
  if (!name.ok) return name;
  const scores: { client?: number; sender?: number; helo?: number; client_name?: number } = {};
  for (const subject of ['client', 'sender', 'helo', 'client_name'] as const) {
    if (value[subject] === undefined) continue;
    const points_ = part(value, subject, points);
    if (!points_.ok) return points_;
    scores[subject] = points_.value;
  }
  if (Object.keys(scores).length === 0) return bad('wants a score: client, sender, helo or client_name');
  const group = part(value, 'group', text(), '');
  if (!group.ok) return group;
  const dialUp = part(value, 'dial_up', flag, namesDialUp(listName));
  if (!dialUp.ok) return dialUp;
  const counts = part(value, 'counts', flag, (scores.client ?? 0) > 0);
  if (!counts.ok) return counts;
  return good({
    match: match.value,
    name: name.value,
    ...scores,
    group: group.value,
    dial_up: dialUp.value,
    counts: counts.value,
  });
}

/** A part that is not known. */
function strangerTo(parts: readonly string[], table: Record<string, unknown>): string | undefined {
  return Object.keys(table).find((key) => !parts.includes(key));
}

function part<T>(table: Record<string, unknown>, key: string, kind: Kind<T>, otherwise?: T): Read<T> {
  const value = table[key];
  if (value === undefined) return otherwise === undefined ? bad(`lacks its part ${key}`) : good(otherwise);
  const read = kind.read(value);
  return read.ok ? read : bad(read.complaint.message, key, ...read.complaint.path);
}

function namesDialUp(listName: string): boolean {
  return listName.toLowerCase().includes('dyn');
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

function printList(list: ListSetting): string {
  const lines = ['[[lists]]', `name = ${printText(list.name)}`, `zone = ${printText(list.zone)}`];
  if (list.key !== '') lines.push(`key = ${printText(list.key)}`);
  if (list.key_file !== '') lines.push(`key_file = ${printText(list.key_file)}`);
  if (!list.enabled) lines.push('enabled = false');
  if (list.ask_although_dead) lines.push('ask_although_dead = true');
  if (list.family !== 'any') lines.push(`family = ${printText(list.family)}`);
  if (list.miss !== 0) lines.push(`miss = ${printNumber(list.miss)}`);
  if (list.test !== '') lines.push(`test = ${printText(list.test)}`);
  if (list.not_test !== '') lines.push(`not_test = ${printText(list.not_test)}`);
  if (list.subject !== undefined) lines.push(`subject = ${printText(list.subject)}`);
  lines.push('answers = [', ...list.answers.map((answer) => `  ${printAnswer(answer, list.name)},`), ']');
  return `${lines.join('\n')}\n`;
}

function printAnswer(answer: AnswerRule, listName: string): string {
  const parts: string[] = [];
  if (answer.match !== '') parts.push(`match = ${printText(answer.match)}`);
  if (answer.name !== '') parts.push(`name = ${printText(answer.name)}`);
  for (const subject of ['client', 'sender', 'helo', 'client_name'] as const) {
    const points_ = answer[subject];
    if (points_ !== undefined) parts.push(`${subject} = ${printNumber(points_)}`);
  }
  if (answer.group !== '') parts.push(`group = ${printText(answer.group)}`);
  if (answer.dial_up !== namesDialUp(listName)) parts.push(`dial_up = ${answer.dial_up}`);
  if (answer.counts !== (answer.client ?? 0) > 0) parts.push(`counts = ${answer.counts}`);
  return `{ ${parts.join(', ')} }`;
}
