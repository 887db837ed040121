import { expect, test } from 'vitest';
import { run } from '../../../rig/recorded.ts';
import { checkNumericHelo } from '../../../src/weigh/checks/numeric-helo.ts';

test.each(['192.0.2.10', '[192.0.2.10]', '1.2', '[1.2.3.4', '12345', '10.0.0.1]'])('%s is an address', async (helo) => {
  const checked = await run(checkNumericHelo, { helo });
  expect(checked.trace).toBe(' HELO_NUMERIC=2.5');
  expect(checked.score).toBe(2.5);
  expect(checked.findings.numericScore).toBe(2.5);
});

test.each([
  'mail.good.test',
  '192.0.2.10.',
  '.1.2.3',
  '192.0.2.x',
  '[ipv6:2001:db8::1]',
  '2001:db8::1',
  '',
  '192-0-2-1',
])('%s is none', async (helo) => {
  const checked = await run(checkNumericHelo, { helo });
  expect(checked).toMatchObject({ trace: '', score: 0, findings: { numericScore: 0 }, asked: [] });
});

test('counts more for a listed client, and is rounded', async () => {
  // 2.5 + 2.5 * 4.35 = 13.375
  const checked = await run(checkNumericHelo, { helo: '[192.0.2.1]', findings: { dnsblScore: 4.35 } });
  expect(checked.trace).toBe(' HELO_NUMERIC=13.375');
  // 1.111 + 1.111 * 4.35 = 5.94385
  const settings = { helo_numeric_score: { hit: 1.111, miss: 0 } };
  const rounded = await run(checkNumericHelo, { helo: '1.2.3.4', findings: { dnsblScore: 4.35 }, settings });
  expect(rounded.trace).toBe(' HELO_NUMERIC=5.944');
  expect(rounded.findings.numericScore).toBe(5.944);
});
