// Turns the settings of a policyd-weight.conf into ours. By default it mends what has gone bad since; `faithful` keeps
// what the original does wherever a setting can say it.

import { SETTINGS, type SettingName, type Settings } from '../../settings/table.ts';
import type { Score } from '../../toml/kinds.ts';
import { nearestWord } from '../../toml/nearest-word.ts';
import type { Conversion } from '../converter.ts';
import { type Assigned, numberOf, type PerlScalar, type PolicydWeightConf, textOf } from './conf.ts';
import { hintFor, joinedNumber } from './decimal-commas.ts';
import { deferTokens } from './defer-words.ts';
import { withoutKeys } from './keys.ts';
import { convertedLists } from './lists.ts';
import {
  FLAGS,
  isScoreName,
  knownNames,
  type NamesOf,
  NOT_NEEDED,
  NUMBERS,
  OTHERS,
  sigilOf,
  TEXTS,
  TIMES,
} from './names.ts';
import { sourceForLowerCase } from './perl/regexp.ts';
import { Remarks } from './remarks.ts';

type Draft = { -readonly [K in SettingName]?: Settings[K] };

const ROBTEX = '; check http://www.robtex.com/rbl/{client}.html';

/** Converts what a file sets. */
export function translated(conf: PolicydWeightConf, faithful: boolean): Conversion {
  return new Translation(conf, faithful).run();
}

class Translation {
  readonly #conf: PolicydWeightConf;
  /** Those that policyd-weight sees. */
  readonly #seen: ReadonlyMap<string, Assigned>;
  readonly #faithful: boolean;
  readonly #draft: Draft = {};
  readonly #remarks = new Remarks();
  readonly #notNeeded: Assigned[] = [];

  constructor(conf: PolicydWeightConf, faithful: boolean) {
    this.#conf = conf;
    this.#seen = new Map(
      [...conf.settings].filter(([, assigned]) => assigned.declared === undefined && !isNamesake(assigned)),
    );
    this.#faithful = faithful;
  }

  run(): Conversion {
    for (const problem of this.#conf.problems) {
      const decides = problem.name === undefined || !NOT_NEEDED.has(problem.name);
      const message = withoutKeys(problem.message);
      if (decides) this.#remarks.decisive(problem, message);
      else this.#remarks.note(problem, message);
    }
    for (const assigned of this.#conf.settings.values()) if (isNamesake(assigned)) this.#namesake(assigned);
    for (const assigned of this.#seen.values()) this.#setting(assigned);
    this.#lists();
    if (this.#faithful) this.#keepWeaknesses();
    const [first] = this.#notNeeded;
    if (first !== undefined) {
      const names = this.#notNeeded.map(({ name }) => name).join(', ');
      this.#remarks.note(first, `not needed any more: ${names}`);
    }
    return { settings: this.#draft, remarks: this.#remarks.all };
  }

  #keepWeaknesses(): void {
    this.#draft.as_policyd_weight = true;
    this.#draft.weigh_private_clients = true;
    this.#draft.further_recipient_text = '{reason} (multirecipient mail)';
    this.#draft.list_check_interval = 0;
  }

  #setting(assigned: Assigned): void {
    const { name } = assigned;
    const [first] = assigned.values;
    const numberName = NUMBERS[name];
    const timeName = TIMES[name];
    const flagName = FLAGS[name];
    if (numberName !== undefined) this.#number(assigned, first, numberName);
    else if (timeName !== undefined) this.#time(assigned, first, timeName);
    else if (flagName !== undefined) this.#draft[flagName] = isTrue(first);
    else if (TEXTS[name] !== undefined) this.#text(assigned, first);
    else if (isScoreName(name)) this.#score(assigned, name);
    else if (name === 'NS')
      this.#draft.nameservers = textOf(first?.value)
        .split(/[\s,]+/)
        .filter(Boolean);
    else if (name === 'dnsbl_checks_only_regexps') this.#patterns(assigned);
    else if (NOT_NEEDED.has(name)) this.#notNeeded.push(assigned);
    else if (!OTHERS.includes(name)) this.#unknown(assigned);
  }

  #namesake({ name, kind, ...where }: Assigned): void {
    const [written, right] = kind === 'list' ? ['@', '$'] : ['$', '@'];
    const message = `${written}${name} is another variable than ${right}${name}, and policyd-weight reads only that: it is not used`;
    this.#remarks.decisive(where, message);
  }

  /** What policyd-weight itself doesn't know: a variable of a fork's, of the file's own, or written wrongly. */
  #unknown(assigned: Assigned): void {
    const { name } = assigned;
    const message = `${name} is unknown, and not used`;
    if (assigned.used === true || name.includes('::') || !mayDecide(assigned)) {
      this.#remarks.note(assigned, message);
      return;
    }
    // To a name of a few letters, anything is near.
    const nearest = name.length < 4 ? undefined : nearestWord(name, knownNames());
    this.#remarks.decisive(
      assigned,
      `${message}: ${nearest === undefined ? 'what it decides is not taken over' : `did you mean ${nearest}?`}`,
    );
  }

  #number(assigned: Assigned, scalar: PerlScalar | undefined, name: NamesOf<number>): void {
    const value = scalar === undefined ? undefined : numberOf(scalar);
    const read = value === undefined ? undefined : SETTINGS[name].kind.read(value);
    if (read?.ok === true) this.#draft[name] = read.value;
    else {
      const complaint = read?.complaint.message ?? `wants a number${hintFor(scalar)}`;
      this.#remarks.decisive(assigned, `${assigned.name} is ${scalar?.raw ?? 'empty'}: ${complaint}`);
    }
  }

  /** A number with a unit, with anything in front of it. */
  #time(assigned: Assigned, scalar: PerlScalar | undefined, name: NamesOf<number>): void {
    const parts = /(\d+)\s*([smhd]?)/.exec(textOf(scalar?.value));
    const read = parts === null ? undefined : SETTINGS[name].kind.read(`${parts[1]}${parts[2] ?? ''}`);
    if (read?.ok === true) this.#draft[name] = read.value;
    else {
      this.#remarks.decisive(assigned, `${assigned.name} is ${scalar?.raw ?? 'empty'}: wants a time such as 3h`);
    }
  }

  #text(assigned: Assigned, scalar: PerlScalar | undefined): void {
    for (const { name, suffix, truer = suffix } of TEXTS[assigned.name] ?? []) {
      const said = textOf(scalar?.value)
        .replace(/[\0-\x1f]+/g, ' ')
        .replace(/\{/g, '(')
        .replace(/\}/g, ')');
      this.#draft[name] =
        said + (this.#faithful ? suffix : truer) + (this.#faithful && name === 'max_dnsbl_text' ? ROBTEX : '');
    }
  }

  #score(assigned: Assigned, name: NamesOf<Score>): void {
    const [hit, miss] = assigned.values.map(numberOf);
    if (hit === undefined || (miss === undefined && assigned.values.length > 1)) {
      this.#remarks.decisive(assigned, `${name} wants two numbers${hintFor(...assigned.values)}`);
      return;
    }
    this.#draft[name] = { hit, miss: miss ?? 0 };
    this.#commas(assigned, hit, miss ?? 0);
  }

  /** Perl takes (1,5, -2) for three numbers, and so do we; but who wrote it meant two. */
  #commas({ name, values, ...where }: Assigned, hit: number, miss: number): void {
    const joined = joinedNumber(values[0], values[1]);
    const hint = joined === undefined ? '' : `; if ${joined} is meant, write it with a point`;
    if (values.length > 2) {
      this.#remarks.note(
        where,
        `${name} has ${values.length} numbers; ${hit} and ${miss} count, as in policyd-weight${hint}`,
      );
    } else if (joined !== undefined && miss > 0) {
      this.#remarks.note(where, `${name} is ${hit} for a hit and ${miss} for a miss${hint}`);
    }
  }

  #patterns(assigned: Assigned): void {
    const patterns: string[] = [];
    for (const { value, raw, line, column } of assigned.values) {
      const perl = typeof value === 'object' ? value : { source: textOf(value), flags: '' };
      const result = sourceForLowerCase(perl);
      if ('source' in result) patterns.push(result.source);
      else this.#remarks.decisive({ line, column }, `${raw}: ${result.problem}`);
    }
    this.#draft.dnsbl_checks_only_names = patterns;
  }

  #lists(): void {
    const { lists, baseScore, became } = convertedLists(this.#seen, this.#faithful, this.#remarks);
    if (lists !== undefined) this.#draft.lists = lists;
    if (baseScore !== 0) this.#draft.base_score = baseScore;

    const set = this.#seen.get('DEFER_STRING');
    const words = set === undefined ? SETTINGS.defer_tokens.default : wordsIn(set);
    const tokens = deferTokens(words, became, set, this.#remarks);
    if (set !== undefined || tokens.join() !== words.join()) this.#draft.defer_tokens = tokens;
  }
}

function isTrue(scalar: PerlScalar | undefined): boolean {
  const said = textOf(scalar?.value);
  return said !== '' && said !== '0';
}

/** `$from_anon` for `@from_anon`: to Perl, these are two variables. */
function isNamesake({ name, kind, declared }: Assigned): boolean {
  const sigil = sigilOf(name);
  return declared === undefined && sigil !== undefined && sigil !== (kind === 'list' ? '@' : '$');
}

function wordsIn({ values }: Assigned): readonly string[] {
  return textOf(values[0]?.value).split(/\s+/).filter(Boolean);
}

/** Whether a variable looks like one that decides mails: a list, a number, or a text with such a name. */
function mayDecide({ name, kind, values: [first] }: Assigned): boolean {
  if (kind !== 'scalar') return true;
  if (first !== undefined && numberOf(first) !== undefined) return true;
  return /score|level|reject|defer|action|msg|list|regexp|check|limit|max|min/i.test(name);
}
