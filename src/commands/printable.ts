// What comes from outside, made fit for a terminal.

/** Text without anything that a terminal would take for a command, or that would turn it around. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
