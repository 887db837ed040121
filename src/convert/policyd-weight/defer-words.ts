// The words of DEFER_STRING: beginnings of tokens. Those of lists change where lists are replaced, renamed or left out.

import type { ListSetting } from '../../lists/list.ts';
import { hitName } from '../../lists/listing.ts';
import type { Spot } from './perl/lines.ts';
import type { Remarks } from './remarks.ts';

const START: Spot = { line: 1, column: 1 };

/** What became of a list of the file: the names under which today's tokens tell that it has something, or not. */
export interface Became {
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

/** What became of each list, by the name that it has in the file. */
export type Lists = ReadonlyMap<string, Became>;

/** What became of a list that was taken over. */
export function becameOf(list: ListSetting): Became {
  return { hits: list.answers.map((rule) => hitName(list, rule)), misses: [list.name] };
}

/** The words for the tokens of today, for those that were meant. `where` they stand: undefined if the file is silent. */
export function deferTokens(
  words: readonly string[],
  lists: Lists,
  where: Spot | undefined,
  remarks: Remarks,
): readonly string[] {
  const tokens = words.flatMap((word) => tokensFor(word, lists, where, remarks));
  return [...new Set(tokens)];
}

function tokensFor(word: string, lists: Lists, where: Spot | undefined, remarks: Remarks): readonly string[] {
  const meant = [...lists].flatMap(([name, became]) => pairs(name, became)).filter(({ old }) => old.startsWith(word));
  if (meant.length === 0) {
    if (where === undefined || !/^(?:NOT_)?IN_/.test(word)) return [word];
    remarks.note(where, `DEFER_STRING: ${word} is left out: no list gives it, so it defers nothing`);
    return [];
  }
  const today = meant.flatMap((pair) => pair.today);
  if (today.length === 0) {
    remarks.note(
      where ?? START,
      `DEFER_STRING: ${word} is left out: no list gives it any more, so it would defer nothing`,
    );
    return [];
  }
  const others = today.filter((token) => !token.startsWith(word));
  if (others.length === 0) return [word];
  const kept = others.length < today.length ? [word] : [];
  const tokens = [...kept, ...new Set(others)];
  remarks.note(where ?? START, `DEFER_STRING: ${word} is ${tokens.join(' ')} now`);
  return tokens;
}

/** The tokens that a list gave, each with those that tell the same today. */
function pairs(name: string, { hits, misses }: Became): readonly { old: string; today: readonly string[] }[] {
  return [
    { old: `IN_${name}=`, today: hits.map((hit) => `IN_${hit}=`) },
    { old: `NOT_IN_${name}=`, today: misses.map((miss) => `NOT_IN_${miss}=`) },
    { old: `${name}=ERR(`, today: misses.map((miss) => `${miss}=ERR(`) },
    { old: `${name}=SKIP(`, today: misses.map((miss) => `${miss}=SKIP(`) },
  ];
}
