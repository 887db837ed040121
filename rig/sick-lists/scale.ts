// Weighs mails in this process: with the real wire, checks and list watch, and without the shared file.

import { LiveDns } from '../../src/dns/live.ts';
import type { Answer, RecordType } from '../../src/dns/lookup.ts';
import { MailLookup } from '../../src/dns/mail-lookup.ts';
import type { Server } from '../../src/dns/servers.ts';
import type { Condition } from '../../src/lists/condition.ts';
import { knownList } from '../../src/lists/known.ts';
import type { ListSetting } from '../../src/lists/list.ts';
import { LogWriter } from '../../src/log/log.ts';
import { ListWatch } from '../../src/policy/list-watch.ts';
import { storeOf } from '../../src/service.ts';
import { defaultSettings } from '../../src/settings/read.ts';
import type { Settings } from '../../src/settings/table.ts';
import { foresee } from '../../src/weigh/anticipate.ts';
import { type Verdict, verdictOf } from '../../src/weigh/verdict.ts';
import { type Weighed, weigh } from '../../src/weigh/weigh.ts';
import type { DnsServer } from '../dns-server.ts';
import { envelopeIn } from '../envelope.ts';
import type { Attributes } from '../request.ts';
import { BASE_SCORE } from './world.ts';

export interface Result {
  readonly weighed: Weighed;
  readonly verdict: Verdict;
}

/** One service: its settings, what it knows of its lists, and the server that it asks. */
export class Scale {
  readonly #settings: Settings;
  readonly #watch: ListWatch;
  readonly #servers: readonly Server[];
  readonly #timeout: number;

  /** `timeout` for each of two tries, in milliseconds. */
  constructor(server: DnsServer, lists: readonly ListSetting[], timeout: number) {
    this.#settings = { ...defaultSettings(), base_score: BASE_SCORE, cache_file: '', log_to: 'nowhere', lists };
    const log = new LogWriter(this.#settings, false);
    this.#watch = new ListWatch(this.#settings, storeOf(this.#settings, log), log);
    this.#servers = [{ address: server.address, port: server.port, family: 4 }];
    this.#timeout = timeout;
  }

  #dns(): LiveDns {
    return new LiveDns(this.#servers, 2, this.#timeout);
  }

  /** Runs the test of every list, all at the same time. */
  async test(): Promise<ReadonlyMap<string, Condition>> {
    const dns = this.#dns();
    const ask = (type: RecordType, name: string): Promise<Answer> => dns.ask(type, name);
    const lists = this.#settings.lists.filter((list) => list.enabled && knownList(list.zone)?.state !== 'dead');
    return new Map(
      await Promise.all(lists.map(async (list) => [list.name, await this.#watch.test(list, ask)] as const)),
    );
  }

  async weigh(attributes: Attributes): Promise<Result> {
    const settings = this.#settings;
    const envelope = envelopeIn(attributes);
    const listStates = this.#watch.states();
    const dns = this.#dns();
    const lookup = new MailLookup({
      store: { get: () => undefined, put: () => {} },
      wire: async () => dns,
      deadline: settings.dns_deadline * 1000,
      maxQuestions: settings.dns_max_questions,
      anticipate: foresee(envelope, settings, listStates, false),
    });
    const weighed = await weigh(envelope, { settings, lookup, listStates });
    lookup.end();
    this.#watch.learn(weighed.learnt);
    return { weighed, verdict: verdictOf(envelope, weighed, settings) };
  }
}
