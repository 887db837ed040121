// A list of restrictions, as smtpd(8) reads it: words parted by commas and blanks, some with an argument, which may
// stand in braces. Pure.

import { endOfBraces } from './master-cf.ts';

/** One restriction. */
export interface Restriction {
  /** As it is written; Postfix does not care about capitals, but in names of classes. */
  readonly name: string;
  readonly argument: string;
  /** warn_if_reject stands in front of it. */
  readonly onlyWarns: boolean;
}

/** A call of a policy service, with the settings that it has of its own. */
export interface PolicyCall {
  readonly address: string;
  readonly options: ReadonlyMap<string, string>;
  /** A part that smtpd(8) takes for an option without "=", and ends. */
  readonly malformed?: string;
}

const WITH_ARGUMENT = /^(check_\w+_access|check_policy_service|(reject|permit)_\w*(rbl|dnswl|rhswl)_\w+|sleep)$/;

/** The restrictions in their order. */
export function restrictionsOf(list: string): readonly Restriction[] {
  const words = splitList(list);
  const restrictions: Restriction[] = [];
  let onlyWarns = false;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const name = word.toLowerCase();
    if (name === 'warn_if_reject') {
      onlyWarns = true;
      continue;
    }
    // `hash:/etc/postfix/access` alone is short for check_…_access.
    if (word.includes(':')) restrictions.push({ name: 'check_access', argument: word, onlyWarns });
    else if (WITH_ARGUMENT.test(name)) restrictions.push({ name, argument: words[++index] ?? '', onlyWarns });
    else restrictions.push({ name: word, argument: '', onlyWarns });
    onlyWarns = false;
  }
  return restrictions;
}

/** Words parted by commas and blanks. What stands in braces is one word, with its braces. */
export function splitList(list: string): readonly string[] {
  const words: string[] = [];
  let rest = list.replace(/^[\s,]+/, '');
  while (rest !== '') {
    let end = 0;
    while (end < rest.length && !/[\s,]/.test(rest[end] ?? ''))
      end += rest[end] === '{' ? endOfBraces(rest.slice(end)) : 1;
    words.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^[\s,]+/, '');
  }
  return words;
}

/** Reads the argument of check_policy_service: an address, or `{ address, name=value, { name = value } }`. */
export function policyCallOf(argument: string): PolicyCall {
  if (!argument.startsWith('{')) return { address: argument, options: new Map() };
  const [address = '', ...parts] = splitList(argument.slice(1, -1));
  const options = new Map<string, string>();
  for (const part of parts) {
    const inner = part.startsWith('{') ? part.slice(1, -1) : part;
    const middle = inner.indexOf('=');
    if (middle <= 0) return { address, options, malformed: part };
    options.set(inner.slice(0, middle).trim(), inner.slice(middle + 1).trim());
  }
  return { address, options };
}
