// Turns Perl regular expressions into those of JavaScript, which differ in a few places. What has no counterpart is
// refused: an expression that means something else is worse than none.

import { Cursor } from './cursor.ts';
import { literal, Refused, takeCharacter } from './regexp-characters.ts';
import { type ClassFlags, characterClass } from './regexp-class.ts';
import { SETS } from './regexp-sets.ts';

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

interface Flags {
  i: boolean;
  m: boolean;
  s: boolean;
  x: boolean;
  /** `xx`: blanks in classes don't count either. */
  xx: boolean;
  n: boolean;
}

const NO_FLAGS: Flags = { i: false, m: false, s: false, x: false, xx: false, n: false };

class Translation {
  readonly #cursor: Cursor;
  readonly #lowerCase: boolean;
  readonly #outer: Flags[] = [];
  #output = '';
  #flags: Flags = NO_FLAGS;
  /** Whether JavaScript's flag `i` is to be set. It holds for all of an expression. */
  ignoresCase: boolean;

  constructor(perl: PerlRegExp, lowerCase: boolean) {
    this.#cursor = new Cursor(perl.source);
    this.#lowerCase = lowerCase;
    this.#flags = this.#changed(perl.flags, '');
    this.#takeLeadingFlags();
    this.ignoresCase = this.#flags.i;
  }

  run(): string {
    while (!this.#cursor.atEnd) this.#step();
    if (this.#outer.length > 0) throw new Refused('lacks a closing parenthesis');
    return this.#output;
  }

  #changed(on: string, off: string): Flags {
    const flags = { ...this.#flags };
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
  #takeLeadingFlags(): void {
    const found = this.#cursor.take(/\s*\(\?(\^?)([a-z]*)(?:-([a-z]+))?\)/y);
    if (found !== undefined && (this.#flags.x || found[0].startsWith('('))) this.#setFlags(found);
    else if (found !== undefined) this.#cursor.at = 0;
    const whole = /^\(\?(\^?)([a-z]*)(?:-([a-z]+))?:(?:[^()[\]\\]|\\[\s\S])*\)$/.exec(
      this.#cursor.text.slice(this.#cursor.at),
    );
    if (whole !== null) this.#flags.i = this.#after(whole).i;
  }

  #after([, reset, on, off]: RegExpExecArray): Flags {
    const before = this.#flags;
    if (reset === '^') this.#flags = NO_FLAGS;
    try {
      return this.#changed(on ?? '', off ?? '');
    } finally {
      this.#flags = before;
    }
  }

  #setFlags(found: RegExpExecArray): void {
    this.#flags = this.#after(found);
  }

  #step(): void {
    const character = this.#cursor.peek();
    if (this.#flags.x && this.#cursor.take(/(?:\s|#[^\n]*)+/y) !== undefined) {
      // "\1 2" is no "\12".
      if (/\\[1-9]$/.test(this.#output) && /\d/.test(this.#cursor.peek())) this.#output += '(?:)';
    } else if (character === '\\') this.#escape();
    else if (character === '[') this.#output += characterClass(this.#cursor, this.#classFlags);
    else if (character === '(') this.#group();
    else if (character === ')') {
      const flags = this.#outer.pop();
      if (flags === undefined) throw new Refused('has a closing parenthesis too many');
      this.#flags = flags;
      this.#cursor.at++;
      this.#output += ')';
    } else if (/[*+?{]/.test(character)) this.#quantifier();
    else {
      this.#cursor.at++;
      if (character === '.') this.#output += this.#flags.s ? '[\\s\\S]' : '.';
      else if (character === '^') this.#output += this.#flags.m ? '(?<![^\\n])' : '^';
      else if (character === '$') this.#output += this.#flags.m ? '(?![^\\n])' : '$';
      else if (character === ']' || character === '}') this.#output += `\\${character}`;
      else this.#output += character === '|' ? '|' : literal(character, this.#makeSmall);
    }
  }

  #quantifier(): void {
    const found = this.#cursor.take(/[*+?]|\{\d+(?:,\d*)?\}/y);
    if (found === undefined) {
      if (this.#cursor.take(/\{,\d+\}/y) !== undefined) throw new Refused('has a quantifier without a lower bound');
      this.#cursor.at++;
      this.#output += '\\{';
      return;
    }
    this.#output += found[0];
    if (this.#cursor.take(/\+/y) !== undefined)
      throw new Refused(`has the possessive quantifier "${found[0]}+", which JavaScript lacks`);
    if (this.#cursor.take(/\?/y) !== undefined) this.#output += '?';
  }

  #group(): void {
    if (this.#cursor.take(/\(\?#[^)]*\)/y) !== undefined) return;
    if (this.#cursor.take(/\((?!\?|\*)/y) !== undefined) {
      this.#open(this.#flags.n ? '(?:' : '(', this.#flags);
      return;
    }
    const look = this.#cursor.take(/\(\?(?:=|!|<=|<!|:)/y);
    if (look !== undefined) {
      this.#open(look[0], this.#flags);
      return;
    }
    const named = this.#cursor.take(/\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y);
    if (named !== undefined) {
      this.#open(`(?<${named[1] ?? named[2]}>`, this.#flags);
      return;
    }
    const backwards = this.#cursor.take(/\(\?P=([A-Za-z_]\w*)\)/y);
    if (backwards !== undefined) {
      this.#output += `\\k<${backwards[1]}>`;
      return;
    }
    const flagged = this.#cursor.take(/\(\?(\^?)([a-z]*)(?:-([a-z]+))?([:)])/y);
    if (flagged !== undefined && flagged[0] !== '(?)') {
      const flags = this.#after(flagged);
      if (!this.#lowerCase && flags.i !== this.ignoresCase) {
        throw new Refused('ignores the case in a part of it only, which JavaScript lacks');
      }
      if (flagged[4] === ':') {
        this.#open('(?:', flags);
        return;
      }
      this.#flags = flags;
      return;
    }
    const start = this.#cursor.text.slice(this.#cursor.at, this.#cursor.at + 3);
    throw new Refused(
      start.startsWith('(?>')
        ? 'has an atomic group, which JavaScript lacks'
        : `has a group "${start}...", which is not read`,
    );
  }

  #open(written: string, flags: Flags): void {
    if (this.#outer.length >= 100) throw new Refused('has too many groups in one another');
    this.#outer.push(this.#flags);
    this.#flags = flags;
    this.#output += written;
  }

  #escape(): void {
    const named = this.#cursor.take(
      /\\(?:k(?:<([A-Za-z_]\w*)>|\{([A-Za-z_]\w*)\}|'([A-Za-z_]\w*)')|g\{([A-Za-z_]\w*)\})/y,
    );
    if (named !== undefined) {
      this.#output += `\\k<${named[1] ?? named[2] ?? named[3] ?? named[4]}>`;
      return;
    }
    const numbered = this.#cursor.take(/\\(?:([1-9])(?!\d)|g([1-9])(?!\d)|g\{([1-9])\})/y);
    if (numbered !== undefined) {
      this.#output += `\\${numbered[1] ?? numbered[2] ?? numbered[3]}`;
      if (/\d/.test(this.#cursor.peek())) this.#output += '(?:)';
      return;
    }
    const code = takeCharacter(this.#cursor);
    if (code !== undefined) {
      this.#output += literal(code, this.#makeSmall);
      return;
    }
    const next = this.#cursor.peek(1);
    const set = SETS.get(next);
    // \N{...} names a character, and \b{...} a kind of bound.
    const braced = this.#cursor.peek(2) === '{' && (next === 'N' || next === 'b' || next === 'B');
    if (set !== undefined && !braced) this.#output += set.outside;
    else if (next === 'A') this.#output += this.#flags.m ? '(?<![\\s\\S])' : '^';
    else if (next === 'z' || next === 'Z') this.#output += this.#flags.m ? '(?![\\s\\S])' : '$';
    else if ((next === 'b' || next === 'B') && !braced) this.#output += `\\${next}`;
    else throw new Refused(`has "\\${next}", which is not read`);
    this.#cursor.at += 2;
  }

  get #classFlags(): ClassFlags {
    return { ignoreCase: this.#flags.i, makeSmall: this.#makeSmall, skipBlanks: this.#flags.xx };
  }

  // Whether letters are to be made small here.
  get #makeSmall(): boolean {
    return this.#flags.i && this.#lowerCase;
  }
}
