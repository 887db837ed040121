// The parameters of one service: those of main.cf, as `postconf` prints them, and over them what master.cf sets for the
// service alone. `$name` is filled in as the service does it, with its own values (postconf(5)): `postconf -x` knows
// those of main.cf only. Pure.

import { endOfBraces } from './master-cf.ts';

/** The values as they are written, by name. */
export type RawParameters = ReadonlyMap<string, string>;

/** How deep values may refer to others. */
const DEPTH = 100;

/** Reads what `postconf` prints. */
export function readParameters(printed: string): RawParameters {
  return new Map(
    printed
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line): [string, string] => {
        const middle = line.indexOf('=');
        return [line.slice(0, middle).trim(), line.slice(middle + 1).trim()];
      }),
  );
}

/** The parameters of main.cf, with those of a service in place of them. */
export class Parameters {
  readonly #main: RawParameters;
  readonly #own: RawParameters;

  constructor(main: RawParameters, own: RawParameters = new Map()) {
    this.#main = main;
    this.#own = own;
  }

  /** The value with all that it refers to filled in; empty if there is none. */
  get(name: string): string {
    return this.expand(this.#raw(name) ?? '');
  }

  isYes(name: string): boolean {
    return this.get(name).toLowerCase() === 'yes';
  }

  /** Which file sets it for this service. */
  fileOf(name: string): 'main.cf' | 'master.cf' {
    return this.#own.has(name) ? 'master.cf' : 'main.cf';
  }

  /** A time in seconds, such as `100s` or `5m`; `unit` is that of a bare number. */
  seconds(name: string): number | undefined {
    return secondsOf(this.get(name));
  }

  expand(text: string, depth = 0): string {
    let result = '';
    let rest = text;
    for (let at = rest.indexOf('$'); at >= 0; at = rest.indexOf('$')) {
      const { value, length } = this.#reference(rest.slice(at + 1), depth);
      result += rest.slice(0, at) + value;
      rest = rest.slice(at + 1 + length);
    }
    return result + rest;
  }

  /** What stands behind a `$`, and how many letters it is. */
  #reference(text: string, depth: number): { readonly value: string; readonly length: number } {
    const plain = /^[A-Za-z0-9_]+/.exec(text)?.[0];
    if (plain !== undefined) return { value: this.#value(plain, depth), length: plain.length };
    if (text.startsWith('{')) {
      const length = endOfBraces(text);
      return { value: this.#braced(text.slice(1, length - 1).trim(), depth), length };
    }
    const inBrackets = /^\(([^)]*)\)/.exec(text);
    if (inBrackets !== null) return { value: this.#braced(inBrackets[1] ?? '', depth), length: inBrackets[0].length };
    return text.startsWith('$') ? { value: '$', length: 1 } : { value: '$', length: 0 };
  }

  /** `name`, `name?value`, `name:value`, `name?{value}:{other}`, `{one} == {other} ? …`. */
  #braced(text: string, depth: number): string {
    const comparison = text.startsWith('{') ? this.#comparison(text, depth) : undefined;
    const name = /^[A-Za-z0-9_]+/.exec(text)?.[0] ?? '';
    const isSo = comparison?.isSo ?? this.#value(name, depth) !== '';
    const choice = (comparison?.rest ?? text.slice(name.length)).trim();
    if (choice === '') return comparison === undefined ? this.#value(name, depth) : isSo ? 'bogus-true' : '';
    if (choice.startsWith(':')) {
      if (!isSo) return this.expand(withoutBraces(choice.slice(1)), depth);
      return comparison === undefined ? this.#value(name, depth) : '';
    }
    if (!choice.startsWith('?')) return '';
    const values = choice.slice(1).trim();
    if (!values.startsWith('{')) return isSo ? this.expand(values, depth) : '';
    const end = endOfBraces(values);
    const otherwise = values.slice(end).trim().replace(/^:/, '');
    return this.expand(withoutBraces(isSo ? values.slice(0, end) : otherwise), depth);
  }

  #comparison(text: string, depth: number): { readonly isSo: boolean; readonly rest: string } {
    const end = endOfBraces(text);
    const left = this.expand(withoutBraces(text.slice(0, end)), depth);
    const [all = '', operator = ''] = /^\s*([<>=!]+(?:level)?)\s*/.exec(text.slice(end)) ?? [];
    const behind = text.slice(end + all.length);
    const length = endOfBraces(behind);
    const right = this.expand(withoutBraces(behind.slice(0, length)), depth);
    return { isSo: compares(left, operator, right), rest: behind.slice(length) };
  }

  #value(name: string, depth: number): string {
    return depth >= DEPTH ? '' : this.expand(this.#raw(name) ?? '', depth + 1);
  }

  #raw(name: string): string | undefined {
    return this.#own.get(name) ?? this.#main.get(name);
  }
}

function withoutBraces(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1).trim() : text;
}

function compares(left: string, operator: string, right: string): boolean {
  const order = operator.endsWith('level') ? levelOf(left) - levelOf(right) : orderOf(left, right);
  switch (operator.replace('level', '')) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return operator.startsWith('>=') && order >= 0;
  }
}

/** Numbers by their size, all else by its letters. */
function orderOf(left: string, right: string): number {
  if (/^\d+$/.test(left) && /^\d+$/.test(right)) return Number(left) - Number(right);
  return left === right ? 0 : left < right ? -1 : 1;
}

/** A compatibility level as one number: major, minor, patch. */
function levelOf(text: string): number {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return (major * 1000 + minor) * 1000 + patch;
}

/** Reads a time of Postfix; a bare number is seconds. */
export function secondsOf(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d+)\s*([smhdw]?)$/.exec(text.trim()) ?? [];
  const factor = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }[unit || 's'];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
