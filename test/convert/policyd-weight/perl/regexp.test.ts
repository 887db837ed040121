// Perl's regular expressions as JavaScript's: the same, or refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { javascriptRegExp, sourceForLowerCase } from '../../../../src/convert/policyd-weight/perl/regexp.ts';

describe('regular expressions', () => {
  it.each([
    ['\\.example\\.com$', '', '\\.example\\.com$', ''],
    ['Foo', 'i', 'Foo', 'i'],
    ['(?i)foo', '', 'foo', 'i'],
    ['(?^i:foo)', '', '(?:foo)', 'i'],
    ['\\Aa\\z|b\\Z', '', '^a$|b$', ''],
    ['^a$', 'm', '(?<![^\\n])a(?![^\\n])', ''],
    ['a.b', 's', 'a[\\s\\S]b', ''],
    [' a b # c\n [ #] \\ d\\#', 'x', 'ab[ #] d#', ''],
    ['(a)\\1 2', 'x', '(a)\\1(?:)2', ''],
    ['[[:alpha:][:digit:]_-]', '', '[a-zA-Z0-9_\\-]', ''],
    ['[^[:space:]]', '', '[^\\s]', ''],
    ['[]a]', '', '[\\]a]', ''],
    ['[\\w-.]', '', '[\\w\\-.]', ''],
    ['(?<x>a)\\k<x>(?P<y>b)(?P=y)', '', '(?<x>a)\\k<x>(?<y>b)\\k<y>', ''],
    ['(a)(?:b)', 'n', '(?:a)(?:b)', ''],
    ['a{2,3}?b{x', '', 'a{2,3}?b\\{x', ''],
    ['\\h\\x41\\x{2e}\\/', '', '[ \\t]A\\./', ''],
    ['(?#note)a(?=b)(?<!c)', '', 'a(?=b)(?<!c)', ''],
  ])('%s with flags "%s"', (source, flags, expected, left) => {
    expect(javascriptRegExp({ source, flags })).toEqual({ source: expected, flags: left });
  });

  it.each([
    ['a++', ''],
    ['(?>a)', ''],
    ['(?R)', ''],
    ['\\Qa\\E', ''],
    ['(?{1})', ''],
    ['(?|a|b)', ''],
    ['\\p{L}', ''],
    ['\\Ka', ''],
    ['a(?i)b', ''],
    ['a(?i:b)', ''],
    ['(a', ''],
    ['a)', ''],
    ['[a', ''],
    ['*a', ''],
    ['[z-a]', ''],
    ['a\\', ''],
    ['a', 'z'],
    ['a'.repeat(20_000), ''],
  ])('%s with flags "%s" is a problem', (source, flags) => {
    expect(javascriptRegExp({ source, flags })).toEqual({ problem: expect.any(String) });
  });

  it('can do without flags where the input is in lower case', () => {
    const source = (expression: string, flags = 'i') => sourceForLowerCase({ source: expression, flags });
    expect(source('MAIL\\.Example\\.COM$')).toEqual({ source: 'mail\\.example\\.com$' });
    expect(source('MAIL', '')).toEqual({ source: 'MAIL' });
    expect(source('[A-Fx]\\D\\W[[:upper:]]\\x41')).toEqual({ source: '[a-fx]\\D\\W[a-zA-Z]a' });
    expect(source('A(?i)B(?-i:C)D', '')).toEqual({ source: 'Ab(?:C)d' });
    expect(source('[A-z]')).toEqual({ problem: 'has the range "A-z" without regard to case, which is not read' });
  });

  it('always gives an expression that JavaScript takes, or a problem', () => {
    const pieces = [
      'a',
      'B',
      '(',
      ')',
      '(?:',
      '(?i)',
      '(?',
      '[',
      ']',
      '[^',
      '-',
      '\\',
      '\\w',
      '\\1',
      '|',
      '*',
      '+',
      '?',
    ];
    const more = [
      '{',
      '}',
      '{2}',
      '{2,',
      '^',
      '$',
      '.',
      ' ',
      '#',
      '\n',
      '[:alpha:]',
      '\\x',
      '<',
      '>',
      'é',
      '\u{1f600}',
    ];
    const soup = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 20 }).map((all) => all.join(''));
    fc.assert(
      fc.property(
        fc.oneof(soup, fc.string({ unit: 'binary' })),
        fc.constantFrom('', 'i', 'x', 'ims', 'xxn'),
        (source, flags) => {
          const result = javascriptRegExp({ source, flags });
          if ('source' in result) expect(new RegExp(result.source, result.flags)).toBeInstanceOf(RegExp);
          const plainSource = sourceForLowerCase({ source, flags });
          if ('source' in plainSource) expect(new RegExp(plainSource.source)).toBeInstanceOf(RegExp);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
