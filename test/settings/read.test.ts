import { describe, expect, test } from 'vitest';
import { defaultSettings, readSettings } from '../../src/settings/read.ts';
import { SETTINGS } from '../../src/settings/table.ts';

/** Each problem of a file as `line:column: message`. */
function problems(source: string): string[] {
  return readSettings(source).problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('a file', () => {
  test('that is empty changes nothing', () => {
    expect(readSettings('')).toEqual({ settings: defaultSettings(), problems: [] });
    expect(readSettings('# nothing\n[scores]\n')).toEqual({ settings: defaultSettings(), problems: [] });
  });

  test('changes what it names, and nothing else', () => {
    const source = `
[decision]
reject_level = 2.5
defer_tokens = []
[scores]
helo_score = { hit = 1, miss = -1 }
[dns]
dns_timeout = "500ms"
`.replace('500ms', '0.5s');
    expect(readSettings(source)).toEqual({
      settings: {
        ...defaultSettings(),
        reject_level: 2.5,
        defer_tokens: [],
        helo_score: { hit: 1, miss: -1 },
        dns_timeout: 0.5,
      },
      problems: [],
    });
  });

  test('replaces all lists', () => {
    const { settings } = readSettings(`
[[lists]]
name = "DYNBL"
zone = "bl.test"
answers = [{ client = 3 }, { match = "127.0.0.2", name = "WHITE", client = -1, sender = 2, group = "x" }]
`);
    expect(settings.lists).toMatchObject([
      {
        name: 'DYNBL',
        zone: 'bl.test',
        enabled: true,
        family: 'any',
        miss: 0,
        answers: [
          { match: '', name: '', client: 3, group: '', dial_up: true, counts: true },
          { match: '127.0.0.2', name: 'WHITE', client: -1, sender: 2, group: 'x', dial_up: true, counts: false },
        ],
      },
    ]);
    expect(readSettings('lists = []').settings.lists).toEqual([]);
  });

  test('keeps the default of what is wrong in it', () => {
    const { settings } = readSettings('[decision]\nreject_level = "x"\ndefer_level = 6\n');
    expect(settings.reject_level).toBe(SETTINGS.reject_level.default);
    expect(settings.defer_level).toBe(6);
  });
});

describe('what is wrong', () => {
  test('is a name that is nearly one', () => {
    expect(problems('[decision]\n  reject_levle = 1\n')).toEqual([
      '2:3: there is no setting "reject_levle"; did you mean reject_level?',
    ]);
    expect(problems('[decisoin]\n')).toEqual(['1:1: there is no table "decisoin"; did you mean decision?']);
    expect(problems('[[list]]\nname = "A"\n')).toEqual(['1:1: there is no table "list"; did you mean lists?']);
  });

  test('is a name that is none', () => {
    expect(problems('[decision]\ncompletely_different_word = 1\n')).toEqual([
      '2:1: there is no setting "completely_different_word"',
    ]);
    expect(problems('[nonsense]\n')).toEqual(['1:1: there is no table "nonsense"']);
    expect(problems('[decision]\nconstructor = 1\n__proto__ = 2\n')).toHaveLength(2);
  });

  test('is the table', () => {
    expect(problems('[scores]\nreject_level = 1\n')).toEqual(['2:1: reject_level belongs to the table [decision]']);
    expect(problems('[decision]\nlists = []\n')).toEqual(['2:1: lists stands in tables of its own: [[lists]]']);
    expect(problems('[[list]]\nname = "X"\n')).toEqual(['1:1: there is no table "list"; did you mean lists?']);
    expect(problems('decision = 1\n')).toEqual(['1:1: decision is a table: write [decision]']);
  });

  test('is a value', () => {
    expect(problems('[decision]\n\nreject_level = "high"\n')).toEqual([
      '3:1: reject_level wants a number, not the text "high"',
    ]);
    expect(problems('[scores]\nhelo_score = { hit = 1, miss = "x" }\n')).toEqual([
      '2:1: helo_score.miss wants a number, not the text "x"',
    ]);
    expect(problems('[dns]\nnameservers = ["192.0.2.1", "ns.test"]\n')[0]).toMatch(
      /^2:1: nameservers\.1 wants an address/,
    );
    expect(problems('[decision]\ndnsbl_checks_only_names = ["("]\n')[0]).toMatch(
      /^2:1: dnsbl_checks_only_names\.0 wants a regular expression/,
    );
    expect(problems('[texts]\nreject_text = "{hello}"\n')[0]).toMatch(
      /^2:1: reject_text has \{hello\}, which is unknown/,
    );
    expect(problems('[log]\nlog_file = "polw.log"\n')).toEqual(['2:1: log_file wants a path that begins with "/"']);
    expect(problems('[log]\nlog_tag = "a b"\n')).toEqual(['2:1: log_tag wants one word']);
    expect(problems('[decision]\nheader_name = "X Weight"\n')[0]).toMatch(
      /^2:1: header_name wants the name of a header/,
    );
  });

  test('is all told at once', () => {
    expect(problems('[decision]\nreject_level = true\nfoo = 1\n[log]\nlog_to = "mail"\n')).toHaveLength(3);
  });

  test('is the syntax', () => {
    const [problem, ...more] = readSettings('[decision]\nreject_level = = 1\n').problems;
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ line: 2 });
    expect(problem?.column).toBeGreaterThan(1);
    expect(problem?.message).not.toContain('\n');
    expect(problems('[decision]\nreject_level = 1\nreject_level = 2\n')[0]).toMatch(/^3:/);
    expect(problems('[decision\n')[0]).toMatch(/^1:/);
  });

  test('is a number that no program can hold', () => {
    expect(problems('[decision]\nreject_level = 99999999999999999999\n')[0]).toMatch(/^2:/);
  });
});
