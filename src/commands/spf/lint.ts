// polw spf --lint: walks a policy and all that it includes, as for a client that no term knows: what is wrong with it,
// and how near it is to the limits (RFC 7208, section 4.6.4).

import type { Answer } from '../../dns/lookup.ts';
import { octetName, octetsOf } from '../../dns/octets.ts';
import { isSenderPolicy } from '../../dns/texts.ts';
import { isManyLabelled } from '../../evidence/spf/identity.ts';
import { expand, hasMacro, type MacroString, readMacros } from '../../evidence/spf/macros.ts';
import { MOST_HOSTS, MOST_TERMS } from '../../evidence/spf/policy.ts';
import { SPF_LIMITS } from '../../evidence/spf/query.ts';
import { type Mechanism, type Modifier, type PolicyRecord, readRecord } from '../../evidence/spf/record.ts';
import type { Linted } from './linted.ts';
import type { TimedQuestions } from './questions.ts';
import { type PlacedRemark, type Remark, remark } from './remarks.ts';
import { type Role, syntaxRemarks, termRemarks } from './terms.ts';

/** More terms than these are not followed: of the limit it makes no difference. */
const MOST_WALKED = 50;
/** Octets of a reply without EDNS (RFC 1035, section 4.2.1). */
const SMALL_REPLY = 512;

export async function lint(domain: string, questions: TimedQuestions): Promise<Linted> {
  const walk = new Walk(domain, questions);
  const policy = await walk.start();
  return { domain, policy, remarks: walk.remarks, terms: walk.terms, voids: walk.voids };
}

/** Where a policy is asked from. */
interface Way {
  readonly role: Role;
  /** The domains whose policies are under way, the last being the one whose term this is. */
  readonly within: readonly string[];
  /** Undefined for the first one. */
  readonly term: string | undefined;
}

class Walk {
  readonly remarks: PlacedRemark[] = [];
  readonly voids = { ipv4: 0, ipv6: 0 };
  terms = 0;
  readonly #root: string;
  readonly #questions: TimedQuestions;
  readonly #said = new Set<string>();

  constructor(root: string, questions: TimedQuestions) {
    this.#root = root;
    this.#questions = questions;
  }

  start(): Promise<string | null> {
    return this.#policy(this.#root, { role: 'own', within: [], term: undefined });
  }

  /** Gives its text, if there is one that receivers would read. */
  async #policy(domain: string, way: Way): Promise<string | null> {
    const name = octetName(domain);
    const [texts, old] = await Promise.all([
      name === undefined ? undefined : this.#questions.ask('TXT', name),
      name === undefined || way.term !== undefined ? undefined : this.#questions.ask('SPF', name),
    ]);
    if (texts?.kind === 'failed') return this.#failed(domain, way, texts.reason);
    const values = texts?.kind === 'records' ? texts.values : [];
    this.#say(domain, ...nearlyPolicies(values));
    if (old?.kind === 'records')
      this.#say(
        domain,
        remark('warning', null, 'has a record of type SPF (99), which nobody reads any more', 'leave TXT only'),
      );
    const [text, second] = values.filter(isSenderPolicy);
    if (text === undefined) return this.#missing(domain, way);
    if (second !== undefined) {
      this.#say(
        domain,
        remark('error', null, 'has several policies, so none is valid', 'make one of them, with all their terms'),
      );
      return null;
    }
    const reading = readRecord(text);
    if (!reading.ok) {
      this.#say(domain, ...syntaxRemarks(text));
      return text;
    }
    this.#say(domain, ...termRemarks(text, reading.value, way.role));
    this.#say(domain, ...answerRemarks(domain, values));
    this.#askEarly(reading.value, domain);
    await this.#terms(reading.value, domain, way);
    return text;
  }

  /** Each once: a policy may be included again and again. */
  #say(domain: string, ...remarks: readonly Remark[]): void {
    for (const one of remarks) {
      const key = JSON.stringify([domain, one.term, one.text]);
      if (!this.#said.has(key)) this.remarks.push({ ...one, domain });
      this.#said.add(key);
    }
  }

  #failed(domain: string, { term, within }: Way, reason: string): null {
    const text = `the policy of ${domain} can't be had (${reason}), which puts mail off`;
    const advice = 'mend its name servers, or try again later';
    this.#say(within.at(-1) ?? domain, remark('error', term ?? null, text, advice));
    return null;
  }

  #missing(domain: string, { term, within }: Way): null {
    const owner = within.at(-1);
    if (owner === undefined || term === undefined) {
      const advice = 'publish one as TXT, such as "v=spf1 mx -all", or "v=spf1 -all" if no mail comes from it';
      this.#say(domain, remark('error', null, 'has no policy', advice));
    } else {
      const text = `${domain} has no policy: receivers take the whole for an error`;
      this.#say(owner, remark('error', term, text, 'leave the term out, or name the domain that has one'));
    }
    return null;
  }

  /** All terms of a policy, the first `all` ending it. */
  async #terms({ mechanisms, redirect, exp }: PolicyRecord, domain: string, way: Way): Promise<void> {
    const within = [...way.within, domain];
    const all = mechanisms.findIndex(({ name }) => name === 'all');
    for (const mechanism of all < 0 ? mechanisms : mechanisms.slice(0, all)) {
      if (mechanism.name === 'ip' || mechanism.name === 'all') continue;
      if (!this.#count(domain, mechanism.text)) return;
      const target = this.#nameOf(mechanism.domain, domain);
      if (target === undefined) this.#unfollowed(mechanism, domain);
      else if (mechanism.name === 'include') await this.#follow(target, mechanism.text, within, 'included');
      else await this.#names(mechanism, target, domain);
    }
    if (way.role === 'own' && exp !== undefined) await this.#explanation(exp, domain);
    if (redirect === undefined || all >= 0 || !this.#count(domain, redirect.text)) return;
    const target = this.#nameOf(redirect.domain, domain);
    if (target !== undefined) await this.#follow(target, redirect.text, within, way.role);
  }

  async #follow(target: string, term: string, within: readonly string[], role: Role): Promise<void> {
    const domain = within.at(-1) ?? target;
    if (within.includes(target)) {
      this.#say(domain, remark('error', term, 'leads back to itself: receivers count it to the limit', 'leave it out'));
      return;
    }
    if (isManyLabelled(target)) await this.#policy(target, { role, within, term });
    else this.#missing(target, { role, within, term });
  }

  /** Names of the client or the sender are known only with a mail. */
  #unfollowed({ name, text }: Mechanism, domain: string): void {
    if (name === 'include')
      this.#say(domain, remark('note', text, 'depends on the mail, so it is not looked at', 'try it with a client'));
  }

  async #names(mechanism: Mechanism, name: string, domain: string): Promise<void> {
    const { text } = mechanism;
    if (octetName(name) === undefined) {
      this.#say(domain, remark('warning', text, `there can't be a name such as ${name}`, 'leave the term out'));
      return;
    }
    switch (mechanism.name) {
      case 'a': {
        const found = await this.#addresses(name, domain, text);
        if (found === 'none')
          this.#say(domain, remark('warning', text, `${name} has no address`, 'leave the term out'));
        return;
      }
      case 'mx':
        return this.#exchanges(name, domain, text);
      case 'exists': {
        const answer = await this.#questions.ask('A', name);
        if (this.#isFailed(answer, name, domain, text)) return;
        if (answer.kind === 'records')
          this.#say(
            domain,
            remark(
              mechanism.qualifier === '+' ? 'error' : 'warning',
              text,
              'matches every client',
              'name it by a macro, such as %{i}',
            ),
          );
        else {
          this.#void(domain, text, ['ipv4', 'ipv6']);
          this.#say(domain, remark('warning', text, `never matches, for ${name} has no address`, 'leave it out'));
        }
        return;
      }
      default:
    }
  }

  async #exchanges(name: string, domain: string, text: string): Promise<void> {
    const answer = await this.#questions.ask('MX', name);
    if (this.#isFailed(answer, name, domain, text)) return;
    if (answer.kind !== 'records') {
      this.#void(domain, text, ['ipv4', 'ipv6']);
      this.#say(
        domain,
        remark('warning', text, `${name} has no MX`, 'leave the term out, or write a for its own addresses'),
      );
      return;
    }
    const hosts = answer.values.flatMap((host) => octetName(octetsOf(host)) ?? []);
    const count = answer.values.length + (answer.left ?? 0);
    if (count > MOST_HOSTS) {
      const advice = 'name the hosts by ip4 and ip6';
      this.#say(domain, remark('error', text, `${name} has ${count} MX, of which ${MOST_HOSTS} are allowed`, advice));
      return;
    }
    if (hosts.length === 0)
      this.#say(domain, remark('warning', text, `${name} takes no mail, so nobody matches`, 'leave it out'));
    for (const host of hosts) {
      const found = await this.#addresses(host, domain, text);
      if (found === 'none')
        this.#say(domain, remark('warning', text, `its host ${host} has no address`, 'mend the MX records'));
    }
  }

  /** Asks for the addresses of both families; receivers ask for those of the client's. */
  async #addresses(name: string, domain: string, text: string): Promise<'some' | 'none' | 'unknown'> {
    const [four, six] = await Promise.all([this.#questions.ask('A', name), this.#questions.ask('AAAA', name)]);
    if (this.#isFailed(four, name, domain, text) || this.#isFailed(six, name, domain, text)) return 'unknown';
    const lacking = [
      ...(four.kind === 'records' ? [] : ['ipv4' as const]),
      ...(six.kind === 'records' ? [] : ['ipv6' as const]),
    ];
    if (lacking.length > 0) this.#void(domain, text, lacking);
    return lacking.length === 2 ? 'none' : 'some';
  }

  #isFailed(answer: Answer, name: string, domain: string, text: string): boolean {
    if (answer.kind !== 'failed') return false;
    const problem = `no answer about ${name} (${answer.reason}), which puts mail off`;
    this.#say(domain, remark('error', text, problem, 'mend its name servers, or try again later'));
    return true;
  }

  /** Where the explanation of a fail stands (section 6.2). */
  async #explanation(exp: Modifier, domain: string): Promise<void> {
    const name = octetName(this.#nameOf(exp.domain, domain) ?? '');
    if (name === undefined) return;
    const answer = await this.#questions.ask('TXT', name);
    if (answer.kind === 'failed') return;
    const [text = '', second] = answer.kind === 'records' ? answer.values : [];
    const trouble = second !== undefined ? 'has several texts' : explanationTrouble(text);
    if (trouble !== undefined)
      this.#say(
        domain,
        remark(
          'warning',
          exp.text,
          `is ignored: ${name} ${trouble}`,
          'publish one text of printable ASCII, or leave it out',
        ),
      );
  }

  /** False once so many terms were counted that no more are followed. */
  #count(domain: string, text: string): boolean {
    this.terms += 1;
    if (this.terms === MOST_TERMS + 1) {
      const problem = `is lookup ${this.terms}, of which ${MOST_TERMS} are allowed: here receivers take the whole for an error`;
      this.#say(domain, remark('error', text, problem, 'leave out what is not used, or name networks by ip4 and ip6'));
    }
    return this.terms < MOST_WALKED;
  }

  #void(domain: string, text: string, families: readonly ('ipv4' | 'ipv6')[]): void {
    const most = SPF_LIMITS.voids;
    const over = families.filter((family) => {
      this.voids[family] += 1;
      return this.voids[family] === most + 1;
    });
    if (over.length === 0) return;
    const clients = over.length === 2 ? 'all clients' : over[0] === 'ipv4' ? 'IPv4 clients' : 'IPv6 clients';
    const problem = `for ${clients} that no earlier term knows, it is lookup ${most + 1} without an answer, of which ${most} are allowed: an error`;
    this.#say(
      domain,
      remark('error', text, problem, 'leave out hosts that lack addresses, or name networks by ip4 and ip6'),
    );
  }

  /** Everything that the terms name, at once. */
  #askEarly({ mechanisms }: PolicyRecord, domain: string): void {
    for (const mechanism of mechanisms) {
      if (mechanism.name === 'all') return;
      if (mechanism.name === 'ip' || mechanism.name === 'ptr') continue;
      const name = this.#nameOf(mechanism.domain, domain);
      if (name === undefined) continue;
      if (mechanism.name === 'include') void this.#questions.ask('TXT', name);
      if (mechanism.name === 'mx') void this.#questions.ask('MX', name);
      if (mechanism.name === 'a' || mechanism.name === 'exists') void this.#questions.ask('A', name);
      if (mechanism.name === 'a') void this.#questions.ask('AAAA', name);
    }
  }

  /** The name that a term makes for every mail from the domain; undefined if it depends on more. */
  #nameOf(spec: MacroString | undefined, domain: string): string | undefined {
    if (spec === undefined) return domain;
    if (hasMacro(spec, 'slihpvcrt')) return undefined;
    const name = expand(spec, (letter) => (letter === 'd' ? domain : this.#root), 1024);
    return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
  }
}

/** Texts that look as if they were meant to be policies, and are none. */
function nearlyPolicies(values: readonly string[]): readonly Remark[] {
  return values
    .filter((text) => !isSenderPolicy(text) && /^\W*(v\s*=\W*spf|spf1\b)/i.test(text))
    .map((text) => remark('warning', null, `"${text.slice(0, 40)}" is no policy`, 'begin it with v=spf1 and a blank'));
}

/** Whether all texts of a name fit into a reply without EDNS: header, question, and records with their strings. */
function answerRemarks(domain: string, values: readonly string[]): readonly Remark[] {
  const octets = values.map((text) => Buffer.byteLength(text));
  const size = octets.reduce(
    (sum, length) => sum + 12 + length + Math.max(1, Math.ceil(length / 255)),
    12 + domain.length + 6,
  );
  if (size <= SMALL_REPLY) return [];
  const text = `all TXT records of it make a reply of ${size} octets, more than the ${SMALL_REPLY} that fit into one packet everywhere`;
  return [remark('note', null, text, 'leave out texts that nobody needs any more')];
}

function explanationTrouble(text: string): string | undefined {
  if (text === '') return 'has no text';
  if (!/^[ -~]+$/.test(text)) return 'has a text that is not printable ASCII';
  const macros = readMacros(text, 'text');
  return macros.ok ? undefined : `has a text with ${macros.problem}`;
}
