// polw check: what it says of the entries of polw, of their settings, and of the machine, each seen as the account sees it.

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALL, Installation, POLW, RESTRICTIONS, UID, USER, WELL } from '../../../rig/check/installation.ts';
import { DnsServer } from '../../../rig/dns-server.ts';
import { command } from '../../../rig/process.ts';
import { newFolder, startPolw } from '../../../rig/within-test.ts';
import { listeningPorts, policydWeight } from '../../../src/commands/check/about-processes.ts';

const dns = new DnsServer();
beforeAll(async () => {
  await dns.start();
});
afterAll(() => dns.stop());

/** The lines that are said of a spoilt installation. */
async function linesOf(spoil: (one: Installation) => void, ...options: string[]): Promise<readonly string[]> {
  const one = new Installation(dns);
  spoil(one);
  const { stdout, stderr } = await one.check(...options);
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

const entry = (name: string, argv: string, { type = 'unix', chroot = 'n', user = USER } = {}): string[] => [
  `${name} ${type} - n ${chroot} - 0 spawn`,
  `  user=${user} argv=${argv}`,
];

describe('the entries of polw', () => {
  const program = command(POLW).join(' ');

  test.each([
    ['polw', program],
    ['polw behind node and its options', `${process.execPath} --max-old-space-size=64 -r fs ${POLW}`],
    ['polw behind env', `/usr/bin/env -i A=b ${process.execPath} ${POLW}`],
    ['a wrapper', `/usr/bin/nice -n 5 ${process.execPath} ${POLW}`],
  ])('%s is recognised', async (_, argv) => {
    const one = new Installation(dns);
    one.master = ['smtp inet n - n - - smtpd', ...entry('policy', `${argv} -f ${one.folder}/polw.toml`)];
    expect(await one.check()).toMatchObject(WELL);
  });

  test('a copy of the launcher under another name is recognised, and a script that starts polw', async () => {
    const one = new Installation(dns);
    const bin = `${one.folder}/bin`;
    cpSync(POLW.replace(/\/polw$/, ''), bin, { recursive: true });
    copyFileSync(`${bin}/polw`, `${bin}/weigh`);
    writeFileSync(`${bin}/start`, `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
    for (const argv of [`${process.execPath} ${bin}/weigh`, `${bin}/start`]) {
      one.master = ['smtp inet n - n - - smtpd', ...entry('policy', `${argv} -f ${one.folder}/polw.toml`)];
      expect(await one.check()).toMatchObject(WELL);
    }
  });

  test.each(['/usr/bin/perl /usr/sbin/policyd-weight', '/usr/bin/perl /usr/lib/postfix/polw.pl'])(
    'another program is none, whatever its account: %s',
    async (argv) => {
      const lines = await linesOf((one) => {
        one.master = ['smtp inet n - n - - smtpd', ...entry('policy', argv, { user: 'polw' })];
      });
      expect(lines).toEqual(['master.cf has no entry for polw; see master.cf.example']);
    },
  );

  test('each is looked at, with its own settings file, account and columns', async () => {
    const lines = await linesOf((one) => {
      writeFileSync(`${one.folder}/strict.toml`, '[decision]\nreject_levle = 1\n');
      one.master.push(...entry('strict', `${program} -f ${one.folder}/strict.toml`, { chroot: 'y', user: 'root' }));
      one.main[RESTRICTIONS] =
        `permit_mynetworks, reject_unauth_destination, ${CALL}, check_policy_service unix:private/strict`;
    });
    expect(lines).toEqual([
      expect.stringMatching(/\/strict\.toml:2:1: there is no setting "reject_levle"; did you mean reject_level\?$/),
      'master.cf: the service strict must not run chrooted; put "n" into its column "chroot"',
      'master.cf: the service strict must run as an account of its own; set user=polw',
    ]);
  });

  test('a settings file that is not there is told, and so is one that no service reads', async () => {
    const [missing, unread] = await linesOf((one) => {
      one.master[2] = `  user=${USER} argv=${program} -f ${one.folder}/nowhere.toml`;
    });
    expect(missing).toMatch(/\/nowhere\.toml: there is no such file; make it, or correct -f$/);
    expect(unread).toMatch(
      /\/polw\.toml: warning: no service reads it; they read \S+\/nowhere\.toml; change -f in master/,
    );
  });

  test('a program behind env that is not there is told', async () => {
    const lines = await linesOf((one) => {
      one.master[2] = `  user=${USER} argv=/usr/bin/env node /nonexistent/polw -f ${one.file}`;
    });
    expect(lines).toEqual(['master.cf: there is no /nonexistent/polw; correct argv= of the service policy']);
  });

  test('a service that listens on all addresses is open to the world', async () => {
    const lines = await linesOf((one) => {
      one.master = ['smtp inet n - n - - smtpd', ...entry('12526', `${program} -f ${one.file}`, { type: 'inet' })];
      one.main[RESTRICTIONS] = 'reject_unauth_destination, check_policy_service inet:127.0.0.1:12526';
    });
    expect(lines).toEqual([
      'master.cf: everybody who reaches this machine may ask the service 12526; write 127.0.0.1:12526 for its name, or make it a unix service',
    ]);
  });

  test('policyd-weight that is still asked as well is told', async () => {
    const lines = await linesOf((one) => {
      one.main[RESTRICTIONS] = `reject_unauth_destination, check_policy_service inet:127.0.0.1:12525, ${CALL}`;
    });
    expect(lines[0]).toBe(
      'main.cf: warning: smtpd_recipient_restrictions still asks policyd-weight (inet:127.0.0.1:12525); take it out, as polw does its work',
    );
  });

  test('an account that the package policyd-weight has made is told, as it may go with that', async () => {
    const { stdout: passwd } = spawnSync('getent', ['passwd', 'polw'], { encoding: 'utf8' });
    const isTheirs = /policy-weight/.test(passwd) && existsSync('/var/lib/dpkg/info/policyd-weight.postrm');
    const one = new Installation(dns);
    one.master[2] = one.master[2]?.replace(`user=${USER}`, 'user=polw') ?? '';
    const { stdout } = await one.check();
    expect(/warning: the account polw belongs to the package policyd-weight/.test(stdout)).toBe(isTheirs);
  });

  test('a program that its account can not read is told', async () => {
    const lines = await linesOf((one) => {
      const bin = `${one.folder}/bin`;
      cpSync(POLW.replace(/\/polw$/, ''), bin, { recursive: true });
      chmodSync(`${bin}/polw.bundle.cjs`, 0o600);
      one.master[2] = `  user=${USER} argv=${process.execPath} ${bin}/polw -f ${one.file}`;
    });
    expect(lines).toEqual([
      expect.stringMatching(
        /^master\.cf: the service policy can't be run as nobody: .*EACCES.*polw\.bundle\.cjs.*; correct argv=, or let/,
      ),
    ]);
  });

  test('an entry that runs another version of polw is told', async () => {
    const lines = await linesOf((one) => {
      const bin = `${one.folder}/bin`;
      cpSync(POLW.replace(/\/polw$/, ''), bin, { recursive: true });
      const commands = readFileSync(`${bin}/polw.commands.cjs`, 'utf8');
      writeFileSync(`${bin}/polw.commands.cjs`, commands.replaceAll('"0.1.0"', '"0.0.9"'));
      one.master[2] = `  user=${USER} argv=${process.execPath} ${bin}/polw -f ${one.file}`;
    });
    expect(lines[0]).toMatch(
      /^master\.cf: warning: the service policy runs polw 0\.0\.9, and this is polw 0\.1\.0; check with/,
    );
  });
});

describe('what the account sees', () => {
  test('a settings file that only root may read is told', async () => {
    const lines = await linesOf((one) => {
      one.mode = 0o600;
    });
    expect(lines).toEqual([
      expect.stringMatching(
        /\/polw\.toml: the account nobody can't read it, so its service runs with the built-in settings; run: chgrp/,
      ),
    ]);
  });

  test('a key file that only root may read is told', async () => {
    const lines = await linesOf((one) => {
      writeFileSync(`${one.folder}/key`, 'abcdefgh', { mode: 0o640 });
      one.list = `[[lists]]\nname = "ZEN"\nzone = "{key}.zen.dq.spamhaus.net"\nkey_file = "${one.folder}/key"\nanswers = [{ client = 4 }]\n`;
    });
    expect(lines).toEqual([expect.stringMatching(/key: EACCES: .*; the list ZEN is not asked$/)]);
  });

  test.each<[string, (one: Installation) => void, RegExp]>([
    ['can not make', (one) => chownSync(`${one.folder}/log`, 0, 0), /nobody can't get to \S+polw\.log/],
    [
      'can not make in a folder that it may look into',
      (one) => {
        chownSync(`${one.folder}/log`, 0, 0);
        chmodSync(`${one.folder}/log`, 0o755);
      },
      /\S+polw\.log can't be made in \S+; run: install -o nobody -g adm -m 640/,
    ],
    [
      'can not write',
      (one) => writeFileSync(`${one.folder}/log/polw.log`, '', { mode: 0o600 }),
      /can't be written; run: chown/,
    ],
  ])('a log file that it %s is told', async (_, spoil, says) => {
    const lines = await linesOf(spoil);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^the log is lost: /);
    expect(lines[0]).toMatch(says);
  });

  test('who is neither root nor the account is told that this was not looked at', async () => {
    const one = new Installation(dns);
    one.write();
    const setpriv = ['/usr/bin/setpriv', '--reuid=1', '--regid=1', '--clear-groups', ...command(POLW)];
    const [first = '', ...rest] = setpriv;
    const { stdout } = await one.run(['check', '-f', one.file], [first, ...rest]);
    expect(stdout).toContain(
      'warning: what nobody may read and write was not looked at; run polw check as root, or as nobody\n',
    );
  });

  test('the account itself sees the same as root', async () => {
    const one = new Installation(dns);
    one.write();
    const { stdout, code } = await one.run(
      ['check', '-f', one.file],
      ['/usr/bin/setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', ...command(POLW)],
    );
    expect({ stdout, stderr: '', code }).toMatchObject(WELL);
    expect(stdout).toContain('(as nobody, polw ');
  });
});

describe('texts that Postfix can not use', () => {
  test.each([
    ['reject_text', 'no code here', /begins with "no", which Postfix does not know, so each such mail would get a 451/],
    ['reject_text', '250 ok', /begins with "250", and Postfix takes codes from 400 to 599 alone/],
    ['reject_text', '', /is empty/],
    ['max_dnsbl_text', '550-5.7.1 no', /begins with "550-5\.7\.1", and Postfix takes codes/],
    ['cached_reject_text', '{client} again', /begins with "\{client\}"/],
    ['no_dns_text', 'rc:', /names no class/],
    ['further_recipient_text', 'see above', /begins with "see"/],
  ])('%s = "%s" is refused with its reason and place', async (name, text, says) => {
    const lines = await linesOf((one) => {
      one.settings += `\n[texts]\n${name} = ${JSON.stringify(text)}\n`;
    });
    expect(lines).toEqual([expect.stringMatching(`/polw.toml:9:1: ${name} `)]);
    expect(lines[0]).toMatch(says);
  });

  test('defer_action is one, too', async () => {
    const lines = await linesOf((one) => {
      one.settings += '\n[decision]\ndefer_action = "later"\n';
    });
    expect(lines).toEqual([expect.stringMatching(/\/polw\.toml:9:1: defer_action begins with "later", which Postfix/)]);
  });

  test.each([
    '550 5.7.1 no',
    'REJECT no',
    'DEFER',
    '450',
    'defer_if_permit later',
    '  554 no',
    '550; no',
    'rc: weighed',
    '{reply}',
  ])('"%s" is taken', async (text) => {
    const one = new Installation(dns);
    one.main.smtpd_restriction_classes = 'weighed';
    one.main.weighed = 'reject';
    const name = text.startsWith('{') ? 'further_recipient_text' : 'reject_text';
    one.settings += `\n[texts]\n${name} = ${JSON.stringify(text)}\n`;
    expect(await one.check()).toMatchObject(WELL);
  });

  test('a class that Postfix does not know is told', async () => {
    const lines = await linesOf((one) => {
      one.settings += '\n[texts]\nreject_text = "rc:nosuchclass"\n';
    });
    expect(lines).toEqual([
      expect.stringMatching(
        /\/polw\.toml:9:1: reject_text names the class nosuchclass, which the service smtp does not know; each such mail gets a 451; add it to smtpd_restriction_classes in main\.cf/,
      ),
    ]);
  });
});

describe('settings that can be used, but hardly as they are meant', () => {
  const list = (zone: string, answer: string): string =>
    `[[lists]]\nname = "L"\nzone = "${zone}"\nanswers = [{ ${answer} }]\n`;

  test.each<[string, (one: Installation) => void, RegExp]>([
    [
      'umlauts',
      (one) => {
        one.settings += '\n[texts]\nreject_text = "550 Prüfung"\n';
      },
      /:9:1: warning: reject_text holds letters that mail servers may not show/,
    ],
    [
      'bounds the wrong way round',
      (one) => {
        one.settings += 'dns_ttl_min = "2h"\ndns_ttl_max = "1h"\n';
      },
      /:7:1: warning: dns_ttl_min \(7200\) is larger than dns_ttl_max \(3600\)/,
    ],
    [
      'a defer word that no list can give',
      (one) => {
        one.settings += '\n[decision]\ndefer_tokens = ["IN_SBL_XBL_SPAMHAUS=", "IN_ZEN="]\n';
      },
      /:9:1: warning: no token can begin with "IN_SBL_XBL_SPAMHAUS=", so it defers nothing/,
    ],
    [
      'hashes asked by sender domain',
      (one) => {
        one.list = list('ebl.msbl.org', 'sender = 4');
      },
      /warning: ebl\.msbl\.org lists hashes/,
    ],
    [
      'addresses asked by sender domain',
      (one) => {
        one.list = list('zen.spamhaus.org', 'client = 4, sender = 4');
      },
      /warning: zen\.spamhaus\.org lists addresses, and is asked about sender/,
    ],
    [
      'domains asked by address',
      (one) => {
        one.list = list('dbl.spamhaus.org', 'client = 4');
      },
      /warning: dbl\.spamhaus\.org lists domains, and is asked about the address of the client/,
    ],
  ])('%s', async (_, spoil, says) => {
    const [first, second] = await linesOf(spoil);
    expect(first).toMatch(says);
    expect(second).toBe('all works: looked at');
  });

  test('bytes that are no UTF-8 are told with their line', async () => {
    const one = new Installation(dns);
    one.write();
    const text = readFileSync(one.file, 'utf8');
    writeFileSync(one.file, Buffer.concat([Buffer.from(text), Buffer.from([35, 0xfc, 10])]));
    const { stdout } = await one.run(['check', '-f', one.file]);
    const line = text.split('\n').length;
    expect(stdout).toContain(`${one.file}:${line}:1: warning: this line is not UTF-8`);
  });

  test('a final dot of a zone is taken, and the zone is known', async () => {
    const [first] = await linesOf((one) => {
      one.list = list('dnsbl.njabl.org.', 'client = 4');
    });
    expect(first).toMatch(/warning: dnsbl\.njabl\.org is dead and not asked/);
    const one = new Installation(dns);
    one.list = list('zen.spamhaus.org.', 'client = 4');
    expect(await one.check()).toMatchObject(WELL);
  });
});

describe('instances of Postfix', () => {
  test('-c names one, in place of MAIL_CONFIG', async () => {
    const one = new Installation(dns);
    const other = new Installation(dns);
    other.main[RESTRICTIONS] = 'reject_unauth_destination';
    other.write();
    one.write();
    const { stdout, code } = await one.run(['check', '-c', `${other.folder}/postfix`]);
    expect(stdout).toContain('main.cf: nobody calls polw; add');
    expect(code).toBe(1);
    expect((await one.run(['check', '-c', `${one.folder}/postfix`])).code).toBe(0);
  });

  test('without a name, all that belong together are looked at', async () => {
    const first = new Installation(dns);
    const second = new Installation(dns);
    first.main.multi_instance_enable = 'yes';
    first.main.multi_instance_directories = `${second.folder}/postfix`;
    second.main.multi_instance_enable = 'yes';
    second.main[RESTRICTIONS] = 'reject_unauth_destination';
    first.write();
    second.write();
    const words = [...command(POLW), 'check'].map((word) => `'${word}'`).join(' ');
    const mounted = `mount --bind ${first.folder}/postfix /etc/postfix && env -u MAIL_CONFIG ${words}`;
    const { stdout, status } = spawnSync('/usr/bin/unshare', ['-m', '/bin/sh', '-c', mounted], { encoding: 'utf8' });
    expect(stdout).toContain(`${second.folder}/postfix/main.cf: nobody calls polw; add`);
    expect(stdout).not.toContain('/etc/postfix/main.cf: ');
    expect(status).toBe(1);
  });

  test('a folder without a configuration is told', async () => {
    const one = new Installation(dns);
    one.write();
    const { stdout, code } = await one.run(['check', '-f', one.file, '-c', newFolder()]);
    expect(stdout).toMatch(/^postconf -M fails: /);
    expect(code).toBe(1);
  });
});

describe('what is printed', () => {
  test('on one socket for stdin, stdout and stderr, not a byte is lost', async () => {
    const one = new Installation(dns);
    one.main[RESTRICTIONS] = 'reject_unauth_destination';
    one.write();
    const env = { MAIL_CONFIG: `${one.folder}/postfix` };
    const program = command(POLW);
    for (const [words, says] of [
      [['check', '-f', one.file], /^main\.cf: nobody calls polw; /],
      [['chekc'], /^polw: there is no command "chekc"; did you mean check\?\n$/],
    ] as const) {
      const polw = await startPolw(words, { env, program });
      await polw.exited;
      expect(polw.received.toString()).toMatch(says);
    }
  });

  test('is JSON for programs, with findings as data and what each service does', async () => {
    const one = new Installation(dns);
    const well = JSON.parse((await one.check('--json')).stdout);
    expect(well).toMatchObject({
      ok: true,
      findings: [],
      services: [{ service: 'smtp/inet', strangers: 'asked', relaying: false, ownNetwork: false, timeout: 100 }],
    });
    expect(well.looked.length).toBeGreaterThan(1);
    one.master[1] = 'policy unix - n n - 2 spawn';
    const { stdout, code } = await one.check('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      findings: [
        {
          severity: 'error',
          place: 'master.cf',
          what: 'the service policy may have 2 processes',
          todo: 'put 0 into its column "maxproc", or clients beyond that get a 451',
        },
      ],
    });
    expect(code).toBe(1);
  });

  test('names what was looked at', async () => {
    const { stdout } = await new Installation(dns).check();
    expect(stdout).toMatch(
      /\/polw\.toml \(as nobody, polw \S+\), 1 lists, \S+cache\.sqlite, \S+polw\.log, its name servers\n/,
    );
    expect(stdout).toMatch(/master\.cf: policy unix, which reads \S+\/polw\.toml\n/);
    expect(stdout).toMatch(
      /master\.cf: smtp\/inet asks polw about mail of strangers that is for you, and waits 100 seconds\n/,
    );
  });

  test('64 for wrong words', async () => {
    const one = new Installation(dns);
    one.write();
    expect((await one.run(['check', '--jsno'])).code).toBe(64);
    expect((await one.run(['check', 'this'])).code).toBe(64);
  });
});

describe('processes that run', () => {
  test('the daemon of policyd-weight is known by its name, if somebody listens on its port', () => {
    const daemon = { pid: 5, uid: 1, words: ['policyd-weight (master)'], started: 0 };
    const others = [
      { ...daemon, words: ['vim', '/etc/policyd-weight.conf'] },
      { ...daemon, words: ['my-policyd-weighty'] },
    ];
    expect(policydWeight([...others, daemon], new Set([25, 12525]))).toBe(daemon);
    expect(policydWeight([...others, daemon], new Set([25]))).toBeUndefined();
    expect(policydWeight(others, new Set([12525]))).toBeUndefined();
  });

  test('ports on which somebody listens are found', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(port === undefined ? undefined : listeningPorts().has(port)).toBe(true);
    server.close();
    await once(server, 'close');
    expect(port === undefined ? undefined : listeningPorts().has(port)).toBe(false);
  });

  test('with older settings are told, and are not when they are newer', async () => {
    const one = new Installation(dns);
    one.write();
    utimesSync(one.file, 1e9, 1e9);
    const [program = '', ...words] = command(POLW);
    const polw = await startPolw([...words, '-f', one.file], {
      program: ['/usr/bin/setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', program],
    });
    // The change of a file can't be dated back. It is dated ahead instead.
    const said = async (): Promise<string> => (await one.run(['check', '-f', one.file])).stdout;
    const later = Date.now() / 1000 + 3600;
    expect(await said()).not.toContain('since before');
    utimesSync(one.file, later, later);
    expect(await said()).toContain(
      `warning: a process of the service policy has run since before ${one.file} was changed; run: postfix reload\n`,
    );
    await polw.end();
    expect(await said()).not.toContain('since before');
  });
});
