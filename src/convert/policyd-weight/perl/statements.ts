// Statements: assignments, push, undef, and the few others that a configuration has. One that isn't understood changes
// nothing, and is skipped as a whole.

import { Expressions, type Operand } from './expressions.ts';
import { Exhausted, NotRead } from './not-read.ts';
import type { TokenStream } from './token-stream.ts';
import type { Item } from './values.ts';
import type { Target, Variables } from './variables.ts';
import type { Work } from './work.ts';

/** What is told about a statement that isn't read. */
export type Complain = (start: number, message: string, name: string | undefined) => void;

interface Assignment {
  readonly targets: readonly Target[];
  readonly isList: boolean;
  readonly operator: string;
}

const DECLARATIONS = new Set(['my', 'our', 'local', 'state']);
// Pragmas that change nothing about constants.
const PRAGMAS = new Set(['strict', 'warnings', 'utf8', 'vars']);
const ASSIGNMENTS = new Set(['=', '.=', '+=', '-=', '*=', '/=']);

export class Statements {
  readonly #stream: TokenStream;
  readonly #variables: Variables;
  readonly #work: Work;
  readonly #expressions: Expressions;
  readonly #complain: Complain;
  #ended = false;
  /** The variable that the current statement assigns, for complaints. */
  #assigning: string | undefined;
  /** The word before the variables that are being read, such as `my`. */
  #declaring: string | undefined;

  constructor(stream: TokenStream, variables: Variables, work: Work, complain: Complain) {
    this.#stream = stream;
    this.#variables = variables;
    this.#work = work;
    this.#expressions = new Expressions(stream, variables, work);
    this.#complain = complain;
  }

  /** The variable that the current statement assigns, if that is known already. */
  get assigning(): string | undefined {
    return this.#assigning;
  }

  /** True if a statement said that nothing more is to be read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Reads the next statement. False if it was the last. */
  next(): boolean {
    const stream = this.#stream;
    if (this.#ended || stream.atEnd) return false;
    const first = stream.at;
    this.#assigning = undefined;
    this.#declaring = undefined;
    this.#expressions.begin();
    try {
      this.#statement();
    } catch (error) {
      if (!(error instanceof NotRead)) throw error;
      // What has no end is told once, after all the rest.
      if (error.start !== stream.unfinished?.start) this.#complain(error.start, error.message, this.#assigning);
      if (error instanceof Exhausted) this.#ended = true;
      stream.at = first;
      this.#skip();
    }
    return !this.#ended;
  }

  #skip(): void {
    const { start } = this.#stream;
    if (this.#stream.skipStatement()) return;
    this.#complain(start, 'a bracket has no end; nothing after it was read', this.#assigning);
  }

  #statement(): void {
    const stream = this.#stream;
    if (stream.takeSign(';')) return;
    if (stream.isSign('{')) throw new NotRead(stream.start, 'a block is not run');
    const word = stream.wordHere();
    if (word === 'return') this.#return();
    else if (word === 'use' || word === 'no') this.#use();
    else if (word === 'package' && stream.peek(1)?.kind === 'word' && stream.isSign(';', 2)) stream.at += 3;
    else if (word === 'undef' && !stream.isSign(')', 2)) this.#undef();
    else if (word === 'push' || word === 'unshift') this.#push(word);
    else if (DECLARATIONS.has(word)) this.#declaration(word);
    else {
      if (!this.#assignment()) this.#expressions.expression();
      this.#end();
    }
  }

  #end(): void {
    const stream = this.#stream;
    if (stream.atEnd && stream.unfinished === undefined) return;
    const token = stream.peek();
    if (stream.takeSign(';')) return;
    if (stream.isSign(',') || stream.isSign('=>')) {
      const joined = this.#decimalComma();
      if (joined !== undefined) throw new NotRead(stream.start, `a number has a decimal point: write ${joined}`);
      throw stream.unexpected('a list wants parentheses: there is no place for');
    }
    const isValue =
      token !== undefined && !(token.kind === 'sign' || token.kind === 'word' || token.kind === 'foreign');
    throw stream.unexpected(isValue ? 'a ";" is missing before' : undefined);
  }

  // The number that "3,5" before and behind the comma here may mean.
  #decimalComma(): string | undefined {
    const [whole, comma, part] = [this.#stream.peek(-1), this.#stream.peek(), this.#stream.peek(1)];
    if (whole?.kind !== 'number' || comma === undefined || part?.kind !== 'number') return undefined;
    if (whole.end !== comma.start || comma.end !== part.start) return undefined;
    return this.#stream.source.slice(whole.start, part.end).replace(',', '.');
  }

  // Nothing is assigned if the statement goes on in a way that isn't read, such as "... if $x".
  #peekEnd(): void {
    const before = this.#stream.at;
    this.#end();
    this.#stream.at = before;
  }

  // Perl stops reading there, and so do we.
  #return(): void {
    this.#stream.at++;
    if (!this.#stream.isSign(';') && !this.#stream.atEnd) this.#expressions.list();
    this.#end();
    this.#ended = true;
  }

  #use(): void {
    const module = this.#stream.peek(1);
    const word = module?.kind === 'word' ? module.word : '';
    if (module?.kind !== 'number' && !PRAGMAS.has(word) && !/^v\d+$/.test(word)) {
      throw new NotRead(this.#stream.start, `"${word === '' ? 'use' : `use ${word}`}" is not run`);
    }
    this.#skip();
  }

  #undef(): void {
    const stream = this.#stream;
    stream.at++;
    const bracket = stream.takeSign('(');
    const target = this.#target();
    const { end } = stream;
    if (bracket) stream.wantSign(')');
    this.#end();
    if (target.sigil === '@') this.#variables.setList(target, []);
    else this.#variables.setScalar(target, { value: undefined, start: target.start, end });
  }

  #push(word: 'push' | 'unshift'): void {
    const stream = this.#stream;
    stream.at++;
    const bracket = stream.takeSign('(');
    const target = this.#target();
    if (target.sigil !== '@') throw new NotRead(target.start, `"${word}" wants a list`);
    stream.wantSign(',');
    const { items } = this.#expressions.list();
    if (bracket) stream.wantSign(')');
    this.#end();
    this.#variables[word](target, items);
  }

  #declaration(declared: string): void {
    const stream = this.#stream;
    stream.at++;
    this.#declaring = declared;
    if (this.#assignment()) {
      this.#end();
      return;
    }
    this.#declaring = declared;
    const targets = stream.isSign('(') ? this.#targetList() : [this.#target()];
    if (targets === undefined) throw stream.unexpected();
    this.#end();
    if (declared === 'our') return;
    for (const target of targets) this.#variables.setEmpty(target);
  }

  // "A = B = value": all of them get it. False if there is no assignment here.
  #assignment(): boolean {
    const assignments = this.#assignmentsHere();
    const last = assignments.at(-1);
    if (last === undefined) return false;
    if (assignments.length === 1 && this.#reference(last)) return true;
    const value = this.#expressions.expression();
    this.#peekEnd();
    for (const assignment of assignments.reverse()) this.#assign(assignment, value);
    return true;
  }

  #assignmentsHere(): Assignment[] {
    const stream = this.#stream;
    const assignments: Assignment[] = [];
    for (;;) {
      const first = stream.at;
      const isList = stream.isSign('(');
      const targets = isList ? this.#targetList() : stream.peek()?.kind === 'variable' ? [this.#target()] : undefined;
      const operator = stream.signOf(ASSIGNMENTS);
      // "my $a = $b": only $a is declared.
      this.#declaring = undefined;
      if (targets === undefined || operator === undefined) {
        stream.at = first;
        return assignments;
      }
      stream.at++;
      assignments.push({ targets, isList: isList || targets[0]?.sigil === '@', operator });
    }
  }

  // "$a = { ... }": nothing is kept of it.
  #reference({ targets, operator }: Assignment): boolean {
    const [target] = targets;
    if (!this.#stream.isSign('{') && !this.#stream.isSign('[')) return false;
    if (operator !== '=' || target?.sigil !== '$') return false;
    this.#stream.skipBrackets();
    this.#peekEnd();
    this.#variables.setReference(target);
    return true;
  }

  #assign({ targets, isList, operator }: Assignment, value: Operand): void {
    const [target] = targets;
    if (operator !== '=') {
      if (isList || target === undefined) {
        throw new NotRead(this.#stream.start, `"${operator}" is not read for lists`);
      }
      const before = this.#variables.valueOf(target);
      const item = this.#expressions.combined(operator.slice(0, -1), before, value.scalar, target.start);
      this.#variables.setScalar(target, item);
    } else if (isList) this.#assignList(targets, value.items);
    else if (target !== undefined) this.#variables.setScalar(target, value.scalar);
  }

  #assignList(targets: readonly Target[], items: readonly Item[]): void {
    let taken = 0;
    for (const target of targets) {
      if (target.sigil === '@') {
        this.#work.spendItems(items.length - taken);
        this.#variables.setList(target, items.slice(taken));
        taken = items.length;
      } else {
        this.#variables.setScalar(target, items[taken] ?? { value: undefined, start: target.start, end: target.start });
        taken++;
      }
    }
  }

  #target(): Target {
    const token = this.#stream.peek();
    if (token?.kind === 'variable') {
      this.#assigning ??= token.name;
      if (this.#declaring !== undefined) this.#variables.declare(token.sigil, token.name, this.#declaring);
    }
    return this.#expressions.target();
  }

  // "($a, @b)", as the target of an assignment. Undefined if it is something else.
  #targetList(): readonly Target[] | undefined {
    const stream = this.#stream;
    stream.at++;
    const targets: Target[] = [];
    while (!stream.takeSign(')')) {
      if (DECLARATIONS.has(stream.wordHere())) {
        this.#declaring = stream.wordHere();
        stream.at++;
      }
      if (stream.peek()?.kind !== 'variable' || stream.isSign('[', 1) || stream.isSign('{', 1)) return undefined;
      targets.push(this.#target());
      if (!stream.isSign(')') && !stream.takeSign(',')) return undefined;
    }
    return targets;
  }
}
