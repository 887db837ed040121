// Goes through a policy as far as it is known, and asks at once for all that evaluation will come to. It stops where
// evaluation would, and decides nothing: what it asks in vain has only cost a question (RFC 7208, section 4.6).

import type { Answer, RecordType } from '../../dns/lookup.ts';
import { octetName, octetsOf } from '../../dns/octets.ts';
import { belongsTo, bestName, domainOf, type Identity, isManyLabelled } from './identity.ts';
import { hasMacro, type MacroString } from './macros.ts';
import { isAmong, isInNetwork, wholeLength } from './network.ts';
import { MOST_HOSTS, MOST_TERMS, policyOf, type ReadPolicies } from './policy.ts';
import type { SpfLimits } from './query.ts';
import type { AskEarly, Want } from './questions.ts';
import { type Mechanism, tellsSender } from './record.ts';

/** What is known of a term or a record. `stop`: evaluation ends here, by an error or a limit. */
type Known = 'match' | 'no-match' | 'unknown' | 'stop';

export function askEarly(identity: Identity, reverse: string, limits: SpfLimits, read: ReadPolicies): AskEarly {
  return (want, known) => {
    new Walk(identity, reverse, limits, read, want, known).record(identity.domain, 'known');
  };
}

class Walk {
  readonly #identity: Identity;
  readonly #reverse: string;
  readonly #limits: SpfLimits;
  readonly #read: ReadPolicies;
  readonly #want: Want;
  readonly #known: Want;
  readonly #addressType: RecordType;
  #terms = 0;
  #voids = 0;

  constructor(identity: Identity, reverse: string, limits: SpfLimits, read: ReadPolicies, want: Want, known: Want) {
    this.#identity = identity;
    this.#reverse = reverse;
    this.#limits = limits;
    this.#read = read;
    this.#want = want;
    this.#known = known;
    this.#addressType = identity.client.family === 4 ? 'A' : 'AAAA';
  }

  /** `match` is a match of the record, by whatever qualifier, as far as its includer cares: a pass. */
  record(domain: string, asked: 'known' | 'want'): Known {
    const name = octetName(domain);
    if (name === undefined || !isManyLabelled(domain)) return 'stop';
    const answer = asked === 'want' ? this.#want('TXT', name) : this.#known('TXT', name);
    if (answer === undefined) return 'unknown';
    const policy = policyOf(answer, this.#read);
    if (policy.kind !== 'policy') return 'stop';
    let certain = true;
    for (const mechanism of policy.record.mechanisms) {
      const found = this.#term(mechanism, domain);
      if (found === 'stop') return 'stop';
      if (found === 'match') return !certain ? 'unknown' : mechanism.qualifier === '+' ? 'match' : 'no-match';
      if (found === 'unknown') certain = false;
    }
    const { redirect } = policy.record;
    if (redirect === undefined) return certain ? 'no-match' : 'unknown';
    this.#terms += 1;
    if (this.#terms > MOST_TERMS) return 'stop';
    const found = this.#recordOf(redirect.domain, domain);
    return certain || found === 'stop' ? found : 'unknown';
  }

  #term(mechanism: Mechanism, domain: string): Known {
    if (mechanism.name === 'all') return 'match';
    if (mechanism.name === 'ip') return isInNetwork(this.#identity.client, mechanism.network) ? 'match' : 'no-match';
    this.#terms += 1;
    if (this.#terms > MOST_TERMS) return 'stop';
    if (mechanism.name === 'include') return this.#recordOf(mechanism.domain, domain);
    const target = this.#target(mechanism.domain, domain);
    if (target === 'unknown') return 'unknown';
    const name = target === undefined ? undefined : octetName(target);
    if (name === undefined) return 'no-match';
    const ask = tellsSender(mechanism.domain) ? this.#known : this.#want;
    switch (mechanism.name) {
      case 'exists':
        return this.#found(ask('A', name), () => true);
      case 'a':
        return this.#found(ask(this.#addressType, name), this.#clientWithin(mechanism));
      case 'mx':
        return this.#exchanges(ask('MX', name), this.#clientWithin(mechanism));
      case 'ptr': {
        const names = this.#confirmedNames();
        if (names === undefined) return 'unknown';
        return names.some((one) => belongsTo(one, name)) ? 'match' : 'no-match';
      }
    }
  }

  #recordOf(spec: MacroString, domain: string): Known {
    const target = this.#target(spec, domain);
    if (target === 'unknown') return 'unknown';
    if (target === undefined) return 'stop';
    return this.record(target, tellsSender(spec) ? 'known' : 'want');
  }

  #clientWithin({ length4, length6 }: Extract<Mechanism, { name: 'a' | 'mx' }>): (found: readonly string[]) => boolean {
    const { client } = this.#identity;
    return (found) => isAmong(client, found, client.family === 4 ? length4 : length6);
  }

  #exchanges(answer: Answer | undefined, isClient: (found: readonly string[]) => boolean): Known {
    if (answer?.kind !== 'records') return this.#found(answer, () => true);
    if (answer.values.length > MOST_HOSTS) return 'stop';
    let all: Known = 'no-match';
    for (const host of answer.values) {
      const name = octetName(octetsOf(host));
      if (name === undefined) continue;
      const found = this.#found(this.#want(this.#addressType, name), isClient);
      if (found === 'match') return 'match';
      if (found !== 'no-match' && all !== 'stop') all = found;
    }
    return all;
  }

  /** The client's names that are confirmed; undefined as long as one is open. */
  #confirmedNames(): readonly string[] | undefined {
    const answer = this.#want('PTR', this.#reverse);
    if (answer === undefined) return undefined;
    if (answer.kind !== 'records') return [];
    const { client } = this.#identity;
    const names = answer.values.slice(0, MOST_HOSTS).flatMap((raw) => octetName(octetsOf(raw)) ?? []);
    const answers = names.map((name) => this.#want(this.#addressType, name));
    if (answers.includes(undefined)) return undefined;
    return names.filter((_, index) => {
      const found = answers[index];
      return found?.kind === 'records' && isAmong(client, found.values, wholeLength(client.family));
    });
  }

  #target(spec: MacroString | undefined, domain: string): string | undefined | 'unknown' {
    if (spec === undefined || !hasMacro(spec, 'p')) return domainOf(this.#identity, spec, domain, '');
    const names = this.#confirmedNames();
    return names === undefined ? 'unknown' : domainOf(this.#identity, spec, domain, bestName(names, domain));
  }

  #found(answer: Answer | undefined, matches: (values: readonly string[]) => boolean): Known {
    if (answer === undefined) return 'unknown';
    if (answer.kind === 'failed') return 'stop';
    if (answer.kind === 'records') {
      if (matches(answer.values)) return 'match';
      return answer.left === undefined ? 'no-match' : 'stop';
    }
    this.#voids += 1;
    return this.#voids > this.#limits.voids ? 'stop' : 'no-match';
  }
}
