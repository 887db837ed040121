import { expect, test } from 'vitest';
import { run } from '../../../rig/recorded.ts';
import { checkAnonymousSender } from '../../../src/weigh/checks/anonymous-sender.ts';

test.each(['nobody@good.test', 'anonymous@good.test', 'x.nobody@good.test', 'anonymous@nobody@good.test'])(
  '%s is anonymous',
  async (sender) => {
    const checked = await run(checkAnonymousSender, { sender });
    expect(checked.trace).toBe(' FROM_NBDY_ANON=1.17');
    expect(checked.score).toBe(1.17);
  },
);

test.each(['user@good.test', 'nobody', 'nobody1@good.test', 'user@nobody.test', 'anonym@good.test'])(
  '%s is not',
  async (sender) => {
    expect((await run(checkAnonymousSender, { sender })).trace).toBe('');
  },
);

test('counts what speaks against the mail', async () => {
  const findings = { dnsblScore: 4.35, numericScore: 2.5 };
  expect((await run(checkAnonymousSender, { sender: 'nobody@good.test', findings })).trace).toBe(
    ' FROM_NBDY_ANON=8.02',
  );
});
