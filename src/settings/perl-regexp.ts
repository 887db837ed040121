// Turns Perl regular expressions into those of JavaScript, which differ in a few places. What has no counterpart is
// refused: an expression that means something else is worse than none.

/** A regular expression as `qr/source/flags` has it. */
export interface PerlRegExp {
  readonly source: string;
  readonly flags: string;
}

/** What is wrong with a regular expression. */
export interface RegExpProblem {
  readonly problem: string;
}

/**
 * Translates a Perl regular expression. Of the flags only `i` is left; x, s and m are worked into the source.
 */
export function javascriptRegExp(
  perl: PerlRegExp,
): { readonly source: string; readonly flags: '' | 'i' } | RegExpProblem {
  return translated(perl, false);
}

/**
 * Translates a Perl regular expression into a source that needs no flags, for input that is in lower case already:
 * where case does not matter, letters are made small.
 */
export function sourceForLowerCase(perl: PerlRegExp): { readonly source: string } | RegExpProblem {
  const result = translated(perl, true);
  return 'problem' in result ? result : { source: result.source };
}

const MAX_LENGTH = 10_000;

function translated(perl: PerlRegExp, lowerCase: boolean): { source: string; flags: '' | 'i' } | RegExpProblem {
  if (perl.source.length > MAX_LENGTH) return { problem: `is longer than ${MAX_LENGTH} characters` };
  try {
    const translation = new Translation(perl, lowerCase);
    const source = translation.run();
    const flags = translation.ignoresCase && !lowerCase ? 'i' : '';
    // JavaScript is the last judge, of quantifiers without anything to repeat and the like.
    new RegExp(source, flags);
    return { source, flags };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message };
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

class Refused extends Error {}

interface Flags {
  i: boolean;
  m: boolean;
  s: boolean;
  x: boolean;
  /** `xx`: blanks in classes don't count either. */
  xx: boolean;
  n: boolean;
}

// POSIX classes, as the inside of a JavaScript class.
const POSIX = new Map([
  ['alpha', 'a-zA-Z'],
  ['digit', '0-9'],
  ['alnum', 'a-zA-Z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['word', '\\w'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['xdigit', '0-9a-fA-F'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['print', '\\x20-\\x7e'],
  ['graph', '\\x21-\\x7e'],
  ['ascii', '\\x00-\\x7f'],
]);
const NEGATED_POSIX = new Map([
  ['digit', '\\D'],
  ['word', '\\W'],
  ['space', '\\S'],
]);
const CONTROLS = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);
// Escapes for sets of characters: inside a class, and outside.
const SETS = new Map([
  ['d', { inside: '\\d', outside: '\\d' }],
  ['D', { inside: '\\D', outside: '\\D' }],
  ['w', { inside: '\\w', outside: '\\w' }],
  ['W', { inside: '\\W', outside: '\\W' }],
  ['s', { inside: '\\s', outside: '\\s' }],
  ['S', { inside: '\\S', outside: '\\S' }],
  ['h', { inside: ' \\t', outside: '[ \\t]' }],
  ['v', { inside: '\\n-\\r', outside: '[\\n-\\r]' }],
  ['H', { inside: undefined, outside: '[^ \\t]' }],
  ['V', { inside: undefined, outside: '[^\\n-\\r]' }],
  ['N', { inside: undefined, outside: '[^\\n]' }],
  ['R', { inside: undefined, outside: '(?:\\r\\n|[\\n-\\r])' }],
]);

class Translation {
  private readonly source: string;
  private at = 0;
  private output = '';
  private flags: Flags;
  private readonly outer: Flags[] = [];
  /** Whether JavaScript's flag `i` is to be set. It holds for all of an expression. */
  ignoresCase: boolean;

  constructor(
    perl: PerlRegExp,
    private readonly lowerCase: boolean,
  ) {
    this.source = perl.source;
    this.flags = { i: false, m: false, s: false, x: false, xx: false, n: false };
    this.flags = this.changed(perl.flags, '');
    this.takeLeadingFlags();
    this.ignoresCase = this.flags.i;
  }

  run(): string {
    while (this.at < this.source.length) this.step();
    if (this.outer.length > 0) throw new Refused('lacks a closing parenthesis');
    return this.output;
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  private changed(on: string, off: string): Flags {
    const flags = { ...this.flags };
    for (const flag of on) {
      if (flag === 'i' || flag === 'm' || flag === 's' || flag === 'n') flags[flag] = true;
      else if (flag === 'x') {
        flags.xx = on.includes('xx');
        flags.x = true;
      } else if (!'adlupogc'.includes(flag)) throw new Refused(`has the unknown flag "${flag}"`);
    }
    for (const flag of off) {
      if (flag === 'i' || flag === 'm' || flag === 's' || flag === 'n') flags[flag] = false;
      else if (flag === 'x') {
        flags.xx = false;
        flags.x = false;
      } else throw new Refused(`has the unknown flag "${flag}"`);
    }
    return flags;
  }

  // "(?i)" at the start, or a group of flags around all of it, as other expressions leave it when they are inserted.
  private takeLeadingFlags(): void {
    const found = this.take(/\s*\(\?(\^?)([a-z]*)(?:-([a-z]+))?\)/y);
    if (found !== undefined && (this.flags.x || found[0].startsWith('('))) this.setFlags(found);
    else if (found !== undefined) this.at = 0;
    const whole = /^\(\?(\^?)([a-z]*)(?:-([a-z]+))?:(?:[^()[\]\\]|\\[\s\S])*\)$/.exec(this.source.slice(this.at));
    if (whole !== null) this.flags.i = this.after(whole).i;
  }

  private after([, reset, on, off]: RegExpExecArray): Flags {
    const before = this.flags;
    if (reset === '^') this.flags = { i: false, m: false, s: false, x: false, xx: false, n: false };
    try {
      return this.changed(on ?? '', off ?? '');
    } finally {
      this.flags = before;
    }
  }

  private setFlags(found: RegExpExecArray): void {
    this.flags = this.after(found);
  }

  private step(): void {
    const character = this.source[this.at] ?? '';
    if (this.flags.x && this.take(/(?:\s|#[^\n]*)+/y) !== undefined) {
      // "\1 2" is no "\12".
      if (/\\[1-9]$/.test(this.output) && /\d/.test(this.source[this.at] ?? '')) this.output += '(?:)';
    } else if (character === '\\') this.escape();
    else if (character === '[') this.characterClass();
    else if (character === '(') this.group();
    else if (character === ')') {
      const flags = this.outer.pop();
      if (flags === undefined) throw new Refused('has a closing parenthesis too many');
      this.flags = flags;
      this.at++;
      this.output += ')';
    } else if (/[*+?{]/.test(character)) this.quantifier();
    else {
      this.at++;
      if (character === '.') this.output += this.flags.s ? '[\\s\\S]' : '.';
      else if (character === '^') this.output += this.flags.m ? '(?<![^\\n])' : '^';
      else if (character === '$') this.output += this.flags.m ? '(?![^\\n])' : '$';
      else if (character === ']' || character === '}') this.output += `\\${character}`;
      else this.output += character === '|' ? '|' : this.literal(character);
    }
  }

  private quantifier(): void {
    const found = this.take(/[*+?]|\{\d+(?:,\d*)?\}/y);
    if (found === undefined) {
      if (this.take(/\{,\d+\}/y) !== undefined) throw new Refused('has a quantifier without a lower bound');
      this.at++;
      this.output += '\\{';
      return;
    }
    this.output += found[0];
    if (this.take(/\+/y) !== undefined)
      throw new Refused(`has the possessive quantifier "${found[0]}+", which JavaScript lacks`);
    if (this.take(/\?/y) !== undefined) this.output += '?';
  }

  private group(): void {
    if (this.take(/\(\?#[^)]*\)/y) !== undefined) return;
    if (this.take(/\((?!\?|\*)/y) !== undefined) {
      this.open(this.flags.n ? '(?:' : '(', this.flags);
      return;
    }
    const look = this.take(/\(\?(?:=|!|<=|<!|:)/y);
    if (look !== undefined) {
      this.open(look[0], this.flags);
      return;
    }
    const named = this.take(/\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y);
    if (named !== undefined) {
      this.open(`(?<${named[1] ?? named[2]}>`, this.flags);
      return;
    }
    const backwards = this.take(/\(\?P=([A-Za-z_]\w*)\)/y);
    if (backwards !== undefined) {
      this.output += `\\k<${backwards[1]}>`;
      return;
    }
    const flagged = this.take(/\(\?(\^?)([a-z]*)(?:-([a-z]+))?([:)])/y);
    if (flagged !== undefined && flagged[0] !== '(?)') {
      const flags = this.after(flagged);
      if (!this.lowerCase && flags.i !== this.ignoresCase) {
        throw new Refused('ignores the case in a part of it only, which JavaScript lacks');
      }
      if (flagged[4] === ':') {
        this.open('(?:', flags);
        return;
      }
      this.flags = flags;
      return;
    }
    const start = this.source.slice(this.at, this.at + 3);
    throw new Refused(
      start.startsWith('(?>')
        ? 'has an atomic group, which JavaScript lacks'
        : `has a group "${start}...", which is not read`,
    );
  }

  private open(written: string, flags: Flags): void {
    if (this.outer.length >= 100) throw new Refused('has too many groups in one another');
    this.outer.push(this.flags);
    this.flags = flags;
    this.output += written;
  }

  private escape(): void {
    const named = this.take(/\\(?:k(?:<([A-Za-z_]\w*)>|\{([A-Za-z_]\w*)\}|'([A-Za-z_]\w*)')|g\{([A-Za-z_]\w*)\})/y);
    if (named !== undefined) {
      this.output += `\\k<${named[1] ?? named[2] ?? named[3] ?? named[4]}>`;
      return;
    }
    const numbered = this.take(/\\(?:([1-9])(?!\d)|g([1-9])(?!\d)|g\{([1-9])\})/y);
    if (numbered !== undefined) {
      this.output += `\\${numbered[1] ?? numbered[2] ?? numbered[3]}`;
      if (/\d/.test(this.source[this.at] ?? '')) this.output += '(?:)';
      return;
    }
    const code = this.codeOfEscape();
    if (code !== undefined) {
      this.output += this.literal(code);
      return;
    }
    const next = this.source[this.at + 1] ?? '';
    const set = SETS.get(next);
    // \N{...} names a character, and \b{...} a kind of bound.
    const braced = this.source[this.at + 2] === '{' && (next === 'N' || next === 'b' || next === 'B');
    if (set !== undefined && !braced) this.output += set.outside;
    else if (next === 'A') this.output += this.flags.m ? '(?<![\\s\\S])' : '^';
    else if (next === 'z' || next === 'Z') this.output += this.flags.m ? '(?![\\s\\S])' : '$';
    else if ((next === 'b' || next === 'B') && !braced) this.output += `\\${next}`;
    else throw new Refused(`has "\\${next}", which is not read`);
    this.at += 2;
  }

  // Reads an escape that stands for one character; leaves others alone.
  private codeOfEscape(): string | undefined {
    const hex = this.take(/\\x(?:\{\s*([\da-fA-F]+)\s*\}|([\da-fA-F]{0,2}))/y) ?? this.take(/\\N\{U\+([\da-fA-F]+)\}/y);
    if (hex !== undefined) return this.character(Number.parseInt(`0${hex[1] ?? hex[2] ?? ''}`, 16));
    const octal = this.take(/\\(?:o\{([0-7]+)\}|(0[0-7]{0,2}|[1-7][0-7]{2}))/y);
    if (octal !== undefined) return this.character(Number.parseInt(octal[1] ?? octal[2] ?? '', 8));
    const control = this.take(/\\c([A-Za-z])/y);
    if (control !== undefined) return this.character((control[1] ?? '').charCodeAt(0) % 32);
    const next = this.source[this.at + 1];
    if (next === undefined) throw new Refused('ends with a backslash');
    const known = CONTROLS.get(next);
    if (known === undefined && /[A-Za-z0-9]/.test(next)) return undefined;
    this.at += 2;
    return known === undefined ? next : this.character(known);
  }

  private character(code: number): string {
    if (code > 0xffff) throw new Refused('has a character beyond U+FFFF');
    return String.fromCharCode(code);
  }

  // One character that stands for itself.
  private literal(character: string): string {
    const letter = this.flags.i && this.lowerCase ? character.toLowerCase() : character;
    // The sharp edges of Unicode: U+0130 becomes two characters.
    if (letter.length !== character.length) throw new Refused(`has the letter "${character}" without regard to case`);
    if (/[\^$\\.*+?()[\]{}|]/.test(letter)) return `\\${letter}`;
    if (letter >= ' ' && letter !== '\x7f') return letter;
    return `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  }

  private characterClass(): void {
    this.at++;
    let inside = this.take(/\^/y) === undefined ? '[' : '[^';
    for (let first = true; ; first = false) {
      if (this.flags.xx) this.take(/[ \t]+/y);
      if (this.at >= this.source.length) throw new Refused('lacks a closing "]"');
      if (!first && this.take(/\]/y) !== undefined) break;
      const item = this.classItem();
      if (item.set !== undefined) {
        inside += item.set;
        // "[\w-.]": no range can begin with a set.
        if (this.take(/-(?!\])/y) !== undefined) inside += '\\-';
      } else if (this.take(/-(?!\])/y) !== undefined) {
        const end = this.classItem();
        if (end.set === undefined) inside += this.range(item.character, end.character);
        else inside += `${this.classLiteral(item.character)}\\-${end.set}`;
      } else inside += this.classLiteral(item.character);
    }
    this.output += `${inside}]`;
  }

  private classItem(): { readonly set: string } | { readonly set?: undefined; readonly character: string } {
    const posix = this.take(/\[:(\^?)([a-z]+):\]/y);
    if (posix !== undefined) {
      const [written, negated, name = ''] = posix;
      const caseless = this.flags.i && (name === 'upper' || name === 'lower');
      const set = negated === '^' ? NEGATED_POSIX.get(name) : POSIX.get(caseless ? 'alpha' : name);
      if (set === undefined) throw new Refused(`has the class "${written}", which is not read`);
      return { set };
    }
    if (this.take(/\[[.=]/y) !== undefined) throw new Refused('has "[." or "[=", which Perl refuses too');
    if (this.source[this.at] !== '\\') {
      const character = this.source[this.at] ?? '';
      this.at++;
      return { character };
    }
    if (this.take(/\\b/y) !== undefined) return { character: '\b' };
    const character = this.codeOfEscape() ?? (this.take(/\\(?=[1-7])/y) && this.octal());
    if (character !== undefined) return { character };
    const next = this.source[this.at + 1] ?? '';
    const set = SETS.get(next)?.inside;
    if (set === undefined) throw new Refused(`has "\\${next}" in a class, which is not read`);
    this.at += 2;
    return { set };
  }

  // "[\1]" is an octal number, there are no references in classes.
  private octal(): string {
    return this.character(Number.parseInt(this.take(/[0-7]{1,3}/y)?.[0] ?? '', 8));
  }

  private range(from: string, to: string): string {
    if (!this.flags.i || !this.lowerCase) return `${this.classLiteral(from)}-${this.classLiteral(to)}`;
    const capitals = /[A-Z]/.test(from) && /[A-Z]/.test(to);
    if (!capitals && hasCapitals(from, to)) {
      throw new Refused(`has the range "${from}-${to}" without regard to case, which is not read`);
    }
    return `${this.classLiteral(from)}-${this.classLiteral(to)}`;
  }

  private classLiteral(character: string): string {
    if (character === '-') return '\\-';
    return this.literal(character).replace(/^\\([.*+?(){}|$])$/, '$1');
  }
}

// Whether a range holds letters that making them small would move out of it. Those beyond ASCII count as such.
function hasCapitals(from: string, to: string): boolean {
  return to > '\x7f' || (from <= 'Z' && to >= 'A');
}
