// The setting `lists`: DNS block and allow lists, each with its answers.

import { bad, good, type Kind, type Read, readEach } from '../toml/kinds.ts';
import { assignments, readRecord } from '../toml/record.ts';
import type { AnswerRule, ListSetting } from './list.ts';
import { type AnswerAsWritten, LIST_PARTS } from './parts.ts';

export const lists: Kind<readonly ListSetting[]> = {
  name: 'lists',
  read(value) {
    if (!Array.isArray(value)) return bad('wants one [[lists]] table for each list');
    const names = new Set<string>();
    return readEach(value, (item) => {
      const list = readList(item);
      if (!list.ok) return list;
      const { name } = list.value;
      if (names.has(name)) return bad(`is the second list with the name ${JSON.stringify(name)}`, 'name');
      names.add(name);
      return list;
    });
  },
  print: (value) => value.map(printList).join('\n'),
};

function readList(table: unknown): Read<ListSetting> {
  const read = readRecord('a list', LIST_PARTS, table);
  if (!read.ok) return read;
  const { name, zone, key, key_file, enabled, answers } = read.value;
  if (zone.includes('{key}') && key === '' && key_file === '' && enabled) {
    return bad('wants a key: set key or key_file', 'zone');
  }
  if (answers.length === 0) return bad('wants one answer at least, such as [{ client = 3.5 }]', 'answers');
  return good({
    ...read.value,
    // A final dot is right in the DNS, and means nothing here.
    zone: zone.replace(/\.$/, ''),
    answers: answers.map((answer) => ({ ...impliedBy(answer, name), ...answer })),
  });
}

/** What an answer is by default. */
function impliedBy({ client = 0 }: AnswerAsWritten, listName: string): Pick<AnswerRule, 'dial_up' | 'counts'> {
  return { dial_up: listName.toLowerCase().includes('dyn'), counts: client > 0 };
}

function printList(list: ListSetting): string {
  return `[[lists]]\n${assignments(LIST_PARTS, { ...list, answers: list.answers.map((answer) => written(answer, list.name)) }).join('\n')}\n`;
}

/** The answer without what it is by default. */
function written(answer: AnswerRule, listName: string): AnswerAsWritten {
  const { dial_up, counts, ...rest } = answer;
  const implied = impliedBy(answer, listName);
  return {
    ...rest,
    ...(dial_up === implied.dial_up ? {} : { dial_up }),
    ...(counts === implied.counts ? {} : { counts }),
  };
}
