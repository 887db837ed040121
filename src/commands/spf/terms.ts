// What is wrong with a policy, seen from its text alone (RFC 7208).

import { networkKind, parseAddress } from '../../dns/address.ts';
import { hasMacro, type MacroString } from '../../evidence/spf/macros.ts';
import { isInNetwork, type Network } from '../../evidence/spf/network.ts';
import { type Mechanism, type PolicyRecord, readRecord, tellsSender } from '../../evidence/spf/record.ts';
import { nearestWord } from '../../toml/nearest-word.ts';
import { type Remark, remark } from './remarks.ts';

/** Whether a policy decides about mail, or is asked by an include: then only its pass counts. */
export type Role = 'own' | 'included';

const MECHANISMS: readonly string[] = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'];
const MODIFIERS: readonly string[] = ['redirect', 'exp'];
/** Octets: with its name and what else a reply has, a policy of so many fits into 512 (RFC 7208, section 3.4). */
const LONG = 450;
/** Networks of these lengths or shorter are most of somebody else's. */
const WIDE = { 4: 8, 6: 16 } as const;

/** The terms of a policy as they are written. */
export function termsOf(text: string): readonly string[] {
  return text
    .slice('v=spf1'.length)
    .split(' ')
    .filter((term) => term !== '');
}

/** What the grammar forbids, a remark for each such term; none if receivers can read the policy. */
export function syntaxRemarks(text: string): readonly Remark[] {
  const reading = readRecord(text);
  if (reading.ok) return [];
  const { term: first, problem: ofFirst } = reading.fault;
  const remarks = termsOf(text).flatMap((term) => {
    const alone = readRecord(`v=spf1 ${term}`);
    return alone.ok ? [] : [remark('error', term, alone.fault.problem, adviceFor(term, alone.fault.problem))];
  });
  if (remarks.length > 0) return remarks;
  return [remark('error', first || null, ofFirst, 'leave one of them out: receivers take no policy with both')];
}

function adviceFor(term: string, problem: string): string {
  if (problem === 'not printable ASCII') {
    return term.endsWith('\ufffd')
      ? 'shorten the policy: of one name no more than 8 KiB of text are read'
      : 'type it anew: quotes, dashes and blanks must be those of a keyboard';
  }
  const [, sign = '', name = '', mark = '', value = ''] = /^([+?~-]?)([^:=/]*)([:=/]?)(.*)$/s.exec(term) ?? [];
  const word = name.toLowerCase();
  const bare = term.slice(sign.length);
  if (MODIFIERS.includes(word) && mark !== '=') return `write ${word}=${value}`;
  const family = familyOf(bare);
  if (family !== undefined) return `write ${sign}ip${family}:${bare}`;
  const inside = familyOf(value);
  if (inside !== undefined) return `write ${sign}ip${inside}:${value}`;
  if (problem.startsWith('not an IPv')) return /[a-z]/i.test(value) ? `for a name write ${sign}a:${value}` : MEND;
  if (problem === 'no such mechanism') return adviceForUnknown(sign, word, bare);
  if (problem.includes('macro') || problem.includes('"%"')) {
    return 'macros are such as %{i}, %{d2} or %{ir}; a percent sign is %% (RFC 7208, section 7)';
  }
  return MEND;
}

const MEND = 'mend it: until then receivers take the whole policy for an error';

function adviceForUnknown(sign: string, word: string, bare: string): string {
  const nearest = nearestWord(word, MECHANISMS);
  if (nearest !== undefined && !word.includes('.')) return `did you mean ${sign}${nearest}${bare.slice(word.length)}?`;
  if (word.includes('.')) return `for a host write ${sign}a:${bare}, for the policy of a domain ${sign}include:${bare}`;
  return MEND;
}

/** Which addresses a text is one of, or a network of. */
function familyOf(text: string): 4 | 6 | undefined {
  const address = text.split('/', 1)[0] ?? '';
  return parseAddress(address) === undefined ? undefined : address.includes(':') ? 6 : 4;
}

/** What receivers can read, but should not stand there. */
export function termRemarks(text: string, record: PolicyRecord, role: Role): readonly Remark[] {
  return [
    ...modifierRemarks(text),
    ...record.mechanisms.flatMap((mechanism, index) => mechanismRemarks(mechanism, record.mechanisms.slice(0, index))),
    ...endRemarks(record, role),
    ...lengthRemarks(text),
  ];
}

function modifierRemarks(text: string): readonly Remark[] {
  return termsOf(text).flatMap((term) => {
    const name = /^([a-z][a-z0-9._-]*)=/i.exec(term)?.[1];
    if (name === undefined || MODIFIERS.includes(name.toLowerCase())) return [];
    const rest = term.slice(name.length + 1);
    if (MECHANISMS.includes(name.toLowerCase()))
      return [
        remark('error', term, 'is ignored by all receivers, as "=" makes it no mechanism', `write ${name}:${rest}`),
      ];
    const nearest = nearestWord(name.toLowerCase(), MODIFIERS);
    const advice = nearest === undefined ? 'leave it out' : `did you mean ${nearest}=${rest}?`;
    return [remark('warning', term, 'is no modifier that receivers know, and ignored', advice)];
  });
}

function mechanismRemarks(mechanism: Mechanism, before: readonly Mechanism[]): readonly Remark[] {
  const { text } = mechanism;
  const all = before.find(({ name }) => name === 'all');
  if (all !== undefined) return [remark('warning', text, `is never reached, behind ${all.text}`, 'leave it out')];
  const same = before.find((one) => withoutQualifier(one) === withoutQualifier(mechanism));
  if (same !== undefined)
    return [remark('warning', text, `can't match, for ${same.text} stands before it`, 'leave it out')];
  switch (mechanism.name) {
    case 'all':
      return allRemarks(mechanism);
    case 'ip':
      return networkRemarks(mechanism, mechanism.network, before);
    case 'a':
    case 'mx':
      return [...nameRemarks(mechanism.domain, text), ...lengthsRemarks(mechanism)];
    case 'ptr':
      return [
        remark(
          'warning',
          text,
          'should not be used (RFC 7208, section 5.5): slow, and many receivers pass it over',
          'name the hosts by ip4, ip6 or a',
        ),
      ];
    default:
      return nameRemarks(mechanism.domain, text);
  }
}

function withoutQualifier({ text }: Mechanism): string {
  return text.replace(/^[+?~-]/, '').toLowerCase();
}

function allRemarks({ qualifier, text }: Mechanism): readonly Remark[] {
  if (qualifier !== '+') return [];
  return [remark('error', text, 'lets everybody send for the domain', 'write -all, or ~all while you look for hosts')];
}

function networkRemarks(
  { qualifier, text }: Mechanism,
  network: Network,
  before: readonly Mechanism[],
): readonly Remark[] {
  const around = before.find(
    (one) => one.name === 'ip' && one.network.length <= network.length && isInNetwork(network, one.network),
  );
  if (around !== undefined)
    return [remark('warning', text, `can't match, being part of ${around.text} before it`, 'leave it out')];
  const address = parseAddress(/:([^/]+)/.exec(text)?.[1] ?? '');
  const kind = address === undefined || network.length === 0 ? undefined : networkKind(address);
  if (kind !== undefined && kind !== 'unspecified')
    return [remark('warning', text, `is ${kind}: nobody on the Internet has such an address`, 'leave it out')];
  return qualifier === '+' ? widthRemarks(text, network.length, network.family) : [];
}

function lengthsRemarks({
  qualifier,
  text,
  length4,
  length6,
}: Extract<Mechanism, { name: 'a' | 'mx' }>): readonly Remark[] {
  if (qualifier !== '+') return [];
  return [...widthRemarks(text, length4, 4), ...widthRemarks(text, length6, 6)];
}

function widthRemarks(text: string, length: number, family: 4 | 6): readonly Remark[] {
  if (length > WIDE[family]) return [];
  const advice = 'name the networks of your own hosts';
  if (length === 0) return [remark('error', text, `lets all of IPv${family} send for the domain`, advice)];
  return [remark('warning', text, `lets a great part of IPv${family} send for the domain`, advice)];
}

function nameRemarks(domain: MacroString | undefined, text: string): readonly Remark[] {
  const remarks: Remark[] = [];
  if (domain !== undefined && hasMacro(domain, 'p'))
    remarks.push(
      remark('warning', text, '%{p} should not be used (RFC 7208, section 7.2): it is slow', 'use %{i} or %{h}'),
    );
  if (tellsSender(domain))
    remarks.push(remark('note', text, 'is a question of its own for each sender address', 'mind the load'));
  return remarks;
}

/** How it ends: what becomes of clients that no term knows. */
function endRemarks({ mechanisms, redirect, exp }: PolicyRecord, role: Role): readonly Remark[] {
  const all = mechanisms.find(({ name }) => name === 'all');
  const remarks: Remark[] = [];
  if (redirect !== undefined && all !== undefined)
    remarks.push(
      remark('warning', redirect.text, `is never followed, as there is ${all.text}`, 'leave one of both out'),
    );
  if (role === 'included') return remarks;
  if (
    exp !== undefined &&
    redirect !== undefined &&
    all === undefined &&
    mechanisms.every(({ qualifier }) => qualifier !== '-')
  )
    remarks.push(remark('warning', exp.text, 'is forgotten for the policy that redirect leads to', 'write it there'));
  if (all === undefined && redirect === undefined)
    remarks.push(
      remark(
        'warning',
        null,
        'says nothing about all other clients',
        'end it with -all, or ~all while you look for hosts',
      ),
    );
  if (all?.qualifier === '?')
    remarks.push(remark('warning', all.text, 'says nothing about all other clients', 'write -all, or ~all'));
  if (all?.qualifier === '~')
    remarks.push(
      remark('note', all.text, 'makes other clients suspect only', 'write -all once all your hosts are named'),
    );
  return remarks;
}

function lengthRemarks(text: string): readonly Remark[] {
  const octets = Buffer.byteLength(text);
  if (octets <= LONG) return [];
  const advice = 'move some of it to a name of its own, and include that';
  return [remark('warning', null, `has ${octets} octets, more than the ${LONG} that fit into any answer`, advice)];
}
