// What is wrong with the mail about which smtpd services ask polw: too early, about mail that is not for us or of our own
// users, or for nothing but the log.

import { networkInterfaces } from 'node:os';
import { isPrivate, parseAddress } from '../../dns/address.ts';
import { isPolw, isWeighed, RECIPIENT, RELAY, whereIs } from './calls.ts';
import { error, type Finding, warning } from './finding.ts';
import type { Instance } from './instance.ts';
import { splitList } from './restrictions.ts';
import type { SmtpdService } from './services.ts';
import type { Asked, Mail } from './walk.ts';

/** About which mail polw is asked that it should not be asked about. */
export function aboutReach(instance: Instance, service: SmtpdService): readonly Finding[] {
  const { parameters } = service;
  const firstOf = (...mails: readonly Mail[]): Asked | undefined =>
    mails.flatMap((mail) => service.walk(mail).asked).find((one) => isWeighed(service, one));
  const problems: Finding[] = [];
  const say = (call: Asked | undefined, what: (list: string) => string, todo: (words: string) => string): void => {
    if (call === undefined) return;
    const { place, list } = whereIs(instance, service, call.parameter);
    problems.push(error(place, what(list), todo(`"check_policy_service ${call.address}"`)));
  };
  const early = service.named
    .filter((one) => isPolw(service, one) && one.stage !== 'RCPT')
    .filter((one, index, all) => all.findIndex(({ parameter }) => parameter === one.parameter) === index);
  for (const call of early)
    say(
      call,
      (list) => `${list} calls polw too early or too late`,
      (words) => `move ${words} to ${RECIPIENT}`,
    );
  const relayed = firstOf({ from: 'stranger', to: 'elsewhere' });
  say(
    relayed,
    (list) => `${list} calls polw about mail that is not for you`,
    (words) =>
      relayed?.parameter === RECIPIENT || relayed?.parameter === RELAY
        ? `put ${words} behind reject_unauth_destination`
        : `move ${words} to ${RECIPIENT}, behind reject_unauth_destination`,
  );
  if (hasOthers(parameters.get('mynetworks')))
    say(
      firstOf({ from: 'own network', to: 'ours' }, { from: 'own network', to: 'elsewhere' }),
      (list) => `${list} lets polw weigh the mail of your own networks`,
      (words) => `put permit_mynetworks in front of ${words}`,
    );
  if (parameters.isYes('smtpd_sasl_auth_enable'))
    say(
      firstOf({ from: 'own login', to: 'ours' }, { from: 'own login', to: 'elsewhere' }),
      (list) => `${list} lets polw weigh the mail of your own users who have logged in, and refuse it`,
      (words) => `put permit_sasl_authenticated in front of ${words}`,
    );
  const dry = service.walk({ from: 'stranger', to: 'ours' }).asked.find((one) => one.onlyWarns && isPolw(service, one));
  if (dry !== undefined) {
    const { place, list } = whereIs(instance, service, dry.parameter);
    problems.push(
      warning(place, `${list} only logs what polw refuses`, 'when you have seen enough, take out warn_if_reject'),
    );
  }
  return problems;
}

/**
 * Whether networks hold more than this machine and private addresses, which polw does not weigh. What stands in a table
 * may.
 */
function hasOthers(networks: string): boolean {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => textOf(address)) ?? []),
  );
  return splitList(networks).some((network) => {
    const [address = '', bits] = network.replace(/[[\]]/g, '').split('/');
    const text = textOf(address);
    if (network.startsWith('!') || text === undefined) return !network.startsWith('!');
    if (isPrivate(text) || /^(0000:){7}0001$|^fe[89ab]|^f[cd]/.test(text)) return false;
    return !((bits === undefined || bits === '32' || bits === '128') && own.has(text));
  });
}

function textOf(address: string): string | undefined {
  return parseAddress(address.replace(/%.*$/, ''))?.text;
}
