import { describe, expect, test } from 'vitest';
import { run } from '../../../rig/recorded.ts';
import { checkSenderShape } from '../../../src/weigh/checks/sender-shape.ts';

describe('a domain of three labels', () => {
  test('gives something if nothing is known about HELO', async () => {
    const checked = await run(checkSenderShape, { sender: 'user@sub.good.test', findings: { dnsblScore: 1 } });
    expect(checked.trace).toBe(' FROM_MULTIPARTED=2.09');
  });

  test('gives nothing where a domain of two cannot be registered, but as policyd-weight', async () => {
    const sender = 'user@good.co.uk';
    expect((await run(checkSenderShape, { sender })).trace).toBe('');
    const old = await run(checkSenderShape, { sender, settings: { as_policyd_weight: true } });
    expect(old.trace).toBe(' FROM_MULTIPARTED=1.09');
    expect((await run(checkSenderShape, { sender: 'user@news.good.co.uk' })).trace).toBe(' FROM_MULTIPARTED=1.09');
  });

  test.each([
    ['HELO is verified', { helo: 'verified' as const }],
    ['HELO is false', { helo: 'false' as const }],
    ['the client is an MX', { mxOk: true }],
  ])('gives nothing if %s', async (_, findings) => {
    expect((await run(checkSenderShape, { sender: 'user@sub.good.test', findings })).trace).toBe('');
  });

  test('is another one than a domain of two, or dots before the @', async () => {
    for (const sender of ['user@good.test', 'a.b.c@good.test', 'a.b.c']) {
      expect((await run(checkSenderShape, { sender })).trace).toBe('');
    }
  });
});

describe('a local part', () => {
  test.each(['bcdfg@good.test', 'x1qwrtz@good.test', 'aeio@good.test', 'xxxxx.y@good.test', 'a.iouea@good.test'])(
    'looks random: %s',
    async (sender) => {
      const checked = await run(checkSenderShape, { sender });
      expect(checked.trace).toBe(' RANDOM_SENDER=0.25');
      expect(checked.findings.rhsblPenalty).toBe(3.1 * 0.25);
    },
  );

  test.each([
    ['four consonants', 'bcdf@good.test'],
    ['three vowels', 'aei@good.test'],
    ['letters that are neither', 'schhyyss@good.test'],
    ['them behind the @', 'user@bcdfg.test'],
    ['no domain', 'bcdfghj'],
  ])('looks well: %s', async (_, sender) => {
    expect(await run(checkSenderShape, { sender })).toMatchObject({ trace: '', findings: { rhsblPenalty: 0 } });
  });

  test('counts more for a listed client', async () => {
    // 4 + 4 * 0.25 + 0.25
    const findings = { dnsblScore: 4 };
    const checked = await run(checkSenderShape, { sender: 'bcdfg@good.test', findings });
    expect(checked.trace).toBe(' RANDOM_SENDER=5.25');
  });
});

test('both, in this order', async () => {
  const settings = { reject_level: 2 };
  const checked = await run(checkSenderShape, { sender: 'bcdfg@sub.good.test', settings });
  expect(checked.trace).toBe(' FROM_MULTIPARTED=1.09 RANDOM_SENDER=0.25');
});

test('nothing for a mail that is refused anyway', async () => {
  const sender = 'bcdfg@sub.good.test';
  expect((await run(checkSenderShape, { sender, score: 1 })).trace).toBe('');
  expect((await run(checkSenderShape, { sender, score: 0.99 })).trace).not.toBe('');
  expect((await run(checkSenderShape, { sender, score: 1, settings: { reject_level: 1.5 } })).trace).not.toBe('');
});
