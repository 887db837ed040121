// polw convert: files of policyd-weight as settings files, as an admin runs it.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPolw } from '../../rig/within-test.ts';
import { defaultSettings, readSettings } from '../../src/settings/read.ts';
import type { Settings } from '../../src/settings/table.ts';

const ORIGINAL = '/usr/sbin/policyd-weight';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'polw-convert-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Converted {
  readonly code: number | null;
  /** The settings file that was printed. */
  readonly text: string;
  /** What it sets, table by table, without the lists. */
  readonly set: Record<string, unknown>;
  /** Each list as its zone, miss score and answers. */
  readonly lists: readonly (readonly [zone: string, miss: number, ...answers: string[]])[];
  /** The settings in force with it. */
  readonly settings: Settings;
  /** What was said on stderr, without the path. */
  readonly said: readonly string[];
}

async function convert(file: string, ...options: readonly string[]): Promise<Converted> {
  const { code, stdout, stderr } = await runPolw(['convert', ...options, file]);
  const { lists: _, ...set } = parse(stdout);
  const { settings, problems } = readSettings(stdout);
  expect(problems).toEqual([]);
  const lists = settings.lists.map(({ zone, miss, answers }) => [zone, miss, ...answers.map(describeAnswer)] as const);
  const said = stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(`${file}:`, ''));
  return { code, text: stdout, set, lists, settings, said };
}

/** Such as `127.0.0.2 -> client 4.35, dial-up`. */
function describeAnswer({ match, client, sender, dial_up }: Settings['lists'][number]['answers'][number]): string {
  const points = client === undefined ? `sender ${sender}` : `client ${client}`;
  return `${match || 'default'} -> ${points}${dial_up ? ', dial-up' : ''}`;
}

function conf(name: string): string {
  return fileURLToPath(new URL(`../convert/policyd-weight/confs/${name}.conf`, import.meta.url));
}

function file(name: string, source: string): string {
  const made = path.join(folder, name);
  writeFileSync(made, source);
  return made;
}

/** The lists that policyd-weight asks if its file names none. */
const THEIRS = [
  ['pbl.spamhaus.org', 0, 'any -> client 3.25, dial-up'],
  ['sbl-xbl.spamhaus.org', -1.5, 'any -> client 4.35'],
  ['bl.spamcop.net', -1.5, 'any -> client 3.75'],
  ['ix.dnsbl.manitu.net', 0, 'any -> client 4.35'],
];
const THEIR_SENDER_LIST = ['multi.surbl.org', 0, 'any -> sender 4'];
const TODAYS =
  /: warning: @dnsbl_score is not set: today's lists \(ZEN, .*\) are asked, not policyd-weight's; a clean client has -4\.5 from them, not -3, so base_score is 1\.5 and the levels mean what they did$/;
const TODAYS_FOR_SENDERS =
  /: warning: @rhsbl_score is not set: today's lists \(DBL, SURBL, URIBL\) are asked, not multi\.surbl\.org; their scores are their own$/;
const FAITHFUL = {
  dns: { list_check_interval: '0s' },
  texts: { further_recipient_text: '{reason} (multirecipient mail)' },
};

function isForClients(list: Settings['lists'][number]): boolean {
  return list.answers.some(({ client }) => client !== undefined);
}

describe('what policyd-weight itself prints as its defaults', () => {
  let defaults: string;
  beforeAll(() => {
    expect(existsSync(ORIGINAL), `${ORIGINAL} is installed (apt-get install policyd-weight)`).toBe(true);
    defaults = file('defaults.conf', execFileSync(ORIGINAL, ['defaults'], { encoding: 'utf8' }));
  });

  test('becomes our defaults, with the lists that are left', async () => {
    const { code, settings, lists, text, said } = await convert(defaults);
    expect(code).toBe(0);
    expect(lists).toEqual([
      ['pbl.spamhaus.org', 0, '127.0.0.[10..11] -> client 3.25, dial-up'],
      ['sbl-xbl.spamhaus.org', -1.5, '127.0.0.[2..9] -> client 4.35'],
      ['bl.spamcop.net', -1.5, '127.0.0.2 -> client 3.75'],
      ['multi.surbl.org', 0, '127.0.0.&254 -> sender 4'],
    ]);
    expect(settings.base_score).toBe(0);
    expect(text).toMatch(/^# zone = "ix\.dnsbl\.manitu\.net"$/m);
    expect(text).toMatch(/^# \(left out: ended in January 2025; the zone is empty\)/m);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/^\d+:\d+: warning: ix\.dnsbl\.manitu\.net is left out: ended in January 2025/);
    expect(said[1]).toMatch(/^\d+:\d+: warning: not needed any more: .*LOCKPATH.*MAX_PROC/);

    const ours = defaultSettings();
    const changed = Object.entries(settings).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(Object.entries(ours).find(([n]) => n === name)?.[1]),
    );
    expect(changed.map(([name]) => name).sort()).toEqual(
      [
        ...['reject_text', 'max_dnsbl_text', 'no_dns_text', 'cached_reject_text'],
        ...['cached_accept_text', 'trusted_accept_text', 'dns_errors_text', 'lists'],
      ].sort(),
    );
  });

  test('keeps all lists, any answer and the words around the texts with --faithful', async () => {
    const { code, settings, lists } = await convert(defaults, '--faithful');
    expect(code).toBe(0);
    expect(lists).toEqual([...THEIRS, THEIR_SENDER_LIST]);
    expect(settings.max_dnsbl_text).toMatch(/^550 .*; check http:\/\/www\.robtex\.com\/rbl\/\{client\}\.html$/);
    expect(settings.no_dns_text).toMatch(/^450 .* Your HELO: \{helo\}, IP: \{client\}$/);
    expect(settings.cached_reject_text).toMatch(
      /^550 .* - retrying too fast\. penalty: \{seconds\} seconds x \{retries\} retries\.$/,
    );
    expect(settings.further_recipient_text).toBe('{reason} (multirecipient mail)');
    expect(settings.list_check_interval).toBe(0);
  });

  test('is a file that polw check is content with', async () => {
    const { text } = await convert(defaults);
    expect(await runPolw(['check', '--settings-only', '-f', file('defaults.toml', text)])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});

describe('files as people write them', () => {
  test('01: only what is set', async () => {
    const { code, set, settings, said } = await convert(conf('01-small'));
    expect({ code, set, said }).toEqual({
      code: 0,
      set: { decision: { reject_level: 3.5, base_score: 1.5, max_dnsbl_hits: 3, add_header: false } },
      said: [
        expect.stringMatching(TODAYS),
        '3:1: warning: MAXDNSBLHITS: a client can be on 5 lists now, where it could be on 3',
        expect.stringMatching(TODAYS_FOR_SENDERS),
      ],
    });
    expect(settings.lists).toEqual(defaultSettings().lists);
  });

  test('01, faithful: the lists of policyd-weight, too', async () => {
    const { code, set, lists, said } = await convert(conf('01-small'), '--faithful');
    expect({ code, set }).toEqual({
      code: 0,
      set: {
        decision: {
          reject_level: 3.5,
          max_dnsbl_hits: 3,
          as_policyd_weight: true,
          weigh_private_clients: true,
          add_header: false,
        },
        ...FAITHFUL,
      },
    });
    expect(lists).toEqual([...THEIRS, THEIR_SENDER_LIST]);
    expect(said).toEqual([
      '1:1: warning: ix.dnsbl.manitu.net is dead, and asked all the same: ended in January 2025; the zone is empty',
    ]);
  });

  test('02: dead lists go, and base_score makes up for them', async () => {
    const { code, set, settings, lists, text, said } = await convert(conf('02-german'));
    expect(code).toBe(0);
    expect(set).toEqual({
      decision: { reject_level: 4, base_score: -0.5, defer_level: 6, defer_tokens: [] },
      cache: { spam_cache_time: '10m' },
      texts: {
        reject_text: '550 5.7.1 Ihre Nachricht wurde als Spam eingestuft. Fragen? postmaster@example.de',
        cached_reject_text:
          '550 5.7.1 Ihre Nachricht wurde als Spam eingestuft. Fragen? postmaster@example.de (noch einmal: zu früh versucht); refused {ago} seconds ago, please try again in {seconds} seconds',
      },
    });
    expect(lists[0]).toEqual(['zen.spamhaus.org', -1, '127.0.0.[2..11;30] -> client 4.35']);
    // It names no sender domain lists, so ours are asked.
    expect(settings.lists.slice(1)).toEqual(defaultSettings().lists.filter((list) => !isForClients(list)));
    for (const zone of ['dnsbl.sorbs.net', 'dul.dnsbl.sorbs.net', 'combined.njabl.org', 'list.dsbl.org']) {
      expect(text).toContain(`\n# zone = "${zone}"\n`);
      expect(said.join('\n')).toContain(`warning: ${zone} is left out: `);
    }
    expect(said.slice(-2)).toEqual([
      '10:1: warning: the lists that are gone gave -0.5 to every mail; base_score makes up for it',
      expect.stringMatching(TODAYS_FOR_SENDERS),
    ]);
  });

  test('02, faithful: dead lists stay', async () => {
    const { code, settings, lists } = await convert(conf('02-german'), '--faithful');
    expect(code).toBe(0);
    expect(settings.base_score).toBe(0);
    expect(lists).toEqual([
      ['zen.spamhaus.org', -1, 'any -> client 4.35'],
      ['dnsbl.sorbs.net', 0, 'any -> client 2'],
      ['dul.dnsbl.sorbs.net', 0, 'any -> client 1.5'],
      ['combined.njabl.org', -0.5, 'any -> client 3.2'],
      ['list.dsbl.org', 0, 'any -> client 4.35'],
      THEIR_SENDER_LIST,
    ]);
  });

  test('03: a word that is a function call is decisive', async () => {
    const { code, set, lists, said } = await convert(conf('03-qw'));
    expect(code).toBe(1);
    expect(set).toEqual({
      scores: {
        helo_score: { hit: 2, miss: -2 },
        from_multiparted: { hit: 0, miss: 0 },
        from_anon: { hit: 0, miss: 0 },
      },
      cache: { spam_cache_retries: 2 },
    });
    expect(lists).toEqual([
      ['zen.spamhaus.org', -1.5, '127.0.0.[2..11;30] -> client 3.25'],
      ['bl.spamcop.net', -1.5, '127.0.0.2 -> client 3.75'],
      ['multi.surbl.org', 0, '127.0.0.&254 -> sender 4'],
    ]);
    expect(said[0]).toBe('9:7: error: "join_free_text" is not run; if it is a text, it wants quotes');
  });

  test('04: variables of its own', async () => {
    const { code, set, said } = await convert(conf('04-constants'));
    expect({ code, set, said }).toEqual({
      code: 0,
      set: {
        decision: { base_score: 1.5 },
        scores: { helo_numeric_score: { hit: 5, miss: -2.5 }, from_anon: { hit: 0, miss: 0 } },
        texts: {
          reject_text: '550 blocked, see http://www.example.com/blocked or write to postmaster@example.com',
          max_dnsbl_text: '550 Your server is on too many lists; postmaster@example.com',
          no_dns_text: '450 no DNS for you (yet); "http://www.example.com/blocked" Your HELO: {helo}, IP: {client}',
        },
      },
      said: [
        expect.stringMatching(TODAYS),
        expect.stringMatching(TODAYS_FOR_SENDERS),
        '16:1: warning: not needed any more: LOCKPATH, SPATH',
      ],
    });
    expect((await convert(conf('04-constants'), '--faithful')).settings.max_dnsbl_text).toBe(
      '550 Your server is on too many lists; postmaster@example.com; check http://www.robtex.com/rbl/{client}.html',
    );
  });

  test('05: times, sizes and a sum', async () => {
    const { code, set } = await convert(conf('05-french'));
    expect({ code, set }).toEqual({
      code: 0,
      set: {
        decision: { reject_level: 2.5, base_score: 1.5 },
        scores: { bogus_mx_score: { hit: 3, miss: 0 } },
        cache: {
          ham_cache_size: 5000,
          ham_cache_max_size: 10000,
          ham_cache_time: '6h',
          ham_cache_probation: '2d',
        },
        texts: { reject_text: "550 Message refusé : l'adresse ou le nom HELO semble falsifié" },
      },
    });
  });

  test('06: regular expressions match the same names', async () => {
    const { code, settings } = await convert(conf('06-regexps'));
    expect(code).toBe(0);
    expect(settings.dnsbl_checks_only).toBe(false);
    const matching = (name: string): number[] =>
      settings.dnsbl_checks_only_names.flatMap((source, index) => (new RegExp(source).test(name) ? [index + 1] : []));
    expect(matching('mx1.some.example.org')).toEqual([1]);
    expect(matching('host.example.com')).toEqual([2]);
    expect(matching('mail7.example-mail.net')).toEqual([1, 3]);
    expect(matching('x/odd!ones')).toEqual([4]);
    expect(matching('a.plain.example.org')).toEqual([5]);
    expect(matching('a.double.example.org')).toEqual([6]);
    expect(matching('plainxexample.org')).toEqual([]);
  });

  test('07: what cannot be read is decisive', async () => {
    for (const option of [[], ['--faithful']]) {
      const { code, settings, said } = await convert(conf('07-changes'), ...option);
      expect(code).toBe(1);
      expect(said).toContain('8:15: error: a part of a list is not read');
      expect(settings.defer_tokens).toEqual([]);
      expect(settings.failed_helo_seems_dialup).toEqual({ hit: 0, miss: 0 });
    }
  });

  test('08: code is not run', async () => {
    const { code, set, said } = await convert(conf('08-code'));
    expect(code).toBe(1);
    expect(set).toEqual({
      decision: { reject_level: 5, base_score: 1.5, defer_level: 7 },
      dns: { max_dns_errors: 4 },
      cache: { spam_cache_time: '45s' },
    });
    expect(said).toContain('6:1: error: "if" is not run');
    expect(said).toContain('15:14: error: a command is not read');
    expect(said).toContain('24:1: error: "system" is not run');
    // What polw has no use for decides nothing.
    expect(said).toContain('25:17: warning: a number with several points (an address wants quotes) is not read');
  });

  test('09: a variable of another name is not a setting', async () => {
    const { code, set, said } = await convert(conf('09-pod-and-references'));
    expect(code).toBe(1);
    expect(set).toEqual({
      decision: { reject_level: 4, base_score: 1.5, defer_level: 6 },
      cache: { spam_cache_time: '30s' },
    });
    expect(said).toContain('21:1: error: a block is not run');
    // policyd-weight doesn't take it for its setting either: try it.
    expect(said).toContain('13:1: warning: main::PTTL is unknown, and not used');
  });

  test('10: from Windows', async () => {
    const { code, set, lists, said } = await convert(conf('10-windows'));
    expect({ code, set, said }).toEqual({
      code: 0,
      set: {
        decision: { reject_level: 2 },
        texts: { reject_text: '550 geht nicht – "tut mir leid" $5' },
      },
      said: [expect.stringMatching(TODAYS_FOR_SENDERS), '8:1: warning: not needed any more: GROUP'],
    });
    expect(lists[0]).toEqual(['bl.example.org', -0.25, 'default -> client 1.25']);
  });

  test('polw check is content with what comes out', async () => {
    const { text } = await convert(conf('02-german'));
    expect(await runPolw(['check', '--settings-only', '-f', file('german.toml', text)])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});

test('a list that is added comes to those that policyd-weight has already', async () => {
  const added = file('added.conf', "push @dnsbl_score, ('psbl.surriel.com', 2, 0, 'PSBL');\n1;\n");
  const faithful = await convert(added, '--faithful');
  expect(faithful.lists).toEqual([...THEIRS, ['psbl.surriel.com', 0, 'any -> client 2'], THEIR_SENDER_LIST]);
  const mended = await convert(added);
  expect(mended.lists.slice(0, 4)).toEqual([
    ['pbl.spamhaus.org', 0, '127.0.0.[10..11] -> client 3.25, dial-up'],
    ['sbl-xbl.spamhaus.org', -1.5, '127.0.0.[2..9] -> client 4.35'],
    ['bl.spamcop.net', -1.5, '127.0.0.2 -> client 3.75'],
    ['psbl.surriel.com', 0, '127.0.0.2 -> client 2'],
  ]);
});

test('nothing is executed', async () => {
  const traces = ['backticks', 'system', 'qx', 'open', 'begin', 'regexp'].map((name) => path.join(folder, name));
  const [backticks, system, qx, open, begin, regexp] = traces;
  const hostile = file(
    'hostile.conf',
    `$CACHESIZE = \`touch ${backticks}\`;
system('touch', '${system}');
$REJECTMSG = qx{touch ${qx}};
open(my $file, '>', '${open}');
BEGIN { system("touch ${begin}"); }
@dnsbl_checks_only_regexps = (qr{(?{ system("touch ${regexp}") })x});
$REJECTLEVEL = 7;
1;
`,
  );
  for (const option of [[], ['--faithful']]) {
    const { code, settings } = await convert(hostile, ...option);
    expect(code).toBe(1);
    expect(settings.reject_level).toBe(7);
    expect(settings.dnsbl_checks_only_names).toEqual([]);
    expect(settings.reject_text).toBe(defaultSettings().reject_text);
  }
  // Perl would have done it.
  expect(traces.filter((trace) => existsSync(trace))).toEqual([]);
});

test('each of the files as people write them says and sets what stands beside it', async () => {
  const names = readdirSync(fileURLToPath(new URL('../convert/policyd-weight/confs/', import.meta.url)));
  const expected = names.filter((name) => name.endsWith('.expected')).map((name) => path.basename(name, '.expected'));
  expect(expected).toHaveLength(20);
  for (const name of expected) {
    const all = [await asExpected(name), await asExpected(name, '--faithful')].join('\n');
    await expect(all).toMatchFileSnapshot(conf(name).replace(/conf$/, 'expected'));
  }
});

/** What is said about a file, and what is set, without the explanations. */
async function asExpected(name: string, ...options: readonly string[]): Promise<string> {
  const { code, said, text } = await convert(conf(name), ...options);
  const set = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return [`polw convert ${[...options, `${name}.conf`].join(' ')} (exit status ${code})`, ...said, ...set, ''].join(
    '\n',
  );
}

test('a file of another program is an error, and nothing is printed', async () => {
  const foreign = [
    'debugLevel = 1\nTestOnly = 1\nHELO_reject = Fail\n',
    'inet: 10023\n--delay=300\n',
    '<Plugin greylist>\n  enabled = "on"\n</Plugin>\n',
    'limits:\n  - count: 100\n    every: 3600\n',
  ];
  for (const [index, source] of foreign.entries()) {
    const made = file(`foreign-${index}.conf`, source);
    const { code, stdout, stderr } = await runPolw(['convert', made]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`polw: ${made} is none of the files that can be converted: policyd-weight.conf\n`);
  }
});

test('a file that cannot be read is an error', async () => {
  const missing = path.join(folder, 'missing.conf');
  const { code, stdout, stderr } = await runPolw(['convert', missing]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^polw: ENOENT.*missing\.conf/);
});

test('what is printed ends with a newline', async () => {
  for (const name of ['01-small', '02-german']) expect((await convert(conf(name))).text).toMatch(/[^\n]\n$/);
});
