// What systemd forbids to Postfix, and so to all that Postfix starts: a unit that is made safer than Node can bear. Node
// dies then before it can say a word, and Postfix tells its clients 451.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { error, type Finding } from './finding.ts';

const UNITS = ['postfix.service', 'postfix@-.service', 'postfix@.service'];
/** In the order in which one takes the place of another (systemd.unit(5)). */
const FOLDERS = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const SETTINGS = [
  'MemoryDenyWriteExecute',
  'ProtectSystem',
  'ReadWritePaths',
  'StateDirectory',
  'PrivateNetwork',
  'InaccessiblePaths',
  'RestrictAddressFamilies',
];

/** The settings of a unit that matter here, by name. */
export type UnitSettings = ReadonlyMap<string, string>;

/** What one service of Postfix needs. */
export interface Needs {
  readonly argv: readonly string[];
  /** Files in whose folders it writes. */
  readonly writes: readonly string[];
}

/** The settings of the units of Postfix, by unit. */
export function unitSettings(folders: readonly string[] = FOLDERS): ReadonlyMap<string, UnitSettings> {
  const units = new Map<string, UnitSettings>();
  for (const unit of UNITS) {
    const text = shown(unit, folders) ?? written(unit, folders);
    if (text !== undefined) units.set(unit, readUnit(text));
  }
  return units;
}

/** Reads lines NAME=VALUE. An empty value forgets the earlier ones; lists grow. */
export function readUnit(text: string): UnitSettings {
  const settings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line.trim()) ?? [];
    if (!SETTINGS.includes(name)) continue;
    const isList = /Paths$|Families$|Directory$/.test(name);
    settings.set(name, isList && value !== '' ? `${settings.get(name) ?? ''} ${value.trim()}`.trim() : value.trim());
  }
  return settings;
}

/** What of it keeps polw from working. */
export function aboutUnit(unit: string, settings: UnitSettings, { argv, writes }: Needs): readonly Finding[] {
  const problems: Finding[] = [];
  const isYes = (name: string): boolean => /^(yes|true|on|1)$/i.test(settings.get(name) ?? '');
  const override = `systemctl edit ${unit}`;
  if (isYes('MemoryDenyWriteExecute') && !argv.includes('--jitless'))
    problems.push(
      error(
        unit,
        'MemoryDenyWriteExecute is set, and Node can not start under it',
        `set it to no (${override}), or start polw without its compiler: argv=/usr/bin/node --jitless --no-expose-wasm ${argv.find((word) => /polw$/.test(word)) ?? '/…/polw'}`,
      ),
    );
  if (isYes('PrivateNetwork'))
    problems.push(error(unit, 'PrivateNetwork is set, and polw can not ask the DNS', `set it to no (${override})`));
  const families = (settings.get('RestrictAddressFamilies') ?? '').split(/\s+/).filter((word) => word !== '');
  if (families.length > 0 && families[0] !== '~' && !families.includes('AF_INET') && !families[0]?.startsWith('~'))
    problems.push(
      error(unit, 'RestrictAddressFamilies leaves out AF_INET, and polw can not ask the DNS', `add it (${override})`),
    );
  const closed = writes.filter((file) => isReadOnly(path.dirname(file), settings));
  if (closed.length > 0)
    problems.push(
      error(
        unit,
        `ProtectSystem is ${settings.get('ProtectSystem')}, and polw can not write ${closed.join(', ')}`,
        `add ReadWritePaths=${[...new Set(closed.map((file) => path.dirname(file)))].join(' ')} (${override})`,
      ),
    );
  return problems;
}

function isReadOnly(folder: string, settings: UnitSettings): boolean {
  const level = settings.get('ProtectSystem') ?? '';
  const covers = (parent: string): boolean => folder === parent || folder.startsWith(`${parent.replace(/\/$/, '')}/`);
  const opened = [
    ...(settings.get('ReadWritePaths') ?? '').split(/\s+/),
    ...(settings.get('StateDirectory') ?? '').split(/\s+/).map((name) => (name === '' ? '' : `/var/lib/${name}`)),
  ].map((word) => word.replace(/^[-+]+/, ''));
  if (opened.some((word) => word.startsWith('/') && covers(word))) return false;
  if (level === 'strict') return true;
  if (level === 'full') return ['/usr', '/boot', '/efi', '/etc'].some(covers);
  return /^(yes|true|on|1)$/i.test(level) && ['/usr', '/boot', '/efi'].some(covers);
}

/** What systemd itself says, where it runs. */
function shown(unit: string, folders: readonly string[]): string | undefined {
  if (folders !== FOLDERS || !existsSync('/run/systemd/system')) return undefined;
  const { status, stdout } = spawnSync('systemctl', ['show', unit, '-p', SETTINGS.join(',')], { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/** The unit's file, and what is added to it. */
function written(unit: string, folders: readonly string[]): string | undefined {
  const file = folders.map((folder) => path.join(folder, unit)).find((one) => existsSync(one));
  const more = folders.flatMap((folder) => {
    const drops = path.join(folder, `${unit}.d`);
    return existsSync(drops)
      ? readdirSync(drops)
          .filter((name) => name.endsWith('.conf'))
          .sort()
          .map((name) => path.join(drops, name))
      : [];
  });
  const files = [...(file === undefined ? [] : [file]), ...more];
  return files.length === 0 ? undefined : files.map((one) => readFileSync(one, 'utf8')).join('\n');
}
