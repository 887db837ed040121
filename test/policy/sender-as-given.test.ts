// What people read has the sender as Postfix gave it; the checks that compare senders have it without its tag.

import { expect, test } from 'vitest';
import type { Zone } from '../../rig/dns-server.ts';
import { type Attributes, rcpt } from '../../rig/request.ts';
import { newSite } from '../../rig/site.ts';

/** The client is on the list. */
const ZONE: Zone = { '10.2.0.192.bl.test': { A: '127.0.0.2' } };
const TEXTS = 'reject_text = "550 No, {sender} of {sender_domain}"\nmismatch_text = ""';
const SENDERS = ['no-reply@kunde.test', 'Bounces+123-AB@kunde.test', 'Plain@kunde.test'];

const mail = (sender: string): Attributes => rcpt({ sender, client_name: 'unknown', helo_name: 'x.test' });

test.each(SENDERS)('log, texts and explain have %s', async (sender) => {
  const site = await newSite(ZONE, { texts: TEXTS });
  const polw = await site.start();
  expect(await polw.ask(mail(sender))).toContain(`550 No, ${sender} of kunde.test`);
  await polw.end();
  const lines = site.log().filter((line) => line.includes(`<from=${sender}>`));
  expect(lines).toHaveLength(2);
  const { stdout } = await site.run(['explain', '--no-cache'], lines[1]);
  expect(stdout).toContain(`from <${sender}> to <someone@here.test>\n`);
  expect(stdout).toContain(`action=550 No, ${sender} of kunde.test`);
  const explained = await site.run(['explain', '--json', '--no-cache'], lines[0]);
  expect(JSON.parse(explained.stdout)).toMatchObject({ sender });
});

test('explain weighs the sender that was given: a tag is no part of what looks random', async () => {
  // Without its tag the local part is too short to look like anything.
  const decision = 'reject_level = 1000\nmax_dnsbl_score = 1000';
  const site = await newSite({}, { decision });
  const polw = await site.start();
  const plain = await polw.ask(mail('ab-xzkqvbnm@kunde.test'));
  expect(plain).not.toContain('RANDOM_SENDER');
  expect(await polw.ask({ ...mail('abxzkqvbnm@kunde.test'), instance: '2' })).toContain('RANDOM_SENDER');
  await polw.end();
});

test.each([
  ['no-reply@kunde.test', 'no@kunde.test'],
  ['Bounces+123-AB@kunde.test', 'bounces@kunde.test'],
])('as policyd-weight, texts have %s as %s, and the log as given', async (sender, untagged) => {
  const site = await newSite(ZONE, { texts: TEXTS, decision: 'as_policyd_weight = true' });
  const polw = await site.start();
  expect(await polw.ask(mail(sender))).toContain(`550 No, ${untagged} of kunde.test`);
  await polw.end();
  expect(site.log().filter((line) => line.includes(`<from=${sender}>`))).toHaveLength(2);
});
