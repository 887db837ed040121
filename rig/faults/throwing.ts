// polw with faults of its own: what POLW_THROW names throws at its first calls. Bundled by the tests, in place of main.ts.
//
//   POLW_THROW='store.flush 2'    the first two calls of Store.flush throw
//   POLW_THROW='check.0 9999'     all calls of the first check do

import { LiveDns } from '../../src/dns/live.ts';
import { MailLookup } from '../../src/dns/mail-lookup.ts';
import { LogWriter } from '../../src/log/log.ts';
import { ListWatch } from '../../src/policy/list-watch.ts';
import { Store } from '../../src/store/store.ts';
import { CHECKS } from '../../src/weigh/weigh.ts';

const PLACES = new Map<string, object>([
  ['store', Store.prototype],
  ['lists', ListWatch.prototype],
  ['log', LogWriter.prototype],
  ['lookup', MailLookup.prototype],
  ['dns', LiveDns.prototype],
]);

const [target = '', times = '1'] = (process.env.POLW_THROW ?? '').split(' ');
const [place = '', name = ''] = target.split('.');

if (place === 'check') makeThrow(CHECKS[Number(name)], 'check');
else if (place !== '') makeThrow(PLACES.get(place), name);

function makeThrow(object: object | undefined, method: string): void {
  const original: unknown = object && Reflect.get(object, method);
  if (object === undefined || typeof original !== 'function') throw new Error(`there is no ${target}`);
  let left = Number(times);
  Reflect.set(object, method, function (this: unknown, ...args: unknown[]): unknown {
    if (left-- > 0) throw new Error(`thrown on purpose in ${target}`);
    return Reflect.apply(original, this, args);
  });
}
