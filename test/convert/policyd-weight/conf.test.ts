// The reader of policyd-weight's configuration files, with ten such files as people write them (confs/).
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Perl writes variables like that.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Assigned,
  type ConfDefaults,
  numberOf,
  type PerlValue,
  readPolicydWeightConf,
} from '../../../src/convert/policyd-weight/conf.ts';

type Plain = PerlValue | PerlValue[];

/** The bare values of a file: a scalar as itself, a list as an array. */
function valuesIn(source: string, defaults?: ConfDefaults): Record<string, Plain> {
  const { settings } = readPolicydWeightConf(source, defaults);
  return Object.fromEntries([...settings].map(([name, assigned]) => [name, plain(assigned)]));
}

function plain({ kind, values }: Assigned): Plain {
  return kind === 'scalar' ? values[0]?.value : values.map(({ value }) => value);
}

function problemsIn(source: string, defaults?: ConfDefaults): string[] {
  return readPolicydWeightConf(source, defaults).problems.map(
    ({ line, column, message, name }) => `${line}:${column}${name === undefined ? '' : ` ${name}`}: ${message}`,
  );
}

/** The value that an expression has, which must be read without a problem. */
function value(expression: string, before = ''): Plain {
  const source = `${before}$X = ${expression};`;
  expect(problemsIn(source)).toEqual([]);
  return valuesIn(source).X;
}

/** The values of a list, which must be read without a problem. */
function list(expression: string, before = ''): Plain {
  const source = `${before}@X = ${expression};`;
  expect(problemsIn(source)).toEqual([]);
  return valuesIn(source).X;
}

function conf(name: string): string {
  return readFileSync(new URL(`confs/${name}.conf`, import.meta.url), 'utf8');
}

describe('configuration files as people write them', () => {
  it('01: a few changes', () => {
    const { settings, problems } = readPolicydWeightConf(conf('01-small'));
    expect(problems).toEqual([]);
    expect([...settings.values()]).toEqual([
      {
        name: 'REJECTLEVEL',
        kind: 'scalar',
        values: [{ value: 3.5, raw: '3.5', line: 2, column: 16 }],
        line: 2,
        column: 1,
        comment: 'our few changes, the rest is as installed',
      },
      {
        name: 'MAXDNSBLHITS',
        kind: 'scalar',
        values: [{ value: 3, raw: '3', line: 3, column: 17 }],
        line: 3,
        column: 1,
      },
      {
        name: 'ADD_X_HEADER',
        kind: 'scalar',
        values: [{ value: 0, raw: '0', line: 4, column: 17, comment: 'bloats the queue files' }],
        line: 4,
        column: 1,
      },
    ]);
  });

  it('02: lists with comments, in German', () => {
    expect(problemsIn(conf('02-german'))).toEqual([]);
    expect(valuesIn(conf('02-german'))).toEqual({
      REJECTMSG: '550 5.7.1 Ihre Nachricht wurde als Spam eingestuft. Fragen? postmaster@example.de',
      REJECTLEVEL: '4',
      DEFER_STRING: '',
      DEFER_LEVEL: 6,
      dnsbl_score: [
        ...['zen.spamhaus.org', 4.35, -1, 'ZEN'],
        ...['dnsbl.sorbs.net', 2, 0, 'SORBS'],
        ...['dul.dnsbl.sorbs.net', 1.5, 0, 'SORBS_DUL'],
        ...['combined.njabl.org', 3.2, -0.5, 'NJABL'],
        ...['list.dsbl.org', 4.35, 0, 'DSBL'],
      ],
      CACHEREJECTMSG:
        '550 5.7.1 Ihre Nachricht wurde als Spam eingestuft. Fragen? postmaster@example.de (noch einmal: zu früh versucht)',
      NTIME: 600,
    });
    const lists = readPolicydWeightConf(conf('02-german')).settings.get('dnsbl_score');
    expect(lists?.comment).toBe('schwarze Listen');
    expect(lists?.values.map(({ comment }) => comment).filter((comment) => comment !== undefined)).toEqual([
      'nur halb, zu viele Fehltreffer',
      'tot?',
    ]);
    expect(lists?.values[7]).toEqual({
      value: 'SORBS',
      raw: "'SORBS'",
      line: 13,
      column: 51,
      comment: 'nur halb, zu viele Fehltreffer',
    });
  });

  it('03: words with qw', () => {
    expect(problemsIn(conf('03-qw'))).toEqual([
      '9:7 NS: "join_free_text" is not run; if it is a text, it wants quotes',
    ]);
    expect(valuesIn(conf('03-qw'))).toEqual({
      dnsbl_score: [
        ...['zen.spamhaus.org', '3.25', '-1.5', 'ZEN'],
        ...['bl.spamcop.net', '3.75', '-1.5', 'SPAMCOP'],
        ...['ix.dnsbl.manitu.net', '4.35', '0', 'IX_MANITU'],
      ],
      rhsbl_score: ['multi.surbl.org', '4', '0', 'SURBL'],
      helo_score: ['2', '-2'],
      from_anon: [0, 0],
      from_multiparted: [0, 0],
      NTTL: 2,
    });
    const spamcop = readPolicydWeightConf(conf('03-qw')).settings.get('dnsbl_score')?.values[4];
    expect(spamcop).toEqual({ value: 'bl.spamcop.net', raw: 'bl.spamcop.net', line: 3, column: 2 });
  });

  it('04: constants of its own', () => {
    expect(problemsIn(conf('04-constants'))).toEqual([]);
    expect(valuesIn(conf('04-constants'))).toEqual({
      contact: 'postmaster@example.com',
      site: 'http://www.example.com/blocked',
      nothing: [0, 0],
      score: 2.5,
      REJECTMSG: '550 blocked, see http://www.example.com/blocked or write to postmaster@example.com',
      MAXDNSBLMSG: '550 Your server is on too many lists; postmaster@example.com',
      DNSERRMSG: '450 no DNS for you {yet}; "http://www.example.com/blocked"',
      from_anon: [0, 0],
      helo_numeric_score: [5, -2.5],
      LOCKPATH: '/var/lib/policyd-weight/',
      SPATH: '/var/lib/policyd-weight/polw.sock',
    });
    const { settings } = readPolicydWeightConf(conf('04-constants'));
    const declared = [...settings.values()].filter((assigned) => assigned.declared !== undefined);
    expect(declared.map((assigned) => `${assigned.declared} ${assigned.name}`)).toEqual([
      'my contact',
      'my site',
      'my nothing',
      'our score',
    ]);
  });

  it('05: an end before the end, in French', () => {
    expect(problemsIn(conf('05-french'))).toEqual([]);
    expect(valuesIn(conf('05-french'))).toEqual({
      REJECTMSG: "550 Message refusé : l'adresse ou le nom HELO semble falsifié",
      PTIME: '6h',
      TEMP_PTIME: '2d',
      POSCACHESIZE: 5000,
      POSCACHEMAXSIZE: 10000,
      bogus_mx_score: [3, 0],
      REJECTLEVEL: 2.5,
    });
    const { settings } = readPolicydWeightConf(conf('05-french'));
    expect(settings.get('REJECTLEVEL')?.comment).toBe('finalement plus souple');
    expect(settings.get('POSCACHESIZE')?.values[0]?.raw).toBe('5_000');
    expect(settings.get('bogus_mx_score')?.values.map(({ comment }) => comment)).toEqual([
      'sans MX valable',
      'sinon rien',
    ]);
  });

  it('06: regular expressions', () => {
    expect(problemsIn(conf('06-regexps'))).toEqual([]);
    const expressions = valuesIn(conf('06-regexps')).dnsbl_checks_only_regexps;
    expect(expressions).toEqual([
      { source: '[^.]*(exch|smtp|mx|mail).*\\..*\\..', flags: '' },
      { source: '\\.example\\.com$', flags: 'i' },
      {
        source: '^mail\\d+\\.\n        (?: example | example-mail )   # both brands\n        \\.net $ ',
        flags: 'x',
      },
      { source: '/odd!ones', flags: '' },
      'plain\\.example\\.org$',
      'double\\.example\\.org$',
    ]);
  });

  it('07: changes to what is known before', () => {
    const defaults: ConfDefaults = new Map<string, PerlValue | PerlValue[]>([
      ['dnsbl_score', ['bl.example.org', 3, 0, 'BL']],
      ['rhsbl_score', []],
      ['helo_score', [1.5, -2]],
      ['from_anon', [1, 0]],
      ['REJECTMSG', '550 spam'],
      ['DEFER_LEVEL', 5],
      ['MAXDNSBLSCORE', '8'],
    ]);
    expect(problemsIn(conf('07-changes'), defaults)).toEqual(['8:15 from_anon: a part of a list is not read']);
    expect(valuesIn(conf('07-changes'), defaults)).toEqual({
      dnsbl_score: [
        ...['bl.example.org', 5, 0, 'BL'],
        ...['dnsbl-1.uceprotect.net', 2.5, 0, 'UCEPROTECT1'],
        ...['psbl.surriel.com', 2, 0, 'PSBL'],
      ],
      rhsbl_score: ['dsn.rfc-ignorant.org', 1, 0, 'RFCI_DSN'],
      helo_score: [1.5, -3],
      client_ip_eq_helo_score: [1.5, -3],
      REJECTMSG: '550 spam; see\thttp://www.example.net/',
      DEFER_LEVEL: 4,
      MAXDNSBLSCORE: 16,
      helo_seems_dialup: [0, 0],
      failed_helo_seems_dialup: [0, 0],
      DEFER_STRING: undefined,
    });
    expect(problemsIn(conf('07-changes'))).toContain('9:1 REJECTMSG: $REJECTMSG has no value that is known here');
  });

  it('08: code, which is not run', () => {
    expect(valuesIn(conf('08-code'))).toEqual({ REJECTLEVEL: 5, DEFER_LEVEL: 7, NTIME: 45, MAXDNSERR: 4 });
    expect(problemsIn(conf('08-code'))).toEqual([
      '2:1: "use Sys::Hostname" is not run',
      '3:1: "require" is not run',
      '4:12 host: "hostname" is not run',
      '6:1: "if" is not run',
      '14:31 REJECTMSG: $host has no value that is known here',
      '15:14 CACHESIZE: a command is not read',
      '16:17 CACHEMAXSIZE: $CACHESIZE has no value that is known here',
      '17:17 MAXDNSERRMSG: a here-document is not read',
      '20:1: "foreach" is not run',
      '21:11 NTTL: "if" is not run',
      '22:1: "sub" is not run',
      '24:1: "system" is not run',
      '25:17 BIND_ADDRESS: a number with several points (an address wants quotes) is not read',
    ]);
  });

  it('09: documentation, references, several assignments at once', () => {
    expect(problemsIn(conf('09-pod-and-references'))).toEqual(['21:1: a block is not run']);
    expect(valuesIn(conf('09-pod-and-references'))).toEqual({
      syslog_socktype: [],
      syslog_facility: 'mail',
      level: 4,
      rest: 'unused',
      REJECTLEVEL: 4,
      DEFER_LEVEL: 6,
      VERBOSE: 0,
      DEBUG: 0,
      'main::PTTL': 30,
      'main::NTTL': 1,
      NTIME: 30,
      PUDP: 0,
    });
    const { settings } = readPolicydWeightConf(conf('09-pod-and-references'));
    expect(settings.get('syslog_socktype')?.kind).toBe('reference');
    expect(settings.get('level')?.declared).toBe('my');
    expect(settings.get('rest')?.declared).toBe('our');
  });

  it('10: a byte order mark and line ends of Windows', () => {
    expect(problemsIn(conf('10-windows'))).toEqual([]);
    expect(valuesIn(conf('10-windows'))).toEqual({
      REJECTLEVEL: 2,
      dnsbl_score: ['bl.example.org', 1.25, -0.25, 'BL_EX'],
      REJECTMSG: '550 geht nicht – "tut mir leid" $5',
      GROUP: 'nogroup',
    });
    const { settings } = readPolicydWeightConf(conf('10-windows'));
    expect(settings.get('REJECTLEVEL')?.values[0]?.comment).toBe('zwei');
  });
});

describe('policyd-weight itself', () => {
  const printed = spawnSync('policyd-weight', ['defaults'], { encoding: 'utf8' });

  it('prints a configuration that can be read', () => {
    const { settings, problems } = readPolicydWeightConf(printed.stdout);
    expect(problems).toEqual([]);
    expect(settings.size).toBeGreaterThan(70);
    const rows = settings.get('dnsbl_score')?.values ?? [];
    expect(rows.length % 4).toBe(0);
    for (const [index, { value: item }] of rows.entries()) {
      expect(typeof item).toBe(index % 4 === 0 || index % 4 === 3 ? 'string' : 'number');
    }
    for (const name of ['helo_score', 'from_anon', 'bogus_mx_score', 'rhsbl_penalty_score']) {
      expect(settings.get(name)?.values.map(numberOf)).toEqual([expect.any(Number), expect.any(Number)]);
    }
  });
});

describe('Perl', () => {
  // Prints the variables that are named, one a line, their values with "|" between them.
  const script = [
    'my $file = shift; do $file; no strict "refs";',
    'for (@ARGV) { my ($s, $n) = /^(.)(.*)/; print join("|", $s eq "@" ? @{"main::$n"} : ${"main::$n"}), "\\n" }',
  ].join('\n');

  it.each(['01-small', '02-german', '05-french', '06-regexps'])('agrees about %s', (name) => {
    const path = new URL(`confs/${name}.conf`, import.meta.url).pathname;
    const { settings } = readPolicydWeightConf(conf(name));
    const names = [...settings.values()].map((assigned) => `${assigned.kind === 'list' ? '@' : '$'}${assigned.name}`);
    const { stdout } = spawnSync('perl', ['-e', script, path, ...names], { encoding: 'utf8' });
    const text = (item: PerlValue) => (typeof item === 'object' ? `(?^${item.flags}:${item.source})` : String(item));
    const mine = [...settings.values()].map((assigned) => assigned.values.map((item) => text(item.value)).join('|'));
    expect(stdout).toBe(`${mine.join('\n')}\n`);
  });
});

describe('values', () => {
  it.each([
    ['1', 1],
    ['-1.50', -1.5],
    ['+ 2', 2],
    ['.5', 0.5],
    ['2.', 2],
    ['1e3', 1000],
    ['1.5E-2', 0.015],
    ['1_000_000', 1000000],
    ['0x1f', 31],
    ['0b101', 5],
    ['0755', 493],
    ['- -3', 3],
    ['-0', 0],
    ["'3.5'", '3.5'],
    ['(2)', 2],
    ['(1, 2)', 2],
    ['()', undefined],
    ['undef', undefined],
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4', 20],
    ['7 - 2 - 1', 4],
    ['10 / 4', 2.5],
    ['60*60*24', 86400],
    ["'3 apples' * 2", 6],
    ['\'a\' . 1 . "b"', 'a1b'],
    ["1.50 . ''", '1.5'],
    ["0.1 + 0.2 . ''", '0.3'],
    ["1e16 . ' ' . 1e-5 . ' ' . 1/3", '1e+16 1e-05 0.333333333333333'],
    ["2 + 3 . 'x'", '5x'],
    ["'ab' x 3", 'ababab'],
    ["'ab' x3", 'ababab'],
    ["'ab' x -1", ''],
    ["'it\\'s \\\\ \\n'", "it's \\ \\n"],
    ['"\\x41\\x{20ac}\\t\\101\\0\\e\\q\\@\\$\\"\\\\"', 'A€\tA\0\x1bq@$"\\'],
    ['"a @ b, c@, d@.e"', 'a @ b, c@, d@.e'],
    ['q(a (nested) \\) b)', 'a (nested) ) b'],
    ["q{it's}", "it's"],
    ['qq[a\\[0\\] "b"]', 'a[0] "b"'],
    ['qq|a\\|b|', 'a|b'],
    ['q\n# a comment\n!a!', 'a'],
    ['"two\nlines"', 'two\nlines'],
    ['qr/a\\/b/ix', { source: 'a/b', flags: 'ix' }],
    ['qr{a{2}}', { source: 'a{2}', flags: '' }],
    ["qr'a$b'", { source: 'a$b', flags: '' }],
    ['qr/(a$|b$)|c@/', { source: '(a$|b$)|c@', flags: '' }],
  ])('%s', (written, expected) => {
    expect(value(written)).toEqual(expected);
  });

  it.each<[string, PerlValue[]]>([
    ['()', []],
    ['5', [5]],
    ['(1, 2,)', [1, 2]],
    ['(1, , 2)', [1, 2]],
    ['(a => 1, "b", (2, (3)))', ['a', 1, 'b', 2, 3]],
    ['(s => 1, y => 2, q => 3)', ['s', 1, 'y', 2, 'q', 3]],
    ['qw/a b\n c/', ['a', 'b', 'c']],
    ['(qw(a b), qw<c>)', ['a', 'b', 'c']],
    ['(1) x 3', [1, 1, 1]],
    ['qw(a b) x 2', ['a', 'b', 'a', 'b']],
    ['(1, undef, 2)', [1, undefined, 2]],
    ['(1 + 1, 3 . 4, -5)', [2, '34', -5]],
    ['("a" # b\n, # c\n1)', ['a', 1]],
  ])('%s as a list', (written, expected) => {
    expect(list(written)).toEqual(expected);
  });

  it('are inserted into texts in double quotes', () => {
    const before = '$A = 1.50; @L = ("x", "y"); $r = qr/b/i;';
    expect(value('"$A ${A}b ${ A } $A-$A [$A] $A [0]"', before)).toBe('1.5 1.5b 1.5 1.5-1.5 [1.5] 1.5 [0]');
    expect(value('"@L $L[0] $L[-1] @{L} ${A}[0]"', before)).toBe('x y x y x y 1.5[0]');
    expect(value("'$A'", before)).toBe('$A');
    expect(value('qr/^${A}$r$/', before)).toEqual({ source: '^1.5(?^i:b)$', flags: '' });
    expect(value('@L', before)).toBe(2);
    expect(value('$L[1] . $L[7]', before)).toBe('y');
  });

  it.each([
    ['"$B"', '$B has no value that is known here'],
    ['"me@example.org"', '"@example" in double quotes is a list in Perl: for the text, write "\\@example"'],
    ['"5$"', 'a "$" in double quotes must be written "\\$"'],
    ['"$A{x}"', 'hashes and references are not read; write "${A}" to end the name there'],
    ['"$A[x]"', '"$A[" is not read; write "${A}" to end the name there'],
    ['"$A\'s"', 'in Perl, the "\'" belongs to the name "$A"; write "${A}" to end the name there'],
    ['"\\Uup"', '"\\U" in double quotes is not read'],
    ['1 / 0', 'a division by zero'],
    ['1e999', 'the number is too large'],
    ['9e300 * 9e300', 'the number is too large'],
    ['0x_', 'the number is too large'],
    ['1.2.3.4', 'a number with several points (an address wants quotes) is not read'],
    ['time()', '"time" is not run'],
    ['1 if 2', '"if" is not run'],
    ['1 ? 2 : 3', '"?" is not read here'],
    ['1 == 1', '"==" is not read here'],
    ['1, 2', 'a list wants parentheses: there is no place for ","'],
    ['1 2', 'a ";" is missing before "2"'],
    ['(1', 'a ")" is missing before ";"'],
    ["-'abc'", 'a "-" before a text is not read'],
    ['{ a => 1 }{b}', '"{" is not read here'],
    ['(\\@b)', '"\\" is not read here'],
    ['$x->{a}', 'hashes and references are not read'],
    ['<STDIN>', 'reading a file is not read'],
    ['/x/', 'a match is not read'],
    ['%ENV', 'a hash is not read'],
    ['$ENV{HOME}', 'hashes and references are not read'],
    ['$0', 'the variable $0 is not read'],
    [`${'('.repeat(60)}1${')'.repeat(60)}`, 'brackets are nested too deeply'],
  ])('%s is a problem', (written, message) => {
    const source = `$A = 1;\n$X = ${written};\n`;
    expect(readPolicydWeightConf(source).problems[0]).toEqual({
      line: 2,
      column: expect.any(Number),
      message,
      name: 'X',
    });
    expect([...readPolicydWeightConf(source).settings.keys()]).toEqual(['A']);
  });

  it('are numbers in quotes, too', () => {
    const numbers = (source: string) => readPolicydWeightConf(source).settings.get('X')?.values.map(numberOf);
    expect(numbers('@X = (1.5, "2.5", " -3 ", ".5", "1e2", "", "a", "1a", "1e999", undef, qr/1/);')).toEqual([
      ...[1.5, 2.5, -3, 0.5, 100],
      ...[undefined, undefined, undefined, undefined, undefined, undefined],
    ]);
  });
});

describe('statements', () => {
  it('with a problem end where Perl has their end', () => {
    const tricky = [
      'foo(\'a;b\', q(;), "}");',
      'foo(sub { 1; 2 });',
      'if ($h{x}) { $y = "}"; } # ; }',
      'for (my $i = 0; $i < 3; $i++) { $y = 1; }',
      'unless (1) { } else { $y = 2 }',
      "$y =~ s/'/;/; ",
      '$y =~ tr{a}{;};',
      'print <<A, <<~"B";\n$y = 1;\n"\nA\n$y = 2;\n  B\n',
      'LABEL: while (1) { last }',
      'BEGIN { $y = 3 }',
      'sub f { return {a => 1} }',
      '}',
      '@y = (1, 2;',
      'eval { $y = 1; };',
      '$y = do { 1; 2 };',
      '$#y = 3;',
      '$$y = 3;',
      '@{$y} = (1);',
      '%y = (a => 1);',
      '&f;',
      '$y = $x / 2; # /;',
    ];
    for (const statement of tricky) {
      expect([statement, valuesIn(`$A = 1;\n${statement}\n$B = 2;\n`)]).toEqual([statement, { A: 1, B: 2 }]);
      expect([statement, problemsIn(`$A = 1;\n${statement}\n$B = 2;\n`).length]).toEqual([statement, 1]);
    }
  });

  it('after the end are not read', () => {
    for (const end of ['return 1;', 'return;', '__END__', '__DATA__\n"', '\x1a']) {
      expect(problemsIn(`$A = 1;\n${end}\n$B = 2;`)).toEqual([]);
      expect(valuesIn(`$A = 1;\n${end}\n$B = 2;`)).toEqual({ A: 1 });
    }
  });

  it('without an end are the last', () => {
    expect(problemsIn("$A = 1;\n$B = 'x;\n$C = 2;")).toEqual([
      '2:6 B: a text in single quotes has no end; nothing after it was read',
    ]);
    expect(problemsIn('foo {\n$A = 1;')).toContain('1:1: a bracket has no end; nothing after it was read');
  });

  it('do not mix up $x and @x', () => {
    expect(problemsIn('@x = (1);\n$x = 2;')).toEqual(['2:1 x: $x is another variable than @x, which was kept']);
    expect(valuesIn('@x = (1);\n$x = 2;')).toEqual({ x: [1] });
  });

  it('change elements of lists', () => {
    expect(valuesIn('@a = (1, 2, 3); $a[1] = 9; $a[-1] = 8; $a[4] = 7;')).toEqual({ a: [1, 9, 8, undefined, 7] });
    expect(problemsIn('@a = (1); $a[1e9] = 1;')).toEqual(['1:14 a: there is no element 1000000000']);
    expect(valuesIn('@a = (1, 2); @b = @a; push @a, @a; @a = (@a, 0);')).toEqual({ a: [1, 2, 1, 2, 0], b: [1, 2] });
    expect(valuesIn('my ($a, @b) = (1, 2, 3); ($c, $d) = @b;')).toEqual({ a: 1, b: [2, 3], c: 2, d: 3 });
  });

  it('have the comments next to them', () => {
    const source = [
      '# far away',
      '',
      '## near',
      '#',
      '# and nearer',
      '$A = 1; # at the end',
      '        # and on',
      '$B = 2;',
    ].join('\n');
    const { settings } = readPolicydWeightConf(source);
    expect(settings.get('A')?.comment).toBe('near\n\nand nearer');
    expect(settings.get('A')?.values[0]?.comment).toBe('at the end\nand on');
    expect(settings.get('B')?.comment).toBeUndefined();
  });
});

describe('any text at all', () => {
  const pieces = [
    ...['$A', '@b', '$b[0]', '${A}', '=', '.=', '+=', ';', ';\n', ',', '=>', '(', ')', '{', '}', '[', ']', ' ', '\n'],
    ...['1', '.5', '1e9', '07', "'", '"', '\\', 'q', 'qw', 'qr', 's', 'y', 'm', 'x', '/', '<<', '<<A', '\nA\n', '#'],
    ...['\n=pod\n', '\n=cut\n', 'my', 'if', 'else', 'push', 'undef', 'return', '@', '$', '%', '&', '-', '+', '*', '.'],
    ...['"$A"', '"@b"', '\\x', '`', '__END__', 'use', 'é', '\u{1f600}', '\r\n', '\ufeff', '?', ':', '->', '::'],
  ];
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((all) => all.join(''));

  it('gives values or problems with places in the file', () => {
    const defaults: ConfDefaults = new Map<string, PerlValue | PerlValue[]>([
      ['A', 'a'],
      ['b', [1, 'c']],
    ]);
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary', maxLength: 80 })), (source) => {
        const { settings, problems } = readPolicydWeightConf(source, defaults);
        const lines = source.split('\n').length;
        for (const { line, column } of problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThanOrEqual(1);
        }
        for (const { kind, values } of settings.values()) if (kind === 'scalar') expect(values.length).toBe(1);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes any text back from quotes', () => {
    const single = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
    const double = (text: string) => `"${text.replace(/[\\"$@]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const [x, y] = [a, b].map((text) => text.replaceAll('\r\n', '\n'));
        expect(valuesIn(`@X = (${single(a)}, ${double(b)});`)).toEqual({ X: [x, y] });
      }),
    );
  });

  it('is read in a short time, however odd', () => {
    const size = 256 * 1024;
    const fill = (piece: string) => piece.repeat(Math.floor(size / piece.length));
    const odd = [
      ...[
        '(',
        '{',
        '}',
        '[',
        '=',
        '/ \\/',
        '/',
        '<<A\n',
        '$',
        '${ ',
        '@',
        'q ',
        'y ',
        's',
        '-',
        "'",
        '# x\n',
        '\n',
        '1;',
      ],
      ...['1,', '$a=', '$a.', '"$a"', 'a::', '1.', '\\', 'if(', '<', 'push @a,1;', '$a[1]=', 'x=', '(1)x9;', '\n=a\n'],
    ].map(fill);
    const growing = [
      `$a = 'aaaaaaaa';${'$a = $a . $a;'.repeat(100)}`,
      `@a = (1) x 9;${'@a = (@a, @a);'.repeat(100)}`,
      `$a = 'x' x 1e6; @a = ($a) x 1e4; $b = "@a";`,
      `@a = (1) x 1e5;${'unshift @a, 1;'.repeat(1000)}`,
      `$a = 'aaa';${'$a .= "$a";'.repeat(100)}`,
      `@a = (1) x 1e300;`,
      `@a = (${fill('1,').slice(10)});`,
      `@a = qw(${fill('1 ').slice(10)}); push @a, @a; unshift @a, @a;`,
    ];
    for (const source of [...odd, ...growing]) {
      const begin = performance.now();
      readPolicydWeightConf(source);
      expect([source.slice(0, 40), performance.now() - begin < 2000]).toEqual([source.slice(0, 40), true]);
    }
    expect(problemsIn('1;'.repeat(600_000))).toEqual(['1:1: the file is larger than 1 MiB']);
    expect(problemsIn(fill('}')).length).toBe(201);
  }, 120_000);
});
