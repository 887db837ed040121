// All that an instance of Postfix has to do with polw: its entries, what each of them sees, the smtpd services that ask,
// and what runs.

import { existsSync } from 'node:fs';
import { aboutCalls } from './about-calls.ts';
import { aboutEntry, aboutHidden, aboutProgram, accountOf } from './about-entry.ts';
import { aboutSyslog } from './about-log.ts';
import { aboutProcesses, listeningPorts, type Process, policydWeight, processes } from './about-processes.ts';
import { aboutReach } from './about-reach.ts';
import { aboutUnit, unitSettings } from './about-systemd.ts';
import { resolveHost } from './addresses.ts';
import { type Seen, seenBy } from './as-account.ts';
import { argvOf, fileOf, type PolwEntry, polwEntryOf } from './entries.ts';
import { error, type Finding, warning } from './finding.ts';
import { type Instance, parametersOf } from './instance.ts';
import { reportOf, type ServiceReport, sentenceOf } from './report.ts';
import { type Services, type SmtpdService, servicesOf } from './services.ts';
import { aboutUncovered } from './uncovered.ts';
import type { View } from './view.ts';

/** What was found at an instance, and what was looked at. */
export interface OfInstance {
  /** What each entry of polw sees. */
  readonly views: readonly View[];
  readonly findings: readonly Finding[];
  readonly looked: readonly string[];
  readonly services: readonly ServiceReport[];
}

/** Looks at an instance. */
export async function ofInstance(instance: Instance): Promise<OfInstance> {
  const services = await servicesOf(instance, resolveHost);
  const { polws, smtpds } = services;
  const queue = parametersOf(instance).get('queue_directory');
  const entries = polws.map((place) => ({ ...place, findings: aboutEntry(instance, place) }));
  const seen = new Map<PolwEntry, Seen>();
  await Promise.all(
    polws.map(async ({ polw }) => {
      const runnable = aboutProgram(instance, polw).length === 0;
      seen.set(polw, await seenBy(polw, `${instance.prefix}master.cf`, existsSync(queue) ? queue : '/', runnable));
    }),
  );
  const viewOf = (polw: PolwEntry): View | undefined => seen.get(polw)?.view;
  const running = processes();
  const isThere = instance.entries.some((entry) => polwEntryOf(entry, queue) !== undefined);
  return {
    views: [...seen.values()].map(({ view }) => view),
    findings: [
      ...aboutHidden(instance),
      ...(isThere ? [] : [error('', `${instance.prefix}master.cf has no entry for polw`, 'see master.cf.example')]),
      ...entries.flatMap(({ polw, findings }) => [
        ...findings,
        ...(seen.get(polw)?.findings ?? []),
        ...aboutProcesses(polw, accountOf(polw)?.uid, running),
        ...ofSystemd(polw, viewOf(polw)),
      ]),
      ...(polws.length === 0 ? [] : ofSmtpds(instance, services, viewOf)),
      ...(polws.some(({ polw }) => viewOf(polw)?.logsTo === 'syslog')
        ? aboutSyslog(parametersOf(instance).get('maillog_file'))
        : []),
      ...aboutPolicydWeight(smtpds, running),
    ],
    looked: [
      ...polws.map(
        ({ polw }) => `${instance.prefix}master.cf: ${polw.entry.name} ${polw.entry.type}, which reads ${fileOf(polw)}`,
      ),
      ...smtpds.map((service) => `${instance.prefix}master.cf: ${sentenceOf(reportOf(service))}`),
    ],
    services: smtpds.map(reportOf),
  };
}

function ofSmtpds(
  instance: Instance,
  services: Services,
  viewOf: (polw: PolwEntry) => View | undefined,
): readonly Finding[] {
  return [
    ...services.smtpds.flatMap((service) => [
      ...aboutCalls(instance, service, viewOf),
      ...aboutReach(instance, service),
    ]),
    ...aboutUncovered(instance, services),
  ];
}

function ofSystemd(polw: PolwEntry, view: View | undefined): readonly Finding[] {
  const needs = { argv: argvOf(polw.entry), writes: view?.writes ?? [] };
  return [...unitSettings()].flatMap(([unit, settings]) => aboutUnit(unit, settings, needs));
}

/** Its daemon, if it runs for nobody. */
function aboutPolicydWeight(smtpds: readonly SmtpdService[], running: readonly Process[]): readonly Finding[] {
  const daemon = policydWeight(running, listeningPorts());
  const isAsked = smtpds.some(({ named }) => named.some(({ address }) => /:12525$/.test(address)));
  if (daemon === undefined || isAsked) return [];
  return [
    warning(
      '',
      `policyd-weight still runs (process ${daemon.pid}), and nobody asks it`,
      'stop it, and remove its package',
    ),
  ];
}
