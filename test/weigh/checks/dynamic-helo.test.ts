import { describe, expect, test } from 'vitest';
import { run } from '../../../rig/recorded.ts';
import { checkDynamicHelo } from '../../../src/weigh/checks/dynamic-helo.ts';

const DYNAMIC = 'dsl.host.provider.test';

test.each([DYNAMIC, 'a-192-0-2-10.good.test', 'x192.0.2.10', 'ppp.good.test.'])('%s looks dynamic', async (helo) => {
  const checked = await run(checkDynamicHelo, { helo, findings: { helo: 'verified' } });
  expect(checked.trace).toBe(' HELO_SEEMS_DIALUP=4.5');
  expect(checked.score).toBe(4.5);
  expect(checked.findings).toMatchObject({ dynDnsAdvised: true, dialUp: false });
});

test.each([
  'mail.good.test',
  'dsl.good.test',
  'mx.dsl.good.test',
  'mail-1-2-3-4.good.test',
  '192.0.2.10',
  'localhost',
  '',
])('%s does not', async (helo) => {
  // A mark needs two dots after it, and goes for nothing if the name looks like a server.
  const expected = helo === 'dsl.good.test' ? ' NOK_HELO_SEEMS_DIALUP=5' : '';
  const checked = await run(checkDynamicHelo, { helo });
  expect(checked.trace).toBe(expected);
  expect(checked.findings.dynDnsAdvised).toBe(expected !== '');
});

describe('a dynamic HELO', () => {
  test('that is not verified gives more', async () => {
    for (const findings of [{}, { helo: 'false' as const }, { heloUntrustedOk: true }]) {
      const checked = await run(checkDynamicHelo, { helo: DYNAMIC, findings });
      expect(checked.trace).toBe(' NOK_HELO_SEEMS_DIALUP=5');
    }
  });

  test('is no matter for an MX, or a host of the sender domain', async () => {
    for (const findings of [{ mxOk: true }, { ipEqFrom: true }]) {
      const checked = await run(checkDynamicHelo, { helo: DYNAMIC, findings });
      expect(checked).toMatchObject({ trace: '', findings: { dynDnsAdvised: false } });
    }
  });

  test('counts again for a dial-up line, unless that is off', async () => {
    const findings = { dialUp: true };
    expect((await run(checkDynamicHelo, { helo: DYNAMIC, findings })).trace).toBe(' NOK_HELO_SEEMS_DIALUP=5');
    const settings = { enforce_dyndns_score: { hit: 0, miss: 0 } };
    expect((await run(checkDynamicHelo, { helo: DYNAMIC, findings, settings })).trace).toBe('');
    expect((await run(checkDynamicHelo, { helo: DYNAMIC, settings })).trace).toBe(' NOK_HELO_SEEMS_DIALUP=2');
  });
});
