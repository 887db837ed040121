// check_host (RFC 7208, sections 4 and 5): strictly in order, a question at a time. All counters and the result come
// from here, whatever was asked early.

import { reverseName } from '../../dns/address.ts';
import type { Answer, RecordType } from '../../dns/lookup.ts';
import { octetName, octetsOf } from '../../dns/octets.ts';
import { explanationOf } from './explanation.ts';
import { belongsTo, bestName, domainOf, type Identity, identityOf, isCheckable, isManyLabelled } from './identity.ts';
import { hasMacro, type MacroString } from './macros.ts';
import { isAmong, isInNetwork, wholeLength } from './network.ts';
import { MOST_HOSTS, MOST_TERMS, policyOf, type ReadPolicies } from './policy.ts';
import { askEarly } from './prefetch.ts';
import { type Ended, ended, failedAnswer, isEnded, noPolicy, syntaxError, tooManyValues } from './problems.ts';
import { SPF_LIMITS, type SpfLimits, type SpfLookup, type SpfQuery, type SpfVerdict } from './query.ts';
import { Questions } from './questions.ts';
import type { Mechanism, Modifier, Qualifier } from './record.ts';

export interface SpfOptions {
  readonly limits?: SpfLimits;
  /** Whether questions are asked before evaluation comes to them. It changes no result. */
  readonly early?: boolean;
  /** Whether the text of `exp` is wanted. */
  readonly explain?: boolean;
}

/** A record without an error: a match, or none. */
interface Decided {
  readonly result: 'pass' | 'fail' | 'softfail' | 'neutral';
  readonly domain: string;
  readonly mechanism: string | null;
  readonly problem: null;
  readonly exp: Modifier | undefined;
}

/** What a record came to. A `none` is not yet what an include or a redirect makes of it. */
type Outcome = Decided | Ended;

/** The records of a name. `left`: how many more there are, which nobody looked at. */
type Found = Pick<Extract<Answer, { kind: 'records' }>, 'values' | 'left'>;

const NOTHING: Found = { values: [] };

const RESULTS: Readonly<Record<Qualifier, Decided['result']>> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
};

/** Checks whether the client may send for the sender's domain; for the null sender: for HELO. Never rejects. */
export async function checkHost(query: SpfQuery, lookup: SpfLookup, options: SpfOptions = {}): Promise<SpfVerdict> {
  const identity = identityOf(query);
  const limits = options.limits ?? SPF_LIMITS;
  const reverse = reverseName(query.client);
  const read: ReadPolicies = new Map();
  const early = options.early === false ? undefined : askEarly(identity, reverse, limits, read);
  const questions = new Questions(lookup, limits, early);
  try {
    const check = new Check(identity, reverse, questions, limits, read);
    const outcome = await check.start();
    const { result, domain, mechanism, problem, exp } = outcome;
    const { terms, voids } = check;
    const explanation = result === 'fail' && options.explain !== false ? await check.explain(exp, domain) : null;
    return { result, domain, mechanism, problem, terms, voids, explanation, questions: questions.reached };
  } finally {
    questions.end();
  }
}

class Check {
  readonly #identity: Identity;
  readonly #reverse: string;
  readonly #questions: Questions;
  readonly #limits: SpfLimits;
  readonly #read: ReadPolicies;
  terms = 0;
  voids = 0;

  constructor(identity: Identity, reverse: string, questions: Questions, limits: SpfLimits, read: ReadPolicies) {
    this.#identity = identity;
    this.#reverse = reverse;
    this.#questions = questions;
    this.#limits = limits;
    this.#read = read;
  }

  async start(): Promise<Outcome> {
    const { domain } = this.#identity;
    if (isCheckable(domain)) return this.#evaluate(domain);
    return ended('none', domain, null, { kind: 'domain', text: 'not a domain name' });
  }

  async explain(exp: Modifier | undefined, domain: string): Promise<string | null> {
    if (exp === undefined) return null;
    const validated = async (): Promise<string> => {
      const names = await this.#confirmedNames(domain, null, false);
      return isEnded(names) ? 'unknown' : bestName(names, domain);
    };
    return explanationOf(
      exp.domain,
      domain,
      this.#identity,
      (type, name) => this.#questions.ask(type, name),
      validated,
    );
  }

  /** The record of a domain. The domain of the outcome is the one whose record decided. */
  async #evaluate(domain: string): Promise<Outcome> {
    const name = octetName(domain);
    if (name === undefined || !isManyLabelled(domain)) return noPolicy(domain);
    const policy = policyOf(await this.#questions.ask('TXT', name), this.#read);
    if (policy.kind === 'none') return noPolicy(domain);
    if (policy.kind === 'failed') return failedAnswer(policy.answer, domain, null, 'TXT', name);
    if (policy.kind === 'faulty') return syntaxError(policy.fault, domain);
    if (policy.kind === 'several')
      return ended('permerror', domain, null, { kind: 'policies', text: `${domain} has more than one policy` });
    const { mechanisms, redirect, exp } = policy.record;
    for (const mechanism of mechanisms) {
      const matched = await this.#matches(mechanism, domain);
      if (typeof matched !== 'boolean') return matched;
      const { qualifier, text } = mechanism;
      if (matched) return { result: RESULTS[qualifier], domain, mechanism: text, problem: null, exp };
    }
    if (redirect !== undefined) return this.#redirected(redirect, domain);
    return { result: 'neutral', domain, mechanism: null, problem: null, exp };
  }

  async #redirected({ domain: spec, text }: Modifier, domain: string): Promise<Outcome> {
    const over = this.#countTerm(domain, text);
    if (over !== undefined) return over;
    const target = await this.#target(spec, domain, text);
    if (typeof target === 'object') return target;
    const outcome = await this.#evaluate(target ?? '');
    return outcome.result === 'none' ? noTarget(domain, text) : outcome;
  }

  async #matches(mechanism: Mechanism, domain: string): Promise<boolean | Ended> {
    if (mechanism.name === 'all') return true;
    if (mechanism.name === 'ip') return isInNetwork(this.#identity.client, mechanism.network);
    const over = this.#countTerm(domain, mechanism.text);
    if (over !== undefined) return over;
    const target = await this.#target(mechanism.domain, domain, mechanism.text);
    if (typeof target === 'object') return target;
    if (mechanism.name === 'include') return this.#includes(target ?? '', domain, mechanism.text);
    // A name that can't exist has no records, and asks nothing.
    const name = target === undefined ? undefined : octetName(target);
    if (name === undefined) return false;
    switch (mechanism.name) {
      case 'exists': {
        const found = await this.#records('A', name, domain, mechanism.text);
        return isEnded(found) ? found : found.values.length > 0;
      }
      case 'a':
        return this.#isAddressOf(name, mechanism, domain);
      case 'mx':
        return this.#isExchange(name, mechanism, domain);
      case 'ptr': {
        const names = await this.#confirmedNames(domain, mechanism.text, true);
        return isEnded(names) ? names : names.some((one) => belongsTo(one, name));
      }
    }
  }

  async #includes(target: string, domain: string, text: string): Promise<boolean | Ended> {
    const outcome = await this.#evaluate(target);
    switch (outcome.result) {
      case 'pass':
        return true;
      case 'none':
        return noTarget(domain, text);
      case 'temperror':
      case 'permerror':
        return outcome;
      default:
        return false;
    }
  }

  async #isAddressOf(
    name: string,
    { length4, length6, text }: Extract<Mechanism, { name: 'a' | 'mx' }>,
    domain: string,
  ): Promise<boolean | Ended> {
    return this.#isClient(name, this.#identity.client.family === 4 ? length4 : length6, domain, text);
  }

  /** The order of the hosts is the servers' whim: where one fails and another is the client, it is the client's. */
  async #isExchange(
    name: string,
    mechanism: Extract<Mechanism, { name: 'a' | 'mx' }>,
    domain: string,
  ): Promise<boolean | Ended> {
    const hosts = await this.#records('MX', name, domain, mechanism.text);
    if (isEnded(hosts)) return hosts;
    const count = hosts.values.length + (hosts.left ?? 0);
    if (count > MOST_HOSTS) {
      const text = `too many hosts: ${mechanism.text} of ${domain} has ${count}`;
      return ended('permerror', domain, mechanism.text, { kind: 'hosts', text });
    }
    let failure: Ended | undefined;
    for (const host of hosts.values) {
      const asked = octetName(octetsOf(host));
      if (asked === undefined) continue;
      const found = await this.#isAddressOf(asked, mechanism, domain);
      if (found === true) return true;
      if (found === false) continue;
      if (found.result === 'permerror') return found;
      failure ??= found;
    }
    return failure ?? false;
  }

  /**
   * The client's names, of which one of the addresses is the client (section 5.5). A failure means that there is none,
   * or that the host is passed over, unless our own bounds are the reason: nobody fails for them.
   */
  async #confirmedNames(domain: string, text: string | null, counting: boolean): Promise<readonly string[] | Ended> {
    const { client } = this.#identity;
    const names = await this.#records('PTR', this.#reverse, domain, text, counting);
    if (isEnded(names)) return isFinal(names) ? names : [];
    const confirmed: string[] = [];
    for (const raw of names.values.slice(0, MOST_HOSTS)) {
      const name = octetName(octetsOf(raw));
      if (name === undefined) continue;
      const found = await this.#isClient(name, wholeLength(client.family), domain, text, counting);
      if (found === true) confirmed.push(name);
      else if (found !== false && isFinal(found)) return found;
    }
    return confirmed;
  }

  /** The domain that a term is about; undefined if its macros make no name. */
  async #target(spec: MacroString | undefined, domain: string, text: string): Promise<string | undefined | Ended> {
    if (spec === undefined || !hasMacro(spec, 'p')) return domainOf(this.#identity, spec, domain, '');
    const names = await this.#confirmedNames(domain, text, true);
    return isEnded(names) ? names : domainOf(this.#identity, spec, domain, bestName(names, domain));
  }

  #countTerm(domain: string, text: string): Ended | undefined {
    this.terms += 1;
    if (this.terms <= MOST_TERMS) return undefined;
    return ended('permerror', domain, text, {
      kind: 'terms',
      text: `too many lookups: ${this.terms}th is ${text} of ${domain}`,
    });
  }

  /** Whether one of a name's addresses is in the client's network of this length. All of them count: section 5.3. */
  async #isClient(
    name: string,
    length: number,
    domain: string,
    text: string | null,
    counting = true,
  ): Promise<boolean | Ended> {
    const { client } = this.#identity;
    const type = client.family === 4 ? 'A' : 'AAAA';
    const found = await this.#records(type, name, domain, text, counting);
    if (isEnded(found)) return found;
    if (isAmong(client, found.values, length)) return true;
    return found.left === undefined ? false : tooManyValues(domain, text, type, name);
  }

  /** The records of a name, for a term; counts where there are none (section 4.6.4). */
  async #records(
    type: RecordType,
    name: string,
    domain: string,
    text: string | null,
    counting = true,
  ): Promise<Found | Ended> {
    const answer = await this.#questions.ask(type, name);
    if (answer.kind === 'failed') return failedAnswer(answer, domain, text, type, name);
    if (answer.kind === 'records') return answer;
    if (!counting) return NOTHING;
    this.voids += 1;
    if (this.voids <= this.#limits.voids) return NOTHING;
    const problem = `too many lookups without an answer: ${type} of ${name} is number ${this.voids}, at ${text} of ${domain}`;
    return ended('permerror', domain, text, { kind: 'voids', text: problem });
  }
}

/** An include or redirect of a domain without a policy (sections 5.2 and 6.1). */
function noTarget(domain: string, text: string): Ended {
  return ended('permerror', domain, text, { kind: 'no-policy', text: `${text} of ${domain}: there is no policy` });
}

/** What a failure at the client's names doesn't excuse: too many void lookups, and our own bounds. */
function isFinal({ problem, result }: Ended): boolean {
  return result === 'permerror' || problem.kind === 'deadline' || problem.kind === 'limit';
}
