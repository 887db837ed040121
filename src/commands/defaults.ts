// polw defaults: a complete settings file, made from the table of settings.

import { defaultSettings } from '../settings/read.ts';
import { GROUPS, SETTINGS, type Settings } from '../settings/table.ts';
import type { Entry } from '../toml/entry.ts';

/** Prints a file that sets everything to its default. */
export function run(): number {
  printDefaults();
  return 0;
}

export function printDefaults(): void {
  const heading = ['Settings of polw. Everything here has its default; what you leave out has it too.'];
  process.stdout.write(settingsFile(defaultSettings(), heading));
}

/** The text of a settings file with these values, and with an explanation of each. */
export function settingsFile(values: Partial<Settings>, heading: readonly string[]): string {
  const given = new Map<string, unknown>(Object.entries(values));
  const entries: [string, Entry<unknown>][] = Object.entries(SETTINGS);
  const lines = [...heading.map((line) => `# ${oneLine(line)}`), ''];
  const tables = entries.filter(([name, { group }]) => group === undefined && given.has(name));
  for (const [name] of tables.filter(([name]) => isEmpty(given.get(name))))
    lines.push(`# No ${name} at all.`, `${name} = []`, '');
  for (const [group, explanation] of Object.entries(GROUPS)) {
    const members = entries.filter(([name, entry]) => entry.group === group && given.has(name));
    if (members.length === 0) continue;
    lines.push(`# ${explanation}`, `[${group}]`);
    for (const [name, { text, unit, kind }] of members) {
      lines.push(`# ${text}${unit === undefined ? '' : ` (${unit})`}`, `${name} = ${kind.print(given.get(name))}`);
    }
    lines.push('');
  }
  for (const [name, { text, kind }] of tables.filter(([name]) => !isEmpty(given.get(name)))) {
    lines.push(`# ${text}`, kind.print(given.get(name)));
  }
  return lines.join('\n');
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** What stands in a comment must not end it. */
function oneLine(text: string): string {
  return text.replace(/\p{C}+/gu, ' ');
}
