// Macros of policies (RFC 7208, section 7): read from their text, and expanded. All texts have a character per octet.

/** Letters that may stand in a name, and those that only explanations and unknown modifiers know. */
const LETTERS = 'slodiphv';
export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'v' | 'c' | 'r' | 't';

export interface Macro {
  readonly kind: 'macro';
  readonly letter: MacroLetter;
  /** An upper-case letter: the value is percent-encoded. */
  readonly escaped: boolean;
  /** How many parts from the right are kept; undefined: all. */
  readonly digits: number | undefined;
  readonly reversed: boolean;
  readonly delimiters: string;
}

export type MacroPart =
  | Macro
  /** `%%`, `%_`, `%-`: what they stand for. */
  | { readonly kind: 'escape'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: string };

export type MacroString = readonly MacroPart[];

export type MacroReading =
  | { readonly ok: true; readonly value: MacroString }
  /** `at`: the offset in the text. */
  | { readonly ok: false; readonly at: number; readonly problem: string };

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['%', '%'],
  ['_', ' '],
  ['-', '%20'],
]);

/** Reads a macro-string. `where` says which letters are allowed. */
export function readMacros(text: string, where: 'name' | 'text'): MacroReading {
  const parts: MacroPart[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '%') {
      const percent = text.indexOf('%', at);
      const end = percent < 0 ? text.length : percent;
      parts.push({ kind: 'literal', text: text.slice(at, end) });
      at = end;
      continue;
    }
    const escaped = ESCAPES.get(text[at + 1] ?? '');
    if (escaped !== undefined) {
      parts.push({ kind: 'escape', text: escaped });
      at += 2;
      continue;
    }
    const end = text.indexOf('}', at);
    if (text[at + 1] !== '{' || end < 0) return { ok: false, at, problem: 'a bare "%"' };
    const macro = readMacro(text.slice(at + 2, end), where);
    if (typeof macro === 'string') return { ok: false, at, problem: macro };
    parts.push(macro);
    at = end + 1;
  }
  return { ok: true, value: parts };
}

/** The inside of the braces; or what is wrong with it. */
function readMacro(text: string, where: 'name' | 'text'): Macro | string {
  const found = /^([a-z])(\d*)(r?)([.\-+,/_=]*)$/i.exec(text);
  if (found === null) return 'a malformed macro';
  const [, word = '', digits = '', r = '', delimiters = ''] = found;
  const letter = letterOf(word.toLowerCase());
  if (letter === undefined) return `no macro has the letter "${word}"`;
  if (where === 'name' && !LETTERS.includes(letter)) return `the macro "${word}" is for explanations only`;
  if (digits !== '' && Number(digits) === 0) return 'a macro that keeps no part';
  return {
    kind: 'macro',
    letter,
    escaped: word !== letter,
    digits: digits === '' ? undefined : Number(digits),
    reversed: r !== '',
    delimiters,
  };
}

function letterOf(word: string): MacroLetter | undefined {
  switch (word) {
    case 's':
    case 'l':
    case 'o':
    case 'd':
    case 'i':
    case 'p':
    case 'h':
    case 'v':
    case 'c':
    case 'r':
    case 't':
      return word;
    default:
      return undefined;
  }
}

/** Whether one of these letters stands in it. */
export function hasMacro(text: MacroString, letters: string): boolean {
  return text.some((part) => part.kind === 'macro' && letters.includes(part.letter));
}

/** The text with its macros' values put in; no longer than about `most`, for a policy may name a long value often. */
export function expand(text: MacroString, value: (letter: MacroLetter) => string, most: number): string {
  let expanded = '';
  for (const part of text) {
    expanded += part.kind === 'macro' ? transformed(value(part.letter), part) : part.text;
    if (expanded.length > most) break;
  }
  return expanded;
}

function transformed(value: string, macro: Macro): string {
  const text = isPlain(macro) ? value : rearranged(value, macro);
  return macro.escaped ? percentEncoded(text) : text;
}

function isPlain({ digits, reversed, delimiters }: Macro): boolean {
  return digits === undefined && !reversed && delimiters === '';
}

/** Split at each of the delimiters, reversed, cut down to its right-hand parts, and joined by dots (section 7.3). */
function rearranged(value: string, { digits, reversed, delimiters }: Macro): string {
  const parts: string[] = [];
  let begin = 0;
  for (let at = 0; at < value.length; at++) {
    if (!(delimiters === '' ? value[at] === '.' : delimiters.includes(value[at] ?? ''))) continue;
    parts.push(value.slice(begin, at));
    begin = at + 1;
  }
  parts.push(value.slice(begin));
  if (reversed) parts.reverse();
  return (digits === undefined ? parts : parts.slice(-digits)).join('.');
}

/** All but the unreserved characters of RFC 3986, section 2.3. */
function percentEncoded(octets: string): string {
  return octets.replace(
    /[^A-Za-z0-9\-._~]/g,
    (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
