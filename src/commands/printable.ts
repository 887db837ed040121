// What comes from outside, made fit for a terminal.

/** Text without anything that a terminal would take for a command, or that would turn it around. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}

/** A value as JSON, in which such characters are escaped: it parses to the same value. */
export function printableJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(/[^\P{C}\n]/gu, escaped)}\n`;
}

function escaped(character: string): string {
  // Beyond the first plane it takes two.
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
