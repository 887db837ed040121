// polw check: it finds each mistake, and has nothing to say about a right installation.

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALL, Installation, POLW, RESTRICTIONS, USER, WELL } from '../../../rig/check/installation.ts';
import { DnsServer } from '../../../rig/dns-server.ts';
import { runPolw } from '../../../rig/within-test.ts';

const dns = new DnsServer();
const refusing = new DnsServer({}, { fault: ({ reply }, respond) => respond({ ...reply, flags: 5 }) });
beforeAll(async () => {
  await dns.start();
  await refusing.start();
});
afterAll(async () => {
  await dns.stop();
  await refusing.stop();
});

describe('a right installation', () => {
  test('is well', async () => {
    expect(await new Installation(dns).check()).toMatchObject(WELL);
  });

  test.each<[string, (one: Installation) => void]>([
    ['before its first mail', (one) => rmSync(one.cache)],
    [
      'without a cache',
      (one) => {
        one.settings = one.settings.replace(/cache_file = .*/, 'cache_file = ""');
        rmSync(one.state, { recursive: true });
      },
    ],
    [
      'with a call in braces',
      (one) => {
        one.main[RESTRICTIONS] =
          'reject_unauth_destination check_policy_service { unix:private/policy, default_action=DUNNO, { timeout = 30s } }';
      },
    ],
    [
      'behind another policy service',
      (one) => {
        one.master.push('policy2 unix - n n - 0 spawn', '  user=nobody argv=/bin/true');
        one.main[RESTRICTIONS] = `check_policy_service unix:private/policy2, reject_unauth_destination, ${CALL}`;
      },
    ],
    [
      'guarded by the restrictions of relaying',
      (one) => {
        one.main[RESTRICTIONS] = CALL;
      },
    ],
    [
      'over TCP',
      (one) => {
        one.master[1] = '127.0.0.1:10031 inet n n n - 0 spawn';
        one.main[RESTRICTIONS] = 'reject_unauth_destination, check_policy_service inet:127.0.0.1:10031';
      },
    ],
    [
      'called by one service only',
      (one) => {
        one.main[RESTRICTIONS] = 'reject_unauth_destination';
        one.master[0] = `smtp inet n - n - - smtpd -o { ${RESTRICTIONS} = reject_unauth_destination, ${CALL} }`;
      },
    ],
    [
      'called by a class of restrictions',
      (one) => {
        one.main.smtpd_restriction_classes = 'weighed';
        one.main.weighed = CALL;
        one.main[RESTRICTIONS] = 'reject_unauth_destination, check_recipient_access static:weighed';
      },
    ],
    [
      'with "-" for no chroot',
      (one) => {
        one.master[1] = 'policy unix - n - - 0 spawn';
      },
    ],
  ])('%s is well', async (_, change) => {
    const one = new Installation(dns);
    change(one);
    expect(await one.check()).toMatchObject(WELL);
  });
});

interface Mistake {
  readonly mistake: string;
  readonly make: (one: Installation) => void;
  /** The line, less the folder of the test. */
  readonly says: RegExp;
}

const MISTAKES: readonly Mistake[] = [
  {
    mistake: 'the folder of the cache is missing',
    make: (one) => rmSync(one.state, { recursive: true }),
    says: /^the folder \S+\/state is missing; run: install -d -o nobody -g nobody -m 700 \S+\/state$/,
  },
  {
    mistake: 'others may write to it',
    make: (one) => chmodSync(one.state, 0o777),
    says: /^others may write to \S+\/state; run: chmod 700 \S+\/state$/,
  },
  {
    mistake: 'it is a symbolic link',
    make: (one) => {
      renameSync(one.state, `${one.folder}/elsewhere`);
      symlinkSync(`${one.folder}/elsewhere`, one.state);
    },
    says: /^\S+\/state is a symbolic link; name the folder itself in cache_file$/,
  },
  {
    mistake: 'it belongs to another account',
    make: (one) => {
      for (const path of [one.state, one.cache]) chownSync(path, 0, 0);
    },
    says: /^\S+\/state does not belong to nobody, the account of the service; run: chown nobody: \S+\/state$/,
  },
  {
    mistake: 'the cache file belongs to another account',
    make: (one) => chownSync(one.cache, 0, 0),
    says: /^\S+\/cache\.sqlite does not belong to the owner of its folder; run: chown --reference=\S+\/state \S+\/cache\.sqlite$/,
  },
  ...[
    {
      mistake: 'the log is a symbolic link',
      make: (log: string) => symlinkSync('elsewhere', log),
      says: /^the log is lost: \S+\/own\.log is a symbolic link; name the file itself in log_file$/,
    },
    {
      mistake: 'the log is a FIFO',
      make: (log: string) => execFileSync('mkfifo', [log]),
      says: /^the log is lost: \S+\/own\.log is no file; name a file in log_file$/,
    },
    {
      mistake: 'the log belongs to root',
      make: (log: string) => writeFileSync(log, '', { mode: 0o640 }),
      says: /^the log is lost: \S+\/own\.log can't be written; run: chown nobody \S+\/own\.log$/,
    },
    {
      mistake: 'the log can not be made',
      make: () => {},
      says: /^the log is lost: \S+\/own\.log can't be made in \S+; run: install -o nobody -g adm -m 640 \/dev\/null \S+\/own\.log$/,
    },
  ].map(({ mistake, make, says }) => ({
    mistake,
    says,
    make: (one: Installation) => {
      const log = `${one.folder}/own.log`;
      one.log = `[log]\nlog_to = "file"\nlog_file = "${log}"\n`;
      make(log);
    },
  })),
  {
    mistake: 'a name server is dead',
    make: (one) => {
      one.settings = one.settings.replace(/nameservers = .*/, 'nameservers = ["127.0.0.1:9"]');
    },
    says: /^the name server 127\.0\.0\.1 port 9 does not answer; see nameservers, or \/etc\/resolv\.conf$/,
  },
  {
    mistake: 'a name server refuses us',
    make: (one) => {
      one.settings = one.settings.replace(/nameservers = .*/, `nameservers = ["${refusing.address}:${refusing.port}"]`);
    },
    says: /^the name server 127\.0\.0\.1 port \d+ refuses to answer us; see nameservers, or \/etc\/resolv\.conf$/,
  },
  {
    mistake: 'a setting has a wrong name',
    make: (one) => {
      one.settings += '\n[decision]\nreject_levle = 2\n';
    },
    says: /^\S+\/polw\.toml:9:1: there is no setting "reject_levle"; did you mean reject_level\?$/,
  },
  {
    mistake: 'a setting has a wrong type',
    make: (one) => {
      one.settings += '\n[decision]\nreject_level = "2"\n';
    },
    says: /^\S+\/polw\.toml:9:1: reject_level wants a number, not the text "2"$/,
  },
  {
    mistake: 'there is no entry in master.cf',
    make: (one) => {
      one.master = one.master.slice(0, 1);
    },
    says: /^master\.cf has no entry for polw; see master\.cf\.example$/,
  },
  {
    mistake: 'the service is chrooted',
    make: (one) => {
      one.master[1] = 'policy unix - n y - 0 spawn';
    },
    says: /^master\.cf: the service policy must not run chrooted; put "n" into its column "chroot"$/,
  },
  {
    mistake: 'the service is unprivileged',
    make: (one) => {
      one.master[1] = 'policy unix - - n - 0 spawn';
    },
    says: /^master\.cf: the service policy can't change to another account; put "n" into its column "unpriv"$/,
  },
  {
    mistake: 'there may be two processes',
    make: (one) => {
      one.master[1] = 'policy unix - n n - 2 spawn';
    },
    says: /^master\.cf: the service policy may have 2 processes; put 0 into its column "maxproc", or clients beyond that get a 451$/,
  },
  {
    mistake: 'it runs as root',
    make: (one) => {
      one.master[2] = one.master[2]?.replace(`user=${USER}`, 'user=root') ?? '';
      for (const path of [one.state, one.cache]) chownSync(path, 0, 0);
    },
    says: /^master\.cf: the service policy must run as an account of its own; set user=polw$/,
  },
  {
    mistake: 'there is no such account',
    make: (one) => {
      one.master[2] = one.master[2]?.replace(`user=${USER}`, 'user=polwpolw') ?? '';
    },
    says: /^master\.cf: there is no account polwpolw; run: useradd --system .* polwpolw$/,
  },
  {
    mistake: 'there is no such program',
    make: (one) => {
      one.master[2] = one.master[2]?.replaceAll(POLW, '/nonexistent/polw') ?? '';
    },
    says: /^master\.cf: there is no \/nonexistent\/polw; correct argv= of the service policy$/,
  },
  {
    mistake: 'nobody calls it',
    make: (one) => {
      one.main[RESTRICTIONS] = 'reject_unauth_destination';
    },
    says: /^main\.cf: nobody calls polw; add "check_policy_service unix:private\/policy" to smtpd_recipient_restrictions, behind reject_unauth_destination$/,
  },
  {
    mistake: 'it is called before relaying is refused',
    make: (one) => {
      one.main[RESTRICTIONS] = `permit_mynetworks, ${CALL}, reject_unauth_destination`;
      one.main.smtpd_relay_restrictions = '';
    },
    says: /^main\.cf: smtpd_recipient_restrictions calls polw about mail that is not for you; put "check_policy_service unix:private\/policy" behind reject_unauth_destination$/,
  },
  {
    mistake: 'the service for all the world has restrictions of its own, without the call',
    make: (one) => {
      one.master[0] =
        'smtp inet n - n - - smtpd -o smtpd_recipient_restrictions=permit_mynetworks,reject_unauth_destination';
      one.master.push('submission inet n - n - - smtpd');
    },
    says: /^master\.cf: the service smtp takes mail of strangers without asking polw; add "check_policy_service unix:private\/policy" to smtpd_recipient_restrictions of the service smtp, behind reject_unauth_destination$/,
  },
  {
    mistake: 'only submission calls it',
    make: (one) => {
      one.main[RESTRICTIONS] = 'permit_mynetworks, reject_unauth_destination';
      one.master.push(
        'submission inet n - n - - smtpd',
        `  -o { ${RESTRICTIONS} = permit_mynetworks, reject_unauth_destination, ${CALL} }`,
      );
    },
    says: /^main\.cf: the service smtp takes mail of strangers without asking polw; add "check_policy_service unix:private\/policy" to smtpd_recipient_restrictions, behind reject_unauth_destination$/,
  },
  {
    mistake: 'Postfix has less patience than polw',
    make: (one) => {
      one.main.smtpd_policy_service_timeout = '5s';
    },
    says: /^main\.cf: smtpd_recipient_restrictions waits 5 seconds for polw, and polw 10 seconds for the DNS \(dns_deadline\); what takes longer gets "451 4\.3\.5 Server configuration problem"; set smtpd_policy_service_timeout to more than 10 seconds$/,
  },
  {
    mistake: 'mail of own networks that are not private is weighed',
    make: (one) => {
      one.main.mynetworks = '127.0.0.0/8, 10.0.0.0/8, 198.51.100.0/24';
      one.main[RESTRICTIONS] = CALL;
    },
    says: /^main\.cf: smtpd_recipient_restrictions lets polw weigh the mail of your own networks; put permit_mynetworks in front of "check_policy_service unix:private\/policy"$/,
  },
  {
    mistake: 'it is called at another stage',
    make: (one) => {
      one.main[RESTRICTIONS] = 'reject_unauth_destination';
      one.main.smtpd_data_restrictions = CALL;
    },
    says: /^main\.cf: smtpd_data_restrictions calls polw too early or too late; move "check_policy_service unix:private\/policy" to smtpd_recipient_restrictions$/,
  },
];

describe('each mistake gets one line that says what to do, and 1', () => {
  test.each(MISTAKES)('$mistake', async ({ make, says }) => {
    const one = new Installation(dns);
    make(one);
    const { stdout, stderr, code } = await one.check();
    expect(stdout.split('\n')).toEqual([expect.stringMatching(says), '']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
  });

  test('a public resolver', async () => {
    const one = new Installation(dns);
    one.settings = one.settings.replace(/nameservers = .*/, 'nameservers = ["9.9.9.9"]');
    const { stdout, code } = await one.check();
    // It may be out of reach, too.
    expect(stdout.replace(/^the name server 9\.9\.9\.9 port 53 does not answer; .*\n/, '')).toBe(
      '9.9.9.9 is a public resolver, which most block lists refuse; run a resolver of your own, such as unbound\n',
    );
    expect(code).toBe(1);
  });

  test('SQLite that is not for this machine', async () => {
    const one = new Installation(dns);
    const bin = `${one.folder}/bin`;
    execFileSync('cp', ['-r', POLW.replace(/\/polw$/, ''), bin]);
    writeFileSync(`${bin}/better_sqlite3.node`, 'not a library');
    one.master[2] = one.master[2]?.replaceAll(POLW, `${bin}/polw`) ?? '';
    await one.check();
    const { stdout, code } = await runPolw(['check', '-f', `${one.folder}/polw.toml`], '', {
      program: [process.execPath, `${bin}/polw`],
      env: { MAIL_CONFIG: `${one.folder}/postfix`, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    expect(stdout).toMatch(/^SQLite can't be used, so there is no cache: [^\n]*better_sqlite3\.node[^\n]*\n$/);
    expect(code).toBe(1);
  });

  test('several at once', async () => {
    const one = new Installation(dns);
    for (const { make } of MISTAKES.filter(({ mistake }) => /chrooted|others may write|nobody calls/.test(mistake)))
      make(one);
    const { stdout, code } = await one.check();
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(code).toBe(1);
  });

  test('a configuration that postconf can not read', async () => {
    const one = new Installation(dns);
    one.master = ['this is no entry'];
    const { stdout, code } = await one.check();
    expect(stdout).toMatch(/^postconf -M fails: [^\n]+\n$/);
    expect(code).toBe(1);
  });
});

test('a dead list is told, though it harms nobody', async () => {
  const one = new Installation(dns);
  one.list = '[[lists]]\nname = "NJABL"\nzone = "dnsbl.njabl.org"\nanswers = [{ client = 4 }]\n';
  const { stdout, code } = await one.check();
  expect(stdout).toMatch(
    /^\S+polw\.toml:\d+:1: warning: dnsbl\.njabl\.org is dead and not asked: [^\n]*; take it out\nall works: looked at\n/,
  );
  expect(code).toBe(0);
});

test('a service that does not ask is only told as a warning, if it is not the one for all the world', async () => {
  const one = new Installation(dns);
  one.master.push('2525 inet n - n - - smtpd', `  -o ${RESTRICTIONS}=permit_mynetworks,reject_unauth_destination`);
  const { stdout, code } = await one.check();
  expect(stdout).toMatch(
    /^master\.cf: warning: the service 2525 takes mail of strangers without asking polw; [^\n]*\nall works: looked at\n/,
  );
  expect(code).toBe(0);
});

test('--settings-only looks at nothing else', async () => {
  const one = new Installation(dns);
  for (const { mistake, make } of MISTAKES) if (/others|dead|chrooted|nobody/.test(mistake)) make(one);
  expect((await one.check()).code).toBe(1);
  expect(await one.check('--settings-only')).toMatchObject(WELL);
});

test('the lines of master.cf.example are right ones', () => {
  const example = readFileSync(new URL('../../../master.cf.example', import.meta.url), 'utf8');
  expect(example).toMatch(
    /^polw\s+unix\s+-\s+n\s+n\s+-\s+0\s+spawn\n {2}user=polw argv=\/usr\/local\/lib\/polw\/polw/m,
  );
});
