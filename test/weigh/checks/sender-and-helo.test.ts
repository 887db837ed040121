import { describe, expect, test } from 'vitest';
import { NO_DATA, REFUSED, run, SERVFAIL, SILENCE } from '../../../rig/recorded.ts';
import type { Answer } from '../../../src/dns/lookup.ts';
import { checkSenderAndHelo } from '../../../src/weigh/checks/sender-and-helo.ts';

const CLIENT = '192.0.2.10';
const ELSEWHERE = '198.51.100.1';

describe('the sender domain', () => {
  test('has the client as its MX: HELO is not asked for', async () => {
    const checked = await run(checkSenderAndHelo, {
      answers: {
        'MX good.test': ['mx1.mail.test', 'mx2.mail.test', 'mx3.mail.test'],
        'A mx1.mail.test': [ELSEWHERE],
        'A mx2.mail.test': [ELSEWHERE, CLIENT],
      },
      helo: 'other.test',
    });
    expect(checked.trace).toBe(' CL_IP_EQ_FROM_MX=-3.1');
    expect(checked.score).toBe(-3.1);
    expect(checked.findings).toMatchObject({
      helo: 'verified',
      mxOk: true,
      isMx: true,
      ipEqFrom: false,
      bogusMx: false,
      recordsFound: true,
      mxNames: ['mx1.mail.test', 'mx2.mail.test'],
    });
    expect([...checked.findings.fromAddresses]).toEqual([ELSEWHERE, CLIENT]);
    expect(checked.asked).toEqual(['MX good.test', 'A mx1.mail.test', 'A mx2.mail.test']);
  });

  test('has exchanges that are asked in the order of the reply', async () => {
    const answers = { 'MX good.test': ['z.mail.test', 'a.mail.test'], 'A z.mail.test': [ELSEWHERE] };
    const { asked } = await run(checkSenderAndHelo, { answers: { ...answers, 'A a.mail.test': [CLIENT] } });
    expect(asked).toEqual(['MX good.test', 'A z.mail.test', 'A a.mail.test']);
  });

  test('has the client as its address', async () => {
    const checked = await run(checkSenderAndHelo, {
      answers: { 'MX good.test': NO_DATA, 'A good.test': [CLIENT] },
      findings: { dnsblScore: 4 },
    });
    // That there was no MX at first is forgotten: neither BAD_MX nor BOGUS_MX.
    expect(checked.trace).toBe(' CL_IP_EQ_FROM_IP=-2');
    expect(checked.findings).toMatchObject({
      helo: 'verified',
      mxOk: false,
      isMx: false,
      ipEqFrom: true,
      bogusMx: false,
    });
    expect(checked.asked).toEqual(['MX good.test', 'A good.test']);
  });

  test('has the client as its address, and a private exchange: BOGUS_MX stays, BAD_MX does not', async () => {
    const checked = await run(checkSenderAndHelo, {
      answers: { 'MX good.test': ['mx.good.test'], 'A mx.good.test': ['10.0.0.1'], 'A good.test': [CLIENT] },
      findings: { dnsblScore: 4 },
    });
    expect(checked.trace).toBe(' CL_IP_EQ_FROM_IP=-2 BOGUS_MX=6.1');
    expect(checked.findings).toMatchObject({ bogusMx: true, bogusMxPenalty: 6.1 });
  });

  test('has a parent whose MX is the client: the domain itself is bogus all the same', async () => {
    const checked = await run(checkSenderAndHelo, {
      sender: 'user@sub.good.test',
      answers: { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [CLIENT] },
    });
    expect(checked.trace).toBe(' BOGUS_MX=2.1 CL_IP_EQ_FROM_MX=-3.1');
    expect(checked.asked).toEqual(['MX sub.good.test', 'A sub.good.test', 'MX good.test', 'A mx.good.test']);
  });

  test.each([
    ['a.b.co.uk', false, ['a.b.co.uk', 'b.co.uk']],
    ['a.b.c.d.e.f.good.test', false, ['a.b.c.d.e.f.good.test', 'b.c.d.e.f.good.test', 'good.test']],
    ['a.b.co.uk', true, ['a.b.co.uk', 'b.co.uk', 'co.uk']],
  ])(
    'is asked for with the domain above it and the one that is registered: %s, as policyd-weight %s',
    async (domain, as_policyd_weight, names) => {
      const settings = { as_policyd_weight };
      const { asked } = await run(checkSenderAndHelo, { sender: `user@${domain}`, helo: 'localhost', settings });
      expect(asked.filter((question) => question.startsWith('MX'))).toEqual(names.map((name) => `MX ${name}`));
    },
  );

  test('is not asked for if it has one label, or brackets, or is missing', async () => {
    for (const sender of ['user@localhost', 'user@[192.0.2.10]', 'user', 'user@']) {
      expect((await run(checkSenderAndHelo, { sender, helo: 'localhost' })).asked).toEqual([]);
    }
  });

  test('gives nothing if it is the address of the client without brackets', async () => {
    const checked = await run(checkSenderAndHelo, { sender: `user@${CLIENT}`, helo: 'localhost' });
    expect(checked.asked).toEqual([]);
    expect(checked.tokens).toEqual(['NO_FROM_DOMAIN=2.1', 'NO_MX_A_RECS_FOUND=1.4']);
    expect(checked.findings).toMatchObject({ helo: 'false', ipEqFrom: false });
    expect(checked.findings.fromAddresses.size).toBe(0);
  });

  test('gives nothing if it is that address, as policyd-weight', async () => {
    const mail = { sender: `user@${CLIENT}`, helo: 'localhost', settings: { as_policyd_weight: true } };
    const checked = await run(checkSenderAndHelo, mail);
    expect(checked.tokens).toEqual(['BOGUS_MX=2.1', 'CL_IP_NE_HELO=1.5']);
  });

  test.each(['x@[1.2.3.4]', 'x@1.2.3.4', 'x@foo', 'foo', 'x@', 'x@.good.test', 'x@a..good.test', 'x@a.1'])(
    'is none that anybody could answer: %s',
    async (sender) => {
      const listed = { dnsblScore: 4, dnsblHits: 1 };
      const checked = await run(checkSenderAndHelo, { sender, helo: 'other.test', findings: listed });
      expect(checked.tokens).toEqual(['NO_FROM_DOMAIN=6.1', 'CL_IP_NE_HELO=5.5']);
      expect(checked.asked).toEqual(['MX other.test', 'A other.test']);
      expect(checked.findings).toMatchObject({ bogusMx: true, bogusMxPenalty: 6.1 });
    },
  );

  test.each(['x@good.test..', 'x@go\u200dod.test', 'x@GOOD.test'])('is asked for by its name: %s', async (sender) => {
    const answers = { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [CLIENT] };
    expect((await run(checkSenderAndHelo, { sender, answers })).tokens).toEqual(['CL_IP_EQ_FROM_MX=-3.1']);
  });

  test('may have a final dot', async () => {
    const checked = await run(checkSenderAndHelo, {
      sender: 'user@good.test.',
      answers: { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [CLIENT] },
    });
    expect(checked.trace).toBe(' CL_IP_EQ_FROM_MX=-3.1');
  });
});

describe('HELO', () => {
  // The sender domain is in order, and elsewhere.
  const from = { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [ELSEWHERE], 'A good.test': [ELSEWHERE] };

  test('has the client as its MX', async () => {
    const checked = await run(checkSenderAndHelo, {
      helo: 'helo.test',
      answers: { ...from, 'MX helo.test': ['mx.helo.test'], 'A mx.helo.test': [CLIENT] },
    });
    expect(checked.trace).toBe(' CL_IP_EQ_HELO_MX=-3.1');
    expect(checked.findings).toMatchObject({ helo: 'verified', mxOk: true, isMx: false, mxNames: ['mx.good.test'] });
    expect([...checked.findings.fromAddresses]).toEqual([ELSEWHERE]);
    expect(checked.asked).toEqual(['MX good.test', 'A mx.good.test', 'A good.test', 'MX helo.test', 'A mx.helo.test']);
  });

  test('has the client as its address', async () => {
    const checked = await run(checkSenderAndHelo, {
      helo: 'host.helo.test',
      answers: { ...from, 'A host.helo.test': [CLIENT] },
    });
    expect(checked.trace).toBe(' CL_IP_EQ_HELO_IP=-2');
    expect(checked.findings).toMatchObject({ helo: 'verified', mxOk: false, ipEqFrom: false });
    expect(checked.asked).not.toContain('MX helo.test');
  });

  test('has a parent whose address is the client', async () => {
    const checked = await run(checkSenderAndHelo, {
      helo: 'host.helo.test',
      answers: { ...from, 'A helo.test': [CLIENT] },
    });
    expect(checked.trace).toBe(' CL_IP_EQ_HELO_IP=-2');
  });

  test('may have a final dot', async () => {
    const checked = await run(checkSenderAndHelo, {
      helo: 'helo.test.',
      answers: { ...from, 'A helo.test': [CLIENT] },
    });
    expect(checked.trace).toBe(' CL_IP_EQ_HELO_IP=-2');
  });

  test('has a private exchange: that says nothing about the sender', async () => {
    const checked = await run(checkSenderAndHelo, {
      helo: 'helo.test',
      answers: { ...from, 'MX helo.test': ['mx.helo.test'], 'A mx.helo.test': ['10.0.0.1'] },
      findings: { dnsblScore: 1 },
    });
    expect(checked.trace).toBe(' CL_IP_NE_HELO=2.5');
    expect(checked.findings.bogusMx).toBe(false);
  });

  test.each([
    ['in the /24 of the client', '192.0.2.99', ' HELO_IP_IN_CL_SUBNET=-1.2'],
    ['in its /16', '192.0.77.1', ' HELO_IP_IN_CL16_SUBNET=-0.41'],
    ['elsewhere', ELSEWHERE, ' CL_IP_NE_HELO=1.5'],
    ['one that only looks alike as text', '192.0.20.1', ' HELO_IP_IN_CL16_SUBNET=-0.41'],
    ['one that only begins alike as text', '192.10.2.1', ' CL_IP_NE_HELO=1.5'],
  ])('has an address %s', async (_, address, trace) => {
    const checked = await run(checkSenderAndHelo, {
      helo: 'helo.test',
      answers: { ...from, 'A helo.test': [address] },
    });
    expect(checked.trace).toBe(trace);
  });

  test('is verified by an address in the /24', async () => {
    const { findings } = await run(checkSenderAndHelo, { answers: { 'A good.test': ['192.0.2.99'] } });
    expect(findings).toMatchObject({ helo: 'verified', heloUntrustedOk: false, reverseCheckWanted: false });
  });

  test('may be right, if an address is in the /16; the reverse names have to say', async () => {
    const { findings } = await run(checkSenderAndHelo, { answers: { 'A good.test': ['192.0.99.99'] } });
    expect(findings).toMatchObject({ helo: undefined, heloUntrustedOk: true, reverseCheckWanted: true });
  });

  test('is false if no address is near, and the more so for a listed client', async () => {
    const checked = await run(checkSenderAndHelo, { helo: 'helo.test', answers: from, findings: { dnsblScore: 4.35 } });
    expect(checked.trace).toBe(' CL_IP_NE_HELO=5.85');
    expect(checked.findings).toMatchObject({ helo: 'false', squared: undefined, heloUntrustedOk: false });
  });

  test('is not asked for if there is nothing to ask', async () => {
    for (const helo of ['localhost', '', '[192.0.2.77]', CLIENT, '1.2.3.4']) {
      const { asked } = await run(checkSenderAndHelo, { helo, sender: 'user' });
      expect(asked).toEqual([]);
    }
  });

  test('that is the address of the client itself is in its subnet', async () => {
    const { trace } = await run(checkSenderAndHelo, { helo: CLIENT, answers: from });
    expect(trace).toBe(' HELO_IP_IN_CL_SUBNET=-1.2');
  });

  test('that only begins with the digits of the client is not in its subnet', async () => {
    for (const helo of ['192.0.2.evil.test', '192.0.evil.test']) {
      expect((await run(checkSenderAndHelo, { helo, answers: from })).trace).toBe(' CL_IP_NE_HELO=1.5');
    }
  });

  test('that is the address of the client in brackets is verified', async () => {
    const checked = await run(checkSenderAndHelo, { helo: `[${CLIENT}]`, answers: from });
    expect(checked.trace).toBe('');
    expect(checked.findings).toMatchObject({ squared: true, helo: 'verified' });
    expect(checked.asked).toEqual(['MX good.test', 'A mx.good.test', 'A good.test']);
  });

  test('that is another address in brackets is not', async () => {
    const checked = await run(checkSenderAndHelo, { helo: '[192.0.2.77]', answers: from });
    expect(checked.trace).toBe(' CL_IP_NE_HELO=1.5');
    expect(checked.findings).toMatchObject({ squared: false, helo: 'false' });
  });
});

describe('a client whose address begins as another', () => {
  test('is not that other', async () => {
    const checked = await run(checkSenderAndHelo, { client: '192.0.2.1', answers: { 'A good.test': ['192.0.2.10'] } });
    expect(checked.trace).toBe(' HELO_IP_IN_CL_SUBNET=-1.2');
    expect(checked.findings.ipEqFrom).toBe(false);
  });
});

describe('the DNS says nothing about anybody', () => {
  test('because there is nothing to ask', async () => {
    const checked = await run(checkSenderAndHelo, { sender: 'user@localhost', helo: 'localhost' });
    expect(checked.trace).toBe(' NO_FROM_DOMAIN=2.1 NO_MX_A_RECS_FOUND=1.4');
    expect(checked.findings).toMatchObject({ helo: 'false', recordsFound: false });
  });

  test('because all questions fail, as policyd-weight takes it', async () => {
    const checked = await run(checkSenderAndHelo, {
      settings: { as_policyd_weight: true },
      sender: 'user@good.test',
      helo: 'helo.test',
      answers: { 'MX good.test': SERVFAIL, 'MX helo.test': REFUSED },
    });
    expect(checked.trace).toBe(' NO_MX_A_RECS_FOUND=1.4');
    expect(checked.asked).toEqual(['MX good.test', 'MX helo.test']);
    expect(checked.findings.failures).toBe(2);
  });

  test('and the address of the client in brackets does not help', async () => {
    const parts = { sender: 'user@localhost', helo: `[${CLIENT}]` };
    const checked = await run(checkSenderAndHelo, parts);
    expect(checked.trace).toBe(' NO_FROM_DOMAIN=2.1 NO_MX_A_RECS_FOUND=1.4');
    expect(checked.findings).toMatchObject({ squared: true, helo: 'false' });
    const asOriginal = await run(checkSenderAndHelo, { ...parts, settings: { as_policyd_weight: true } });
    expect(asOriginal.trace).toBe(' NO_MX_A_RECS_FOUND=1.4');
    expect(asOriginal.findings).toMatchObject({ squared: true, helo: 'false' });
  });

  test('but a name that does not exist is an answer', async () => {
    const checked = await run(checkSenderAndHelo, { sender: 'user@localhost', helo: 'nothing.test' });
    expect(checked.trace).toBe(' NO_FROM_DOMAIN=2.1 CL_IP_NE_HELO=1.5');
    expect(checked.findings.recordsFound).toBe(true);
  });
});

describe('a bogus sender domain', () => {
  test('has neither MX nor address', async () => {
    const checked = await run(checkSenderAndHelo, { helo: 'localhost' });
    expect(checked.trace).toBe(' BOGUS_MX=2.1 CL_IP_NE_HELO=1.5');
    expect(checked.findings).toMatchObject({ bogusMx: true, bogusMxPenalty: 2.1 });
    expect(checked.asked).toEqual(['MX good.test', 'A good.test']);
  });

  test('of a listed client is bad as well', async () => {
    const checked = await run(checkSenderAndHelo, { helo: 'localhost', findings: { dnsblScore: 4 } });
    expect(checked.trace).toBe(' BAD_MX=8.4 BOGUS_MX=6.1 CL_IP_NE_HELO=5.5');
  });

  test('of a client on a white list gives less than nothing', async () => {
    const checked = await run(checkSenderAndHelo, { helo: 'localhost', findings: { dnsblScore: -3.5 } });
    expect(checked.trace).toBe(' BAD_MX=-7.35 BOGUS_MX=-1.4 CL_IP_NE_HELO=-2');
  });

  test('is scored once, not for each of its parents, nor again for HELO', async () => {
    const checked = await run(checkSenderAndHelo, {
      sender: 'user@a.b.good.test',
      helo: 'helo.test',
      findings: { dnsblScore: 1 },
    });
    expect(checked.trace).toBe(' BAD_MX=2.1 BOGUS_MX=3.1 CL_IP_NE_HELO=2.5');
  });

  test('is found at a parent, if the domain itself could not be asked for, as policyd-weight takes it', async () => {
    const checked = await run(checkSenderAndHelo, {
      sender: 'user@sub.good.test',
      helo: 'localhost',
      answers: { 'MX sub.good.test': SERVFAIL },
      settings: { as_policyd_weight: true },
    });
    expect(checked.asked).toEqual(['MX sub.good.test', 'MX good.test', 'A good.test']);
    expect(checked.trace).toBe(' BOGUS_MX=2.1 CL_IP_NE_HELO=1.5');
  });

  test('has an IPv6 address only: then it is not bogus', async () => {
    const answers = { 'A good.test': NO_DATA, 'AAAA good.test': ['2001:0db8:0000:0000:0000:0000:0000:0001'] };
    const checked = await run(checkSenderAndHelo, { helo: 'localhost', answers });
    expect(checked.trace).toBe(' CL_IP_NE_HELO=1.5');
  });

  test('has an exchange without addresses', async () => {
    const checked = await run(checkSenderAndHelo, { helo: 'localhost', answers: { 'MX good.test': ['mx.good.test'] } });
    expect(checked.asked).toEqual(['MX good.test', 'A mx.good.test', 'A good.test']);
    expect(checked.trace).toBe(' BOGUS_MX=2.1 CL_IP_NE_HELO=1.5');
  });

  test('has the MX that means "no mail" (RFC 7505)', async () => {
    const checked = await run(checkSenderAndHelo, { helo: 'localhost', answers: { 'MX good.test': [''] } });
    expect(checked.asked).toEqual(['MX good.test', 'A good.test']);
    expect(checked.trace).toBe(' BOGUS_MX=2.1 CL_IP_NE_HELO=1.5');
  });

  test.each(['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.1', '192.168.1.1'])(
    'has a private address (%s), even among others',
    async (address) => {
      const atMx = { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [ELSEWHERE, address] };
      const bad = await run(checkSenderAndHelo, { helo: 'localhost', answers: atMx, findings: { dnsblScore: 1 } });
      expect(bad.trace).toBe(' BAD_MX=2.1 BOGUS_MX=3.1 CL_IP_NE_HELO=2.5');
      const atItself = { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [ELSEWHERE], 'A good.test': [address] };
      const bogus = await run(checkSenderAndHelo, {
        helo: 'localhost',
        answers: atItself,
        findings: { dnsblScore: 1 },
      });
      expect(bogus.trace).toBe(' BOGUS_MX=3.1 CL_IP_NE_HELO=2.5');
    },
  );

  test.each(['172.15.0.1', '172.32.0.1', '0.0.0.0', '169.254.1.1', '11.0.0.1', '192.169.0.1'])(
    'has no private address: %s',
    async (address) => {
      const checked = await run(checkSenderAndHelo, { helo: 'localhost', answers: { 'A good.test': [address] } });
      expect(checked.findings.bogusMx).toBe(false);
    },
  );
});

describe('private addresses that are to be ignored', () => {
  const settings = { ignore_private_addresses: true };

  test('do so for the domain itself', async () => {
    const answers = { 'A good.test': ['10.0.0.1', ELSEWHERE] };
    const kept = await run(checkSenderAndHelo, { helo: 'localhost', answers });
    expect(kept.findings.bogusMx).toBe(true);
    const ignored = await run(checkSenderAndHelo, { helo: 'localhost', answers, settings });
    expect(ignored.findings.bogusMx).toBe(false);
    expect([...ignored.findings.fromAddresses]).toEqual([ELSEWHERE]);
  });

  test('are none at all then', async () => {
    const answers = { 'A good.test': ['10.0.0.1'] };
    expect((await run(checkSenderAndHelo, { helo: 'localhost', answers, settings })).findings.bogusMx).toBe(true);
  });

  test('leave the IPv6 address of the domain', async () => {
    const answers = { 'A good.test': ['10.0.0.1'], 'AAAA good.test': ['2001:0db8:0000:0000:0000:0000:0000:0001'] };
    const checked = await run(checkSenderAndHelo, { helo: 'localhost', answers, settings });
    expect(checked.trace).toBe(' CL_IP_NE_HELO=1.5');
    expect(checked.findings.bogusMx).toBe(false);
  });

  test('do not do so for its exchanges', async () => {
    const answers = { 'MX good.test': ['mx.good.test'], 'A mx.good.test': ['10.0.0.1', ELSEWHERE] };
    expect((await run(checkSenderAndHelo, { helo: 'localhost', answers, settings })).findings.bogusMx).toBe(true);
  });

  test('may be those of the client', async () => {
    const checked = await run(checkSenderAndHelo, {
      client: '10.0.0.1',
      answers: { 'A good.test': ['10.0.0.1'] },
      settings,
    });
    expect(checked.tokens[0]).toBe('CL_IP_EQ_FROM_IP=-2');
  });
});

describe('the names of exchanges', () => {
  test('are noted if they have an address', async () => {
    const { findings } = await run(checkSenderAndHelo, {
      answers: { 'MX good.test': ['mx1.mail.test', 'mx2.mail.test'], 'A mx2.mail.test': [ELSEWHERE] },
    });
    expect(findings.mxNames).toEqual(['mx2.mail.test']);
  });

  test('of the parents are noted too', async () => {
    const { findings } = await run(checkSenderAndHelo, {
      sender: 'user@sub.good.test',
      answers: { 'MX good.test': ['mx.mail.test'], 'A mx.mail.test': [ELSEWHERE] },
    });
    expect(findings.mxNames).toEqual(['mx.mail.test']);
  });
});

describe('a client with an IPv6 address', () => {
  const six = '2001:0db8:0001:0002:0000:0000:0000:0010';

  test('is found among the addresses of both kinds', async () => {
    const checked = await run(checkSenderAndHelo, {
      client: '2001:db8:1:2::10',
      answers: { 'MX good.test': ['mx.good.test'], 'A mx.good.test': [ELSEWHERE], 'AAAA mx.good.test': [six] },
    });
    expect(checked.trace).toBe(' CL_IP_EQ_FROM_MX=-3.1');
    expect(checked.asked).toEqual(['MX good.test', 'A mx.good.test', 'AAAA mx.good.test']);
  });

  test.each([
    ['/64', '2001:0db8:0001:0002:ffff:0000:0000:0001', ' HELO_IP_IN_CL_SUBNET=-1.2'],
    ['/48', '2001:0db8:0001:ffff:0000:0000:0000:0010', ' HELO_IP_IN_CL16_SUBNET=-0.41'],
    ['no network', '2001:0db8:0002:0002:0000:0000:0000:0010', ' CL_IP_NE_HELO=1.5'],
  ])('has neighbours: %s', async (_, address, trace) => {
    const checked = await run(checkSenderAndHelo, {
      client: '2001:db8:1:2::10',
      answers: { 'AAAA good.test': [address] },
    });
    expect(checked.trace).toBe(trace);
  });
});

describe('questions that fail, as policyd-weight takes them,', () => {
  test('for MX: at the third the weighing ends', async () => {
    const checked = await run(checkSenderAndHelo, {
      sender: 'user@a.b.c.good.test',
      settings: { as_policyd_weight: true },
      answers: { 'MX a.b.c.good.test': SERVFAIL, 'MX b.c.good.test': SILENCE, 'MX c.good.test': REFUSED },
    });
    expect(checked.ending).toEqual({ kind: 'dns-failures', where: ' in FROM MX lookups for c.good.test' });
    expect(checked.asked).toEqual(['MX a.b.c.good.test', 'MX b.c.good.test', 'MX c.good.test']);
    expect(checked.tokens).toEqual([]);
  });

  test('for MX of HELO', async () => {
    const checked = await run(checkSenderAndHelo, {
      settings: { as_policyd_weight: true },
      helo: 'helo.test',
      answers: { 'MX helo.test': SERVFAIL },
      findings: { failures: 2 },
    });
    expect(checked.ending).toEqual({ kind: 'dns-failures', where: ' in HELO MX lookups for helo.test' });
  });

  test('for the addresses of exchanges', async () => {
    const answers = {
      'MX good.test': ['mx1.good.test', 'mx2.good.test'],
      'A mx1.good.test': SERVFAIL,
      'AAAA mx1.good.test': SERVFAIL,
      'A mx2.good.test': SERVFAIL,
    };
    const checked = await run(checkSenderAndHelo, { answers, settings: { as_policyd_weight: true } });
    expect(checked.ending).toEqual({ kind: 'dns-failures', where: ' in FROM MX -> A lookups' });
    expect(checked.asked).toEqual(['MX good.test', 'A mx1.good.test', 'AAAA mx1.good.test', 'A mx2.good.test']);
  });

  test('for the addresses of exchanges of HELO', async () => {
    const answers = { 'A good.test': [ELSEWHERE], 'MX helo.test': ['mx.helo.test'], 'A mx.helo.test': SILENCE };
    const checked = await run(checkSenderAndHelo, {
      settings: { as_policyd_weight: true },
      helo: 'helo.test',
      answers,
      findings: { failures: 2 },
    });
    expect(checked.ending).toEqual({ kind: 'dns-failures', where: ' in HELO MX -> A lookups' });
  });

  test('for the address of the name itself', async () => {
    const answers = { 'A good.test': SERVFAIL, 'AAAA good.test': SERVFAIL };
    const from = await run(checkSenderAndHelo, {
      settings: { as_policyd_weight: true },
      answers,
      findings: { failures: 1 },
    });
    expect(from.ending).toEqual({ kind: 'dns-failures', where: ' in FROM A lookup for good.test' });
    expect(from.asked).toEqual(['MX good.test', 'A good.test', 'AAAA good.test']);
    const helo = await run(checkSenderAndHelo, {
      settings: { as_policyd_weight: true },
      sender: 'user@localhost',
      helo: 'good.test',
      answers,
      findings: { failures: 2 },
    });
    expect(helo.ending).toEqual({ kind: 'dns-failures', where: ' in HELO A lookup for good.test' });
  });

  test('at the first, if none is allowed', async () => {
    const settings = { max_dns_errors: 0, as_policyd_weight: true };
    const checked = await run(checkSenderAndHelo, { answers: { 'MX good.test': SERVFAIL }, settings });
    expect(checked.ending).toEqual({ kind: 'dns-failures', where: ' in FROM MX lookups for good.test' });
  });

  test('never end it for a listed client, nor for our own bound on questions', async () => {
    const answers = { 'MX a.good.test': SERVFAIL, 'MX good.test': SERVFAIL, 'MX mail.good.test': SERVFAIL };
    const parts = { settings: { as_policyd_weight: true }, sender: 'user@a.good.test', answers };
    const listed = await run(checkSenderAndHelo, { ...parts, findings: { dnsblScore: 3, dnsblHits: 1 } });
    expect(listed.ending).toBeUndefined();
    expect(listed.findings.failures).toBe(4);
    const tooMany = { kind: 'failed', reason: 'too-many' } as const;
    const bound = { 'MX a.good.test': tooMany, 'MX good.test': tooMany, 'MX mail.good.test': tooMany };
    const cut = await run(checkSenderAndHelo, { ...parts, answers: bound });
    expect(cut.ending).toBeUndefined();
    expect(cut.findings.failures).toBe(0);
  });

  test('are not those that are answered with "no"', async () => {
    const { findings } = await run(checkSenderAndHelo, { answers: { 'MX good.test': NO_DATA } });
    expect(findings.failures).toBe(0);
  });
});

describe('a question that fails', () => {
  const LATE: Answer = { kind: 'failed', reason: 'deadline' };

  test.each([
    ['SERVFAIL', SERVFAIL],
    ['REFUSED', REFUSED],
    ['nothing', SILENCE],
    ['too late', LATE],
  ])('about the sender domain (%s) gives no points and ends nothing, however many there are', async (_, failure) => {
    const answers = Object.fromEntries(
      ['a.b.good.test', 'b.good.test', 'good.test'].flatMap((name) => [
        [`MX ${name}`, failure],
        [`A ${name}`, failure],
      ]),
    );
    const checked = await run(checkSenderAndHelo, {
      sender: 'user@a.b.good.test',
      helo: 'helo.test',
      answers,
      findings: { dnsblScore: 4, dnsblHits: 1 },
    });
    expect(checked.ending).toBeUndefined();
    // That HELO is another host is known all the same.
    expect(checked.trace).toBe(' SENDER_DNS_UNKNOWN=0 CL_IP_NE_HELO=5.5');
    expect(checked.findings).toMatchObject({ helo: 'false', bogusMx: false, failures: 0 });
    expect(checked.findings.unknown[0]).toEqual({
      of: 'sender domain',
      type: 'MX',
      name: 'a.b.good.test',
      reason: failure.kind === 'failed' ? failure.reason : '',
    });
  });

  test('about HELO gives none either', async () => {
    const checked = await run(checkSenderAndHelo, {
      helo: 'helo.test',
      answers: { 'A good.test': [ELSEWHERE], 'MX helo.test': SERVFAIL, 'A helo.test': SERVFAIL },
    });
    expect(checked.trace).toBe(' HELO_DNS_UNKNOWN=0');
    expect(checked.findings.helo).toBeUndefined();
    expect(checked.findings.unknown.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'MX helo.test',
      'A helo.test',
    ]);
  });

  test('about the MX alone leaves the address of the name itself, which may be the client', async () => {
    const answers = { 'MX good.test': SERVFAIL, 'A good.test': [CLIENT] };
    expect((await run(checkSenderAndHelo, { answers })).trace).toBe(' CL_IP_EQ_FROM_IP=-2 SENDER_DNS_UNKNOWN=0');
  });

  test('about one exchange leaves the others', async () => {
    const answers = {
      'MX good.test': ['mx1.good.test', 'mx2.good.test'],
      'A mx1.good.test': SERVFAIL,
      'A mx2.good.test': [CLIENT],
    };
    expect((await run(checkSenderAndHelo, { answers })).trace).toBe(' CL_IP_EQ_FROM_MX=-3.1 SENDER_DNS_UNKNOWN=0');
  });

  test('leaves what is known against the sender: a private address', async () => {
    const answers = {
      'MX good.test': ['mx1.good.test', 'mx2.good.test'],
      'A mx1.good.test': SERVFAIL,
      'A mx2.good.test': ['10.0.0.1'],
    };
    const checked = await run(checkSenderAndHelo, { helo: 'localhost', answers });
    expect(checked.trace).toBe(' BOGUS_MX=2.1 SENDER_DNS_UNKNOWN=0 CL_IP_NE_HELO=1.5');
  });

  test('leaves what is known for HELO: an address in the network of the client', async () => {
    const answers = { 'MX good.test': SERVFAIL, 'A mail.good.test': ['192.0.2.77'] };
    const checked = await run(checkSenderAndHelo, { answers });
    expect(checked.trace).toBe(' SENDER_DNS_UNKNOWN=0 HELO_DNS_UNKNOWN=0 HELO_IP_IN_CL_SUBNET=-1.2');
    expect(checked.findings.helo).toBe('verified');
  });

  test('for silence is not followed by more to the same end: no parents, no third exchange', async () => {
    const silent = await run(checkSenderAndHelo, {
      sender: 'user@a.good.test',
      helo: 'localhost',
      answers: { 'MX a.good.test': SILENCE },
    });
    expect(silent.asked).toEqual(['MX a.good.test']);
    const hosts = await run(checkSenderAndHelo, {
      helo: 'localhost',
      answers: {
        'MX good.test': ['mx1.test', 'mx2.test', 'mx3.test'],
        'A mx1.test': SILENCE,
        'A mx2.test': SILENCE,
      },
    });
    expect(hosts.asked).toEqual(['MX good.test', 'A mx1.test', 'A mx2.test', 'A good.test']);
  });
});

test('a sender with many exchanges leaves questions for HELO', async () => {
  const exchanges = Array.from({ length: 200 }, (_, index) => `mx${index}.good.test`);
  const answers = {
    'MX good.test': exchanges,
    ...Object.fromEntries(exchanges.map((name) => [`A ${name}`, [ELSEWHERE]])),
  };
  const helo = { ...answers, 'MX helo.test': ['mx1.good.test'], 'A helo.test': [ELSEWHERE] };
  const checked = await run(checkSenderAndHelo, { helo: 'helo.test', answers: helo });
  expect(checked.trace).toBe(' SENDER_DNS_UNKNOWN=0 CL_IP_NE_HELO=1.5');
  expect(checked.asked.filter((question) => question.startsWith('A mx'))).toHaveLength(19);
  expect(checked.asked).toContain('A helo.test');
});

test('what lies beyond the bound on questions is unknown, and says so', async () => {
  const exchanges = Array.from({ length: 30 }, (_, index) => `mx${index}.good.test`);
  const answers = {
    'MX good.test': exchanges,
    ...Object.fromEntries(exchanges.map((name) => [`A ${name}`, [ELSEWHERE]])),
  };
  const checked = await run(checkSenderAndHelo, { helo: 'localhost', answers, settings: { dns_max_questions: 10 } });
  expect(checked.trace).toBe(' SENDER_DNS_UNKNOWN=0 CL_IP_NE_HELO=1.5');
  expect(checked.findings.unknown).toEqual([
    { of: 'sender domain', type: 'A', name: 'mx7.good.test', reason: 'too-many' },
  ]);
});
