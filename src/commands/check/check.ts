// polw check: looks with the eyes of the service at all that it needs - each entry of polw in master.cf with its own
// settings and account, each smtpd service - and says what is wrong and what to do, or what was looked at.

import { existsSync } from 'node:fs';
import type { Typed } from '../command.ts';
import { printable } from '../printable.ts';
import { eachOnce, type Finding, fromSentence, lineOf, warning } from './finding.ts';
import { ofInstance } from './installation.ts';
import { instances } from './instance.ts';
import type { ServiceReport } from './report.ts';
import { look, type View } from './view.ts';

export interface CheckOptions {
  readonly file: string | undefined;
  readonly settingsOnly: boolean;
  /** The folder of main.cf and master.cf, instead of the usual ones. */
  readonly config?: string | undefined;
  readonly json?: boolean;
}

/** What was found, and what was looked at. */
interface Checked {
  readonly findings: readonly Finding[];
  readonly looked: readonly string[];
  readonly services: readonly ServiceReport[];
}

export function run({ file, options }: Typed): Promise<number> {
  return check({
    file,
    settingsOnly: options['settings-only'] === true,
    config: typeof options.c === 'string' ? options.c : undefined,
    json: options.json === true,
  });
}

/** Prints what is found. 1 if something keeps polw from working. */
export async function check(options: CheckOptions): Promise<number> {
  const { findings, looked, services } = await checked(options);
  const isWell = !findings.some(({ severity }) => severity === 'error');
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ ok: isWell, findings, looked, services }, null, 2)}\n`);
    return isWell ? 0 : 1;
  }
  for (const finding of findings) process.stdout.write(`${printable(lineOf(finding))}\n`);
  if (isWell) {
    const verdict = findings.length === 0 ? 'all is well' : 'all works';
    process.stdout.write([`${verdict}: looked at`, ...looked.map((one) => `  ${one}`), ''].join('\n'));
  }
  return isWell ? 0 : 1;
}

async function checked({ file, settingsOnly, config }: CheckOptions): Promise<Checked> {
  if (settingsOnly) return ofViews([await look({ file, settingsOnly })]);
  const found = instances(config);
  if (typeof found === 'string') {
    const { findings, looked } = ofViews([await look({ file })]);
    return { findings: [...findings, fromSentence('error', '', found)], looked, services: [] };
  }
  const parts = await Promise.all(found.map((instance) => ofInstance(instance)));
  const views = parts.flatMap((part) => part.views);
  const others = await ofFile(file, views);
  const all = [
    ...ofViews([...views, ...others.views]).findings,
    ...others.findings,
    ...parts.flatMap((p) => p.findings),
  ];
  return {
    findings: eachOnce(all),
    looked: [...ofViews([...views, ...others.views]).looked, ...parts.flatMap((part) => part.looked)],
    services: parts.flatMap((part) => part.services),
  };
}

/** The file that is named on the command line, if no service reads it; the one by default, if there is no service. */
async function ofFile(
  file: string | undefined,
  views: readonly View[],
): Promise<{ readonly views: readonly View[]; readonly findings: readonly Finding[] }> {
  if (file === undefined ? views.length > 0 : views.some((view) => view.file === file))
    return { views: [], findings: [] };
  const view = await look({ file });
  if (views.length === 0) return { views: [view], findings: [] };
  const read = [...new Set(views.map((one) => one.file))].join(', ');
  return {
    views: [view],
    findings: [
      warning(view.file, 'no service reads it', `they read ${read}; change -f in master.cf if it should be this one`),
    ],
  };
}

function ofViews(views: readonly View[]): Checked {
  return {
    findings: eachOnce(views.flatMap((view) => view.findings)),
    looked: views.map(({ file, account, looked, version }) => {
      const where = existsSync(file) ? file : `the built-in settings, as there is no ${file}`;
      return [`${where} (as ${account}, polw ${version})`, ...looked].join(', ');
    }),
    services: [],
  };
}
