// Called at another stage of SMTP than RCPT, or without attributes: nothing is weighed, and the log says once what is
// wrong with main.cf. And a mail has one header, however many recipients.

import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { faults } from '../../rig/dns-server.ts';
import {
  copyOfProgram,
  dnsForAll,
  expectOnly,
  logLines,
  mail,
  newFolder,
  newSettings,
  startFrom,
} from '../../rig/faults/faults.ts';
import type { Polw } from '../../rig/process.ts';
import { rcpt } from '../../rig/request.ts';
import { type SettingsParts, serverOf } from '../../rig/settings-text.ts';

const bin = copyOfProgram();
const dns = dnsForAll();

async function start(parts: Partial<SettingsParts> = {}): Promise<{ readonly polw: Polw; readonly log: string }> {
  const cache = path.join(newFolder(), 'cache.sqlite');
  const { settings, log } = newSettings({ servers: [serverOf(dns)], cache, ...parts });
  return { polw: await startFrom(bin, settings), log };
}

function warnings(log: string): string[] {
  return logLines(log).filter((line) => line.includes('warning:'));
}

test.each(['CONNECT', 'HELO', 'EHLO', 'MAIL', 'VRFY', 'ETRN', 'DATA', 'END-OF-MESSAGE', 'XCLIENT', 'NONSENSE'])(
  'at %s nothing is weighed, and the log says so once',
  async (state) => {
    const { polw, log } = await start();
    const answers: string[] = [];
    dns.clear();
    for (let index = 0; index < 3; index++) answers.push(await polw.ask({ ...mail(index), protocol_state: state }));
    expect(answers).toEqual(['action=DUNNO', 'action=DUNNO', 'action=DUNNO']);
    expect(dns.queries).toEqual([]);
    // What comes at RCPT is weighed all the same.
    answers.push(await polw.ask(mail(0)));
    expect(answers[3]).toMatch(/^action=PREPEND/);
    await polw.end();
    expectOnly(polw, answers);
    expect(warnings(log)).toHaveLength(1);
    expect(warnings(log)[0]).toContain(`called at ${state} instead of RCPT`);
    expect(warnings(log)[0]).toContain('smtpd_recipient_restrictions');
  },
);

describe('without', () => {
  test.each(Object.keys(rcpt()))(
    'the attribute %s there is one good answer, and what is wrong is said once',
    async (name) => {
      const { polw, log } = await start();
      const answers: string[] = [];
      for (let index = 0; index < 4; index++) {
        const rest = Object.entries(mail(index)).filter(([attribute]) => attribute !== name);
        answers.push(await polw.ask(Object.fromEntries(rest)));
      }
      await polw.end();
      expectOnly(polw, answers);
      const needed = name === 'request' || name === 'client_address';
      if (needed) expect(answers).toEqual(Array(4).fill('action=DUNNO'));
      expect(warnings(log)).toHaveLength(needed ? 1 : 0);
    },
  );

  test('any attribute', async () => {
    const { polw, log } = await start();
    polw.send('\n\n\n');
    const answers = [await polw.answer(), await polw.answer(), await polw.answer()];
    expect(answers).toEqual(['action=DUNNO', 'action=DUNNO', 'action=DUNNO']);
    await polw.end();
    expectOnly(polw, answers);
    expect(warnings(log)).toHaveLength(1);
    expect(warnings(log)[0]).toContain('check_policy_service');
  });
});

describe('a mail to three recipients has one header', () => {
  const cases: readonly {
    readonly name: string;
    readonly parts?: Partial<SettingsParts>;
    /** How many mails of the same sender come before. */
    readonly before?: number;
    readonly fails?: boolean;
    readonly says: RegExp;
  }[] = [
    { name: 'weighed', says: /NOT_IN_BL=-1\.5 .*; rate: -/ },
    { name: 'of which nothing can be looked up', fails: true, says: / SENDER_DNS_UNKNOWN=0 .*; rate: -/ },
    {
      name: 'with too many DNS failures, as policyd-weight takes them',
      parts: { more: '[decision]\nas_policyd_weight = true' },
      fails: true,
      says: /too many DNS failures/,
    },
    {
      name: 'of which only the lists are asked',
      parts: { more: '[decision]\ndnsbl_checks_only = true' },
      says: /only DNSBL check requested\)/,
    },
    {
      name: 'whose client has a name for which only the lists are asked',
      parts: { more: '[decision]\ndnsbl_checks_only_names = ["nothing", "^mail[.]good"]' },
      says: /only DNSBL check requested \(regex-nr: 2\)/,
    },
    { name: 'of a sender that was accepted before', before: 1, says: /accepted before; rate/ },
    {
      name: 'of a sender that is known',
      before: 1,
      parts: { more: '[decision]\nas_policyd_weight = true', cacheLines: 'ham_cache_probation = 0' },
      says: /known sender; rate/,
    },
  ];

  test.each(cases)('$name', async ({ parts, before = 0, fails = false, says }) => {
    const { polw } = await start(parts);
    for (let index = 0; index < before; index++) {
      await polw.ask({ ...mail(0), instance: `before.${index}` });
      // A sender becomes known after its probation, which is over in the next millisecond at the soonest.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    dns.fault = fails ? faults.rcode('SERVFAIL') : undefined;
    const answers: string[] = [];
    for (const recipient of ['a@here.test', 'b@here.test', 'c@here.test']) {
      answers.push(await polw.ask({ ...mail(0), recipient }));
    }
    dns.fault = undefined;
    await polw.end();
    expect(answers[0]).toMatch(/^action=PREPEND X-policyd-weight: /);
    expect(answers[0]).toMatch(says);
    for (const answer of answers.slice(1)) expect(answer).toMatch(/^action=DUNNO /);
  });

  test('and the next mail of the same client has its own', async () => {
    const { polw } = await start();
    const answers: string[] = [];
    for (const instance of ['one', 'one', 'two', 'two', 'one']) answers.push(await polw.ask({ ...mail(0), instance }));
    await polw.end();
    expect(answers.map((answer) => answer.startsWith('action=PREPEND'))).toEqual([true, false, true, false, true]);
  });
});
