// What is wrong with each call of a policy service in the lists of smtpd services, reached or not: nobody is there, smtpd
// can't read the words, does not wait long enough, or asks policyd-weight too.

import { timeoutOf, whereIs } from './calls.ts';
import { argvOf, type PolwEntry } from './entries.ts';
import { error, type Finding, warning } from './finding.ts';
import type { Instance } from './instance.ts';
import type { MasterEntry } from './master-cf.ts';
import { splitList } from './restrictions.ts';
import type { SmtpdService } from './services.ts';
import type { Asked } from './walk.ts';

/** policyd-weight's own address, unless it is set otherwise. */
const POLICYD_WEIGHT = /^inet:(127\.0\.0\.1|localhost|\[::1\]):12525$/;

/** What must be known of an entry of polw to judge its callers. */
export interface EntryFacts {
  /** Seconds; undefined if the settings can't be read. */
  readonly deadline: number | undefined;
  /** Classes that its texts name, with the place of each. */
  readonly classes: readonly { readonly name: string; readonly place: string; readonly setting: string }[];
}

/** Each call that stands somewhere in the lists of a service, reached or not. */
export function aboutCalls(
  instance: Instance,
  service: SmtpdService,
  factsOf: (polw: PolwEntry) => EntryFacts | undefined,
): readonly Finding[] {
  return service.named.flatMap((call) => aboutCall(instance, service, call, factsOf));
}

function aboutCall(
  instance: Instance,
  service: SmtpdService,
  call: Asked,
  factsOf: (polw: PolwEntry) => EntryFacts | undefined,
): readonly Finding[] {
  const { place, list } = whereIs(instance, service, call.parameter);
  const { address, malformed } = call;
  if (malformed !== undefined)
    return [
      error(
        place,
        `${list} calls ${address} with "${malformed}", which smtpd takes for an option without "=", and does not start`,
        'write name=value without blanks around "=", or { name = value } in braces of its own',
      ),
    ];
  const target = service.targets.get(address);
  if (target?.kind === 'missing')
    return [
      error(
        place,
        `${list} asks ${address}, and there is no such service in master.cf, so each mail gets a 451`,
        'correct the name, or add the service',
      ),
    ];
  if (target?.kind === 'outside')
    return [
      error(
        place,
        `${list} asks ${address}, which the service ${service.entry.name} does not find from inside of its chroot, so each mail gets a 451`,
        `write ${address.replace(/^(unix:|local:)?.*\/(private|public)\//, 'unix:$2/')}`,
      ),
    ];
  if (target?.kind === 'polw') return aboutPatience(instance, service, call, factsOf(target.polw));
  return target?.kind === 'other' && isPolicydWeight(address, target.entry)
    ? [warning(place, `${list} still asks policyd-weight (${address})`, 'take it out, as polw does its work')]
    : [];
}

function isPolicydWeight(address: string, entry: MasterEntry | undefined): boolean {
  if (entry !== undefined) return argvOf(entry).some((word) => /(^|\/)policyd-weight$/.test(word));
  return POLICYD_WEIGHT.test(address);
}

/** Time-outs, what is done without an answer, and the classes that polw names. */
function aboutPatience(
  instance: Instance,
  service: SmtpdService,
  call: Asked,
  facts: EntryFacts | undefined,
): readonly Finding[] {
  const { place, list } = whereIs(instance, service, call.parameter);
  const { parameters, entry } = service;
  const problems: Finding[] = [];
  const timeout = timeoutOf(call, parameters);
  if (timeout !== undefined && facts?.deadline !== undefined && timeout <= facts.deadline) {
    const otherwise = call.options.get('default_action') ?? parameters.get('smtpd_policy_service_default_action');
    problems.push(
      error(
        place,
        `${list} waits ${timeout} seconds for polw, and polw ${facts.deadline} seconds for the DNS (dns_deadline); what takes longer gets "${otherwise}"`,
        `set ${call.options.has('timeout') ? 'timeout' : 'smtpd_policy_service_timeout'} to more than ${facts.deadline} seconds`,
      ),
    );
  }
  const known = splitList(parameters.get('smtpd_restriction_classes'));
  for (const { name, place: file, setting } of facts?.classes ?? []) {
    if (known.includes(name)) continue;
    problems.push(
      error(
        file,
        `${setting} names the class ${name}, which the service ${entry.name} does not know; each such mail gets a 451`,
        `add it to smtpd_restriction_classes in ${instance.prefix}main.cf, with what it does`,
      ),
    );
  }
  return problems;
}
