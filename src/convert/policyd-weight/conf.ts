// Reads configuration files of policyd-weight. They are Perl source, but Perl is never run: what is read are
// assignments of constants, in the ways people write them. Everything else is reported and skipped.

import { Comments } from './perl/comments.ts';
import { Lines, type Spot } from './perl/lines.ts';
import { Statements } from './perl/statements.ts';
import { TokenStream } from './perl/token-stream.ts';
import { perlTokens } from './perl/tokenizer.ts';
import { type Item, type PerlValue, textOf } from './perl/values.ts';
import { type ConfDefaults, type Setting, Variables } from './perl/variables.ts';
import { Work } from './perl/work.ts';

export type { PerlValue } from './perl/values.ts';
export { textOf } from './perl/values.ts';
export type { ConfDefaults } from './perl/variables.ts';

/** A value, and where it stands in the file. One that was known before the file stands where its variable does. */
export interface PerlScalar extends Spot {
  readonly value: PerlValue;
  /** What is written in the file, such as `3.50`, `'3.50'` or `$REJECTMSG . " again"`. */
  readonly raw: string;
  /** The comment at the end of its line, if no other value follows on this line. */
  readonly comment?: string;
}

/** A variable of the file and what it has at the end of it. The place is that of the last assignment. */
export interface Assigned extends Spot {
  readonly name: string;
  readonly kind: Setting['kind'];
  /** Exactly one for a scalar. */
  readonly values: readonly PerlScalar[];
  /** The comment on the lines directly before. */
  readonly comment?: string;
  /** `my`, `our`, `local` or `state`: a variable of the file itself, for policyd-weight never saw it. */
  readonly declared?: string;
  /** The file itself makes use of it. */
  readonly used?: true;
}

export interface ConfProblem extends Spot {
  readonly message: string;
  /** The variable that would have been assigned, if known. */
  readonly name?: string;
}

export interface PolicydWeightConf {
  /** By name, without `$` or `@`. */
  readonly settings: ReadonlyMap<string, Assigned>;
  readonly problems: readonly ConfProblem[];
}

const MAX_SOURCE = 1024 * 1024;
const MAX_PROBLEMS = 200;

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
  if (typeof scalar.value !== 'string' || !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(scalar.value)) {
    return undefined;
  }
  const number = Number(scalar.value);
  return Number.isFinite(number) ? number : undefined;
}

class Reader {
  readonly #source: string;
  readonly #lines: Lines;
  readonly #comments: Comments;
  readonly #stream: TokenStream;
  readonly #variables: Variables;
  readonly #statements: Statements;
  readonly #problems: ConfProblem[] = [];
  #lineOfLastStatement = 0;

  constructor(source: string, defaults: ConfDefaults) {
    const tokens = perlTokens(source);
    this.#source = source;
    this.#lines = new Lines(source);
    this.#comments = new Comments(source, tokens.comments, this.#lines);
    this.#stream = new TokenStream(source, tokens);
    const work = new Work(() => this.#stream.start);
    this.#variables = new Variables(defaults, work, (start, message) =>
      this.#problem(start, message, this.#statements.assigning),
    );
    this.#statements = new Statements(this.#stream, this.#variables, work, (start, message, name) =>
      this.#problem(start, message, name),
    );
  }

  read(): PolicydWeightConf {
    while (!this.#tooMany && this.#nextStatement());
    const { unfinished } = this.#stream;
    if (unfinished !== undefined && !this.#tooMany && !this.#statements.ended) {
      this.#problem(
        unfinished.start,
        `${unfinished.what} has no end; nothing after it was read`,
        this.#statements.assigning,
      );
    }
    const settings = new Map<string, Assigned>();
    for (const [name, setting] of this.#variables.settings) settings.set(name, this.#assigned(name, setting));
    return { settings, problems: this.#problems };
  }

  #nextStatement(): boolean {
    const { line } = this.#lines.placeOf(this.#stream.start);
    this.#variables.comment = line === this.#lineOfLastStatement ? undefined : this.#comments.before(line);
    this.#lineOfLastStatement = line;
    return this.#statements.next();
  }

  get #tooMany(): boolean {
    return this.#problems.length > MAX_PROBLEMS;
  }

  #problem(start: number, message: string, name: string | undefined): void {
    if (this.#tooMany) return;
    const last = this.#problems.length === MAX_PROBLEMS;
    this.#problems.push({
      ...this.#lines.placeOf(start),
      message: last ? 'there are too many problems; the rest was not read' : message,
      ...(name === undefined ? {} : { name }),
    });
  }

  #assigned(name: string, { kind, items, start, comment, declared }: Setting): Assigned {
    const values = items.map((item, index) => this.#perlScalar(item, items[index + 1], start));
    return {
      name,
      kind,
      values,
      ...this.#lines.placeOf(start),
      ...(comment === undefined ? {} : { comment }),
      ...(declared === undefined ? {} : { declared }),
      ...(this.#variables.isUsed(name) ? { used: true } : {}),
    };
  }

  #perlScalar({ value, start, end }: Item, next: Item | undefined, variableStart: number): PerlScalar {
    if (start < 0) return { value, raw: textOf(value), ...this.#lines.placeOf(variableStart) };
    const { line } = this.#lines.placeOf(end - 1);
    const followed = next !== undefined && next.start > start && this.#lines.placeOf(next.start).line === line;
    const comment = followed ? undefined : this.#comments.after(line);
    return {
      value,
      raw: this.#source.slice(start, end),
      ...this.#lines.placeOf(start),
      ...(comment === undefined ? {} : { comment }),
    };
  }
}
