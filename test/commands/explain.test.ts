// polw explain: one mail, given in three ways, weighed by the code of the service.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DnsServer } from '../../rig/dns-server.ts';
import { perlConf, type Request, requestBytes, type Scenario } from '../../rig/parity/scenario.ts';
import { type Attributes, rcpt, requestText } from '../../rig/request.ts';
import { newPlace, type Place, run, runOnTerminal, withCache, ZONE } from '../../rig/shell.ts';
import { runPolw, startPolw } from '../../rig/within-test.ts';
import { convertText } from '../../src/commands/convert.ts';
import { settingsFile } from '../../src/commands/defaults.ts';
import { readLogged } from '../../src/commands/logged/formats.ts';
import { policydWeight } from '../../src/convert/policyd-weight/policyd-weight.ts';
import { parseAddress } from '../../src/dns/address.ts';
import { fieldsOf, withoutFields } from '../../src/log/fields.ts';
import { readSettings } from '../../src/settings/read.ts';

const LISTED: Attributes = {
  client_address: '192.0.2.66',
  client_name: 'unknown',
  helo_name: 'mail.spam.test',
  sender: 'someone@spam.test',
};
const LISTED_OPTIONS = ['--client', '192.0.2.66', '--helo', 'mail.spam.test', '--from', 'someone@spam.test'];

const dns = new DnsServer(ZONE);
beforeAll(() => dns.start());
afterAll(() => dns.stop());

/** The action that an explanation ends with. */
function actionIn(explanation: string): string {
  return /^action=.*$/m.exec(explanation)?.[0] ?? '';
}

/** What the service says about a mail; its cache goes on existing. */
async function serve(place: Place, ...mails: Attributes[]): Promise<string[]> {
  const polw = await startPolw(['-f', place.settings]);
  const answers: string[] = [];
  for (const [index, mail] of mails.entries()) answers.push(await polw.ask(rcpt({ instance: `i${index}`, ...mail })));
  await polw.end();
  return answers;
}

describe('a mail', () => {
  const to = 'someone@here.test';

  test('given by options, a request, and log lines of polw and of smtpd is the same', async () => {
    const place = newPlace(dns);
    const [served] = await serve(newPlace(dns), LISTED);
    expect(served).toMatch(/^action=550 /);
    const inputs: [string[], string][] = [
      [[...LISTED_OPTIONS, '--to', to], ''],
      [[], requestText(rcpt(LISTED))],
      [
        [],
        `Nov 20 10:00:00 mx postfix/polw[1]: decided ${served}; <client=unknown[192.0.2.66]> <helo=mail.spam.test> <from=someone@spam.test> <to=${to}>; delay: 0s\n`,
      ],
      [
        [],
        `a line of another program\nNov 20 10:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.66]: 550 5.7.1 <${to}>: Recipient address rejected: Your mail looks like spam; from=<someone@spam.test> to=<${to}> proto=ESMTP helo=<mail.spam.test>\n`,
      ],
    ];
    for (const [options, input] of inputs) {
      const { stdout, stderr, code } = await run(place, ['explain', ...options], input);
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      expect(actionIn(stdout)).toBe(served);
      expect(stdout).toContain(
        'client 192.0.2.66 (unknown), HELO mail.spam.test\nfrom <someone@spam.test> to <someone@here.test>\n',
      );
    }
  });

  test('is shown check by check, with running score, answers, thresholds and verdict', async () => {
    const { stdout } = await run(newPlace(dns), ['explain', ...LISTED_OPTIONS]);
    expect(stdout).toMatch(/^ {2}token +points +score$/m);
    expect(stdout).toMatch(
      /^DNS lists by client address\n {2}IN_BL +\+4\.35 +\+4\.35 {2}on BL\n {4}A 66\.2\.0\.192\.bl\.test: 127\.0\.0\.2 \(asked, \d+ ms\)$/m,
    );
    const rows = [...stdout.matchAll(/^ {2}\S+ +([+-]?[\d.]+) +([+-]?[\d.]+) {2}\S.*$/gm)];
    expect(rows.length).toBeGreaterThan(2);
    let score = 0;
    for (const [, points, running] of rows) {
      score += Number(points);
      expect(Number(running)).toBeCloseTo(score, 2);
    }
    expect(stdout).toMatch(
      new RegExp(
        `^score ${String(Math.round(score * 100) / 100).replace('.', '\\.')}\\d*; refused from 1, deferred below 5 with IN_SPAMCOP= BOGUS_MX=$`,
        'm',
      ),
    );
    expect(stdout).toMatch(/^verdict reject$/m);
  });

  test('is told by which names the lists of domains were asked', async () => {
    const server = await new DnsServer({ ...ZONE, 'mail.good.test.names.test': { A: '127.0.0.2' } }).start();
    const list =
      '[[lists]]\nname = "NAMES"\nzone = "names.test"\nanswers = [{ sender = 1, helo = 2, client_name = 3 }]\n';
    const place = newPlace(server);
    appendFileSync(place.settings, list);
    const mail = ['--client', '192.0.2.10', '--name', 'mail.good.test', '--helo', 'mail.good.test'];
    const { stdout } = await run(place, ['explain', ...mail, '--from', 'someone@good.test']);
    await server.stop();
    expect(stdout).toMatch(
      /^DNS lists by sender domain, HELO and client name\n {2}HELO_IN_NAMES .*\n {2}CLIENT_NAME_IN_NAMES /m,
    );
  });

  test('about which questions fail is shown with them, and with what comes of it', async () => {
    const failing = await new DnsServer({ ...ZONE, '*.sick.test': { rcode: 'SERVFAIL' } }).start();
    const words = ['explain', '--client', '192.0.2.66', '--from', 'x@a.sick.test', '--helo', 'localhost', '--no-cache'];
    const { stdout } = await run(newPlace(failing), words);
    expect(stdout).toMatch(
      /^ {2}SENDER_DNS_UNKNOWN +0 +\+\S+ {2}a question about the sender domain has no answer: it counts neither way$/m,
    );
    expect(stdout).toMatch(/^unknown \(sender domain\): the MX record of a\.sick\.test: servfail$/m);
    expect(stdout).toMatch(/^it counts neither way, and nothing is remembered$/m);

    const clean = ['explain', '--client', '192.0.2.67', ...words.slice(3)];
    const doubtful = await run(newPlace(failing), clean);
    expect(doubtful.stdout).toMatch(/^the verdict may hang on it: put off$/m);
    expect(actionIn(doubtful.stdout)).toMatch(/^action=450 4\.7\.1 .*the MX record of a\.sick\.test/);
    const json = await run(newPlace(failing), [...clean, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      inDoubt: true,
      unknown: expect.arrayContaining([{ of: 'sender domain', type: 'MX', name: 'a.sick.test', reason: 'servfail' }]),
    });
    await failing.stop();
  });

  test('is shown for programs', async () => {
    const { stdout } = await run(newPlace(dns), ['explain', '--json', ...LISTED_OPTIONS, '--to', to]);
    const explained: unknown = JSON.parse(stdout);
    expect(explained).toMatchObject({
      client: '192.0.2.66',
      clientName: 'unknown',
      helo: 'mail.spam.test',
      sender: 'someone@spam.test',
      recipient: to,
      warnings: [],
      rejectLevel: 1,
      deferLevel: 5,
      outcome: 'reject',
      action: expect.stringMatching(/^550 /),
      score: expect.any(Number),
      milliseconds: expect.any(Number),
      steps: expect.arrayContaining([
        {
          check: 'DNS lists by client address',
          tokens: [{ name: 'IN_BL', points: 4.35, text: 'IN_BL=4.35', meaning: 'on BL' }],
          questions: [expect.stringMatching(/^A 66\.2\.0\.192\.bl\.test: 127\.0\.0\.2 \(asked, \d+ ms\)$/)],
        },
      ]),
    });
  });

  test('lacks what was not given, and that is said', async () => {
    const place = newPlace(dns);
    const { stdout } = await run(place, ['explain', '--client', '192.0.2.66']);
    expect(stdout.match(/^not given: .*$/gm)).toEqual([
      'not given: the name of the client (--name): taken as unknown',
      'not given: HELO (--helo): taken as empty',
      'not given: the sender (--from): taken as the null sender',
    ]);
    expect(stdout).toContain('from <> to <>\n');
    const line =
      'postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.66]: 550 5.7.1 x; from=<j?rg@spam.test> to=<a@here.test> proto=SMTP';
    expect((await run(place, ['explain'], line)).stdout.match(/^not given: .*$/gm)).toEqual([
      'not given: HELO: the line has none',
      'not given: letters that the log shows as "?": taken as they stand there',
    ]);
  });

  test('with an IPv6 client, and with UTF-8, is answered as by the service', async () => {
    const mails: Attributes[] = [
      {
        client_address: '2001:db8::10',
        client_name: 'mail.six.test',
        helo_name: 'mail.six.test',
        sender: 'a@six.test',
      },
      { ...LISTED, sender: 'jörg@bücher.test', helo_name: 'mail.bücher.test' },
    ];
    for (const mail of mails) {
      const [served] = await serve(newPlace(dns), mail);
      const { stdout } = await run(newPlace(dns), ['explain'], requestText(rcpt(mail)));
      expect(actionIn(stdout)).toBe(served);
      const options = [
        '--client',
        mail.client_address,
        '--name',
        mail.client_name,
        '--helo',
        mail.helo_name,
        '--from',
        mail.sender,
      ];
      const { stdout: byOptions } = await run(newPlace(dns), ['explain', ...options.map(String), '--to', to]);
      expect(actionIn(byOptions)).toBe(served);
    }
  });

  test('that the service does not weigh is not weighed, and why is said', async () => {
    const place = newPlace(dns);
    for (const [change, says] of [
      [{ request: 'something_else' }, /^warning: a request of type "something_else" instead of smtpd_access_policy/m],
      [{ protocol_state: 'DATA' }, /^warning: called at DATA instead of RCPT, so nothing is weighed/m],
      [{ client_address: 'unknown' }, /^warning: client_address is no address/m],
    ] as const) {
      const { stdout, code } = await run(place, ['explain'], requestText(rcpt({ ...LISTED, ...change })));
      expect(stdout).toMatch(says);
      expect(stdout).toContain('answered at once, without weighing\n');
      expect({ action: actionIn(stdout), code }).toEqual({ action: 'action=DUNNO', code: 0 });
    }
  });

  test('that is none is a mistake of who asks', async () => {
    const wanted =
      'explain wants --client ADDRESS and --from SENDER, or a request block or a line of the mail log on stdin';
    const none = `this line names no client and sender; ${wanted}`;
    for (const [input, says] of [
      ['', wanted],
      ['\n\n', wanted],
      ['nothing of a mail\n', none],
      ['Nov 20 10:00:00 mx postfix/smtpd[1]: 4F1: client=a.example[192.0.2.1]\n', none],
    ]) {
      const { stdout, stderr, code } = await run(newPlace(dns), ['explain'], input);
      expect({ stdout, stderr, code }).toEqual({ stdout: '', stderr: `polw: ${says}\n`, code: 64 });
    }
  });

  test('sends no commands to a terminal', async () => {
    const evil = 'mail\x1b[2J\x9b31m\u202etest';
    const place = newPlace(dns);
    const { stdout } = await run(place, ['explain'], requestText(rcpt({ ...LISTED, helo_name: evil })));
    expect(stdout).toContain('HELO mail?[2j?31m?test\n');
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test('may be a bounce', async () => {
    const { stdout } = await run(newPlace(dns), ['explain', '--client', '192.0.2.66', '--from', '<>']);
    expect(stdout).not.toContain('the sender (--from)');
    expect(stdout).toContain('from <> to <>\n');
    expect(stdout).toContain('IN_BL');
  });

  test('with settings that can not be used is weighed with the built-in ones, and that is said', async () => {
    const place = newPlace(dns, { decision: 'reject_levle = 1' });
    const { stdout } = await run(place, ['explain', '--client', '192.0.2.66', '--from', '<>']);
    expect(stdout).toMatch(
      /^warning: .*polw\.toml:\d+:\d+: there is no setting "reject_levle".*; going on with the built-in settings$/m,
    );
  });
});

describe('the cache', () => {
  const contents = (place: Place) =>
    withCache(place, (db) =>
      ['answer_v2', 'refused_v2', 'accepted_v2', 'list_v1', 'count_v1', 'told_v1', 'pruned_v1'].map((table) =>
        db.prepare(`SELECT * FROM ${table}`).all(),
      ),
    );

  test('is used and left as it is; --no-cache asks for everything', async () => {
    const place = newPlace(dns);
    const good = { client_address: '192.0.2.10', client_name: 'mail.good.test' };
    const answers = await serve(place, LISTED, good);
    expect(answers).toEqual([expect.stringMatching(/^action=550/), expect.stringMatching(/^action=PREPEND/)]);
    const before = contents(place);
    expect(before[1]).not.toEqual([]);

    const cached = await run(place, ['explain', ...LISTED_OPTIONS]);
    expect(cached.stdout).toContain('answered from the cache, without weighing; --no-cache weighs it\n');
    expect(actionIn(cached.stdout)).toMatch(/was refused \d+ seconds ago/);
    const weighed = await run(place, ['explain', '--no-cache', ...LISTED_OPTIONS]);
    expect(actionIn(weighed.stdout)).toBe(answers[0]);
    expect(weighed.stdout).toMatch(/\(asked, \d+ ms\)/);
    expect(weighed.stdout).not.toContain('(cached)');

    // Another client of the same names: its answers are cached, its verdict is not.
    const other = await run(place, ['explain'], requestText(rcpt({ ...good, sender: 'another@good.test' })));
    expect(other.stdout).toContain('A 10.2.0.192.bl.test: no-such-name (cached)\n');
    for (let i = 0; i < 3; i++) await run(place, ['explain', '--client', '192.0.2.77', '--from', 'a@bogus.test']);
    expect(contents(place)).toEqual(before);
  });

  test('is not made, nor is its folder', async () => {
    const place = newPlace(dns);
    const { stdout, stderr, code } = await run(place, ['explain', ...LISTED_OPTIONS]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(actionIn(stdout)).toMatch(/^action=550/);
    expect(existsSync(place.cache)).toBe(false);
    expect(existsSync(`${place.folder}/state`)).toBe(false);
  });
});

describe('colours', () => {
  test('are there on a terminal', async () => {
    const { stdout, code } = await runOnTerminal(['explain', ...LISTED_OPTIONS, '-f', newPlace(dns).settings]);
    expect(stdout).toMatch(/^verdict \x1b\[31mreject\x1b\[0m$/m);
    expect(stdout).toContain('\x1b[1mDNS lists by client address\x1b[0m\n');
    expect(code).toBe(0);
  });

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('are not there with %j', async (env) => {
    const { stdout } = await runOnTerminal(['explain', ...LISTED_OPTIONS, '-f', newPlace(dns).settings], env);
    expect(stdout).toMatch(/^verdict reject$/m);
    expect(stdout).not.toContain('\x1b');
  });

  test('are not there without a terminal, nor in JSON', async () => {
    const place = newPlace(dns);
    expect((await run(place, ['explain', ...LISTED_OPTIONS])).stdout).not.toContain('\x1b');
    const { stdout } = await runOnTerminal(['explain', '--json', ...LISTED_OPTIONS, '-f', place.settings]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'reject' });
  });
});

test('nothing that a terminal could take for a command comes from outside, in JSON either', async () => {
  const evil = 'a\u009b31mb\u202ec\u001b[2jd\u{e0041}e\u0085f';
  const place = newPlace(dns);
  const mail = ['--client', '192.0.2.66', '--helo', evil, '--name', `${evil}.test`, '--from', `${evil}@spam.test`];
  for (const options of [[], ['--json']]) {
    const { stdout, stderr } = await run(place, ['explain', ...options, ...mail]);
    expect((stdout + stderr).match(/[^\P{C}\n]/gu)).toBeNull();
    if (options.length > 0) expect(JSON.parse(stdout)).toMatchObject({ helo: evil, sender: `${evil}@spam.test` });
    else expect(stdout).toContain('HELO a?31mb?c?[2jd?e?f');
  }
  for (const args of [['explain', '--client', evil], [evil], ['cache', 'show', evil], ['lists', `--${evil}`]]) {
    const { stdout, stderr } = await run(place, args);
    expect(stdout + stderr).not.toBe('');
    expect((stdout + stderr).match(/[^\P{C}\n]/gu)).toBeNull();
  }
});

describe('log lines', () => {
  const ENVELOPE = { client: '192.0.2.1', name: 'unknown', helo: 'h.test', from: 'a@b.test', to: 'c@d.test' };
  const ours = (parts: Partial<typeof ENVELOPE>): string => {
    const { client, name, helo, from, to } = { ...ENVELOPE, ...parts };
    return `<client=${name}[${client}]> <helo=${helo}> <from=${from}> <to=${to}>`;
  };
  const NAMES: Partial<typeof ENVELOPE>[] = [
    {},
    { client: '2001:db8::1', name: 'mail.six.test' },
    { from: '' },
    { helo: '' },
    { helo: '[192.0.2.1]' },
    { helo: '[ipv6:2001:db8::1]' },
    { helo: 'a>b' },
    { helo: 'a;b from=<x> to=<y>' },
    { from: '"a b"@b.test', to: '"x>y"@d.test' },
    { from: '"a> to=<b"@b.test' },
    { from: 'jörg@bücher.test', helo: 'mail.bücher.test' },
    { name: '' },
  ];

  test.each(NAMES)('of polw: %j', (parts) => {
    const lines = [
      `2026-11-20T10:00:00.000Z postfix/polw[1]: weighted check:  IN_BL=4.35 CL_IP_NE_HELO=1.5; ${ours(parts)}; rate: 5.85`,
      `Nov 20 10:00:00 mx postfix/polw[1]: decided action=550 5.7.1 HELO: ${parts.helo ?? 'h'}, MTA hostname: x.test[192.0.2.9] (helo/hostname mismatch); ${ours(parts)}; delay: 0s`,
      `${ours(parts)}\r`,
    ];
    for (const line of lines) expect(readLogged(line)).toMatchObject({ ...ENVELOPE, ...parts });
  });

  test.each(NAMES.filter(({ helo }) => helo !== ''))('of smtpd: %j', (parts) => {
    const { client, name, helo, from, to } = { ...ENVELOPE, ...parts };
    for (const [before, after] of [
      ['Nov 20 10:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from', ''],
      [
        '2026-11-20T10:00:00+01:00 mx postfix/submission/smtpd[1]: NOQUEUE: reject_warning: RCPT from',
        ' sasl_username=<me>',
      ],
    ]) {
      const reply = `550 5.7.1 <${to}>: Recipient address rejected: HELO: ${helo}; in bl.test`;
      for (const port of ['', ':40000']) {
        const line = `${before} ${name}[${client}]${port}: ${reply}; from=<${from}> to=<${to}> proto=ESMTP helo=<${helo}>${after}`;
        expect(readLogged(line)).toEqual({ client, name, helo, from, to, said: reply });
      }
    }
  });

  const FORGED: Partial<typeof ENVELOPE>[] = [
    { from: '"x> <to=boss@bank.test>; delay: 0s "@foo.test' },
    { from: '"x> <to=boss@bank.test>; rate: 1 "@foo.test', to: '"> <from=y> <to=z>; delay: 0s"@d.test' },
    { from: '"<client=x[198.51.100.9]> <helo=h> <from=a@b> <to=c@d>; delay: 0s"@foo.test' },
    { helo: 'h> <from=boss@bank.test> <to=x@y.test>; delay: 0s' },
    { name: 'h[198.51.100.9]> <helo=h> <from=boss@bank.test> <to=x@y.test>; delay: 0s' },
    { to: '<to=boss@bank.test>@d.test' },
    { from: '"unbalanced@foo.test' },
  ];

  test.each(FORGED)('of polw, in which somebody forges fields: %j', (parts) => {
    const { client, name, helo, from, to } = { ...ENVELOPE, ...parts };
    const names = { sender: undefined };
    const mail = { client: parseAddress(client), clientName: name, helo, sender: from, recipient: to, names };
    const masked = (text: string): string => text.replace(/[<>]/g, '?');
    const reply = withoutFields(`550 5.7.1 ${helo} ${from}`);
    for (const line of [
      `weighted check:  IN_BL=4.35; ${fieldsOf(mail)}; rate: 5.85`,
      `decided action=${reply}; ${fieldsOf(mail)}; delay: 0s`,
    ]) {
      expect(readLogged(line)).toMatchObject({
        client,
        name: masked(name),
        helo: masked(helo),
        from: masked(from),
        to: masked(to),
      });
      for (const field of ['client', 'helo', 'from', 'to']) expect(line.split(`<${field}=`)).toHaveLength(2);
    }
  });

  test('of an earlier version, in which a sender forges fields', () => {
    for (const from of [
      '"x> <to=boss@bank.test>; delay: 0s "@foo.test',
      '"\\"> <to=boss@bank.test>; delay: 0s"@foo.test',
    ])
      expect(readLogged(`decided action=DUNNO; ${ours({ from })}; delay: 0s`)).toMatchObject({ ...ENVELOPE, from });
  });

  test('of the service: no mail forges a field, in whatever line', async () => {
    const place = newPlace(dns);
    const forged = '<client=x[198.51.100.9]> <helo=h> <from=a@b> <to=c@d>; delay: 0s';
    await serve(
      place,
      { ...LISTED, sender: `"${forged}"@foo.test` },
      { ...LISTED, helo_name: `x${forged}` },
      { ...LISTED, client_name: `x${forged}`, recipient: `"${forged}"@here.test` },
      { ...LISTED, client_address: forged },
      { ...LISTED, recipient: `postmaster@${forged}` },
      { ...LISTED, request: `x${forged}`, instance: 'other' },
      { ...LISTED, protocol_state: forged },
    );
    const lines = readFileSync(place.log, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(7);
    for (const line of lines) expect(line.split(/<(?:client|helo|from|to)=/).length).toBeOneOf([1, 5]);
    expect(lines.filter((line) => line.includes('<client=')).map((line) => readLogged(line)?.client)).not.toContain(
      '198.51.100.9',
    );
  });

  test.each([
    '',
    'Nov 20 10:00:00 mx postfix/smtpd[1]: connect from unknown[192.0.2.1]',
    'Nov 20 10:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: CONNECT from unknown[192.0.2.1]: 554 5.7.1 no; proto=SMTP',
    'Nov 20 10:00:00 mx postfix/polw[1]: warning: the list BL is off',
  ])('of another matter: %s', (line) => {
    expect(readLogged(line)).toBeUndefined();
  });
});

describe('the requests of the first corpus', () => {
  const COUNT = 200;
  const scenarios: Scenario[] = JSON.parse(
    readFileSync(new URL('../parity/fixtures/corpus-1.json', import.meta.url), 'utf8'),
  );

  /** The first request of each scenario, then the second of each, and so on. */
  function* firstRequests(): Generator<[Scenario, Request]> {
    const usable = scenarios
      .filter(({ slow, requests }) => slow !== true && requests.every(({ patch }) => patch === undefined))
      .map(({ requests, ...scenario }) => {
        const seen = new Set<string>();
        const first = requests.filter(({ attrs, raw }) => {
          const mail = `${attrs?.instance} ${attrs?.client_address} ${attrs?.sender}`;
          if (raw !== undefined || attrs === undefined || seen.has(mail)) return false;
          seen.add(mail);
          return true;
        });
        return { ...scenario, requests: first };
      });
    for (let index = 0; ; index++) {
      for (const scenario of usable) {
        const request = scenario.requests[index];
        if (request !== undefined) yield [scenario, request];
      }
    }
  }

  test(`${COUNT} of them are explained with the action that the service answers`, { timeout: 120_000 }, async () => {
    const corpusDns = await new DnsServer().start();
    const different: unknown[] = [];
    const kinds = new Set<string>();
    let count = 0;
    try {
      for (const [{ id, config, zone }, request] of firstRequests()) {
        const place = newPlace(corpusDns);
        const { settings } = readSettings(
          convertText(policydWeight, perlConf(config), 'policyd-weight.conf', true).text,
        );
        const own = {
          nameservers: [`${corpusDns.address}:${corpusDns.port}`],
          cache_file: place.cache,
          log_to: 'nowhere' as const,
        };
        const file = `${place.folder}/corpus.toml`;
        writeFileSync(file, settingsFile({ ...settings, ...own }, []), { mode: 0o644 });
        corpusDns.setZone(zone);
        const bytes = Buffer.from(requestBytes(request), 'latin1');
        const explained = await runPolw(['explain', '-f', file], bytes);
        const served = await runPolw(['-f', file], bytes);
        const [shown, said] = [actionIn(explained.stdout), served.stdout.trimEnd()];
        if (shown !== said || explained.code !== 0)
          different.push({ id, request, shown, said, stderr: explained.stderr });
        kinds.add(said.slice(0, 'action=PRE'.length));
        if (++count === COUNT) break;
      }
    } finally {
      await corpusDns.stop();
    }
    expect(different).toEqual([]);
    expect([...kinds]).toEqual(expect.arrayContaining(['action=550', 'action=450', 'action=PRE', 'action=DUN']));
  });
});
