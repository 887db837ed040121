import { expect, test } from 'vitest';
import { run } from '../../../rig/recorded.ts';
import { checkClientNotOfSender } from '../../../src/weigh/checks/client-not-of-sender.ts';

const listed = { clientFromCheckWanted: true, dnsblHits: 1, dnsblScore: 4.35 };

test('a listed client that is not even near a host of the sender gives it twice', async () => {
  for (const addresses of [[], ['198.51.100.1'], ['192.0.20.10']]) {
    const checked = await run(checkClientNotOfSender, { findings: { ...listed, fromAddresses: new Set(addresses) } });
    expect(checked.trace).toBe(' CLIENT_NOT_MX/A_FROM_DOMAIN=5.85 CLIENT/24_NOT_MX/A_FROM_DOMAIN=5.85');
    expect(checked.score).toBe(11.7);
    expect(checked.findings.relayAdvised).toBe(true);
  }
});

test('one that is near gives it once', async () => {
  const fromAddresses = new Set(['198.51.100.1', '192.0.2.99']);
  const checked = await run(checkClientNotOfSender, { findings: { ...listed, fromAddresses } });
  expect(checked.trace).toBe(' CLIENT_NOT_MX/A_FROM_DOMAIN=5.85');
  expect(checked.findings.relayAdvised).toBe(true);
});

test.each([
  ['that is such a host', { fromAddresses: new Set(['192.0.2.10']) }],
  ['that is an MX', { mxOk: true }],
  ['for which it is not wanted', { clientFromCheckWanted: false }],
  ['that is on no list', { dnsblHits: 0 }],
  ['that gives its address in brackets', { squared: true }],
])('one %s gives nothing', async (_, findings) => {
  const checked = await run(checkClientNotOfSender, { findings: { ...listed, ...findings } });
  expect(checked).toMatchObject({ trace: '', findings: { relayAdvised: false } });
});
