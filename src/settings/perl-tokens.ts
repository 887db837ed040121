// Splits Perl source into tokens, as far as configuration files need it. What a configuration has no use for
// (commands, substitutions, here-documents, ...) becomes one `foreign` token, so that it can be skipped as a whole.

interface Place {
  readonly start: number;
  readonly end: number;
}

/** One token. `start` and `end` are offsets in the source. */
export type PerlToken = Place &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'text'; readonly value: string }
    /** Text in double quotes: `body` is what stands between them, at the offset `bodyStart`. */
    | { readonly kind: 'template'; readonly body: string; readonly bodyStart: number }
    | { readonly kind: 'words'; readonly words: readonly (Place & { readonly value: string })[] }
    | { readonly kind: 'regexp'; readonly source: string; readonly flags: string; readonly interpolated: boolean }
    | { readonly kind: 'variable'; readonly sigil: '$' | '@'; readonly name: string }
    | { readonly kind: 'word'; readonly word: string }
    | { readonly kind: 'sign'; readonly sign: string }
    | { readonly kind: 'foreign'; readonly what: string }
  );

export interface PerlComment {
  readonly start: number;
  /** Without the `#`. */
  readonly text: string;
}

export interface PerlTokens {
  readonly tokens: readonly PerlToken[];
  readonly comments: readonly PerlComment[];
  /** A quote, here-document or the like without an end: everything from there on is lost. */
  readonly unfinished?: { readonly start: number; readonly what: string };
}

/** A name of a variable as a part of a regular expression; names may hold the name of a package. */
export const PERL_NAME = '(?:::)?[A-Za-z_]\\w*(?:::\\w+)*';

const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['<', '>'],
]);
const SIGNS =
  /<=>|\*\*=|\|\|=|&&=|\/\/=|<<=|>>=|\.\.\.|=>|==|=~|!=|!~|\.=|\+=|-=|\*=|\/=|%=|->|\+\+|--|\*\*|\|\||&&|\.\.|<=|>=|<<|>>|[\s\S]/uy;
const QUOTES = new Set(['q', 'qq', 'qw', 'qr', 'qx', 'm', 's', 'tr', 'y']);

class Unfinished extends Error {}

/** Splits Perl source into tokens and comments, up to the end of the program (`__END__`, `__DATA__`). */
export function perlTokens(source: string): PerlTokens {
  const tokens: PerlToken[] = [];
  const comments: PerlComment[] = [];
  const hereDocuments: { readonly end: string; readonly indented: boolean }[] = [];
  let at = 0;
  // Whether an operator would come next: tells a division from a match, `x` from a word, `<<` from a here-document.
  let afterTerm = false;
  // Up to here there is no match between slashes. Without it, a line of many slashes would take quadratic time.
  let noMatchBefore = 0;

  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source) ?? undefined;
  };
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = match(pattern);
    if (found !== undefined) at += found[0].length;
    return found;
  };

  // Reads to the delimiter that closes the one before `at`. Brackets nest, and a backslash hides what follows it.
  const body = (open: string, start: number, what: string): string => {
    const close = CLOSING.get(open) ?? open;
    const from = at;
    for (let depth = 1; at < source.length; at++) {
      const character = source[at];
      if (character === '\\') at++;
      else if (character === close) {
        depth--;
        if (depth === 0) {
          at++;
          return source.slice(from, at - 1);
        }
      } else if (character === open) depth++;
    }
    at = start;
    throw new Unfinished(what);
  };

  const term = (token: PerlToken): void => {
    tokens.push(token);
    afterTerm = true;
  };
  const foreign = (start: number, what: string): void => term({ kind: 'foreign', what, start, end: at });

  const comment = (): void => {
    const text = take(/#[^\n]*/y);
    if (text !== undefined) comments.push({ start: at - text[0].length, text: text[0].slice(1) });
  };

  const quoteLike = (word: string, start: number): void => {
    if (take(/\s+/y) !== undefined) {
      while (match(/#/y) !== undefined) {
        comment();
        take(/\s+/y);
      }
    }
    const open = source[at] ?? '';
    at++;
    const what = `${word}${open}...${CLOSING.get(open) ?? open}`;
    const bodyStart = at;
    const first = body(open, start, what);
    if (word === 'q') term({ kind: 'text', value: withoutEscapes(first, open), start, end: at });
    else if (word === 'qq') term({ kind: 'template', body: first, bodyStart, start, end: at });
    else if (word === 'qw') {
      const words = Array.from(first.matchAll(/\S+/g), ({ 0: written, index }) => ({
        value: withoutEscapes(written, open),
        start: bodyStart + index,
        end: bodyStart + index + written.length,
      }));
      term({ kind: 'words', words, start, end: at });
    } else if (word === 'qr') {
      const flags = take(/[a-z]*/y)?.[0] ?? '';
      // As Perl does: a backslash before a delimiter that is no bracket only protects it from being the end.
      const expression = CLOSING.has(open)
        ? first
        : first.replace(/\\([\s\S])/g, (all, next) => (next === open ? next : all));
      term({ kind: 'regexp', source: expression, flags, interpolated: open !== "'", start, end: at });
    } else {
      if (word === 's' || word === 'tr' || word === 'y') {
        take(/\s*/y);
        if (CLOSING.has(open)) {
          const second = source[at] ?? '';
          at++;
          body(second, start, what);
        } else body(open, start, what);
      }
      take(/[a-z]*/y);
      foreign(start, word === 'qx' ? 'a command' : what);
    }
  };

  const word = (start: number): boolean => {
    if (afterTerm && take(/x=(?![=~])/y) !== undefined) {
      tokens.push({ kind: 'sign', sign: 'x=', start, end: at });
      afterTerm = false;
      return true;
    }
    if (afterTerm && take(/x(?=\d|\W|$)/y) !== undefined) {
      tokens.push({ kind: 'sign', sign: 'x', start, end: at });
      afterTerm = false;
      return true;
    }
    const name = take(/[A-Za-z_]\w*(?:::\w+)*(?:::)?/y)?.[0] ?? '';
    if (name === '__END__' || name === '__DATA__') return false;
    const previous = tokens.at(-1);
    const isKey =
      match(/\s*=>/y) !== undefined || (previous?.kind === 'sign' && previous.sign === '{' && source[at] === '}');
    if (isKey) term({ kind: 'text', value: name, start, end: at });
    else if (QUOTES.has(name) && !afterTerm && match(/\s*[^\s\w]/y) !== undefined) quoteLike(name, start);
    else {
      tokens.push({ kind: 'word', word: name, start, end: at });
      afterTerm = false;
    }
    return true;
  };

  const number = (start: number): void => {
    if (take(/\d+\.\d+\.\d[\d.]*/y) !== undefined) {
      foreign(start, 'a number with several points (an address wants quotes)');
      return;
    }
    const octal = take(/0[oO]?_?(?=[0-7])([0-7_]+)/y)?.[1];
    const written =
      octal === undefined
        ? take(/0(?:[xX][\da-fA-F_]+|[bB][01_]+)|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?/y)
        : [`0o${octal}`];
    term({ kind: 'number', value: Number((written?.[0] ?? '').replaceAll('_', '')), start, end: at });
  };

  const variable = (sigil: '$' | '@', start: number): void => {
    const named = take(sigil === '$' ? SCALAR : LIST);
    if (named !== undefined) {
      const name = variableName(named[1] ?? named[2] ?? '');
      term({ kind: 'variable', sigil, name, start, end: at });
      return;
    }
    if (sigil === '@') {
      take(/@(?:\$+\w*)?/y);
      foreign(start, 'a reference to a list');
      return;
    }
    // "$" before "{" or "$#" before "{": leaves the brackets, so that they stay in pairs.
    take(/\$(?:#\w+|#(?=[{$])|\$+\w*|\d+|\^\w|[^\s\w{])?/y);
    foreign(start, `the variable ${source.slice(start, at)}`);
  };

  const hereDocument = (start: number): boolean => {
    const begin = take(/<<(~?)(?:"([^"\n]*)"|'([^'\n]*)'|([A-Za-z_]\w*))/y);
    if (begin === undefined) return false;
    hereDocuments.push({ end: begin[2] ?? begin[3] ?? begin[4] ?? '', indented: begin[1] === '~' });
    foreign(start, 'a here-document');
    return true;
  };

  // Skips the bodies of the here-documents that were announced on the line before.
  const hereDocumentBodies = (): void => {
    for (const document of hereDocuments.splice(0)) {
      const start = at;
      for (;;) {
        if (at >= source.length) {
          at = start;
          throw new Unfinished('a here-document');
        }
        const line = take(/([^\n]*)\n?/y)?.[1] ?? '';
        if ((document.indented ? line.trimStart() : line) === document.end) break;
      }
    }
  };

  // A match between slashes. Only within one line: elsewhere, a slash is more likely to be a division.
  const slashes = (start: number): boolean => {
    if (start < noMatchBefore) return false;
    if (take(/\/(?:[^/\\\n]|\\.)*\/[a-z]*/y) === undefined) {
      const newline = source.indexOf('\n', start);
      noMatchBefore = newline === -1 ? source.length : newline;
      return false;
    }
    foreign(start, 'a match');
    return true;
  };

  // One token, comment or blank. False at the end of the program.
  const step = (): boolean => {
    const start = at;
    const character = source[at] ?? '';
    if (character === '\n') {
      at++;
      hereDocumentBodies();
    } else if (/\s/.test(character) && character !== '\u00a0') take(/[ \t\r\f\v]+/y) ?? at++;
    else if (character === '#') comment();
    else if (character === '\x04' || character === '\x1a') return false;
    else if (character === '=' && (at === 0 || source[at - 1] === '\n') && match(/=[A-Za-z]/y) !== undefined) {
      const cut = /^=cut(?![A-Za-z]).*$/gm;
      cut.lastIndex = at;
      at = cut.exec(source) === null ? source.length : cut.lastIndex;
    } else if (/[A-Za-z_]/.test(character)) return word(start);
    else if (/\d/.test(character) || (!afterTerm && match(/\.\d/y) !== undefined)) number(start);
    else if (character === "'") {
      at++;
      term({ kind: 'text', value: withoutEscapes(body("'", start, 'a text in single quotes'), "'"), start, end: at });
    } else if (character === '"') {
      at++;
      const text = body('"', start, 'a text in double quotes');
      term({ kind: 'template', body: text, bodyStart: start + 1, start, end: at });
    } else if (character === '`') {
      at++;
      body('`', start, 'a command in backquotes');
      foreign(start, 'a command');
    } else if (character === '$') variable('$', start);
    else if (character === '@') variable('@', start);
    else if (!afterTerm && character === '%' && take(/%(?:\$*\w+|(?=[{$]))/y) !== undefined) foreign(start, 'a hash');
    else if (!afterTerm && character === '&' && take(/&[A-Za-z_]\w*/y) !== undefined) foreign(start, 'a function call');
    else if (!afterTerm && character === '<' && hereDocument(start)) return true;
    else if (!afterTerm && character === '<' && take(/<[\w$:]*>/y) !== undefined) foreign(start, 'reading a file');
    else if (!afterTerm && character === '/' && slashes(start)) return true;
    else {
      const sign = take(SIGNS)?.[0] ?? character;
      tokens.push({ kind: 'sign', sign, start, end: at });
      afterTerm = sign === ')' || sign === ']' || sign === '}';
    }
    return true;
  };

  try {
    while (at < source.length && step());
    if (hereDocuments.length > 0) throw new Unfinished('a here-document');
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    return { tokens, comments, unfinished: { start: Math.min(at, source.length), what: error.message } };
  }
  return { tokens, comments };
}

const SCALAR = new RegExp(`\\$\\{\\s*(${PERL_NAME})\\s*\\}|\\$(${PERL_NAME})`, 'y');
const LIST = new RegExp(`@\\{\\s*(${PERL_NAME})\\s*\\}|@(${PERL_NAME})`, 'y');

/** The name of a variable as its package has it: `::X` is `main::X`. Those of policyd-weight are in no package. */
export function variableName(written: string): string {
  return written.startsWith('::') ? `main${written}` : written;
}

// In single quotes, a backslash hides only a delimiter or another backslash.
function withoutEscapes(body: string, open: string): string {
  const close = CLOSING.get(open) ?? open;
  return body.replace(/\\([\s\S])/g, (all, next) => (next === '\\' || next === open || next === close ? next : all));
}
