// polw in its place: under spawn(8) of a real Postfix, with mails that come over SMTP.
//
// All of it twice: as it will be run, and with a recorder between smtpd and polw.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DnsServer, type Zone } from '../../rig/dns-server.ts';
import { Postfix } from '../../rig/postfix/postfix.ts';
import { type Client, type Outcome, type Reply, SmtpSession } from '../../rig/postfix/smtp.ts';

/** A client that is an MX of good.test. */
const GOOD: Client = { address: '192.0.2.10', name: 'mail.good.test', helo: 'mail.good.test' };
/** One on a DNS list, whose HELO isn't its own. */
const LISTED: Client = { address: '192.0.2.66', name: 'unknown', helo: 'mail.spam.test' };
/** Another one, as polw remembers the first one as refused. */
const LISTED_TOO: Client = { ...LISTED, address: '192.0.2.67' };
/** One that is what it says, but whose sender domain has no usable MX. */
const BOGUS: Client = { address: '192.0.2.20', name: 'mail.client.test', helo: 'mail.client.test' };

/** Clients for the sessions that run at once: all of them MX of many.test. */
const MANY: Client[] = Array.from({ length: 20 }, (_, index) => {
  const name = `host${index}.many.test`;
  return { address: `192.0.2.${100 + index}`, name, helo: name };
});

const ZONE: Zone = {
  'good.test': { MX: [[10, 'mail.good.test.']] },
  'mail.good.test': { A: GOOD.address },
  '10.2.0.192.in-addr.arpa': { PTR: 'mail.good.test.' },
  'spam.test': { MX: [[10, 'mail.spam.test.']] },
  'mail.spam.test': { A: '198.51.100.1' },
  // By its test entry a list shows that it is alive.
  '2.0.0.127.bl.test': { A: '127.0.0.2' },
  '66.2.0.192.bl.test': { A: '127.0.0.2' },
  '67.2.0.192.bl.test': { A: '127.0.0.2' },
  '68.2.0.192.bl.test': { A: '127.0.0.2' },
  'bogus.test': { MX: [[10, 'mail.bogus.test.']] },
  'mail.bogus.test': { A: '127.0.0.1' },
  'mail.client.test': { A: BOGUS.address },
  '20.2.0.192.in-addr.arpa': { PTR: 'mail.client.test.' },
  'many.test': { MX: MANY.map((client) => [10, `${client.name}.`] as const) },
  ...Object.fromEntries(MANY.map((client) => [client.name, { A: client.address }])),
};

const settingsFor = (dns: DnsServer) => (folder: string) =>
  `
[dns]
nameservers = ["${dns.address}:${dns.port}"]

[cache]
cache_file = "${folder}/cache.sqlite"

[log]
log_to = "file"
log_file = "${folder}/polw.log"

[[lists]]
name = "BL"
zone = "bl.test"
miss = -1.5
answers = [{ client = 4.35 }]
`;

const HEADER = /^X-policyd-weight: .*$/gm;

describe.each([{ recorded: false }, { recorded: true }])('under Postfix (recorded: $recorded)', ({ recorded }) => {
  let dns: DnsServer;
  let postfix: Postfix;
  const replies: Reply[] = [];

  beforeAll(async () => {
    dns = await new DnsServer(ZONE).start();
    postfix = await new Postfix({ settings: settingsFor(dns), recorded }).start();
  });

  afterAll(async () => {
    await postfix.stop();
    await dns.stop();
  });

  /** One session: these mails, one after the other. */
  async function deliver(client: Client, ...mails: Parameters<SmtpSession['send']>[0][]): Promise<Outcome[]> {
    const session = await SmtpSession.open(postfix.port, client);
    const outcomes: Outcome[] = [];
    for (const mail of mails) outcomes.push(await session.send(mail));
    await session.quit();
    replies.push(...session.replies);
    return outcomes;
  }

  /** The delivered mails with that subject, as soon as there are so many. */
  async function delivered(subject: string, count: number): Promise<string[]> {
    for (let atLeast = count; ; atLeast++) {
      const mails = (await postfix.delivered(atLeast)).filter((mail) => mail.includes(`\nSubject: ${subject}`));
      if (mails.length >= count) return mails;
    }
  }

  test('a mail that passes has the header, once, above all others', async () => {
    const [outcome] = await deliver(GOOD, { sender: 'one@good.test', recipients: ['a@here.test'], subject: 'passes' });
    expect(outcome?.recipients).toMatchObject([{ code: 250 }]);
    expect(outcome?.data).toMatchObject({ code: 250 });
    const [mail] = await delivered('passes', 1);
    expect(mail?.match(HEADER)).toHaveLength(1);
    expect(mail).toMatch(/^X-policyd-weight: .*CL_IP_EQ_FROM_MX=-3\.1.*; rate: -\d/m);
    expect(mail?.indexOf('X-policyd-weight:')).toBeLessThan(mail?.indexOf('\nReceived: from mail.good.test') ?? -1);
  });

  test('a mail from a listed client is refused', async () => {
    const [outcome] = await deliver(LISTED, { sender: 'two@spam.test', recipients: ['a@here.test'] });
    expect(outcome?.recipients).toMatchObject([{ code: 550 }]);
    expect(outcome?.recipients[0]?.text).toMatch(
      /^5\.7\.1 <a@here\.test>: Recipient address rejected: Your mail looks like/,
    );
    expect(outcome?.data).toBeUndefined();
  });

  test('a mail with a bogus MX and little else against it is deferred', async () => {
    const [outcome] = await deliver(BOGUS, { sender: 'three@bogus.test', recipients: ['a@here.test'] });
    expect(outcome?.recipients).toMatchObject([{ code: 450 }]);
    expect(outcome?.recipients[0]?.text).toMatch(
      /^4\.7\.1 <a@here\.test>: Recipient address rejected: Your mail looks like/,
    );
  });

  test('a mail for several recipients passes for all, with one header', async () => {
    const mail = { sender: 'four@good.test', recipients: ['a@here.test', 'b@here.test', 'c@here.test'] };
    const [outcome] = await deliver(GOOD, { ...mail, subject: 'several' });
    expect(outcome?.recipients.map((reply) => reply.code)).toEqual([250, 250, 250]);
    const copies = await delivered('several', 3);
    expect(copies).toHaveLength(3);
    for (const copy of copies) expect(copy.match(HEADER)).toHaveLength(1);
  });

  test('a mail for several recipients is refused for all, with the same words', async () => {
    const [outcome] = await deliver(LISTED_TOO, {
      sender: 'five@spam.test',
      recipients: ['a@here.test', 'b@here.test'],
    });
    expect(outcome?.recipients.map((reply) => reply.code)).toEqual([550, 550]);
    const [first, second] = outcome?.recipients ?? [];
    expect(second?.text).toBe(first?.text.replace('<a@', '<b@'));
  });

  test('postmaster gets all mail, without a header', async () => {
    const mail = { sender: 'six@spam.test', recipients: ['postmaster@here.test'], subject: 'to postmaster' };
    const [outcome] = await deliver(LISTED, mail);
    expect(outcome?.data).toMatchObject({ code: 250 });
    for (const copy of await delivered('to postmaster', 1)) expect(copy).not.toMatch(HEADER);
  });

  test('a bounce is weighed: it passes with a header, or is refused for a list and a HELO of somebody else', async () => {
    const bounce = { sender: '', recipients: ['a@here.test'], subject: 'bounce' };
    const [passed] = await deliver(GOOD, bounce);
    expect(passed?.data).toMatchObject({ code: 250 });
    for (const copy of await delivered('bounce', 1)) expect(copy.match(HEADER)).toHaveLength(1);
    const [refused] = await deliver({ ...LISTED, address: '192.0.2.68' }, bounce);
    expect(refused?.recipients.map((reply) => reply.code)).toEqual([550]);
  });

  test('50 mails over one connection', async () => {
    const mails = Array.from({ length: 50 }, (_, index) => ({
      sender: `sender${index}@good.test`,
      recipients: ['a@here.test'],
      subject: 'one of fifty',
    }));
    const outcomes = await deliver(GOOD, ...mails);
    expect(outcomes.map((outcome) => outcome.data?.code)).toEqual(Array(50).fill(250));
    for (const mail of await delivered('one of fifty', 50)) expect(mail.match(HEADER)).toHaveLength(1);
  });

  test('20 sessions at once, with 5 mails each', async () => {
    const sessions = await Promise.all(
      MANY.map((client, session) => {
        const mails = Array.from({ length: 5 }, (_, index) => ({
          sender: `sender${session}x${index}@many.test`,
          recipients: ['a@here.test'],
          subject: 'one of a hundred',
        }));
        return deliver(client, ...mails);
      }),
    );
    expect(sessions.flat().map((outcome) => outcome.data?.code)).toEqual(Array(100).fill(250));
    for (const mail of await delivered('one of a hundred', 100)) expect(mail.match(HEADER)).toHaveLength(1);
  });

  test('in all of this, Postfix never had to answer for polw, nor to warn of it', () => {
    // 451 is the reply of Postfix if the policy service fails.
    expect(replies.length).toBeGreaterThan(300);
    expect(replies.filter((reply) => reply.code === 451)).toEqual([]);
    const complaints = postfix
      .log()
      .split('\n')
      .filter((line) => /\/(smtpd|spawn|master)\[\d+\]: (warning|error|fatal|panic):/.test(line));
    expect(complaints).toEqual([]);
    expect(postfix.log()).not.toMatch(/premature end-of-input|problem talking to server|missing attribute/);
  });

  if (!recorded) return;

  test('nothing but one action for each request was written to the socket', () => {
    const recordings = postfix.recordings();
    expect(recordings.length).toBeGreaterThan(0);
    let total = 0;
    for (const { requests, answers } of recordings) {
      expect(answers).toMatch(/^(action=[ -~]+\n\n)+$/);
      const count = requests.split('\n\n').length - 1;
      expect(answers.split('\n\n').length - 1).toBe(count);
      total += count;
    }
    // 1 + 1 + 1 + 3 + 2 + 1 + 2 + 50 + 100 recipients
    expect(total).toBe(161);
  });
});
