// polw defaults: a complete settings file, made from the table of settings.

import { type Entry, GROUPS, SETTINGS, type Settings } from '../settings/table.ts';

/** Prints a file that sets everything to its default. */
export function printDefaults(): void {
  process.stdout.write(settingsFile());
}

/** The text of a settings file. What `values` doesn't name is as by default. */
export function settingsFile(values: Partial<Settings> = {}): string {
  const changed = new Map<string, unknown>(Object.entries(values));
  const lines = ['# Settings of polw. Everything here has its default; what you leave out has it too.', ''];
  for (const [group, heading] of Object.entries(GROUPS)) {
    lines.push(`# ${heading}`, `[${group}]`);
    const entries: [string, Entry<unknown>][] = Object.entries(SETTINGS);
    for (const [name, entry] of entries) {
      if (entry.group !== group) continue;
      const unit = entry.unit === undefined ? '' : ` (${entry.unit})`;
      lines.push(`# ${entry.text}${unit}`, `${name} = ${entry.kind.print(changed.get(name) ?? entry.default)}`);
    }
    lines.push('');
  }
  lines.push(`# ${SETTINGS.lists.text}`, SETTINGS.lists.kind.print(values.lists ?? SETTINGS.lists.default));
  return lines.join('\n');
}
