// The variables of a file: what they have, and which of them the file itself assigns.

import { NotRead } from './not-read.ts';
import type { Item, PerlValue } from './values.ts';
import type { Work } from './work.ts';

/** What variables have before the file is read, by name: an array is a list. */
export type ConfDefaults = ReadonlyMap<string, PerlValue | readonly PerlValue[]>;

/** A variable, or an element of a list, as it is written somewhere. */
export interface Target {
  readonly sigil: '$' | '@';
  readonly name: string;
  readonly index?: number;
  readonly start: number;
}

/** A variable that the file assigns. */
export interface Setting {
  /** `reference`: a `{...}` or `[...]`, of which nothing is kept. */
  readonly kind: 'scalar' | 'list' | 'reference';
  /** The very list that `push` adds to. */
  readonly items: readonly Item[];
  /** Where the last assignment stands. */
  readonly start: number;
  readonly comment: string | undefined;
  readonly declared: string | undefined;
}

export class Variables {
  readonly #work: Work;
  readonly #scalars = new Map<string, Item>();
  readonly #lists = new Map<string, Item[]>();
  /** `my`, `our` and their kind, by `$name` and `@name`. */
  readonly #declarations = new Map<string, string>();
  readonly #settings = new Map<string, Setting>();
  readonly #used = new Set<string>();
  readonly #problem: (start: number, message: string) => void;
  /** The comment before the current statement. */
  comment: string | undefined;

  constructor(defaults: ConfDefaults, work: Work, problem: (start: number, message: string) => void) {
    this.#work = work;
    this.#problem = problem;
    const given = (value: PerlValue): Item => ({ value, start: -1, end: -1 });
    for (const [name, value] of defaults) {
      if (isList(value)) this.#lists.set(name, value.map(given));
      else this.#scalars.set(name, given(value));
    }
  }

  get settings(): ReadonlyMap<string, Setting> {
    return this.#settings;
  }

  /** True if the file makes use of a variable. */
  isUsed(name: string): boolean {
    return this.#used.has(name);
  }

  declare(sigil: '$' | '@', name: string, word: string): void {
    this.#declarations.set(`${sigil}${name}`, word);
  }

  /** What `my $x;` does. */
  setEmpty({ sigil, name, start }: Target): void {
    if (sigil === '@') this.#lists.set(name, []);
    else this.#scalars.set(name, nothing(start));
  }

  /** The elements of a list; undefined if it isn't known. */
  list(name: string): readonly Item[] | undefined {
    this.#used.add(name);
    return this.#lists.get(name);
  }

  lengthOf(name: string): number {
    return this.#lists.get(name)?.length ?? 0;
  }

  /** The value of a scalar or of an element. */
  valueOf({ sigil, name, index, start }: Target): Item {
    this.#used.add(name);
    if (sigil === '$' && index === undefined) {
      const item = this.#scalars.get(name);
      if (item !== undefined) return item;
    } else {
      const list = this.#lists.get(name);
      if (list !== undefined) return list[index ?? 0] ?? nothing(start);
    }
    throw new NotRead(start, `${sigil}${name} has no value that is known here`);
  }

  setScalar(target: Target, item: Item): void {
    refuseInfinite([item]);
    const { name, index, start } = target;
    if (index === undefined) {
      this.#scalars.set(name, item);
      this.#record(target, 'scalar', [item]);
      return;
    }
    const list = this.#listToChange(name);
    this.#work.spendItems(Math.max(0, index - list.length));
    while (list.length < index) list.push(nothing(start));
    list[index] = item;
    this.#record(target, 'list', list);
  }

  setList(target: Target, items: Item[]): void {
    refuseInfinite(items);
    this.#lists.set(target.name, items);
    this.#record(target, 'list', items);
  }

  setReference(target: Target): void {
    this.#scalars.delete(target.name);
    this.#record(target, 'reference', []);
  }

  push(target: Target, items: readonly Item[]): void {
    const list = this.#listToChange(target.name);
    this.#work.spendItems(items.length);
    for (const item of items) list.push(item);
    this.#record(target, 'list', list);
  }

  unshift(target: Target, items: readonly Item[]): void {
    const list = this.#listToChange(target.name);
    this.#work.spendItems(items.length + list.length);
    this.setList(target, [...items, ...list]);
  }

  #listToChange(name: string): Item[] {
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    const list: Item[] = [];
    this.#lists.set(name, list);
    return list;
  }

  #record({ name, start }: Target, kind: Setting['kind'], items: readonly Item[]): void {
    const before = this.#settings.get(name);
    if (before !== undefined && (before.kind === 'list') !== (kind === 'list')) {
      const [kept, other] = kind === 'list' ? ['$', '@'] : ['@', '$'];
      this.#problem(start, `${other}${name} is another variable than ${kept}${name}, which was kept`);
      return;
    }
    const comment = this.comment ?? before?.comment;
    const declared = this.#declarations.get(`${kind === 'list' ? '@' : '$'}${name}`);
    this.#settings.set(name, { kind, items, start, comment, declared });
  }
}

function nothing(start: number): Item {
  return { value: undefined, start, end: start };
}

function refuseInfinite(items: readonly Item[]): void {
  const infinite = items.find(({ value }) => typeof value === 'number' && !Number.isFinite(value));
  if (infinite !== undefined) throw new NotRead(infinite.start, 'the number is too large');
}

function isList(value: PerlValue | readonly PerlValue[]): value is readonly PerlValue[] {
  return Array.isArray(value);
}
