// Log lines of ten formats, as they stand in files and as people paste them.

import { describe, expect, test } from 'vitest';
import { mailsIn } from '../../../src/commands/logged/read.ts';

const MAIL = { client: '192.0.2.1', name: 'a.example', helo: 'h.example', from: 's@a.example', to: 'v@r.example' };

/** Times, hosts and programs as they stand in front of a line. */
const SYSLOG = [
  'Nov 20 10:00:00 mx ',
  '2026-11-20T10:00:00.123456+01:00 mx ',
  'Nov  2 10:00:00 mx1.example.org ',
  '<22>Nov 20 10:00:00 ',
] as const;

/** A line without its beginning, and what it is to be read as where that isn't `MAIL`. */
interface Line {
  readonly text: string;
  readonly mail?: Partial<typeof MAIL>;
  readonly said?: string;
}

const POSTFIX_END = 'from=<s@a.example> to=<v@r.example> proto=ESMTP helo=<h.example>';
const POLW_END = '<client=a.example[192.0.2.1]> <helo=h.example> <from=s@a.example> <to=v@r.example>';

const LINES: readonly Line[] = [
  { text: `postfix/polw[7]: decided action=550 5.7.1 no; ${POLW_END}; delay: 0s`, said: '550 5.7.1 no' },
  { text: `postfix/polw[7]: weighted check:  IN_ZEN_PBL=3.25; ${POLW_END}; rate: -2.5` },
  { text: `postfix/policyd-weight[7]: decided action=PREPEND X: y; ${POLW_END}; delay: 3s`, said: 'PREPEND X: y' },
  {
    text: 'postfix/policyd-weight[7]: decided action=550 Mail appeared to be SPAM; <client=192.0.2.1> <helo=h.example> <from=s@a.example> <to=v@r.example>; delay: 7s',
    mail: { name: '' },
    said: '550 Mail appeared to be SPAM',
  },
  {
    text: 'policyd-weight[7]: weighted check:  NOT_IN_X=-1; <client=192.0.2.1> <helo=h.example> <from=s@a.example> <to=v@r.example>, rate: -8.5',
    mail: { name: '' },
  },
  {
    text: `postfix/smtpd[7]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 550 5.7.1 <v@r.example>: Recipient address rejected: no; ${POSTFIX_END}`,
    said: '550 5.7.1 <v@r.example>: Recipient address rejected: no',
  },
  {
    text: `postfix/smtpd[7]: 4F1Tdk0Xyz: reject: RCPT from a.example[192.0.2.1]:40312: 450 4.7.1 later; ${POSTFIX_END}`,
    said: '450 4.7.1 later',
  },
  {
    text: `postfix/smtps/smtpd[7]: NOQUEUE: reject_warning: RCPT from a.example[192.0.2.1]: 550 5.7.1 x; ${POSTFIX_END} sasl_method=PLAIN sasl_username=joe`,
  },
  {
    text: `postfix/smtpd[7]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 550 5.7.1 x; ${POSTFIX_END}, sasl_method=PLAIN, sasl_username=joe`,
  },
  {
    text: 'postfix/smtpd[7]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 554 x; from=<s@a.example> to=<v@r.example>',
    mail: { helo: '' },
  },
  {
    text: 'postfix/smtpd[7]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 554 x; from=<> to=<v@r.example> proto=SMTP helo=<h.example>',
    mail: { from: '' },
  },
  {
    text: 'postfix/smtpd[7]: NOQUEUE: reject: MAIL from a.example[192.0.2.1]: 452 4.3.4 x; from=<s@a.example> proto=ESMTP helo=<h.example>',
    mail: { to: '' },
  },
  {
    text: 'postfix/postscreen[7]: NOQUEUE: reject: RCPT from [192.0.2.1]:54321: 550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.example; from=<s@a.example>, to=<v@r.example>, proto=ESMTP, helo=<h.example>',
    mail: { name: '' },
    said: '550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.example',
  },
  {
    text: `postfix/cleanup[7]: 4F1: milter-reject: END-OF-MESSAGE from a.example[192.0.2.1]: 5.7.1 Command rejected; ${POSTFIX_END}`,
    said: '5.7.1 Command rejected',
  },
  {
    text: `postfix/smtpd[7]: NOQUEUE: milter-reject: RCPT from a.example[192.0.2.1]: 451 4.7.1 Greylisted; ${POSTFIX_END}`,
  },
  {
    text: 'postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[2001:db8::10]: 550 x; from=<s@a.example> to=<v@r.example> proto=ESMTP helo=<[IPv6:2001:db8::10]>',
    mail: { client: '2001:db8::10', name: 'unknown', helo: '[IPv6:2001:db8::10]' },
  },
];

const NO_MAIL = [
  'postfix/smtpd[1]: 4F1: client=a.example[192.0.2.1]',
  'postfix/smtpd[1]: 4F1: client=a.example[192.0.2.1], sasl_method=PLAIN, sasl_username=joe',
  'postfix/qmgr[1]: 4F1: from=<s@a.example>, size=1234, nrcpt=1 (queue active)',
  'postfix/smtp[1]: 4F1: to=<v@r.example>, relay=r.example[192.0.2.9]:25, delay=0.5, delays=0/0/0/0.5, dsn=2.0.0, status=sent (250 ok)',
  'postfix/smtpd[1]: disconnect from a.example[192.0.2.1] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4',
  'postfix/smtpd[1]: connect from a.example[192.0.2.1]',
  'postfix/cleanup[1]: 4F1: message-id=<1@a.example>',
  'postfix/smtpd[1]: NOQUEUE: reject: CONNECT from a.example[192.0.2.1]: 554 5.7.1 x; proto=SMTP',
  'postfix/smtpd[1]: NOQUEUE: reject: EHLO from a.example[192.0.2.1]: 504 5.5.2 x; proto=SMTP helo=<h>',
  'postfix/postscreen[1]: PREGREET 11 after 0.1 from [192.0.2.1]:1: EHLO x\\r\\n',
  'opendkim[1]: 4F1: s=mail d=a.example SSL error',
  'dovecot: imap-login: Login: user=<joe>, method=PLAIN, rip=192.0.2.1',
  'a=b',
] as const;

function read(text: string): ReturnType<typeof mailsIn> {
  return mailsIn(Buffer.from(text));
}

/** The only mail of a text, as a logged one. */
function logged(text: string): unknown {
  const { mails } = read(text);
  expect(mails, text).toHaveLength(1);
  return mails[0]?.kind === 'logged' ? mails[0].mail : mails[0];
}

const WRAPPINGS: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => `> ${line}`,
  (line) => `>> ${line}\r`,
  (line) => `"${line}"`,
  (line) => `${line}"`,
  (line) => `\`${line}\``,
  (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-20T10:00:00Z' }),
  (line) => JSON.stringify({ MESSAGE: line.replace(/^.*?\]: /, ''), SYSLOG_IDENTIFIER: 'postfix/smtpd', _PID: '7' }),
  (line) => JSON.stringify({ MESSAGE: [...Buffer.from(line)] }),
  (line) => line.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
];

describe('a log line', () => {
  test.each(LINES)('$text', ({ text, mail, said }) => {
    for (const start of SYSLOG) {
      for (const wrap of WRAPPINGS) {
        const got = logged(wrap(start + text));
        expect(got).toMatchObject({ ...MAIL, ...mail });
        if (said !== undefined) expect(got).toMatchObject({ said });
      }
    }
  });

  test.each(NO_MAIL)('that is about no mail is none: %s', (text) => {
    for (const start of SYSLOG) {
      for (const wrap of WRAPPINGS) expect(read(wrap(start + text))).toEqual({ mails: [], otherLines: 1 });
    }
  });

  test('whose sender looks like the rest of a line keeps the true recipient and HELO', () => {
    const text = `postfix/smtpd[7]: NOQUEUE: reject: RCPT from a.example[192.0.2.1]: 550 x; from=<"x> to=<boss@bank.example> proto=ESMTP helo=<bank.example>"@a.example> to=<v@r.example> proto=ESMTP helo=<h.example>`;
    expect(logged(text)).toMatchObject({ to: 'v@r.example', helo: 'h.example', client: '192.0.2.1' });
  });

  test('of 60 KiB is read in no time, whatever it repeats', () => {
    for (const piece of [' reject: RCPT from a[1]: ', '; from=<', '> to=<', '<client=', '[', '> ', '{"']) {
      const begun = performance.now();
      read(`postfix/smtpd[7]: ${piece.repeat(60_000 / piece.length)}`);
      expect(performance.now() - begun).toBeLessThan(2_000);
    }
  });
});

describe('a text', () => {
  test('with many lines gives each mail with its line, and counts the others', () => {
    const text = [...NO_MAIL.slice(0, 3), '', LINES[0]?.text, 'x', LINES[5]?.text, ''].join('\n');
    const { mails, otherLines } = read(text);
    expect(otherLines).toBe(4);
    expect(mails.map((mail) => (mail.kind === 'logged' ? mail.line : 0))).toEqual([5, 7]);
  });

  test('with request blocks gives the blocks', () => {
    const block = 'request=smtpd_access_policy\nclient_address=192.0.2.1\nsender=a@b.example\n\n';
    const { mails } = read(block + block);
    expect(mails.map((mail) => mail.kind)).toEqual(['request', 'request']);
  });
});
