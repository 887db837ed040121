// What polw check says of a configuration, and what a real Postfix does with it: about each kind of mail, is polw asked?
// Wants root.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAIRS, type Pair } from '../../../rig/check/pairs.ts';
import { DnsServer } from '../../../rig/dns-server.ts';
import { Postfix } from '../../../rig/postfix/postfix.ts';
import { SmtpSession } from '../../../rig/postfix/smtp.ts';
import { command } from '../../../rig/process.ts';

const run = promisify(execFile);
const dns = new DnsServer();
beforeAll(async () => {
  await dns.start();
});
afterAll(() => dns.stop());

/** What a service does about each kind of mail, in the words of polw check. */
interface Does {
  readonly strangers: string;
  readonly relaying: boolean;
  readonly ownNetwork: boolean;
  readonly ownLogin: boolean | undefined;
}

const OURS = 'you@here.test';
/** One that tables may name. */
const SPECIAL = 'special@here.test';
const ELSEWHERE = 'you@elsewhere.test';
const STRANGER = '192.0.2.10';
const LOGGED_IN = '192.0.2.20';
const OWN = '127.0.0.1';

/** Starts Postfix with a pair. */
async function postfixWith(pair: Pair): Promise<Postfix> {
  const settings = (folder: string): string =>
    `[dns]\nnameservers = ["${dns.address}:${dns.port}"]\nlist_check_interval = 0\n[cache]\ncache_file = "${folder}/cache.sqlite"\n[log]\nlog_to = "file"\nlog_file = "${folder}/polw.log"\n[[lists]]\nname = "BL"\nzone = "bl.test"\nanswers = [{ client = 4 }]\n`;
  const fill = (text: string, ports: readonly number[]): string =>
    ports.reduceRight(
      (filled, port, index) => filled.replaceAll(`PORT${index === 0 ? '' : index + 1}`, String(port)),
      text,
    );
  return await new Postfix({
    settings,
    recorded: true,
    files: pair.files ?? {},
    main: ({ ports }) => parametersIn(fill(pair.main, ports)),
    master: ({ ports, argv, folder }) => [
      fill(pair.master.replaceAll(/^(PORT\d?) /gm, '127.0.0.1:$1 '), ports)
        .replaceAll('ARGV', argv)
        .replaceAll('FOLDER', folder),
      'dnsblog unix - - n - 0 dnsblog',
      'tlsproxy unix - - n - 0 tlsproxy',
    ],
  }).start();
}

/** Parameters as they stand in main.cf. */
function parametersIn(text: string): Record<string, string | undefined> {
  const logical = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\n\s+/g, ' ');
  return Object.fromEntries(
    logical.split('\n').map((line): [string, string | undefined] => {
      const [, name = '', value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
      return [name, value === '@default' ? undefined : value];
    }),
  );
}

/** A dovecot that lets everybody in (its authentication protocol, version 1.1). */
async function letIn(socket: string): Promise<Server> {
  const server = createServer((client) => {
    client.on('error', () => {});
    client.write('VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0\nDONE\n');
    client.on('data', (bytes) => {
      for (const [, id] of bytes.toString().matchAll(/^AUTH\t(\d+)/gm)) client.write(`OK\t${id}\tuser=me\n`);
    });
  });
  server.listen(socket);
  await once(server, 'listening');
  chmodSync(socket, 0o666);
  return server;
}

/** Tries a recipient: whether it was taken. */
async function tryMail(port: number, client: string, login: boolean, recipient: string): Promise<boolean> {
  const session = await SmtpSession.open(port, { address: client, name: '[UNAVAILABLE]', helo: 'mail.elsewhere.test' });
  if (login) {
    const words = Buffer.from('\0me\0secret').toString('base64');
    const { code } = await session.command(`AUTH PLAIN ${words}`);
    if (code !== 235) throw new Error(`AUTH: ${code}`);
  }
  const [, rcpt] = await session.pipeline([`MAIL FROM:<someone@elsewhere.test>`, `RCPT TO:<${recipient}>`]);
  session.close();
  return rcpt?.code === 250;
}

/** Sends mail of each kind; undefined if smtpd does not even start. */
async function observe(postfix: Postfix, port: number, hasLogin: boolean): Promise<Does | undefined> {
  const asked = async (
    client: string,
    recipient: string,
    login = false,
  ): Promise<{ asked: boolean; taken: boolean }> => {
    const count = (): number =>
      postfix
        .recordings()
        .flatMap(({ requests }) => requests.split('\n\n'))
        .filter(
          (request) =>
            request.includes('\nprotocol_state=RCPT\n') &&
            request.includes(`\nclient_address=${client}\n`) &&
            request.includes(`\nrecipient=${recipient}\n`) &&
            request.includes('\nsasl_username=me\n') === login,
        ).length;
    const earlier = count();
    const taken = await tryMail(port, client, login, recipient);
    return { asked: count() > earlier, taken };
  };
  const answered = asked(STRANGER, OURS);
  let isOver = false;
  const first = await Promise.race([answered, smtpdDies(postfix, () => isOver)]);
  isOver = true;
  if (first === undefined) return undefined;
  const special = await asked(STRANGER, SPECIAL);
  const elsewhere = await asked(STRANGER, ELSEWHERE);
  const own = [await asked(OWN, OURS), await asked(OWN, ELSEWHERE)];
  const login = hasLogin ? [await asked(LOGGED_IN, OURS, true), await asked(LOGGED_IN, ELSEWHERE, true)] : undefined;
  return {
    strangers:
      first.asked !== special.asked ? 'asked for some' : first.asked ? 'asked' : first.taken ? 'not asked' : 'refused',
    relaying: elsewhere.asked,
    ownNetwork: own.some((one) => one.asked),
    ownLogin: login?.some((one) => one.asked),
  };
}

/** Waits until smtpd can't read its configuration: Postfix starts it again and again then, and clients wait. */
async function smtpdDies(postfix: Postfix, isOver: () => boolean): Promise<undefined> {
  while (!isOver() && !postfix.log().includes('fatal: malformed option'))
    await new Promise((resolve) => setTimeout(resolve, 100));
}

interface Said {
  readonly findings: readonly {
    readonly severity: string;
    readonly place: string;
    readonly what: string;
    readonly todo: string;
  }[];
  readonly services: readonly (Does & { readonly service: string })[];
}

async function checkSays(postfix: Postfix): Promise<Said> {
  const [file, ...words] = [
    ...command(`${postfix.folder}/bin/polw`),
    'check',
    '--json',
    '-c',
    `${postfix.folder}/config`,
  ];
  const { stdout } = await run(file, words, { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } }).catch((error) => error);
  return JSON.parse(stdout);
}

const observed = new Set<string>();

describe('polw check says what Postfix does', () => {
  test.each(PAIRS)('$name', async (pair) => {
    const postfix = await postfixWith(pair);
    let auth: Server | undefined;
    try {
      const hasLogin = /smtpd_sasl_auth_enable = yes/.test(pair.main);
      if (hasLogin) auth = await letIn(`${postfix.folder}/queue/private/auth`);
      const said = await checkSays(postfix);
      for (const [index, port] of postfix.ports.entries()) {
        const name = `PORT${index === 0 ? '' : index + 1}`;
        if (!new RegExp(`^${name} `, 'm').test(pair.master)) continue;
        const does = await observe(postfix, port, hasLogin);
        const service = pair.services?.[name] ?? `127.0.0.1:${port}/inet`;
        const report = said.services.find((one) => one.service === service);
        if (report === undefined) throw new Error(`polw check does not know ${service}`);
        const { strangers, relaying, ownNetwork, ownLogin } = report;
        if (does !== undefined) expect({ strangers, relaying, ownNetwork, ownLogin }, name).toEqual(does);
        observed.add(does?.strangers ?? 'does not start');
      }
      const lines = said.findings.map(
        ({ severity, what, todo }) => `${severity === 'warning' ? 'warning: ' : ''}${what}; ${todo}`,
      );
      const ofPostfix = lines.filter((line) => !/the account polw belongs to/.test(line));
      expect(ofPostfix).toEqual((pair.says ?? []).map((says) => expect.stringMatching(says)));
    } finally {
      auth?.close();
      await postfix.stop();
    }
  });

  test('and all kinds of outcome were among them', () => {
    expect([...observed].sort()).toEqual(['asked', 'asked for some', 'does not start', 'not asked', 'refused']);
  });
});
