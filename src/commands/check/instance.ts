// The instances of Postfix on this machine, as postconf(1) shows them: that of MAIL_CONFIG or the one that is named,
// else the default one and those beside it (MULTI_INSTANCE_README).

import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { type MasterEntry, overridesOf, readMasterEntries } from './master-cf.ts';
import { Parameters, type RawParameters, readParameters } from './parameters.ts';
import { splitList } from './restrictions.ts';

export interface Instance {
  /** The folder of main.cf and master.cf. */
  readonly folder: string;
  /** Stands in front of the names of its files where there are several instances. */
  readonly prefix: string;
  readonly main: RawParameters;
  /** In their order. Of several with the same name and type, Postfix uses the last one. */
  readonly entries: readonly MasterEntry[];
}

/** Instances, or why postconf does not show them; none where there is no Postfix. */
export function instances(named: string | undefined): readonly Instance[] | string {
  const first = named ?? process.env.MAIL_CONFIG;
  const one = readInstance(first, '');
  if (one === undefined) return named === undefined ? [] : 'there is no postconf(1) here';
  if (typeof one === 'string') return one;
  const others = first === undefined ? splitList(parametersOf(one).get('multi_instance_directories')) : [];
  if (others.length === 0) return [one];
  const more = others.flatMap((folder) => {
    const other = readInstance(folder, `${folder}/`);
    return typeof other === 'object' && parametersOf(other).isYes('multi_instance_enable') ? [other] : [];
  });
  return [{ ...one, prefix: `${one.folder}/` }, ...more];
}

/** The parameters of main.cf, or those of one service. */
export function parametersOf({ main }: Instance, entry?: MasterEntry): Parameters {
  if (entry === undefined) return new Parameters(main);
  return new Parameters(main, new Map([...overridesOf(entry), ['service_name', entry.name]]));
}

/** Whether a service runs in a chroot. Since level 1, "-" means "n". */
export function isChrooted({ main }: Instance, { chroot }: MasterEntry): boolean {
  if (chroot !== '-') return chroot !== 'n';
  return Number.parseInt(main.get('compatibility_level') ?? '0', 10) < 1;
}

/** Entries that count, and those that are hidden by a later one of the same name and type. */
export function lastOfEach(entries: readonly MasterEntry[]): {
  readonly used: readonly MasterEntry[];
  readonly hidden: readonly MasterEntry[];
} {
  const last = new Map(entries.map((entry) => [`${entry.name} ${entry.type}`, entry]));
  const used = new Set(last.values());
  return { used: [...used], hidden: entries.filter((entry) => !used.has(entry)) };
}

function readInstance(folder: string | undefined, prefix: string): Instance | string | undefined {
  const services = postconf(folder, '-M');
  if (services === undefined) return undefined;
  if ('trouble' in services) return services.trouble;
  const parameters = postconf(folder);
  if (parameters === undefined || 'trouble' in parameters) return parameters?.trouble;
  const main = readParameters(parameters.text);
  return {
    folder: folder ?? main.get('config_directory') ?? '/etc/postfix',
    prefix,
    main: withRealQueue(main),
    entries: readMasterEntries(services.text),
  };
}

/** Sockets are compared by their paths. */
function withRealQueue(main: RawParameters): RawParameters {
  const queue = new Parameters(main).get('queue_directory');
  try {
    return new Map([...main, ['queue_directory', realpathSync(queue)]]);
  } catch {
    return main;
  }
}

/** What postconf(1) prints, or says; undefined where there is none. */
function postconf(
  folder: string | undefined,
  ...options: readonly string[]
): { readonly text: string } | { readonly trouble: string } | undefined {
  const words = [...(folder === undefined ? [] : ['-c', folder]), ...options];
  const { status, stdout, stderr, error } = spawnSync('postconf', words, {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C' },
  });
  if (error !== undefined) return undefined;
  const said = stderr.split('\n')[0];
  return status === 0 ? { text: stdout } : { trouble: `postconf ${options.join(' ')} fails: ${said}` };
}
