import { describe, expect, test } from 'vitest';
import { type EnvelopeParts, envelopeOf, settingsWith } from '../../rig/recorded.ts';
import type { Settings } from '../../src/settings/table.ts';
import { type Findings, noFindings } from '../../src/weigh/findings.ts';
import type { Ending } from '../../src/weigh/mail.ts';
import { refusal, type Verdict, verdictOf } from '../../src/weigh/verdict.ts';
import type { Step } from '../../src/weigh/weigh.ts';

/** Short texts, so that the tests show where each part of an answer comes from. */
const TEXTS: Partial<Settings> = {
  reject_text: '550 Spam',
  max_dnsbl_text: '550 Too many lists, {client}',
  no_dns_text: '450 Nothing known. HELO: {helo}, address: {client}',
  cached_accept_text: 'seen before; rate: {rate}',
  dns_errors_text: 'DNS trouble{where}',
  mismatch_text: '; helo {helo} is not {client_name}[{client}]',
  listed_sender_text: '; in {zone}',
  relay_text: '; relay ({sender_domain})',
  dyndns_text: '; dyndns',
};

interface Case extends EnvelopeParts {
  readonly score?: number;
  readonly trace?: string;
  readonly steps?: readonly Step[];
  readonly findings?: Partial<Findings>;
  readonly ending?: Ending;
  readonly inDoubt?: boolean;
  readonly settings?: Partial<Settings>;
}

function decideOn({
  score = 0,
  trace = ' TOKEN=1',
  steps = [],
  findings,
  ending,
  inDoubt = false,
  settings,
  ...envelope
}: Case): Verdict {
  const weighed = {
    score,
    trace,
    steps,
    findings: { ...noFindings(), helo: 'verified' as const, ...findings },
    ending,
    inDoubt,
    learnt: new Map(),
  };
  return verdictOf(envelopeOf(envelope), weighed, settingsWith({ ...TEXTS, ...settings }));
}

describe('a mail that is accepted', () => {
  test('has a header with its trace and rate', () => {
    expect(decideOn({ score: -4.5, trace: ' NOT_IN_BL1=-1.5 NOT_IN_BL2=-3' })).toEqual({
      outcome: 'accept',
      action: 'PREPEND X-policyd-weight:  NOT_IN_BL1=-1.5 NOT_IN_BL2=-3; rate: -4.5',
      remember: 'accepted',
      keep: 'accepted-sender',
    });
  });

  test('has none if that is wanted', () => {
    const { action } = decideOn({ score: -4.5, trace: ' NOT_IN_BL1=-1.5', settings: { add_header: false } });
    expect(action).toBe('DUNNO   NOT_IN_BL1=-1.5; rate: -4.5');
  });

  test('has a header of another name', () => {
    const { action } = decideOn({ settings: { header_name: 'X-Weight' } });
    expect(action).toBe('PREPEND X-Weight:  TOKEN=1; rate: 0');
  });

  test('is not kept if its client is listed', () => {
    const verdict = decideOn({ score: 0.5, findings: { dnsblHits: 1 } });
    expect(verdict).toMatchObject({ outcome: 'accept', remember: 'accepted' });
    expect(verdict).not.toHaveProperty('keep');
  });

  test('is so below the level, and not at it', () => {
    expect(decideOn({ score: 0.999 }).outcome).toBe('accept');
    expect(decideOn({ score: 1 }).outcome).toBe('reject');
    expect(decideOn({ score: 1, settings: { reject_level: 1.001 } }).outcome).toBe('accept');
  });
});

describe('weighing that ended early', () => {
  test('after failures: accepted, remembered, not kept', () => {
    expect(decideOn({ score: 9, ending: { kind: 'dns-failures', where: ' in bl1.test lookups' } })).toEqual({
      outcome: 'accept',
      action: 'PREPEND X-policyd-weight: DNS trouble in bl1.test lookups',
      remember: 'accepted',
    });
  });

  test('with the lists: accepted, remembered, not kept', () => {
    expect(decideOn({ score: 3, ending: { kind: 'lists-only' } })).toEqual({
      outcome: 'accept',
      action: 'PREPEND X-policyd-weight:  TOKEN=1 (only DNSBL check requested)',
      remember: 'accepted',
    });
    expect(decideOn({ trace: '', ending: { kind: 'lists-only' } }).action).toBe(
      'PREPEND X-policyd-weight:  (only DNSBL check requested)',
    );
  });

  test('with the lists, because of the name of the client: the patterns count from 1', () => {
    expect(decideOn({ trace: '', ending: { kind: 'lists-only', pattern: 1 } }).action).toBe(
      'PREPEND X-policyd-weight:  (only DNSBL check requested (regex-nr: 2))',
    );
  });

  test('with a known sender: accepted, remembered, not kept anew', () => {
    expect(decideOn({ ending: { kind: 'known-sender', rate: -8.5 } })).toEqual({
      outcome: 'accept',
      action: 'PREPEND X-policyd-weight: seen before; rate: -8.5',
      remember: 'accepted',
    });
    expect(decideOn({ ending: { kind: 'known-sender', rate: 0 }, settings: { add_header: false } }).action).toBe(
      'DUNNO  seen before; rate: 0',
    );
  });

  test('on too many lists: refused, remembered, kept', () => {
    expect(decideOn({ ending: { kind: 'listed-too-often' } })).toEqual({
      outcome: 'reject',
      action: '550 Too many lists, 192.0.2.10',
      remember: 'blocked',
      furtherAction: '550 Too many lists, 192.0.2.10',
      keep: 'refused-client',
    });
  });

  test.each(['450 Too many lists', 'DEFER Too many lists', 'defer_if_permit Too many lists', 'rc:greylist'])(
    'on too many lists, with the text "%s": not kept',
    (max_dnsbl_text) => {
      const verdict = decideOn({ ending: { kind: 'listed-too-often' }, settings: { max_dnsbl_text } });
      expect(verdict.remember).toBe('blocked');
      expect(verdict).not.toHaveProperty('keep');
    },
  );
});

describe('a client of which nothing is known to the DNS', () => {
  test('is put off, whatever its score; neither remembered nor kept', () => {
    for (const score of [-9, 0, 9]) {
      expect(decideOn({ score, findings: { dnsError: true, dnsblHits: 1 } })).toEqual({
        outcome: 'defer',
        action: '450 Nothing known. HELO: mail.good.test, address: 192.0.2.10',
      });
    }
  });

  test('is refused if it is on two lists', () => {
    const verdict = decideOn({ score: 9, findings: { dnsError: true, dnsblHits: 2 } });
    expect(verdict).toMatchObject({ outcome: 'reject', action: '550 Spam', keep: 'refused-sender' });
  });
});

describe('a mail that is refused', () => {
  test('is told so', () => {
    expect(decideOn({ score: 6 })).toEqual({
      outcome: 'reject',
      action: '550 Spam',
      remember: 'blocked',
      furtherAction: '550 Spam',
      keep: 'refused-sender',
    });
  });

  test('is told what is wrong, in this order', () => {
    const findings: Partial<Findings> = {
      helo: 'false',
      listedIn: ['rhs1.test', 'rhs2.test'],
      relayAdvised: true,
      dynDnsAdvised: true,
    };
    expect(decideOn({ score: 6, findings, clientName: 'host.provider.test' }).action).toBe(
      '550 Spam; helo mail.good.test is not host.provider.test[192.0.2.10]; in rhs1.test; in rhs2.test' +
        '; relay (good.test); dyndns',
    );
  });

  test('is told of its HELO only if nothing speaks for it', () => {
    const action = (findings: Partial<Findings>) => decideOn({ score: 6, findings }).action;
    expect(action({ helo: undefined })).toContain('; helo ');
    expect(action({ helo: 'false' })).toContain('; helo ');
    expect(action({ helo: 'verified' })).not.toContain('; helo ');
    expect(action({ helo: undefined, heloUntrustedOk: true })).not.toContain('; helo ');
  });

  test.each([
    ['on a list', { dnsblHits: 1 }],
    ['a dial-up line', { dialUp: true }],
    ['one with a false HELO', { helo: 'false' as const }],
    ['one with an unknown HELO', { helo: undefined }],
  ])('is kept for this sender only if its client is %s, but for all as policyd-weight', (_, findings) => {
    const settings = { as_policyd_weight: true };
    expect(decideOn({ score: 6, findings }).keep).toBe('refused-sender');
    expect(decideOn({ score: 6, findings, settings }).keep).toBe('refused-client');
    expect(decideOn({ score: 6, findings, settings, sender: 'user' }).keep).toBe('refused-sender');
  });

  test.each([
    ['reach the level', [4.35, -1.5, -1.8], 'refused-client'],
    ['reach it with the score that all begin with', [-2, 4.35, -1.25], 'refused-client'],
    ['come near', [4.35, -1.5, -1.86], 'refused-sender'],
    ['reach it but for what speaks for the client', [4.35, -4], 'refused-sender'],
    ['say nothing', [], 'refused-sender'],
  ] as const)('is kept for all senders, if the lists of the client alone %s', (_, points, keep) => {
    const tokens = points.map((each) => ({ name: 'IN_BL', points: each, text: '' }));
    const helo = { name: 'CL_IP_NE_HELO', points: 9, text: '' };
    const steps = [tokens, [helo]].map((step, index) => ({ name: `step ${index}`, tokens: step, questions: [] }));
    expect(decideOn({ score: 9, findings: { dnsblHits: 1 }, steps }).keep).toBe(keep);
  });

  test('is not kept if the questions that failed are as many as may be', () => {
    expect(decideOn({ score: 6, findings: { failures: 2 } }).keep).toBe('refused-sender');
    expect(decideOn({ score: 6, findings: { failures: 3 } })).not.toHaveProperty('keep');
  });

  test('has further recipients that are told something else', () => {
    const settings = { further_recipient_text: '{reason} (multirecipient mail)' };
    const verdict = decideOn({ score: 6, findings: { dynDnsAdvised: true }, settings });
    expect(verdict.action).toBe('550 Spam; dyndns');
    expect(verdict.furtherAction).toBe('550 Spam (multirecipient mail)');
  });

  test('says what came from outside as it is, even if that looks like a variable', () => {
    const verdict = decideOn({ score: 6, findings: { helo: 'false' }, helo: '{sender}$&$1' });
    expect(verdict.action).toBe('550 Spam; helo {sender}$&$1 is not unknown[192.0.2.10]');
    expect(verdict.furtherAction).toBe(verdict.action);
  });
});

describe('a mail that is deferred', () => {
  const bogus = { trace: ' NOT_IN_BL1=-1.5 BOGUS_MX=2.1' };

  test('has a token for it, and a score below the level', () => {
    expect(decideOn({ ...bogus, score: 4.999 })).toEqual({
      outcome: 'defer',
      action: '450 Spam',
      remember: 'blocked',
      furtherAction: '450 Spam',
    });
    expect(decideOn({ ...bogus, score: 5 })).toMatchObject({ outcome: 'reject', action: '550 Spam' });
  });

  test('must be one to be refused', () => {
    expect(decideOn({ ...bogus, score: 0.9 }).outcome).toBe('accept');
  });

  test.each([
    ['the beginning of a token', ' IN_SPAMCOP=3.75', 'IN_SPAM', 'defer'],
    ['the whole of it', ' IN_SPAMCOP=3.75', 'IN_SPAMCOP=', 'defer'],
    ['the middle of it', ' NOT_IN_SPAMCOP=-1', 'IN_SPAMCOP=', 'reject'],
    ['another', ' IN_BL1=3.75', 'IN_SPAMCOP=', 'reject'],
  ])('has a token that is named by %s', (_, trace, token, outcome) => {
    expect(decideOn({ trace, score: 2, settings: { defer_tokens: [token] } }).outcome).toBe(outcome);
  });

  test('gets an action in place of the first word, also if there is no other', () => {
    const action = (reject_text: string, defer_action = '450') =>
      decideOn({ ...bogus, score: 2, settings: { reject_text, defer_action } }).action;
    expect(action('REJECT')).toBe('450');
    expect(action('550 5.7.1 Spam', 'DEFER_IF_PERMIT')).toBe('DEFER_IF_PERMIT 4.7.1 Spam');
    expect(action('550 Spam', '$& $1')).toBe('$& $1 Spam');
  });

  test.each([
    ['450 5.7.1 Spam', '450 4.7.1 Spam'],
    ['550 4.7.1 Spam', '550 5.7.1 Spam'],
    ['554 2.0.0 Spam', '554 5.0.0 Spam'],
    ['DEFER 5.7.1 Spam', 'DEFER 4.7.1 Spam'],
    ['450 4.7.1 Spam', '450 4.7.1 Spam'],
    ['550 5.7.1 Spam', '550 5.7.1 Spam'],
    ['450 Spam, see 5.7.1', '450 Spam, see 5.7.1'],
    ['450 5.7 times more spam', '450 5.7 times more spam'],
    ['450 9.7.1 Spam', '450 9.7.1 Spam'],
  ])('or any other reply has a status of the class of its code: %s', (text, reply) => {
    const settings = { reject_text: text, no_dns_text: text, max_dnsbl_text: text, further_recipient_text: text };
    const refused = decideOn({ score: 6, settings });
    expect(refused).toMatchObject({ action: reply, furtherAction: reply });
    expect(decideOn({ findings: { dnsError: true }, settings }).action).toBe(reply);
    expect(decideOn({ ending: { kind: 'listed-too-often' }, settings }).action).toBe(reply);
    expect(refusal(text, '', undefined, settingsWith()).action).toBe(reply);
    // Postfix mends it, so policyd-weight can leave it.
    const asOriginal = { ...settings, as_policyd_weight: true };
    expect(decideOn({ score: 6, settings: asOriginal })).toMatchObject({ action: text, furtherAction: text });
  });

  test('has the additions too', () => {
    expect(decideOn({ ...bogus, score: 2, findings: { dynDnsAdvised: true } }).action).toBe('450 Spam; dyndns');
  });
});

describe('a restriction class', () => {
  test.each([
    ['rc:greylist', 'greylist'],
    ['rc:greylist, whatever else', 'greylist'],
    ['rc: greylist; more', 'greylist'],
    ['rc:greylist. More', 'greylist'],
  ])('is all that is left of "%s"', (reject_text, word) => {
    const verdict = decideOn({ score: 6, settings: { reject_text }, findings: { helo: 'false', dynDnsAdvised: true } });
    expect(verdict).toMatchObject({ action: word, furtherAction: word, remember: 'blocked' });
    expect(verdict).not.toHaveProperty('keep');
  });

  test('is none inside a text', () => {
    expect(decideOn({ score: 6, settings: { reject_text: '550 see rc:greylist' } }).action).toBe('550 see rc:greylist');
  });

  test('can put off a client of which nothing is known', () => {
    const { action } = decideOn({ findings: { dnsError: true }, settings: { no_dns_text: 'rc:greylist' } });
    expect(action).toBe('greylist');
  });
});

test('a refusal for which nothing is to be kept keeps nothing', () => {
  expect(refusal('550 Again', '', undefined, settingsWith())).toEqual({
    outcome: 'reject',
    action: '550 Again',
    remember: 'blocked',
    furtherAction: '550 Again',
  });
});
