// Through a real Postfix: mails per second and the reply to RCPT, and a burst of sessions that finds no process alive.

import { existsSync } from 'node:fs';
import { cleanMail } from '../mails.mjs';
import { Postfix } from '../postfix.mjs';
import { atLeast, atMost, line } from '../report.mjs';
import { expectCode, SmtpSession } from '../rig.mjs';
import { median, now, quantile, sleep, sum } from '../statistics.mjs';
import { makeKnown, warmUp } from '../warm-up.mjs';

const SENDERS = 20;
const ROUNDS = 3;
const LOADS = [
  { sessions: 1, mails: 300 },
  { sessions: 20, mails: 1000 },
];
/** So many mails go over one SMTP session. */
const MAILS_PER_SESSION = 10;
const BURST = 50;
const BURSTS = 5;

const mails = Array.from({ length: SENDERS }, (_, number) => cleanMail(number + 100_000));
let prepared;

export async function* throughPostfix(rig, what) {
  if (process.getuid() !== 0 || !existsSync('/usr/sbin/postfix')) {
    console.error('Postfix is not measured: it is not installed, or this is not root');
    return;
  }
  prepared ??= prepare(rig);
  const { postfix, names } = await prepared;
  if (what === 'load') for (const load of LOADS) yield* underLoad(postfix, names, load);
  else yield* inBursts(postfix, names);
}

/** One Postfix, and each policy service in the state that is measured. */
async function prepare({ contestants, nameServer }) {
  const all = {
    none: undefined,
    bare: contestants.bareNode(),
    'polw-weighing': contestants.polw({ log: 'syslog' }),
    'polw-known': contestants.polw({ log: 'syslog', verdicts: true }),
  };
  if (contestants.hasOriginal) {
    all['original-weighing'] = contestants.original();
    all['original-known'] = contestants.original({ verdicts: true });
  }
  await warmUp(all['polw-weighing'], mails, nameServer);
  for (const known of [all['polw-known'], all['original-known']]) {
    if (known !== undefined) await makeKnown(known, mails, nameServer);
  }
  return { postfix: await new Postfix().start(all), names: Object.keys(all) };
}

async function* underLoad(postfix, names, { sessions, mails: count }) {
  for (const name of names) await load(postfix.ports[name], sessions, sessions * 2);
  const measured = Object.fromEntries(names.map((name) => [name, { seconds: [], latencies: [] }]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const { seconds, latencies } = await load(postfix.ports[name], sessions, Math.ceil(count / ROUNDS));
      measured[name].seconds.push(seconds);
      measured[name].latencies.push(...latencies);
    }
  }
  const rate = (name) => {
    const of = measured[name];
    return of === undefined ? Number.NaN : of.latencies.length / sum(of.seconds);
  };
  const latency = (name, share) => quantile(measured[name]?.latencies ?? [], share);
  for (const [kind, words] of [
    ['known', 'known senders'],
    ['weighing', 'weighed from cached DNS answers'],
  ]) {
    const of = (figure) => ({
      polw: figure(`polw-${kind}`),
      bare: figure('bare'),
      original: figure(`original-${kind}`),
    });
    const what = `${sessions} session${sessions > 1 ? 's' : ''}, ${words}`;
    const rates = of(rate);
    const limits = sessions === 1 ? [] : [atLeast('≥ 1.4 × original', rates.polw, rates.original * 1.4)];
    const more = `without any policy service ${rate('none').toFixed(0)}`;
    yield line({ row: 'postfix', what, unit: 'mails/s', ...rates, limits, more });
    const times = of((name) => latency(name, 0.5));
    const late = of((name) => latency(name, 0.95));
    yield line({
      row: 'postfix',
      what: `${what}: reply to RCPT`,
      unit: 'ms',
      ...times,
      more: `p95: polw ${late.polw.toFixed(1)}, bare node ${late.bare.toFixed(1)}, original ${late.original.toFixed(1)}; without ${latency('none', 0.5).toFixed(2)}`,
    });
  }
}

/** Sends so many mails over so many sessions at once. Seconds, and milliseconds of each RCPT. */
async function load(port, sessions, count) {
  const latencies = [];
  let left = count;
  const work = async () => {
    while (left > 0) {
      const mail = mails[left % SENDERS];
      const session = await SmtpSession.open(port, clientOf(mail));
      for (let number = 0; number < MAILS_PER_SESSION && left > 0; number++) {
        left -= 1;
        latencies.push(await recipient(session, mail));
        await data(session);
      }
      await session.quit();
    }
  };
  const begun = now();
  await Promise.all(Array.from({ length: sessions }, work));
  return { seconds: (now() - begun) / 1000, latencies };
}

async function* inBursts(postfix, names) {
  const measured = Object.fromEntries(names.map((name) => [name, { replies: [], sinceConnect: [], latest: [] }]));
  for (let round = 0; round < BURSTS; round++) {
    for (const name of names) {
      await postfix.endSessions();
      await sleep(300);
      const times = await Promise.all(
        Array.from({ length: BURST }, (_, index) => firstReply(postfix.ports[name], index)),
      );
      measured[name].replies.push(...times.map(({ reply }) => reply));
      // Not before all have their reply: each shall have an smtpd, and a policy process, of its own.
      for (const { session } of times) session.close();
      measured[name].sinceConnect.push(...times.map(({ sinceConnect }) => sinceConnect));
      measured[name].latest.push(Math.max(...times.map(({ reply }) => reply)));
    }
  }
  const figure = (key, take) => (name) => take(measured[name]?.[key] ?? []);
  for (const [kind, words] of [
    ['known', 'known senders'],
    ['weighing', 'weighed from cached DNS answers'],
  ]) {
    const of = (one) => ({ polw: one(`polw-${kind}`), bare: one('bare'), original: one(`original-${kind}`) });
    const replies = of(figure('replies', median));
    const none = (one) => `without any policy service ${one('none').toFixed(0)}`;
    const say = (what, values, limits, more) =>
      line({ row: 'burst', what: `${BURST} sessions at once, ${words}: ${what}`, unit: 'ms', ...values, limits, more });
    const limits = [atMost('≤ 0.35 × original', replies.polw, replies.original * 0.35)];
    yield say('first RCPT, median', replies, limits, none(figure('replies', median)));
    yield say('first RCPT, slowest', of(figure('latest', median)), [], none(figure('latest', median)));
    yield say('connect to reply, median', of(figure('sinceConnect', median)), [], none(figure('sinceConnect', median)));
  }
}

async function firstReply(port, index) {
  const begun = now();
  const mail = mails[index % SENDERS];
  const session = await SmtpSession.open(port, clientOf(mail));
  const reply = await recipient(session, mail);
  return { reply, sinceConnect: now() - begun, session };
}

function clientOf({ client_address: address, client_name: name, helo_name: helo }) {
  return { address, name, helo };
}

/** MAIL and RCPT. Milliseconds until the reply to the second one, which must be yes. */
async function recipient(session, { sender }) {
  expectCode(await session.command(`MAIL FROM:<${sender}>`), 250);
  const begun = now();
  expectCode(await session.command('RCPT TO:<someone@here.test>'), 250);
  return now() - begun;
}

async function data(session) {
  expectCode(await session.command('DATA'), 354);
  expectCode(await session.command('Subject: a mail\r\n\r\nWords.\r\n.'), 250);
}
