// Finds where in a TOML file a value stands. The TOML reader tells that only for errors of syntax.

const ASSIGNMENT = /^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=/;
const HEADER = /^\s*(\[\[?)\s*([^\]]*?)\s*\]/;

/**
 * Line and column, from 1, of the key that a path such as `['lists', 2, 'zone']` leads to. Where the last steps of
 * the path stand inside an inline value, it is the place of the key that holds that value.
 */
export function positionOf(source: string, path: readonly (string | number)[]): { line: number; column: number } {
  const wanted = path.map(String);
  let best = { line: 1, column: 1, steps: 0 };
  let table: readonly string[] = [];
  const counts = new Map<string, number>();

  for (const [index, line] of source.split('\n').entries()) {
    const header = HEADER.exec(line);
    const assignment = ASSIGNMENT.exec(line);
    if (header === null && assignment === null) continue;
    if (header !== null) table = enter(wordsOf(header[2] ?? ''), header[1] === '[[', counts);
    const here = header !== null ? table : [...table, ...wordsOf(assignment?.[1] ?? '')];
    const steps = here.every((word, step) => word === wanted[step]) ? here.length : 0;
    if (steps > best.steps) best = { line: index + 1, column: line.search(/\S/) + 1, steps };
  }
  return { line: best.line, column: best.column };
}

/** The path of the table that a header opens. Arrays of tables stand in it with the number of their last table. */
function enter(words: readonly string[], isArray: boolean, counts: Map<string, number>): readonly string[] {
  const path: string[] = [];
  for (const [index, word] of words.entries()) {
    path.push(word);
    const array = path.join('.');
    if (isArray && index === words.length - 1) {
      const count = counts.get(array) ?? 0;
      counts.set(array, count + 1);
      path.push(String(count));
    } else if (counts.has(array)) {
      path.push(String((counts.get(array) ?? 1) - 1));
    }
  }
  return path;
}

function wordsOf(dotted: string): string[] {
  return [...dotted.matchAll(/[A-Za-z0-9_-]+|"([^"]*)"|'([^']*)'/g)].map(
    ([word, double, single]) => double ?? single ?? word,
  );
}
