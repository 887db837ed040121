// The gate to the name servers: names of any octets, and each question once.

import { expect, test } from 'vitest';
import { TimedQuestions } from '../../../src/commands/spf/questions.ts';
import type { Answer } from '../../../src/dns/lookup.ts';

const FOUND: Answer = { kind: 'records', values: ['127.0.0.2'], ttl: 60 };

function counted(): { readonly asked: string[]; readonly questions: TimedQuestions } {
  const asked: string[] = [];
  const servers = {
    async ask(type: string, name: string): Promise<Answer> {
      asked.push(`${type} ${name}`);
      return FOUND;
    },
    cancel() {},
  };
  return { asked, questions: new TimedQuestions(servers) };
}

test.each(["o'b+r=i/e%n.x.test", 'a b.test', '\u00c3\u00a9.test', '192.0.2.1', '\u0000.test'])(
  'a name that macros make is asked as it is: %j',
  async (name) => {
    const { asked, questions } = counted();
    expect(await questions.ask('A', name)).toEqual(FOUND);
    expect(asked).toEqual([`A ${name}`]);
    expect(questions.answerTo('A', name)).toMatchObject({ type: 'A', name, answer: FOUND });
  },
);

test.each(['', 'a..test', `${'a'.repeat(64)}.test`, `${'a.'.repeat(130)}test`])(
  'a name that can not exist is not asked: %j',
  async (name) => {
    const { asked, questions } = counted();
    expect(await questions.ask('A', name)).toMatchObject({ kind: 'no-such-name' });
    expect(asked).toEqual([]);
    expect(questions.answered).toEqual([]);
  },
);

test('a question goes out once, in whatever letters and while it is under way', async () => {
  const { asked, questions } = counted();
  await Promise.all([questions.ask('A', 'Good.test'), questions.ask('A', 'good.test.')]);
  await questions.ask('A', 'good.test');
  await questions.ask('AAAA', 'good.test');
  expect(asked).toEqual(['A good.test', 'AAAA good.test']);
});
