import { describe, expect, test } from 'vitest';
import { run } from '../../../rig/recorded.ts';
import { checkSenderAgainstHelo } from '../../../src/weigh/checks/sender-against-helo.ts';

const old = { as_policyd_weight: true };

test('is not for a client that is an MX of the sender domain', async () => {
  const checked = await run(checkSenderAgainstHelo, { findings: { isMx: true, helo: 'verified' } });
  expect(checked).toMatchObject({ trace: '', score: 0 });
});

describe('names are alike', () => {
  test.each([
    ['user@good.test', 'good.test'],
    ['user@good.test', 'mail.good.test'],
    ['user@news.good.test', 'a.b.good.test'],
    ['user@firma.online', 'gw.firma.online'],
    ['user@news.good.co.uk', 'mail.good.co.uk'],
    ['user@good.com.br', 'mail.good.com.br'],
    ['user@mail.good.museum', 'good.museum'],
    ['user@b\u00fccher.test', 'mail.xn--bcher-kva.test'],
    ['user@good.xn--p1ai', 'mx.good.\u0440\u0444'],
    ['user@good.test..', 'mail.good.test.'],
  ])('if they are of one organisation: %s and %s', async (sender, helo) => {
    const checked = await run(checkSenderAgainstHelo, { sender, helo, findings: { helo: 'verified' } });
    expect(checked.tokens).toEqual(['FROM/MX_MATCHES_HELO(DOMAIN)=-2']);
  });

  test.each([
    ['ceo@gmail.com', 'gmail.bot.test'],
    ['ceo@gmail.com', 'gmail.net'],
    ['ceo@gmail.com', 'gmail.com.bot.test'],
    ['user@good.test', 'x.good.evil.test'],
    ['user@one.co.uk', 'mail.two.co.uk'],
    ['user@a.github.io', 'b.github.io'],
    ['user@a.github.io', 'github.io'],
    ['user@co.uk', 'co.uk'],
    ['user@good.test', 'verygood.test'],
    ['user@good.test', 'localhost'],
    ['user@good.test', '192.0.2.10'],
    ['user@localhost', 'localhost'],
    ['user', 'user.test'],
    ['user@[192.0.2.10]', '[192.0.2.10]'],
  ])('only then: not %s and %s', async (sender, helo) => {
    const checked = await run(checkSenderAgainstHelo, { sender, helo, findings: { helo: 'verified' } });
    expect(checked.tokens).toEqual(['FROM/MX_MATCHES_NOT_HELO(DOMAIN)=1']);
  });

  test('and the trace says what was compared', async () => {
    const { trace } = await run(checkSenderAgainstHelo, { sender: 'user@news.good.co.uk', helo: 'mail.a.other.test' });
    expect(trace).toMatch(/^ \(check from: good\.co\.uk - helo: other\.test\) {2}/);
    const none = await run(checkSenderAgainstHelo, { sender: 'user@foo', helo: '[192.0.2.10]' });
    expect(none.trace).toMatch(/^ \(check from: - - helo: -\) {2}/);
  });
});

describe('as policyd-weight, the names that are compared', () => {
  test.each([
    ['user@host.sub.domain.co.uk', 'a.b.example.com', '.domain.', '.a.b.example.', '.example.'],
    ['user@good.com.br', 'mail.good.org.au', '.good.', '.mail.good.', '.good.'],
    ['user@sub.good.test', 'good.info', '.good.', '.good.', '.good.'],
    ['user@good.museum', 'mail.good.museum', '.good.museum.', '.mail.good.museum.', '.museum.'],
    ['user@news.hq.zz', 'localhost', '.news.', '.localhost.', '.localhost.'],
    ['user@hq.zz', '192.0.2.10', '.hq.', '.192.0.2.10.', '.10.'],
    ['user@localhost', '', '.localhost.', '..', '..'],
    ['user', 'user.test', '.user.', '.user.', '.user.'],
  ])('%s and %s', async (sender, helo, core, stem, heloCore) => {
    const { trace } = await run(checkSenderAgainstHelo, { sender, helo, settings: old });
    expect(trace).toMatch(/^ \(check from: /);
    expect(trace.slice(0, trace.indexOf(')') + 3)).toBe(
      ` (check from: ${core} - helo: ${stem} - helo-domain: ${heloCore})  `,
    );
  });
});

describe('a verified HELO', () => {
  const helo = 'verified' as const;
  const alike = 'FROM/MX_MATCHES_HELO(DOMAIN)=-2';

  test.each([
    ['its name is that of the sender domain', 'user@good.test', 'mail.good.test', {}],
    ['its name holds the domain', 'user@good.test', 'mail.good.test', old],
    ['the name holds the domain anywhere', 'user@good.test', 'x.good.evil.test', old],
    // The domain keeps all its labels where it has no suffix.
    ['the domain holds its name', 'user@mail.good.museum', 'good.test', old],
  ])('is alike: %s', async (_, sender, heloName, settings) => {
    const checked = await run(checkSenderAgainstHelo, { sender, helo: heloName, settings, findings: { helo } });
    expect(checked.tokens).toEqual([alike]);
    expect(checked.findings.clientFromCheckWanted).toBe(false);
  });

  test('is alike by the name of an exchange', async () => {
    const findings = { helo, mxNames: ['mx.provider.test'] };
    expect((await run(checkSenderAgainstHelo, { helo: 'out.provider.test', findings })).tokens).toEqual([alike]);
  });

  test('is alike if the sender domain has the address of the client', async () => {
    const findings = { helo, fromAddresses: new Set(['192.0.2.10']) };
    expect((await run(checkSenderAgainstHelo, { helo: 'other.test', findings })).tokens).toEqual([alike]);
  });

  test('is not alike by a part of a label, nor by a neighbour of the client', async () => {
    const findings = { helo, fromAddresses: new Set(['192.0.2.100']), mxNames: ['mx.another.test'] };
    const checked = await run(checkSenderAgainstHelo, { helo: 'mail.verygood.test', findings });
    expect(checked.tokens).toEqual(['FROM/MX_MATCHES_NOT_HELO(DOMAIN)=1']);
    expect(checked.findings.clientFromCheckWanted).toBe(true);
  });

  test('that is not alike counts what speaks against the mail, rounded', async () => {
    const findings = { helo, dnsblScore: 4.35, bogusMxPenalty: 2.1, numericScore: 2.5 };
    // 1 + 1.0875 + 4.41 + 2.5 = 8.9975
    const checked = await run(checkSenderAgainstHelo, { helo: 'other.test', findings });
    expect(checked.tokens).toEqual(['FROM/MX_MATCHES_NOT_HELO(DOMAIN)=8.998']);
    expect(checked.score).toBe(8.998);
  });

  test('goes before the name of the client', async () => {
    const checked = await run(checkSenderAgainstHelo, {
      helo: 'other.test',
      clientName: 'mail.good.test',
      findings: { helo },
    });
    expect(checked.tokens).toEqual(['FROM/MX_MATCHES_NOT_HELO(DOMAIN)=1']);
  });
});

describe('the name of the client', () => {
  test('holds the sender domain: then all is well', async () => {
    const checked = await run(checkSenderAgainstHelo, {
      helo: 'other.test',
      clientName: 'mail.good.test',
      findings: { helo: 'false', heloUntrustedOk: true, reverseCheckWanted: true, clientFromCheckWanted: true },
    });
    expect(checked.tokens).toEqual(['CL_HOSTNAME_MATCHES_FROM(DOMAIN)=-1.2']);
    expect(checked.findings).toMatchObject({
      helo: 'verified',
      heloUntrustedOk: false,
      reverseCheckWanted: false,
      clientFromCheckWanted: false,
    });
  });

  test('is of the same organisation', async () => {
    const parts = { helo: 'other.test', findings: { helo: 'false' } } as const;
    for (const [clientName, token] of [
      ['good.test', 'CL_HOSTNAME_MATCHES_FROM(DOMAIN)=-1.2'],
      ['mail.verygood.test', 'FROM_NOT_FAILED_HELO(DOMAIN)=3'],
      ['mail.good.other.test', 'FROM_NOT_FAILED_HELO(DOMAIN)=3'],
      ['good', 'FROM_NOT_FAILED_HELO(DOMAIN)=3'],
    ] as const) {
      expect((await run(checkSenderAgainstHelo, { ...parts, clientName })).tokens).toEqual([token]);
    }
  });

  test('must hold it between dots, as policyd-weight', async () => {
    const parts = { helo: 'other.test', settings: old, findings: { helo: 'false' } } as const;
    for (const clientName of ['good.test', 'mail.verygood.test', 'good']) {
      const { tokens } = await run(checkSenderAgainstHelo, { ...parts, clientName });
      expect(tokens).toEqual(['FROM_NOT_FAILED_HELO(DOMAIN)=3']);
    }
  });

  test('does not help if HELO is the address of the client in brackets', async () => {
    const checked = await run(checkSenderAgainstHelo, {
      helo: '[192.0.2.10]',
      clientName: 'mail.good.test',
      findings: { helo: 'false', squared: true },
    });
    expect(checked.tokens).toEqual(['FROM_NOT_FAILED_HELO(DOMAIN)=3']);
  });
});

describe('a HELO from the network of the client', () => {
  const ok = 'FROM/MX_MATCHES_UNVR_HELO(DOMAIN)_OR_CL_NAME(DOMAIN)=-1.5';

  test('is alike by its name, or by that of an exchange', async () => {
    const byName = await run(checkSenderAgainstHelo, { findings: { heloUntrustedOk: true } });
    expect(byName.tokens).toEqual([ok]);
    const byExchange = await run(checkSenderAgainstHelo, {
      helo: 'out.provider.test',
      findings: { heloUntrustedOk: true, mxNames: ['mx.provider.test'] },
    });
    expect(byExchange.tokens).toEqual([ok]);
    expect(byExchange.findings.clientFromCheckWanted).toBe(false);
  });

  test('is not alike', async () => {
    const findings = { heloUntrustedOk: true, dnsblScore: 4.35, bogusMxPenalty: 2, numericScore: 2.5 };
    // 1.6 + 4.35 + 4
    const checked = await run(checkSenderAgainstHelo, { helo: 'other.test', findings });
    expect(checked.tokens).toEqual(['FROM/MX_MATCHES_NOT_UNVR_HELO(DOMAIN)_NOR_CL_NAME(DOMAIN)=9.95']);
    expect(checked.findings.clientFromCheckWanted).toBe(true);
  });

  test('is not alike because of the address of the client', async () => {
    const findings = { heloUntrustedOk: true, fromAddresses: new Set(['192.0.2.10']) };
    const checked = await run(checkSenderAgainstHelo, { helo: 'other.test', findings });
    expect(checked.tokens).toEqual(['FROM/MX_MATCHES_NOT_UNVR_HELO(DOMAIN)_NOR_CL_NAME(DOMAIN)=1.6']);
  });
});

describe('a HELO that is not the name of the client', () => {
  test('looks forged if it is like the sender domain', async () => {
    const findings = { helo: 'false', dnsblScore: 4 } as const;
    expect((await run(checkSenderAgainstHelo, { findings })).tokens).toEqual(['MAIL_SEEMS_FORGED=2.5']);
    const mail = { sender: 'user@mail.good.museum', helo: 'good.test', findings };
    expect((await run(checkSenderAgainstHelo, mail)).tokens).toEqual(['FROM_NOT_FAILED_HELO(DOMAIN)=7']);
    const other = await run(checkSenderAgainstHelo, { ...mail, settings: old });
    expect(other.tokens).toEqual(['MAIL_SEEMS_FORGED=2.5']);
  });

  test('is unlike it', async () => {
    const findings = { helo: 'false', dnsblScore: 4.35 } as const;
    const checked = await run(checkSenderAgainstHelo, { helo: 'other.test', findings });
    expect(checked.tokens).toEqual(['FROM_NOT_FAILED_HELO(DOMAIN)=7.35']);
    expect(checked.findings.clientFromCheckWanted).toBe(false);
  });

  test('is not made better by the name of an exchange', async () => {
    const findings = { helo: 'false' as const, mxNames: ['mx.provider.test'] };
    const checked = await run(checkSenderAgainstHelo, { helo: 'out.provider.test', findings });
    expect(checked.tokens).toEqual(['FROM_NOT_FAILED_HELO(DOMAIN)=3']);
  });
});
