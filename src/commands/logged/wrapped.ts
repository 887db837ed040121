// A log line as people paste it: quoted in a mail or in quotation marks, from a web page, as JSON of journald(8) or of
// Docker, or simply as it stands in the file.

/** The keys under which programs that log in JSON put the line. */
const KEYS = ['MESSAGE', 'log', 'message', 'msg'] as const;

const MARKUP: readonly (readonly [RegExp, string])[] = [
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&quot;/g, '"'],
  [/&amp;/g, '&'],
];

/** The line itself. */
export function unwrapped(line: string): string {
  const text = withoutQuotes(line.replace(/\r$/, '').replace(/^(?:\s*[>|])+\s?/, ''));
  const inside = text.startsWith('{') ? messageIn(text) : undefined;
  // What a format looks for stands behind a blank.
  return ` ${withoutMarkup(inside ?? text)}`.trimEnd();
}

function withoutQuotes(text: string): string {
  const trimmed = text.trim().replace(/,$/, '');
  const [first = '', last = ''] = [trimmed.at(0), trimmed.at(-1)];
  if (trimmed.length > 1 && first === last && '"\'`'.includes(first)) return trimmed.slice(1, -1);
  // A mark that was left at the end when the other was cut off.
  return /[>\d]["'`]$/.test(trimmed) ? trimmed.slice(0, -1) : trimmed;
}

function withoutMarkup(text: string): string {
  return MARKUP.reduce((rest, [pattern, character]) => rest.replace(pattern, character), text);
}

/** The message in a JSON object; undefined if it is none. journald gives odd bytes as a list of numbers. */
function messageIn(text: string): string | undefined {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof object !== 'object' || object === null) return undefined;
  for (const key of KEYS) {
    const value: unknown = Object.entries(object).find(([name]) => name === key)?.[1];
    if (typeof value === 'string') return value.trimEnd();
    if (Array.isArray(value) && value.every((byte) => Number.isInteger(byte))) return Buffer.from(value).toString();
  }
  return undefined;
}
