// What a policyd-weight.conf becomes, value by value.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { policydWeight } from '../../../src/convert/policyd-weight/policyd-weight.ts';
import { knows } from '../../../src/lists/listing.ts';
import { defaultSettings } from '../../../src/settings/read.ts';
import type { Settings } from '../../../src/settings/table.ts';

interface Converted {
  readonly set: Partial<Settings>;
  readonly settings: Settings;
  /** Such as `1:1 error: ...`. */
  readonly said: readonly string[];
}

function converted(source: string, faithful = false): Converted {
  const { settings, remarks } = policydWeight.convert(source, faithful);
  const said = remarks.map(({ line, column, message, decisive }) => {
    return `${line}:${column} ${decisive ? 'error' : 'warning'}: ${message}`;
  });
  return { set: settings, settings: { ...defaultSettings(), ...settings }, said };
}

/** What a client has that is on no list. */
function cleanScore({ base_score, lists }: Settings): number {
  const misses = lists.filter((list) => list.enabled && knows(list, 'client')).map(({ miss }) => miss);
  return Number(misses.reduce((total, miss) => total + miss, base_score).toFixed(9));
}

const CONFS = readdirSync(new URL('confs/', import.meta.url)).filter((name) => name.endsWith('.conf'));

describe('the score of a client that is on no list', () => {
  test('is that of policyd-weight, whatever a file sets', () => {
    for (const source of [
      '$REJECTLEVEL = 3;',
      "@rhsbl_score = ('multi.surbl.org', 4, 0, 'SURBL');",
      "@dnsbl_score = ('zen.spamhaus.org', 4, -1.5, 'ZEN', 'dnsbl.njabl.org', 4.25, -1.4, 'BL_NJABL');",
      "push @dnsbl_score, ('dnsbl.sorbs.net', 2, -0.1, 'SORBS', 'dnsbl.ahbl.org', 2, -0.2, 'AHBL');",
      '@dnsbl_score = ();',
      '',
    ]) {
      expect([source, cleanScore(converted(source).settings)]).toEqual([
        source,
        cleanScore(converted(source, true).settings),
      ]);
    }
    expect(cleanScore(converted('$REJECTLEVEL = 3;').settings)).toBe(-3);
  });

  test.each(CONFS)('is that of policyd-weight with %s', (name) => {
    const source = readFileSync(new URL(`confs/${name}`, import.meta.url), 'utf8');
    expect(cleanScore(converted(source).settings)).toBe(cleanScore(converted(source, true).settings));
  });
});

describe('lists that a file does not name', () => {
  test("are today's, which is told at the level that depends on them", () => {
    const { set, said } = converted('# ours\n$REJECTLEVEL = 3;\n');
    expect(set).toEqual({ reject_level: 3, base_score: 1.5 });
    expect(said).toEqual([
      "2:1 warning: @dnsbl_score is not set: today's lists (ZEN, SPAMCOP, PSBL, MAILSPIKE, MAILSPIKE_WL, DNSWL) are asked, not policyd-weight's; a clean client has -4.5 from them, not -3, so base_score is 1.5 and the levels mean what they did",
      "2:1 warning: @rhsbl_score is not set: today's lists (DBL, SURBL, URIBL) are asked, not multi.surbl.org; their scores are their own",
    ]);
  });

  test('of sender domains: told where those of clients are set', () => {
    const { said } = converted("\n@dnsbl_score = ('zen.spamhaus.org', 4, -1.5, 'ZEN');");
    expect(said).toEqual([expect.stringMatching(/^2:1 warning: @rhsbl_score is not set: today's lists/)]);
  });

  test('of clients: told where those of sender domains are set', () => {
    const { said, settings } = converted("@rhsbl_score = ('multi.surbl.org', 4, 0, 'SURBL');");
    expect(said).toEqual([expect.stringMatching(/^1:1 warning: @dnsbl_score is not set: today's lists/)]);
    expect(settings.lists.map(({ name }) => name)).toEqual([
      ...['ZEN', 'SPAMCOP', 'PSBL', 'MAILSPIKE', 'MAILSPIKE_WL', 'DNSWL', 'SURBL'],
    ]);
  });

  test('count more often, which is told where the limit is set', () => {
    expect(converted('$MAXDNSBLHITS = 1;').said).toContain(
      '1:1 warning: MAXDNSBLHITS: a client can be on 5 lists now, where it could be on 3',
    );
  });

  test("are the original's with --faithful", () => {
    const { set, said } = converted('$REJECTLEVEL = 3;', true);
    expect(set.lists?.map(({ zone }) => zone)).toEqual([
      ...['pbl.spamhaus.org', 'sbl-xbl.spamhaus.org', 'bl.spamcop.net', 'ix.dnsbl.manitu.net', 'multi.surbl.org'],
    ]);
    expect(set.base_score).toBeUndefined();
    expect(said).toEqual([
      expect.stringMatching(/^1:1 warning: ix\.dnsbl\.manitu\.net is dead, and asked all the same/),
    ]);
  });
});

describe('the words of DEFER_STRING', () => {
  const deferred = (words: string, more = '', faithful = false): Pick<Converted, 'said'> & { tokens: unknown } => {
    const { set, said } = converted(`$DEFER_STRING = '${words}';\n${more}`, faithful);
    return { tokens: set.defer_tokens, said: said.filter((line) => line.includes('DEFER_STRING')) };
  };

  test("name today's lists where these are asked", () => {
    expect(deferred('IN_SBL_XBL_SPAMHAUS= BOGUS_MX= IN_SPAMCOP=')).toEqual({
      tokens: ['IN_ZEN_DROP=', 'IN_ZEN_SBL=', 'IN_ZEN_CSS=', 'IN_ZEN_XBL=', 'BOGUS_MX=', 'IN_SPAMCOP='],
      said: ['1:1 warning: DEFER_STRING: IN_SBL_XBL_SPAMHAUS= is IN_ZEN_DROP= IN_ZEN_SBL= IN_ZEN_CSS= IN_ZEN_XBL= now'],
    });
    expect(deferred('IN_DYN').tokens).toEqual(['IN_ZEN_PBL=']);
    expect(deferred('NOT_IN_SBL_XBL_SPAMHAUS=').tokens).toEqual(['NOT_IN_ZEN=']);
    expect(deferred('IN_SURBL=').tokens).toEqual(['IN_SURBL_CRIME=', 'IN_SURBL_ABUSE=', 'IN_SURBL_CRACKED=']);
    expect(deferred('SBL_XBL_SPAMHAUS=ERR(').tokens).toEqual(['ZEN=ERR(']);
  });

  test('stay where their beginning fits as before', () => {
    expect(deferred('IN_ IN_SURBL BOGUS_MX= HELO_NUMERIC')).toEqual({
      tokens: ['IN_', 'IN_SURBL', 'BOGUS_MX=', 'HELO_NUMERIC'],
      said: [],
    });
  });

  test('go where no list gives them any more, or none ever did', () => {
    expect(deferred('IN_IX_MANITU= IN_OTHER=')).toEqual({
      tokens: [],
      said: [
        '1:1 warning: DEFER_STRING: IN_IX_MANITU= is left out: no list gives it any more, so it would defer nothing',
        '1:1 warning: DEFER_STRING: IN_OTHER= is left out: no list gives it, so it defers nothing',
      ],
    });
    const njabl = "@dnsbl_score = ('dnsbl.njabl.org', 4, 0, 'NJABL', 'bl.spamcop.net', 4, 0, 'COP');";
    expect(deferred('IN_NJABL= IN_COP=', njabl)).toEqual({
      tokens: ['IN_COP='],
      said: ['1:1 warning: DEFER_STRING: IN_NJABL= is left out: no list gives it any more, so it would defer nothing'],
    });
    expect(deferred('IN_NJABL= IN_COP=', njabl, true)).toEqual({ tokens: ['IN_NJABL=', 'IN_COP='], said: [] });
  });

  test('follow a list whose name changed', () => {
    const renamed = "@dnsbl_score = ('a.test', 4, 0, '(A)', 'b.test', 4, 0, 'B', 'c.test', 4, 0, 'B');";
    for (const faithful of [false, true]) {
      expect(deferred('IN_(A)= IN_B=', renamed, faithful)).toEqual({
        tokens: ['IN_XA_=', 'IN_B=', 'IN_B_2='],
        said: [
          '1:1 warning: DEFER_STRING: IN_(A)= is IN_XA_= now',
          '1:1 warning: DEFER_STRING: IN_B= is IN_B= IN_B_2= now',
        ],
      });
    }
  });

  test('that are not set stay those of both programs, unless their list has another name', () => {
    expect(converted("@dnsbl_score = ('a.test', 4, 0, 'A');").set.defer_tokens).toBeUndefined();
    expect(
      converted("@dnsbl_score = ('a.test', 4, 0, 'SPAMCOP', 'b.test', 4, 0, 'SPAMCOP');").set.defer_tokens,
    ).toEqual(['IN_SPAMCOP=', 'IN_SPAMCOP_2=', 'BOGUS_MX=']);
  });
});

describe('dead lists', () => {
  test.each([
    ...['dsn.rfc-ignorant.de', 'relays.ordb.org', 'opm.blitzed.org', 'cn-kr.blackholes.us', 'tor.dnsbl.sectoor.de'],
    ...['exitnodes.tor.dnsbl.sectoor.de', 'multihop.dsbl.org', 'list.dsbl.org'],
  ])('%s is left out, and asked all the same with --faithful', (zone) => {
    const source = `@dnsbl_score = ('${zone}', 4, 0, 'BL');`;
    const mended = policydWeight.convert(source, false);
    expect(mended.settings.lists?.some((list) => list.zone === zone)).toBe(false);
    expect(mended.remarks[0]).toMatchObject({
      line: 1,
      column: 17,
      message: expect.stringMatching(/ is left out: .*(?:19|20)\d\d/),
      leftOut: { list: { zone } },
    });
    const { set, said } = converted(source, true);
    expect(set.lists?.[0]).toMatchObject({ zone, enabled: true, ask_although_dead: true });
    expect(said[0]).toMatch(/^1:17 warning: .* is dead, and asked all the same: /);
  });

  test('that are alive are not marked', () => {
    const { set } = converted("@dnsbl_score = ('bl.spamcop.net', 4, 0, 'BL');", true);
    expect(set.lists?.[0]?.ask_although_dead).toBe(false);
  });
});

test('what is said about a list that was known before the file has the place of its variable', () => {
  const { said } = converted("$NTIME = 30;\n  push @dnsbl_score, ('b.barracudacentral.org', 4, 0, 'BARRACUDA');");
  expect(said[0]).toMatch(/^2:8 warning: ix\.dnsbl\.manitu\.net is left out: /);
  expect(said.filter((line) => line.startsWith('0:'))).toEqual([]);
});

describe('a key in the name of a zone', () => {
  const KEY = 'q1w2e3r4t5z6u7i8o9p0a1s2d3';

  test('is taken apart, and told without showing it', () => {
    for (const faithful of [false, true]) {
      const { set, said } = converted(`@dnsbl_score = ('${KEY}.zen.dq.spamhaus.net.', 4, -1.5, 'ZEN');`, faithful);
      expect(set.lists?.[0]).toMatchObject({ zone: '{key}.zen.dq.spamhaus.net', key: KEY, key_file: '' });
      expect(said[0]).toBe(
        '1:17 warning: the key of zen.dq.spamhaus.net stands in the settings file now: put it into a file of its own and name that as key_file, or let nobody but root and polw read the settings file (chmod o-r)',
      );
      expect(said.join()).not.toContain(KEY);
    }
  });

  test.each([
    `@dnsbl_score = ('${KEY}.zen.dq.spamhaus.net', 'x', -1.5, 'ZEN');`,
    `@dnsbl_score = (${KEY}.zen.dq.spamhaus.net, 4, -1.5, 'ZEN');`,
    `@dnsbl_score = (4 '${KEY}.zen.dq.spamhaus.net', 4, -1.5, 'ZEN');`,
    `@dnsbl_score = ('${KEY}.zen.dq.spamhaus.net ', 4, 4, 4, 'ZEN');`,
    `@dnsbl_score = ('x.${KEY}.zen.dq.spamhaus.net', 4, 4, 4, 'ZEN');`,
  ])('is not shown by the complaint about %s', (source) => {
    const { said } = converted(source);
    expect(said.some((line) => line.includes('error'))).toBe(true);
    expect(said.join()).not.toContain(KEY);
  });

  test('of a list that has none in front is none', () => {
    expect(converted("@dnsbl_score = ('all.spamrats.com', 4, 0, 'RATS');").set.lists?.[0]).toMatchObject({
      zone: 'all.spamrats.com',
      key: '',
    });
  });
});

describe('what policyd-weight does not know', () => {
  test.each([
    [
      '@geoip_score = ("CN", 0, 2, "CHINA");',
      'geoip_score is unknown, and not used: what it decides is not taken over',
    ],
    ['$SPF_WEIGHT = "2.5";', 'SPF_WEIGHT is unknown, and not used: what it decides is not taken over'],
    ['%x = (); @y = ();', 'y is unknown, and not used: what it decides is not taken over'],
    ['$defer_greylisted = "yes";', 'defer_greylisted is unknown, and not used: what it decides is not taken over'],
    ['$REJECTLEVEL2 = 4;', 'REJECTLEVEL2 is unknown, and not used: did you mean REJECTLEVEL?'],
    ['@helo_scores = (1, 2);', 'helo_scores is unknown, and not used: did you mean helo_score?'],
  ])('%s decides mails', (source, message) => {
    expect(converted(source).said.filter((line) => line.includes(': y') || line.includes('unknown'))).toEqual([
      expect.stringContaining(` error: ${message}`),
    ]);
  });

  test.each([
    '$contact = "postmaster@example.org";'.replace('@', '\\@'),
    '$x = 2; $REJECTLEVEL = $x + 1;',
    '@ours = (1.5, 0); @from_anon = @ours;',
    '$main::PTTL = 3;',
    'my $score = 3;',
  ])('%s decides nothing by itself', (source) => {
    expect(converted(source).said.filter((line) => line.includes('error'))).toEqual([]);
  });

  test.each([
    ['@REJECTLEVEL = (4);', '@REJECTLEVEL is another variable than $REJECTLEVEL'],
    ['$from_anon = 4;', '$from_anon is another variable than @from_anon'],
    ['$dnsbl_score = 4;', '$dnsbl_score is another variable than @dnsbl_score'],
    ["@DEFER_STRING = ('A');", '@DEFER_STRING is another variable than $DEFER_STRING'],
  ])('%s is not taken for the setting of that name', (source, message) => {
    const { set, said } = converted(source);
    expect(set).toEqual({ base_score: 1.5 });
    expect(said[0]).toContain(`1:1 error: ${message}, and policyd-weight reads only that: it is not used`);
  });
});

describe('texts without quotes', () => {
  test.each([
    ['@dnsbl_score = (\n  pbl.spamhaus.org, 3.25, 0, X,\n);', '2:3 error: "pbl.spamhaus.org" wants quotes'],
    ["@dnsbl_score = ('a.test', 1, 0, b-2.example.net);", '1:33 error: "b-2.example.net" wants quotes'],
    ['@dnsbl_score = (0spam.example.net, 1, 0, X);', '1:17 error: "0spam.example.net" wants quotes'],
    ['$DEFER_ACTION = DUNNO;', '1:17 error: "DUNNO" is not run; if it is a text, it wants quotes'],
    ["@rhsbl_score = ('a.test', 1, 0, SURBL );", '1:33 error: "SURBL" is not run; if it is a text, it wants quotes'],
    ['$REJECTMSG = uc $x;', '1:14 error: "uc" is not run'],
    ['$REJECTMSG = hostname();', '1:14 error: "hostname" is not run'],
  ])('%s', (source, message) => {
    expect(converted(source).said[0]).toBe(message);
  });
});

describe('decimal commas', () => {
  test.each([
    [
      '@helo_score = (1,5, -2);',
      '1:1 warning: helo_score has 3 numbers; 1 and 5 count, as in policyd-weight; if 1.5 is meant, write it with a point',
    ],
    [
      '@from_anon = (1,17);',
      '1:1 warning: from_anon is 1 for a hit and 17 for a miss; if 1.17 is meant, write it with a point',
    ],
    ['@helo_score = (1.5, -2, 3);', '1:1 warning: helo_score has 3 numbers; 1.5 and -2 count, as in policyd-weight'],
    ['@helo_score = qw(1,5 -2);', '1:1 error: helo_score wants two numbers; with a decimal point: 1.5'],
    ['$REJECTLEVEL = 3,5;', '1:17 error: a number has a decimal point: write 3.5'],
    ["$REJECTLEVEL = '3,5';", "1:1 error: REJECTLEVEL is '3,5': wants a number; with a decimal point: 3.5"],
    [
      "@dnsbl_score = ('a.test', 4,35, -1,5, 'A');",
      '1:17 error: dnsbl_score: "a.test" has three numbers behind it, and no name; with a decimal point: 4.35',
    ],
    [
      "@dnsbl_score = ('a.test', 4, -1,5, 'A');",
      '1:17 error: dnsbl_score: "a.test" has three numbers behind it, and no name; with a decimal point: -1.5',
    ],
    [
      "@dnsbl_score = ('a.test', '4,35', '-1,5', 'A');",
      '1:17 error: dnsbl_score: "a.test" wants two numbers and a name behind it; with a decimal point: 4.35, -1.5',
    ],
  ])('%s', (source, message) => {
    expect(converted(source).said[0]).toBe(message);
  });

  test.each(['@helo_score = (1, 5);', '@helo_score = (1,-2);', '@helo_score = (1.5,0);', '@helo_score = (2,0);'])(
    '%s has none',
    (source) => {
      expect(converted(source).said.filter((line) => line.includes('helo_score'))).toEqual([]);
    },
  );

  test('in a row of a list do not spoil those behind it', () => {
    const { set } = converted("@dnsbl_score = ('a.test', 4,35, -1,5, 'A', 'b.test', 2, 0, 'B');");
    expect(set.lists?.[0]).toMatchObject({ name: 'B', zone: 'b.test', miss: 0 });
  });
});

test('a zone that is none is an error, and its row is left out', () => {
  const { set, said } = converted("@dnsbl_score = ('a b', 1, 0, 'A', 'b..test', 1, 0, 'B', 'c.test.', 1, 0, 'C');");
  expect(said.slice(0, 2)).toEqual([
    '1:17 error: dnsbl_score: "a b" is no zone',
    '1:35 error: dnsbl_score: "b..test" is no zone',
  ]);
  expect(set.lists?.[0]).toMatchObject({ name: 'C', zone: 'c.test' });
});

describe('a policyd-weight.conf', () => {
  test.each(CONFS)('is recognised: %s', (name) => {
    expect(policydWeight.recognises(readFileSync(new URL(`confs/${name}`, import.meta.url), 'utf8'))).toBe(true);
  });

  test.each([
    '',
    '# nothing\n',
    '1;\n',
    'use strict;\n1;',
    '  @x = (1);',
    'push @dnsbl_score, 1;',
    '($A, $B) = (1, 2);',
  ])('is recognised: %j', (source) => {
    expect(policydWeight.recognises(source)).toBe(true);
  });

  test.each([
    'debugLevel = 1\n',
    'limits:\n  - 1\n',
    '--inet=10023\n',
    '<Plugin x>\n</Plugin>\n',
    '{"a": 1}',
    'a@b.c\n',
  ])('is not recognised: %j', (source) => {
    expect(policydWeight.recognises(source)).toBe(false);
  });
});
