// Reads configuration files of policyd-weight. They are Perl source, but Perl is never run: what is read are
// assignments of constants, in the ways people write them. Everything else is reported and skipped.

import type { PerlRegExp } from './perl-regexp.ts';
import { PERL_NAME, type PerlComment, type PerlToken, perlTokens, variableName } from './perl-tokens.ts';

export type { PerlRegExp } from './perl-regexp.ts';

/** A value. A number is one that was written or calculated as such: `'3.5'` is a text. */
export type PerlValue = number | string | PerlRegExp | undefined;

/** A value, and where it stands in the file. */
export interface PerlScalar {
  readonly value: PerlValue;
  /** What is written in the file, such as `3.50`, `'3.50'` or `$REJECTMSG . " again"`. */
  readonly raw: string;
  readonly line: number;
  readonly column: number;
  /** The comment at the end of its line, if no other value follows on this line. */
  readonly comment?: string;
}

/** A variable of the file and what it has at the end of it. */
export interface Assigned {
  readonly name: string;
  /** `reference`: a `{...}` or `[...]`, of which nothing is kept. */
  readonly kind: 'scalar' | 'list' | 'reference';
  /** Exactly one for a scalar. */
  readonly values: readonly PerlScalar[];
  /** Where the last assignment stands. */
  readonly line: number;
  readonly column: number;
  /** The comment on the lines directly before. */
  readonly comment?: string;
  /** `my`, `our`, `local` or `state`: a variable of the file itself, for policyd-weight never saw it. */
  readonly declared?: string;
}

export interface ConfProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The variable that would have been assigned, if known. */
  readonly name?: string;
}

export interface PolicydWeightConf {
  /** By name, without `$` or `@`. */
  readonly settings: ReadonlyMap<string, Assigned>;
  readonly problems: readonly ConfProblem[];
}

/** What variables have before the file is read, by name: an array is a list. */
export type ConfDefaults = ReadonlyMap<string, PerlValue | readonly PerlValue[]>;

const MAX_SOURCE = 1024 * 1024;
const MAX_DEPTH = 50;
const MAX_PROBLEMS = 200;
const MAX_INDEX = 10_000;
// How many characters and list elements may be made in all. Without a bound, `$x = $x . $x` repeated would be one.
const MAX_WORK = 64 * 1024 * 1024;
// How many characters an element of a list counts for.
const ITEM = 32;

/**
 * Reads a configuration file. `defaults` are known to it as if they were assigned before, but only what the file
 * itself assigns is among the settings. A statement that isn't understood changes nothing and is a problem.
 */
export function readPolicydWeightConf(source: string, defaults: ConfDefaults = new Map()): PolicydWeightConf {
  if (source.length > MAX_SOURCE) {
    return { settings: new Map(), problems: [{ line: 1, column: 1, message: 'the file is larger than 1 MiB' }] };
  }
  return new Reader(source.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'), defaults).read();
}

/** The number that a value is, also if it is written in quotes. */
export function numberOf(scalar: PerlScalar): number | undefined {
  if (typeof scalar.value === 'number') return scalar.value;
  if (typeof scalar.value !== 'string' || !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(scalar.value))
    return undefined;
  const number = Number(scalar.value);
  return Number.isFinite(number) ? number : undefined;
}

/** The text that a value is in Perl. */
export function textOf(value: PerlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  return `(?^${value.flags}:${value.source})`;
}

// As Perl prints numbers: 15 digits, and an exponent of two digits at least.
function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const [mantissa = '', exponent] = value.toExponential(14).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 15) return String(Number(value.toPrecision(15)));
  return `${Number(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Why a statement can't be read. */
class NotRead extends Error {
  constructor(
    readonly start: number,
    message: string,
  ) {
    super(message);
  }
}

/** A value with the offsets of what it was written as. Those of defaults are negative. */
interface Item {
  readonly value: PerlValue;
  readonly start: number;
  readonly end: number;
}

/** An expression is one thing in a list, another where a single value is wanted: a list is its length, for example. */
interface Operand {
  readonly items: readonly Item[];
  readonly scalar: Item;
}

interface Target {
  readonly sigil: '$' | '@';
  readonly name: string;
  readonly index?: number;
  readonly start: number;
}

interface Setting {
  kind: Assigned['kind'];
  /** The very list that `push` adds to. */
  items: Item[];
  start: number;
  comment: string | undefined;
  declared: string | undefined;
}

const DECLARATIONS = new Set(['my', 'our', 'local', 'state']);
const BLOCKS = new Set([
  'if',
  'unless',
  'while',
  'until',
  'for',
  'foreach',
  'given',
  'when',
  'sub',
  'package',
  'BEGIN',
  'END',
  'INIT',
  'CHECK',
  'UNITCHECK',
]);
// Pragmas that change nothing about constants.
const PRAGMAS = new Set(['strict', 'warnings', 'utf8', 'vars']);
const ASSIGNMENTS = new Set(['=', '.=', '+=', '-=', '*=', '/=']);
const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['f', '\f'],
  ['b', '\b'],
  ['a', '\x07'],
  ['e', '\x1b'],
]);

class Reader {
  private readonly tokens: readonly PerlToken[];
  private readonly lines: readonly number[];
  private readonly comments: Comments;
  private readonly unfinished: { readonly start: number; readonly what: string } | undefined;
  private at = 0;
  private stopped = false;
  private work = 0;
  private depth = 0;
  /** The variable that the current statement assigns, for problems. */
  private assigning: string | undefined;
  /** The word before the variables that are being read, such as `my`. */
  private declaring: string | undefined;
  /** That word for all variables, by `$name` and `@name`. */
  private readonly declarations = new Map<string, string>();
  private lineOfLastStatement = 0;
  private comment: string | undefined;
  private readonly scalars = new Map<string, Item>();
  private readonly lists = new Map<string, Item[]>();
  private readonly settings = new Map<string, Setting>();
  private readonly problems: ConfProblem[] = [];

  constructor(
    private readonly source: string,
    defaults: ConfDefaults,
  ) {
    const { tokens, comments, unfinished } = perlTokens(source);
    this.tokens = tokens;
    this.unfinished = unfinished;
    this.lines = lineStarts(source);
    this.comments = new Comments(source, comments, (offset) => this.place(offset));
    for (const [name, value] of defaults) {
      const given = (item: PerlValue): Item => ({ value: item, start: -1, end: -1 });
      if (isList(value)) this.lists.set(name, value.map(given));
      else this.scalars.set(name, given(value));
    }
  }

  read(): PolicydWeightConf {
    while (!this.stopped && this.at < this.tokens.length) this.statement();
    if (this.unfinished !== undefined && !this.stopped) {
      this.problem(this.unfinished.start, `${this.unfinished.what} has no end; nothing after it was read`);
    }
    const settings = new Map<string, Assigned>();
    for (const [name, setting] of this.settings) settings.set(name, this.assigned(name, setting));
    return { settings, problems: this.problems };
  }

  private assigned(name: string, { kind, items, start, comment, declared }: Setting): Assigned {
    const values = items.map((item, index) => this.perlScalar(item, items[index + 1]));
    return {
      name,
      kind,
      values,
      ...this.place(start),
      ...(comment === undefined ? {} : { comment }),
      ...(declared === undefined ? {} : { declared }),
    };
  }

  private perlScalar({ value, start, end }: Item, next: Item | undefined): PerlScalar {
    if (start < 0) return { value, raw: textOf(value), line: 0, column: 0 };
    const { line } = this.place(end - 1);
    const followed = next !== undefined && next.start > start && this.place(next.start).line === line;
    const comment = followed ? undefined : this.comments.after(line);
    return {
      value,
      raw: this.source.slice(start, end),
      ...this.place(start),
      ...(comment === undefined ? {} : { comment }),
    };
  }

  private place(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.lines.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.lines[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.lines[low] ?? 0) + 1 };
  }

  private problem(start: number, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) {
      this.stopped = true;
      message = 'there are too many problems; the rest was not read';
    }
    this.problems.push({
      ...this.place(start),
      message,
      ...(this.assigning === undefined ? {} : { name: this.assigning }),
    });
  }

  // ---- tokens

  private peek(ahead = 0): PerlToken | undefined {
    return this.tokens[this.at + ahead];
  }

  private isSign(sign: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === 'sign' && token.sign === sign;
  }

  private takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.at++;
    return true;
  }

  private wantSign(sign: string): void {
    if (!this.takeSign(sign)) throw this.unexpected(`a "${sign}" is missing before`);
  }

  private isWord(...words: string[]): boolean {
    const token = this.peek();
    return token?.kind === 'word' && words.includes(token.word);
  }

  /** Where the next token begins. */
  private get start(): number {
    return this.peek()?.start ?? this.unfinished?.start ?? this.source.length;
  }

  /** Where the token before ends. */
  private get end(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  private unexpected(complaint?: string): NotRead {
    const token = this.peek();
    if (token === undefined) return new NotRead(this.start, 'the statement is not complete');
    if (token.kind === 'foreign') return new NotRead(token.start, `${token.what} is not read`);
    const written = this.source.slice(token.start, token.end).split('\n')[0] ?? '';
    const shown = `"${written.length > 40 ? `${written.slice(0, 40)}...` : written}"`;
    if (token.kind === 'word' && complaint === undefined) return new NotRead(token.start, `${shown} is not run`);
    return new NotRead(token.start, complaint === undefined ? `${shown} is not read here` : `${complaint} ${shown}`);
  }

  private spend(amount: number): void {
    this.work += amount;
    if (this.work <= MAX_WORK) return;
    this.stopped = true;
    throw new NotRead(this.start, 'values grow too large; the rest was not read');
  }

  private spendItems(count: number): void {
    this.spend(count * ITEM);
  }

  // ---- statements

  private statement(): void {
    const first = this.at;
    this.assigning = undefined;
    this.declaring = undefined;
    this.depth = 0;
    const { line } = this.place(this.start);
    this.comment = line === this.lineOfLastStatement ? undefined : this.comments.before(line);
    this.lineOfLastStatement = line;
    try {
      this.readStatement();
    } catch (error) {
      if (!(error instanceof NotRead)) throw error;
      // What has no end is told once, after all the rest.
      if (error.start !== this.unfinished?.start) this.problem(error.start, error.message);
      this.at = first;
      this.skipStatement();
    }
  }

  private readStatement(): void {
    const token = this.peek();
    if (this.takeSign(';')) return;
    if (this.isSign('{')) throw new NotRead(this.start, 'a block is not run');
    const word = token?.kind === 'word' ? token.word : '';
    if (word === 'return') this.returnStatement();
    else if (word === 'use' || word === 'no') this.useStatement();
    else if (word === 'package' && this.peek(1)?.kind === 'word' && this.isSign(';', 2)) this.at += 3;
    else if (word === 'undef' && !this.isSign(')', 2)) this.undefStatement();
    else if (word === 'push' || word === 'unshift') this.pushStatement(word);
    else if (DECLARATIONS.has(word)) this.declaration(word);
    else {
      if (!this.assignment()) this.expression();
      this.endOfStatement();
    }
  }

  private endOfStatement(): void {
    if (this.at >= this.tokens.length && this.unfinished === undefined) return;
    const token = this.peek();
    if (this.takeSign(';')) return;
    if (this.isSign(',') || this.isSign('=>')) throw this.unexpected('a list wants parentheses: there is no place for');
    const isValue =
      token !== undefined && !(token.kind === 'sign' || token.kind === 'word' || token.kind === 'foreign');
    throw this.unexpected(isValue ? 'a ";" is missing before' : undefined);
  }

  // Perl stops reading there, and so do we.
  private returnStatement(): void {
    this.at++;
    if (!this.isSign(';') && this.at < this.tokens.length) this.list();
    this.endOfStatement();
    this.stopped = true;
  }

  private useStatement(): void {
    const module = this.peek(1);
    const harmless =
      module?.kind === 'number' ||
      (module?.kind === 'word' && (PRAGMAS.has(module.word) || /^v\d+$/.test(module.word)));
    if (!harmless) {
      const name = module?.kind === 'word' ? ` ${module.word}` : '';
      throw new NotRead(this.start, `"${name === '' ? 'use' : `use${name}`}" is not run`);
    }
    this.skipStatement();
  }

  private undefStatement(): void {
    this.at++;
    const bracket = this.takeSign('(');
    const target = this.target();
    const { end } = this;
    if (bracket) this.wantSign(')');
    this.endOfStatement();
    if (target.sigil === '@') this.setList(target, []);
    else this.setScalar(target, { value: undefined, start: target.start, end });
  }

  private pushStatement(word: 'push' | 'unshift'): void {
    this.at++;
    const bracket = this.takeSign('(');
    const target = this.target();
    if (target.sigil !== '@') throw new NotRead(target.start, `"${word}" wants a list`);
    this.wantSign(',');
    const { items } = this.list();
    if (bracket) this.wantSign(')');
    this.endOfStatement();
    const list = this.listToChange(target);
    this.spendItems(items.length);
    if (word === 'push') {
      for (const item of items) list.push(item);
      this.record(target, 'list', list);
    } else {
      this.spendItems(list.length);
      this.setList(target, [...items, ...list]);
    }
  }

  private declaration(declared: string): void {
    this.at++;
    this.declaring = declared;
    if (this.assignment()) {
      this.endOfStatement();
      return;
    }
    this.declaring = declared;
    const targets = this.isSign('(') ? this.targetList() : [this.target()];
    if (targets === undefined) throw this.unexpected();
    this.endOfStatement();
    if (declared === 'our') return;
    for (const target of targets) {
      if (target.sigil === '@') this.lists.set(target.name, []);
      else this.scalars.set(target.name, { value: undefined, start: target.start, end: target.start });
    }
  }

  // "A = B = value": all of them get it. False if there is no assignment here.
  private assignment(): boolean {
    const assignments: { readonly targets: readonly Target[]; readonly isList: boolean; readonly operator: string }[] =
      [];
    for (;;) {
      const next = this.peek();
      const first = this.at;
      const isList = this.isSign('(');
      let targets: readonly Target[] | undefined;
      if (isList) targets = this.targetList();
      else if (next?.kind === 'variable') targets = [this.target()];
      const operator = this.peek();
      if (targets === undefined || operator?.kind !== 'sign' || !ASSIGNMENTS.has(operator.sign)) {
        this.at = first;
        break;
      }
      this.at++;
      // "my $a = $b": only $a is declared.
      this.declaring = undefined;
      assignments.push({ targets, isList: isList || targets[0]?.sigil === '@', operator: operator.sign });
    }
    this.declaring = undefined;
    const last = assignments.at(-1);
    if (last === undefined) return false;
    const single = last.targets[0];
    if (
      (this.isSign('{') || this.isSign('[')) &&
      last.operator === '=' &&
      assignments.length === 1 &&
      single?.sigil === '$'
    ) {
      this.skipBrackets();
      this.peekEnd();
      this.scalars.delete(single.name);
      this.record(single, 'reference', []);
      return true;
    }
    const value = this.expression();
    this.peekEnd();
    for (const { targets, isList, operator } of assignments.reverse()) {
      const [target] = targets;
      if (operator !== '=') {
        if (isList || target === undefined) throw new NotRead(this.start, `"${operator}" is not read for lists`);
        const item = this.combined(operator.slice(0, -1), this.variable(target), value.scalar, target.start);
        this.setScalar(target, item);
      } else if (isList) this.assignList(targets, value.items);
      else if (target !== undefined) this.setScalar(target, value.scalar);
    }
    return true;
  }

  // Nothing is assigned if the statement goes on in a way that isn't read, such as "... if $x".
  private peekEnd(): void {
    const before = this.at;
    this.endOfStatement();
    this.at = before;
  }

  private assignList(targets: readonly Target[], items: readonly Item[]): void {
    let taken = 0;
    for (const target of targets) {
      if (target.sigil === '@') {
        this.spendItems(items.length - taken);
        this.setList(target, items.slice(taken));
        taken = items.length;
      } else {
        const item = items[taken] ?? { value: undefined, start: target.start, end: target.start };
        this.setScalar(target, item);
        taken++;
      }
    }
  }

  private target(): Target {
    const token = this.peek();
    if (token?.kind !== 'variable') throw this.unexpected();
    const { sigil, name, start } = token;
    this.assigning ??= name;
    if (this.declaring !== undefined) this.declarations.set(`${sigil}${name}`, this.declaring);
    this.at++;
    if (this.isSign('{') || this.isSign('->')) throw new NotRead(start, 'hashes and references are not read');
    if (!this.isSign('[')) return { sigil, name, start };
    if (sigil === '@') throw new NotRead(start, 'a part of a list is not read');
    return { sigil, name, start, index: this.index(name) };
  }

  // "($a, @b)", as the target of an assignment. Undefined if it is something else.
  private targetList(): readonly Target[] | undefined {
    this.at++;
    const targets: Target[] = [];
    while (!this.takeSign(')')) {
      const word = this.peek();
      if (word?.kind === 'word' && DECLARATIONS.has(word.word)) {
        this.declaring = word.word;
        this.at++;
      }
      if (this.peek()?.kind !== 'variable' || this.isSign('[', 1) || this.isSign('{', 1)) return undefined;
      targets.push(this.target());
      if (!this.isSign(')') && !this.takeSign(',')) return undefined;
    }
    return targets;
  }

  private index(name: string): number {
    this.wantSign('[');
    const { start } = this;
    const index = Math.trunc(this.numeric(this.nested(() => this.expression()).scalar));
    this.wantSign(']');
    const fromStart = index < 0 ? index + (this.lists.get(name)?.length ?? 0) : index;
    if (fromStart < 0 || fromStart > MAX_INDEX) throw new NotRead(start, `there is no element ${index}`);
    return fromStart;
  }

  private skipBrackets(): void {
    let depth = 0;
    do {
      const token = this.peek();
      if (token === undefined) throw this.unexpected();
      if (token.kind === 'sign' && /^[([{]$/.test(token.sign)) depth++;
      if (token.kind === 'sign' && /^[)\]}]$/.test(token.sign)) depth--;
      this.at++;
    } while (depth > 0);
  }

  // To the ";" that ends the statement, or past the last block of an "if" and its kind.
  private skipStatement(): void {
    const token = this.peek();
    const start = this.start;
    const isBlock = this.isSign('{') || (token?.kind === 'word' && (BLOCKS.has(token.word) || this.isSign(':', 1)));
    let braces = 0;
    let parentheses = 0;
    for (; this.at < this.tokens.length; this.at++) {
      const next = this.peek();
      if (next?.kind !== 'sign') continue;
      if (next.sign === '{') braces++;
      else if (next.sign === '}') {
        braces--;
        // A brace too many is a statement of its own.
        const isEnd = braces < 0 || (isBlock && braces === 0 && parentheses <= 0);
        if (isEnd) {
          this.at++;
          if (this.isWord('elsif', 'else', 'continue')) braces = 0;
          else return;
          this.at--;
        }
      } else if (next.sign === '(') parentheses++;
      else if (next.sign === ')') parentheses--;
      else if (next.sign === ';' && braces <= 0 && (!isBlock || parentheses <= 0)) {
        this.at++;
        return;
      }
    }
    if (braces > 0 || parentheses > 0) this.problem(start, 'a bracket has no end; nothing after it was read');
  }

  // ---- variables

  private setScalar(target: Target, item: Item): void {
    if (typeof item.value === 'number' && !Number.isFinite(item.value))
      throw new NotRead(item.start, 'the number is too large');
    if (target.index === undefined) {
      this.scalars.set(target.name, item);
      this.record(target, 'scalar', [item]);
      return;
    }
    const list = this.listToChange(target);
    this.spendItems(Math.max(0, target.index - list.length));
    while (list.length < target.index) list.push({ value: undefined, start: target.start, end: target.start });
    list[target.index] = item;
    this.record(target, 'list', list);
  }

  private setList(target: Target, items: Item[]): void {
    const infinite = items.find(({ value }) => typeof value === 'number' && !Number.isFinite(value));
    if (infinite !== undefined) throw new NotRead(infinite.start, 'the number is too large');
    this.lists.set(target.name, items);
    this.record(target, 'list', items);
  }

  private listToChange(target: Target): Item[] {
    const known = this.lists.get(target.name);
    if (known !== undefined) return known;
    const list: Item[] = [];
    this.lists.set(target.name, list);
    return list;
  }

  private record(target: Target, kind: Assigned['kind'], items: Item[]): void {
    const before = this.settings.get(target.name);
    if (before !== undefined && (before.kind === 'list') !== (kind === 'list')) {
      const [kept, other] = kind === 'list' ? ['$', '@'] : ['@', '$'];
      this.problem(
        target.start,
        `${other}${target.name} is another variable than ${kept}${target.name}, which was kept`,
      );
      return;
    }
    this.settings.set(target.name, {
      kind,
      items,
      start: target.start,
      comment: this.comment ?? before?.comment,
      declared: this.declarations.get(`${kind === 'list' ? '@' : '$'}${target.name}`),
    });
  }

  private variable({ sigil, name, index, start }: Target): Item {
    if (sigil === '$' && index === undefined) {
      const item = this.scalars.get(name);
      if (item !== undefined) return item;
    } else {
      const list = this.lists.get(name);
      if (list !== undefined) return list[index ?? 0] ?? { value: undefined, start, end: start };
    }
    throw new NotRead(start, `${sigil}${name} has no value that is known here`);
  }

  // ---- expressions

  private nested<T>(read: () => T): T {
    this.depth++;
    if (this.depth > MAX_DEPTH) throw new NotRead(this.start, 'brackets are nested too deeply');
    const result = read();
    this.depth--;
    return result;
  }

  // Values with commas between them.
  private list(): Operand {
    const items: Item[] = [];
    let scalar: Item = { value: undefined, start: this.start, end: this.start };
    while (!this.isSign(')') && !this.isSign(';') && this.at < this.tokens.length) {
      if (this.takeSign(',') || this.takeSign('=>')) continue;
      const operand = this.expression();
      this.spendItems(operand.items.length);
      for (const item of operand.items) items.push(item);
      scalar = operand.scalar;
      if (!this.isSign(',') && !this.isSign('=>')) break;
    }
    return { items, scalar };
  }

  private expression(): Operand {
    const { start } = this;
    let left = this.product();
    for (;;) {
      const token = this.peek();
      if (token?.kind !== 'sign' || !(token.sign === '+' || token.sign === '-' || token.sign === '.')) return left;
      this.at++;
      const right = this.product();
      left = single(this.combined(token.sign, left.scalar, right.scalar, start));
    }
  }

  private product(): Operand {
    const { start } = this;
    const isList = this.isSign('(') || this.peek()?.kind === 'words';
    let left = this.signed();
    for (;;) {
      const token = this.peek();
      if (token?.kind !== 'sign' || !(token.sign === '*' || token.sign === '/' || token.sign === 'x')) return left;
      this.at++;
      const right = this.signed();
      if (token.sign === 'x' && isList)
        left = {
          items: this.repeated(left.items, right.scalar),
          scalar: this.combined('x', left.scalar, right.scalar, start),
        };
      else left = single(this.combined(token.sign, left.scalar, right.scalar, start));
    }
  }

  private repeated(items: readonly Item[], times: Item): readonly Item[] {
    const count = Math.max(0, Math.trunc(this.numeric(times)));
    this.spendItems(Math.max(items.length, 1) * count);
    return Array.from({ length: count }, () => items).flat();
  }

  private signed(): Operand {
    const { start } = this;
    let negative = false;
    let signs = 0;
    for (; this.isSign('-') || this.isSign('+'); signs++) {
      if (this.takeSign('-')) negative = !negative;
      else this.at++;
    }
    const operand = this.term();
    if (signs === 0) return operand;
    const { scalar } = operand;
    if (!negative) return operand.items.length === 1 ? single({ ...scalar, start, end: this.end }) : operand;
    if (typeof scalar.value === 'string' && !/^\s*[+-]?\.?\d/.test(scalar.value))
      throw new NotRead(start, 'a "-" before a text is not read');
    return single({ value: 0 - this.numeric(scalar), start, end: this.end });
  }

  private term(): Operand {
    const token = this.peek();
    if (token === undefined) throw this.unexpected();
    const { start, end } = token;
    const item = (value: PerlValue): Operand => single({ value, start, end: Math.max(end, this.end) });
    switch (token.kind) {
      case 'number':
        this.at++;
        return item(token.value);
      case 'text':
        this.at++;
        this.spend(token.value.length);
        return item(token.value);
      case 'template':
        this.at++;
        return item(this.interpolated(token.body, token.bodyStart));
      case 'regexp':
        this.at++;
        return item({
          source: token.interpolated ? this.interpolatedRegExp(token.source, start) : token.source,
          flags: token.flags,
        });
      case 'words': {
        this.at++;
        this.spendItems(token.words.length);
        return { items: token.words, scalar: token.words.at(-1) ?? { value: undefined, start, end } };
      }
      case 'variable':
        return this.variableTerm(token.sigil, token.name);
      case 'word':
        if (token.word !== 'undef' || this.peek(1)?.kind === 'variable') throw this.unexpected();
        this.at++;
        if (this.takeSign('(')) this.wantSign(')');
        return item(undefined);
      case 'sign':
        if (token.sign === '{' || token.sign === '[')
          throw new NotRead(start, 'hashes and references are not read here');
        if (token.sign !== '(') throw this.unexpected();
        return this.nested(() => {
          this.at++;
          const operand = this.list();
          this.wantSign(')');
          return operand;
        });
      default:
        throw this.unexpected();
    }
  }

  private variableTerm(sigil: '$' | '@', name: string): Operand {
    const { start } = this;
    if (sigil === '@' && !this.isSign('[', 1) && !this.isSign('{', 1)) {
      const list = this.lists.get(name);
      if (list === undefined) throw new NotRead(start, `@${name} has no value that is known here`);
      this.at++;
      return { items: list, scalar: { value: list.length, start, end: this.end } };
    }
    const { assigning } = this;
    const target = this.target();
    this.assigning = assigning;
    return single({ value: this.variable(target).value, start, end: this.end });
  }

  private combined(operator: string, left: Item, right: Item, start: number): Item {
    return { value: this.calculated(operator, left, right), start, end: this.end };
  }

  private calculated(operator: string, left: Item, right: Item): PerlValue {
    if (operator === '.') {
      const text = textOf(left.value) + textOf(right.value);
      this.spend(text.length);
      return text;
    }
    const b = this.numeric(right);
    if (operator === 'x') {
      const text = textOf(left.value);
      const count = Math.max(0, Math.trunc(b));
      this.spend(Math.max(text.length, 1) * count);
      return text.repeat(count);
    }
    const a = this.numeric(left);
    if (operator === '/' && b === 0)
      throw new NotRead(right.start < 0 ? this.start : right.start, 'a division by zero');
    // Adding 0 makes -0 a plain 0.
    return 0 + (operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b);
  }

  // As Perl does: the number that a text begins with, or else 0.
  private numeric({ value, start }: Item): number {
    if (typeof value === 'object')
      throw new NotRead(start < 0 ? this.start : start, 'a regular expression is no number');
    const number =
      typeof value === 'number'
        ? value
        : Number(/^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(textOf(value))?.[1] ?? 0);
    if (!Number.isFinite(number)) throw new NotRead(start < 0 ? this.start : start, 'the number is too large');
    return number;
  }

  // ---- texts in double quotes

  private interpolated(body: string, bodyStart: number): string {
    const cursor = new Cursor(body, bodyStart);
    let text = '';
    while (!cursor.atEnd) {
      const plain = cursor.take(/[^\\$@]+/y);
      const added = plain === undefined ? (cursor.is('\\') ? escaped(cursor) : this.inserted(cursor, false)) : plain[0];
      this.spend(added.length);
      text += added;
    }
    return text;
  }

  private interpolatedRegExp(source: string, start: number): string {
    const cursor = new Cursor(source, start);
    let text = '';
    while (!cursor.atEnd) {
      const plain = cursor.take(/(?:[^\\$@]|\\[\s\S]|\\$)+/y);
      const added = plain === undefined ? this.inserted(cursor, true) : plain[0];
      this.spend(added.length);
      text += added;
    }
    return text;
  }

  // The value of a variable inside of a text or regular expression. The cursor stands at a "$" or "@".
  private inserted(cursor: Cursor, inRegExp: boolean): string {
    const { offset } = cursor;
    const braced = cursor.take(BRACED);
    const plain = braced === undefined ? cursor.take(NAMED) : undefined;
    const found = braced ?? plain;
    if (found === undefined) {
      const isList = cursor.is('@');
      const sign = cursor.take(/[$@]/y)?.[0] ?? '';
      // "@ " and the "$" at the end of a regular expression are what they look like.
      if ((isList && !cursor.is('{') && !cursor.is('$')) || (inRegExp && !cursor.is('{'))) return sign;
      throw new NotRead(offset, `a "${sign}" in double quotes must be written "\\${sign}"`);
    }
    const sigil = found[1] === '@' ? '@' : '$';
    const name = variableName(found[2] ?? '');
    if (plain !== undefined) this.refuseSubscript(cursor, sigil, name);
    const element = plain === undefined ? undefined : cursor.take(/\[(-?\d{1,6})\]/y);
    if (sigil === '@' && element === undefined) {
      const list = this.lists.get(name);
      if (list === undefined)
        throw new NotRead(offset, `"@${name}" in double quotes is a list in Perl: for the text, write "\\@${name}"`);
      for (const { value } of list) this.spend(typeof value === 'string' ? value.length : ITEM);
      return list.map((item) => textOf(item.value)).join(' ');
    }
    if (element === undefined) return textOf(this.variable({ sigil, name, start: offset }).value);
    const index = Number(element[1]);
    const length = this.lists.get(name)?.length ?? 0;
    return textOf(this.variable({ sigil, name, index: index < 0 ? index + length : index, start: offset }).value);
  }

  private refuseSubscript(cursor: Cursor, sigil: '$' | '@', name: string): void {
    const variable = `${sigil}${name}`;
    const hint = `write "\${${name}}" to end the name there`;
    if (cursor.take(/->[[{]|\{/y) !== undefined)
      throw new NotRead(cursor.offset, `hashes and references are not read; ${hint}`);
    if (cursor.is('[') && (sigil === '@' || !cursor.sees(/\[-?\d{1,6}\]/y))) {
      throw new NotRead(cursor.offset, `"${variable}[" is not read; ${hint}`);
    }
    if (cursor.sees(/'[A-Za-z_]/y))
      throw new NotRead(cursor.offset, `in Perl, the "'" belongs to the name "${variable}"; ${hint}`);
  }
}

const BRACED = new RegExp(`([$@])\\{\\s*(${PERL_NAME})\\s*\\}`, 'y');
const NAMED = new RegExp(`([$@])(${PERL_NAME})`, 'y');

function single(item: Item): Operand {
  return { items: [item], scalar: item };
}

function isList(value: PerlValue | readonly PerlValue[]): value is readonly PerlValue[] {
  return Array.isArray(value);
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** A place in a text, which itself begins at `start` in the file. */
class Cursor {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly start: number,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  get offset(): number {
    return this.start + this.at;
  }

  is(character: string): boolean {
    return this.text[this.at] === character;
  }

  sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }
}

// What a backslash and its followers stand for in double quotes.
function escaped(cursor: Cursor): string {
  const { offset } = cursor;
  const hex =
    cursor.take(/\\x(?:\{\s*([\da-fA-F_]*)\s*\}|([\da-fA-F]{0,2}))/y) ?? cursor.take(/\\N\{U\+([\da-fA-F]+)\}/y);
  if (hex !== undefined)
    return character(Number.parseInt(`0${hex[1] ?? hex[2] ?? ''}`.replaceAll('_', ''), 16), offset);
  const octal = cursor.take(/\\(?:o\{([0-7]+)\}|([0-7]{1,3}))/y);
  if (octal !== undefined) return character(Number.parseInt(octal[1] ?? octal[2] ?? '', 8), offset);
  const control = cursor.take(/\\c([@-_a-z])/y);
  if (control !== undefined) return String.fromCharCode((control[1] ?? '').toUpperCase().charCodeAt(0) ^ 64);
  const next = cursor.take(/\\([\s\S]?)/uy)?.[1] ?? '';
  if (/[ulLUQEFNoc]/.test(next)) throw new NotRead(offset, `"\\${next}" in double quotes is not read`);
  return ESCAPES.get(next) ?? next;
}

function character(code: number, offset: number): string {
  if (code > 0x10ffff) throw new NotRead(offset, 'there is no such character');
  return String.fromCodePoint(code);
}

/** The comments of a file, by the lines that they belong to. */
class Comments {
  private readonly own = new Map<number, string>();
  private readonly trailing = new Map<number, string>();

  constructor(
    source: string,
    comments: readonly PerlComment[],
    place: (offset: number) => { readonly line: number; readonly column: number },
  ) {
    // The comment at the end of a line often goes on below itself.
    let goesOn: { readonly line: number; last: number; readonly indent: number; readonly texts: string[] } | undefined;
    const end = (): void => {
      if (goesOn !== undefined) this.trailing.set(goesOn.line, joined(goesOn.texts));
      goesOn = undefined;
    };
    for (const { start, text } of comments) {
      const { line, column } = place(start);
      const before = source.slice(start - column + 1, start);
      const indent = width(before);
      if (before.trim() !== '') {
        end();
        goesOn = { line, last: line, indent, texts: [text] };
      } else if (goesOn !== undefined && goesOn.last === line - 1 && goesOn.indent === indent) {
        goesOn.last = line;
        goesOn.texts.push(text);
      } else {
        end();
        this.own.set(line, text);
      }
    }
    end();
  }

  /** The comment lines directly before a line. */
  before(line: number): string | undefined {
    const texts: string[] = [];
    for (let above = line - 1; ; above--) {
      const text = this.own.get(above);
      if (text === undefined) break;
      texts.push(text);
    }
    return texts.length === 0 ? undefined : joined(texts.reverse());
  }

  /** The comment at the end of a line, with its continuation below. */
  after(line: number): string | undefined {
    return this.trailing.get(line);
  }
}

// Lines of comment without the further "#"s and the blank after them; empty lines at both ends are left out.
function joined(texts: readonly string[]): string {
  const lines = texts.map((text) => text.replace(/^#* ?/, '').trimEnd());
  return lines.join('\n').replace(/^\n+|\n+$/g, '');
}

// How wide the beginning of a line is on the screen.
function width(text: string): number {
  let columns = 0;
  for (const letter of text) columns = letter === '\t' ? (Math.floor(columns / 8) + 1) * 8 : columns + 1;
  return columns;
}
