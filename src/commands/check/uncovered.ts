// Mail that polw never sees: smtpd services that take mail of strangers without asking it, and entries that nobody asks.

import { isOpen } from './addresses.ts';
import { isPolw, RECIPIENT, whereIs } from './calls.ts';
import { error, type Finding, warning } from './finding.ts';
import type { Instance } from './instance.ts';
import type { Services, SmtpdService } from './services.ts';
import { listsOf } from './walk.ts';

/** Services that take mail of strangers unasked. */
export function aboutUncovered(instance: Instance, { smtpds, polws }: Services): readonly Finding[] {
  const called = smtpds.some((service) => service.named.some((one) => isPolw(service, one)));
  const unasked = polws
    .filter(({ polw }) => !smtpds.some((service) => service.named.some((one) => leadsTo(service, one.address, polw))))
    .map(({ polw }) => {
      const call = `check_policy_service ${addressOf(polw.entry)}`;
      return error(
        `${instance.prefix}main.cf`,
        polws.length === 1 ? 'nobody calls polw' : `nobody calls the service ${polw.entry.name} of polw`,
        `add "${call}" to ${RECIPIENT}, behind reject_unauth_destination`,
      );
    });
  if (!called) return unasked;
  const someoneAsks = smtpds.some((service) =>
    service.walk({ from: 'stranger', to: 'ours' }).asked.some((one) => isPolw(service, one)),
  );
  return [...unasked, ...smtpds.flatMap((service) => aboutStrangers(instance, service, polws[0], someoneAsks))];
}

/** How an entry of master.cf is named in check_policy_service. */
export function addressOf({ type, name, isPrivate }: SmtpdService['entry']): string {
  if (type === 'inet') return `inet:${name.includes(':') ? name : `127.0.0.1:${name}`}`;
  return `unix:${isPrivate ? 'private' : 'public'}/${name}`;
}

function leadsTo(service: SmtpdService, address: string, polw: Services['polws'][number]['polw']): boolean {
  const target = service.targets.get(address);
  return (target?.kind === 'polw' || target?.kind === 'outside') && target.polw === polw;
}

function aboutStrangers(
  instance: Instance,
  service: SmtpdService,
  polw: Services['polws'][number] | undefined,
  someoneAsks: boolean,
): readonly Finding[] {
  const { entry } = service;
  const { asked, outcome, ended, unknownWords } = service.walk({ from: 'stranger', to: 'ours' });
  const unknown = unknownWords.map((word) =>
    error(
      `${instance.prefix}main.cf`,
      `"${word}" is neither a restriction nor a class, and the service ${entry.name} gives each mail a 451`,
      'correct it, or add it to smtpd_restriction_classes',
    ),
  );
  if (unknown.length > 0) return unknown;
  if (outcome === 'refused' || asked.some((one) => isPolw(service, one))) return [];
  const calls = service.named.filter((one) => isPolw(service, one));
  const lists = listsOf(service.parameters).map(({ parameter }) => parameter);
  const behind = calls.find(({ parameter }) => ended.has(parameter));
  if (behind !== undefined) {
    const { place, list } = whereIs(instance, service, behind.parameter);
    return [
      error(
        place,
        `${list} never comes to polw, which stands behind "${ended.get(behind.parameter)}"`,
        `put "check_policy_service ${behind.address}" in front of that`,
      ),
    ];
  }
  const inClass = calls.find(({ parameter }) => !lists.includes(parameter));
  if (inClass !== undefined && !someoneAsks) {
    const { place } = whereIs(instance, service, inClass.parameter);
    return [
      error(place, `no list or table leads to the class ${inClass.parameter}, which calls polw`, 'use it in one'),
    ];
  }
  // Asked at another stage: that is said already.
  if (calls.some(({ parameter }) => lists.includes(parameter))) return [];
  // Nobody but programs of this machine gets there.
  if (entry.type === 'inet' && !isOpen(service.places)) return [];
  const { place, list } = whereIs(instance, service, RECIPIENT);
  const call = polw === undefined ? 'check_policy_service …' : `"check_policy_service ${addressOf(polw.polw.entry)}"`;
  const what = `the service ${entry.name} takes mail of strangers without asking polw`;
  const todo = `add ${call} to ${list}, behind reject_unauth_destination`;
  // Others than the one for all the world may be so on purpose.
  return [isForAll(entry.name, entry.type) ? error(place, what, todo) : warning(place, what, todo)];
}

function isForAll(name: string, type: string): boolean {
  return type === 'pass' || /(^|:)(smtp|25)$/.test(name);
}
