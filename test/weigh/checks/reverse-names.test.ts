import { describe, expect, test } from 'vitest';
import { NO_DATA, run, SERVFAIL } from '../../../rig/recorded.ts';
import { checkReverseNames } from '../../../src/weigh/checks/reverse-names.ts';
import type { Unknown } from '../../../src/weigh/findings.ts';

const PTR = 'PTR 10.2.0.192.in-addr.arpa';
const old = { as_policyd_weight: true };
/** Nothing is to be confirmed. */
const verified = { helo: 'verified' } as const;
/** HELO has to be confirmed, and the DNS did say something. */
const unsure = { helo: 'false', recordsFound: true } as const;

test('asks for the names of an IPv6 client too', async () => {
  const { asked } = await run(checkReverseNames, { client: '2001:db8::1' });
  expect(asked).toEqual(['PTR 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa']);
});

describe('a dial-up line', () => {
  test.each([
    'p5483.dip0.provider.test',
    'cable-1.provider.test',
    'ppp1.provider.test',
    'dial-up.provider.test',
    'adsl-1-2.provider.test',
    'dynamic.provider.test',
    'client1.provider.test',
    'reverse-ip.provider.test',
    'rev.home.provider.test',
  ])('has a name like %s', async (name) => {
    const checked = await run(checkReverseNames, {
      answers: { [PTR]: [name] },
      findings: { ...verified, dnsblScore: 1 },
    });
    expect(checked.trace).toBe(' CL_SEEMS_DIALUP=3.75');
    expect(checked.score).toBe(3.75);
    expect(checked.findings).toMatchObject({ dialUp: true, dnsblScore: 4.75, dnsblHits: 0 });
  });

  test.each([
    ['a name without a mark', 'host.provider.test'],
    ['the mark in the last two labels', 'dsl.test'],
    ['the mark in the label before them, with one dot after it', 'provider-dyn.test'],
    ['the mark at the very beginning of a name that wants a dot before it', 'dip.provider.test'],
    ['"ip" before "rev"', 'ip-rev.provider.test'],
  ])('has not %s', async (_, name) => {
    const checked = await run(checkReverseNames, { answers: { [PTR]: [name] }, findings: verified });
    expect(checked).toMatchObject({ trace: '', findings: { dialUp: false, dnsblScore: 0 } });
  });

  test.each([
    'mx.dsl.provider.test',
    'smtp-dyn.provider.test',
    'dsl-mail.provider.test',
    'dedicated.dsl.provider.test',
    'static-dsl.provider.test',
  ])('is not %s, which looks like a server', async (name) => {
    const checked = await run(checkReverseNames, { answers: { [PTR]: [name] }, findings: verified });
    expect(checked.trace).toBe('');
  });

  test('may have "nstat" in its name, which is no "static"', async () => {
    const checked = await run(checkReverseNames, {
      answers: { [PTR]: ['nonstatic.dsl.provider.test'] },
      findings: verified,
    });
    expect(checked.trace).toBe(' CL_SEEMS_DIALUP=3.75');
  });

  test('is decided by the first of its names that says anything', async () => {
    const trace = async (...names: string[]) =>
      (await run(checkReverseNames, { answers: { [PTR]: names }, findings: verified })).trace;
    expect(await trace('host.provider.test', 'mx.provider.test', 'dsl.host.provider.test')).toBe('');
    expect(await trace('host.provider.test', 'dsl.host.provider.test', 'mx.provider.test')).toBe(
      ' CL_SEEMS_DIALUP=3.75',
    );
  });

  test.each(['host-192-0-2-10.good.test', 'a192.0.2.10', 'x.1_2_3_4.good.test', '_1.22.333.4'])(
    'spells its address out in HELO: %s',
    async (helo) => {
      const answers = { [PTR]: ['host.provider.test'] };
      expect((await run(checkReverseNames, { helo, answers, findings: verified })).trace).toBe(' CL_SEEMS_DIALUP=3.75');
      // Only if it has a name at all.
      expect((await run(checkReverseNames, { helo, findings: verified })).trace).toBe('');
      // And if that name isn't the name of a server.
      const server = { [PTR]: ['mail.provider.test'] };
      expect((await run(checkReverseNames, { helo, answers: server, findings: verified })).trace).toBe('');
    },
  );

  test.each(['192.0.2.10', '[192.0.2.10]', '192-0-2-10.good.test', 'a1-2-3.good.test'])(
    'does not spell it out in %s',
    async (helo) => {
      const answers = { [PTR]: ['host.provider.test'] };
      expect((await run(checkReverseNames, { helo, answers, findings: verified })).trace).toBe('');
    },
  );

  test('is known as one already, or is an MX: then it is not scored', async () => {
    const answers = { [PTR]: ['dsl.host.provider.test'] };
    for (const findings of [{ dialUp: true }, { mxOk: true }]) {
      const checked = await run(checkReverseNames, { answers, findings: { ...verified, ...findings } });
      expect(checked).toMatchObject({ trace: '', findings: { dnsblScore: 0 } });
    }
  });
});

describe('the names and HELO', () => {
  test('are not compared if HELO is verified, or comes from the network of the client', async () => {
    for (const findings of [verified, { heloUntrustedOk: true }]) {
      expect((await run(checkReverseNames, { findings })).trace).toBe('');
    }
  });

  test('are compared all the same if that is wanted', async () => {
    for (const findings of [verified, { heloUntrustedOk: true }]) {
      const checked = await run(checkReverseNames, {
        answers: { [PTR]: ['host.provider.test'] },
        findings: { ...findings, reverseCheckWanted: true, recordsFound: true },
      });
      expect(checked.trace).toBe(' RESOLVED_IP_IS_NOT_HELO=1.5');
      // It stays as it was.
      expect(checked.findings.heloUntrustedOk).toBe('heloUntrustedOk' in findings);
    }
  });

  test('are the same', async () => {
    const answers = { [PTR]: ['host.provider.test', 'mail.good.test'], 'A mail.good.test': ['192.0.2.10'] };
    const checked = await run(checkReverseNames, { helo: 'mail.good.test', answers, findings: unsure });
    expect(checked.trace).toBe(' REV_IP_EQ_HELO=-1.25');
    expect(checked.score).toBe(-1.25);
  });

  test('are the same, as policyd-weight: whoever says so', async () => {
    const answers = { [PTR]: ['host.provider.test', 'mail.good.test'] };
    const mail = { helo: 'mail.good.test', answers, findings: unsure, settings: old };
    expect((await run(checkReverseNames, mail)).trace).toBe(' REV_IP_EQ_HELO=-1.25');
  });

  test.each([
    ['has no address', undefined, ' RESOLVED_IP_IS_NOT_HELO=1.5'],
    ['has another address', ['192.0.2.11'], ' RESOLVED_IP_IS_NOT_HELO=1.5'],
    ['has the address of the client among others', ['192.0.2.11', '192.0.2.10'], ' REV_IP_EQ_HELO=-1.25'],
    ['does not tell its address, which says nothing', SERVFAIL, ''],
  ])('are the same, but the name %s', async (_, answer, trace) => {
    const answers = { [PTR]: ['mail.victim.test'], ...(answer === undefined ? {} : { 'A mail.victim.test': answer }) };
    const checked = await run(checkReverseNames, { helo: 'mail.victim.test', answers, findings: unsure });
    expect(checked.trace).toBe(trace);
    expect(checked.asked).toEqual([PTR, 'A mail.victim.test']);
  });

  test('need no question where Postfix has asked it: the name of the client', async () => {
    for (const clientName of ['mail.good.test', 'out.good.test']) {
      const answers = { [PTR]: ['mail.good.test'] };
      const mail = { helo: 'mail.good.test', clientName, answers, findings: unsure };
      const checked = await run(checkReverseNames, mail);
      const token = clientName === 'mail.good.test' ? 'REV_IP_EQ_HELO' : 'REV_IP_EQ_HELO_DOMAIN';
      expect(checked).toMatchObject({ trace: ` ${token}=-1.25`, asked: [PTR] });
    }
  });

  test('are asked for an IPv6 address of an IPv6 client, and for three names at most', async () => {
    const reverse = 'PTR 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';
    const names = ['x.other.test', 'a.good.test', 'b.good.test', 'c.good.test', 'd.good.test'];
    const checked = await run(checkReverseNames, {
      client: '2001:db8::1',
      helo: 'mail.good.test',
      answers: { [reverse]: names, 'AAAA d.good.test': ['2001:0db8:0000:0000:0000:0000:0000:0001'] },
      findings: unsure,
    });
    expect(checked.asked).toEqual([reverse, 'AAAA a.good.test', 'AAAA b.good.test', 'AAAA c.good.test']);
    expect(checked.trace).toBe(' RESOLVED_IP_IS_NOT_HELO=1.5');
  });

  test.each([
    ['mail.good.test', 'host.good.test', ' REV_IP_EQ_HELO_DOMAIN=-1.25'],
    ['mail.good.co.uk', 'a.b.good.co.uk', ' REV_IP_EQ_HELO_DOMAIN=-1.25'],
    ['mail.good.co.uk', 'host.other.co.uk', ' RESOLVED_IP_IS_NOT_HELO=1.5'],
    ['mail.good.test', 'host.good.example', ' RESOLVED_IP_IS_NOT_HELO=1.5'],
    ['mail.good.test', 'good.provider.test', ' RESOLVED_IP_IS_NOT_HELO=1.5'],
    ['a.github.io', 'b.github.io', ' RESOLVED_IP_IS_NOT_HELO=1.5'],
  ])('are compared by organisation: %s and %s', async (helo, name, trace) => {
    const answers = { [PTR]: [name], [`A ${name}`]: ['192.0.2.10'] };
    expect((await run(checkReverseNames, { helo, answers, findings: unsure })).trace).toBe(trace);
  });

  test.each([
    ['the second label of HELO in the reverse name', 'mail.good.test', 'x.good.provider.test'],
    ['the same second label', 'mail.good.test', 'host.good.example'],
    ['the first label of the reverse name', 'mail.good.test', 'good.provider.test'],
    ['the second label of the reverse name in HELO', 'mail.good.test.example', 'host.good.org'],
    ['a second label that says little', 'mail.victim.co.zz', 'x.co.test'],
  ])('have in common, as policyd-weight: %s', async (_, helo, name) => {
    const answers = { [PTR]: [name] };
    const checked = await run(checkReverseNames, { helo, answers, findings: unsure, settings: old });
    expect(checked.trace).toBe(' REV_IP_EQ_HELO_DOMAIN=-1.25');
  });

  test.each([
    ['nothing but the last label', 'mail.good.test', 'host.provider.test'],
    ['nothing but a part of a label', 'mail.good.test', 'host.verygood.example'],
    ['a second label that is the last of the other', 'mail.good.test', 'host.provider.good'],
    ['nothing, as there is one label only', 'localhost', 'localhost.provider.test'],
  ])('have in common: %s', async (_, helo, name) => {
    const checked = await run(checkReverseNames, { helo, answers: { [PTR]: [name] }, findings: unsure });
    expect(checked.trace).toBe(' RESOLVED_IP_IS_NOT_HELO=1.5');
    expect(checked.findings.heloUntrustedOk).toBe(false);
  });

  test('match: then HELO may be right if Postfix knows no name of the client', async () => {
    const answers = { [PTR]: ['mail.good.test'], 'A mail.good.test': ['192.0.2.10'] };
    for (const [clientName, expected] of [
      ['unknown', true],
      ['', true],
      ['mail.good.test', false],
    ] as const) {
      const { findings } = await run(checkReverseNames, {
        helo: 'mail.good.test',
        clientName,
        answers,
        findings: { ...unsure, heloUntrustedOk: !expected, reverseCheckWanted: true },
      });
      expect(findings.heloUntrustedOk).toBe(expected);
    }
  });

  test('do not match, but HELO is the address of the client in brackets', async () => {
    const checked = await run(checkReverseNames, {
      helo: '[192.0.2.10]',
      answers: { [PTR]: ['host.provider.test'] },
      findings: { ...unsure, squared: true },
    });
    expect(checked.trace).toBe('');
    expect(checked.findings.heloUntrustedOk).toBe(true);
  });
});

describe('no names', () => {
  test.each([
    ['there is no such name', undefined],
    ['no record', NO_DATA],
  ])('because of: %s', async (_, answer) => {
    const answers = answer === undefined ? {} : { [PTR]: answer };
    const checked = await run(checkReverseNames, { answers, findings: unsure });
    expect(checked.trace).toBe(' RESOLVED_IP_IS_NOT_HELO=1.5');
    expect(checked.findings).toMatchObject({ dnsError: false, failures: 0 });
  });

  test('because of a failure: nothing is said of them, but as policyd-weight', async () => {
    const parts = { answers: { [PTR]: SERVFAIL }, findings: unsure };
    const checked = await run(checkReverseNames, parts);
    expect(checked.trace).toBe(' REVERSE_DNS_UNKNOWN=0');
    expect(checked.findings).toMatchObject({
      dnsError: false,
      failures: 0,
      unknown: [{ of: 'reverse name', type: 'PTR', name: '10.2.0.192.in-addr.arpa', reason: 'servfail' }],
    });
    const asOriginal = await run(checkReverseNames, { ...parts, settings: { as_policyd_weight: true } });
    expect(asOriginal.trace).toBe(' RESOLVED_IP_IS_NOT_HELO=1.5');
    expect(asOriginal.findings).toMatchObject({ dnsError: false, failures: 0, unknown: [] });
  });

  test('and nothing else known, because of failures: that is not "nothing in the DNS"', async () => {
    const unknown: readonly Unknown[] = [{ of: 'HELO', type: 'MX', name: 'helo.test', reason: 'servfail' }];
    const { trace, findings } = await run(checkReverseNames, { findings: { unknown: [...unknown] } });
    expect(trace).toBe('');
    expect(findings.dnsError).toBe(false);
  });

  test('nor anything else in the DNS', async () => {
    const checked = await run(checkReverseNames, { findings: { helo: 'false' } });
    expect(checked.trace).toBe(' NO_DNS_RECORDS=0.5 RESOLVED_IP_IS_NOT_HELO=1.5');
    expect(checked.score).toBe(2);
    expect(checked.findings.dnsError).toBe(true);
  });

  test('nor anything else in the DNS, of a client that gives its address in brackets', async () => {
    const checked = await run(checkReverseNames, { helo: '[192.0.2.10]', findings: { helo: 'false', squared: true } });
    expect(checked.trace).toBe(' NO_DNS_RECORDS=0.5');
    expect(checked.findings.dnsError).toBe(true);
  });

  test('of a client that needs none', async () => {
    const { findings } = await run(checkReverseNames, { findings: verified });
    expect(findings.dnsError).toBe(false);
  });
});
