// The kinds of value that a setting can have: how each is read from TOML, and how it is printed as TOML.

/** What a check gives when it finds something (`hit`) and when it doesn't (`miss`). */
export interface Score {
  readonly hit: number;
  readonly miss: number;
}

/** What is wrong with a value, and at which place inside it. */
export interface Complaint {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A value read, or what is wrong with it. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly complaint: Complaint };

/** One kind of value: its name in the manual, its reader and its printer. */
export interface Kind<T> {
  readonly name: string;
  /** The least and the most that it may be. */
  readonly range?: readonly [T, T];
  read(value: unknown): Read<T>;
  print(value: T): string;
}

export function good<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function bad(
  message: string,
  ...path: (string | number)[]
): { readonly ok: false; readonly complaint: Complaint } {
  return { ok: false, complaint: { path, message } };
}

/** Says what a TOML value is, for messages. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  return 'a table';
}

/** True for a TOML table: an object that is neither an array nor a date. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function number(min: number, max: number): Kind<number> {
  return {
    name: 'number',
    range: [min, max],
    read(value) {
      if (typeof value !== 'number' || Number.isNaN(value)) return bad(`wants a number, not ${describe(value)}`);
      if (value < min || value > max) return bad(`wants a number from ${min} to ${max}, not ${value}`);
      return good(value);
    },
    print: printNumber,
  };
}

/** Any number that makes sense as a score. */
export const points = number(-1e21, 1e21);

export function integer(min: number, max: number): Kind<number> {
  return {
    name: 'whole number',
    range: [min, max],
    read(value) {
      if (typeof value !== 'number' || !Number.isInteger(value))
        return bad(`wants a whole number, not ${describe(value)}`);
      if (value < min || value > max) return bad(`wants a whole number from ${min} to ${max}, not ${value}`);
      return good(value);
    },
    print: printNumber,
  };
}

export const flag: Kind<boolean> = {
  name: 'true or false',
  read: (value) => (typeof value === 'boolean' ? good(value) : bad(`wants true or false, not ${describe(value)}`)),
  print: String,
};

/** Text of one line. `check` may refuse it with a message. */
export function text(check: (value: string) => string | undefined = () => undefined): Kind<string> {
  return {
    name: 'text',
    read(value) {
      if (typeof value !== 'string') return bad(`wants a text, not ${describe(value)}`);
      if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) return bad('wants a text of one line, without control characters');
      const complaint = check(value);
      return complaint === undefined ? good(value) : bad(complaint);
    },
    print: printText,
  };
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 } as const;

/** A time: a number of seconds, or a text such as `30s`, `10m`, `3h`, `1d`. Kept in seconds. */
export function duration(min: number, max: number): Kind<number> {
  return {
    name: 'time',
    range: [min, max],
    read(value) {
      const seconds = typeof value === 'string' ? secondsOf(value) : value;
      if (typeof seconds !== 'number' || Number.isNaN(seconds)) {
        return bad(`wants a time such as 30, "30s", "10m", "3h" or "1d", not ${describe(value)}`);
      }
      if (seconds < min || seconds > max) {
        return bad(`wants a time from ${printDuration(min)} to ${printDuration(max)}, not ${describe(value)}`);
      }
      return good(seconds);
    },
    print: (value) => printText(printDuration(value)),
  };
}

function secondsOf(value: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?) ?(ms|[smhd]?)$/.exec(value);
  if (parts === null) return undefined;
  const unit = parts[2];
  return (
    Number(parts[1]) *
    (unit === 'ms' || unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? SECONDS[unit] : 1)
  );
}

/** Prints seconds with the largest unit that divides them: 10800 as `3h`. */
export function printDuration(seconds: number): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    if (seconds >= SECONDS[unit] && seconds % SECONDS[unit] === 0) return `${seconds / SECONDS[unit]}${unit}`;
  }
  return `${seconds}s`;
}

export const score: Kind<Score> = {
  name: 'score',
  read(value) {
    if (!isTable(value)) return bad(`wants { hit = NUMBER, miss = NUMBER }, not ${describe(value)}`);
    for (const key of Object.keys(value)) {
      if (key !== 'hit' && key !== 'miss') return bad(`has no part ${JSON.stringify(key)}; it has hit and miss`, key);
    }
    const hit = points.read(value.hit);
    if (!hit.ok) return bad(value.hit === undefined ? 'lacks its part hit' : hit.complaint.message, 'hit');
    const miss = points.read(value.miss);
    if (!miss.ok) return bad(value.miss === undefined ? 'lacks its part miss' : miss.complaint.message, 'miss');
    return good({ hit: hit.value, miss: miss.value });
  },
  print: (value) => `{ hit = ${printNumber(value.hit)}, miss = ${printNumber(value.miss)} }`,
};

/** Reads each item of an array, and says which one is wrong. */
export function readEach<T>(items: readonly unknown[], read: (item: unknown) => Read<T>): Read<readonly T[]> {
  const values: T[] = [];
  for (const item of items) {
    const one = read(item);
    if (!one.ok) return bad(one.complaint.message, values.length, ...one.complaint.path);
    values.push(one.value);
  }
  return good(values);
}

/** An array of texts, each of which `check` may refuse with a message. */
export function texts(check: (value: string) => string | undefined): Kind<readonly string[]> {
  return {
    name: 'array of texts',
    read(value) {
      if (!Array.isArray(value)) return bad(`wants an array of texts, not ${describe(value)}`);
      return readEach(value, (item) => {
        if (typeof item !== 'string') return bad(`wants texts, not ${describe(item)}`);
        const complaint = check(item);
        return complaint === undefined ? good(item) : bad(complaint);
      });
    },
    print: (value) => `[${value.map(printText).join(', ')}]`,
  };
}

/** Text that no message repeats. */
export const secret: Kind<string> = {
  name: 'secret text',
  read: (value) =>
    typeof value === 'string' && /^[A-Za-z0-9_-]{0,63}$/.test(value)
      ? good(value)
      : bad('wants a key of letters, digits, "_" and "-", in quotes'),
  print: printText,
};

/** One of a few words. */
export function choice<T extends string>(...words: readonly T[]): Kind<T> {
  return {
    name: words.map((word) => JSON.stringify(word)).join(' or '),
    read(value) {
      const word = words.find((candidate) => candidate === value);
      return word === undefined
        ? bad(`wants ${words.map((w) => JSON.stringify(w)).join(' or ')}, not ${describe(value)}`)
        : good(word);
    },
    print: printText,
  };
}

/** A TOML number. TOML wants a point or an exponent in numbers that aren't whole, as JavaScript prints them. */
export function printNumber(value: number): string {
  if (value === 0) return '0';
  // TOML's whole numbers end where doubles begin to have gaps.
  return Number.isSafeInteger(value) ? String(value) : Number.isInteger(value) ? value.toExponential() : String(value);
}

/** A TOML basic string. JSON's escapes are TOML's, but for DEL. */
export function printText(value: string): string {
  // A file is looked at on terminals as well.
  return JSON.stringify(value).replace(/\p{C}/gu, escaped);
}

/** As TOML escapes a character. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}
