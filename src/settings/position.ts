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
  let table: string[] = [];
  const counts = new Map<string, number>();

  for (const [index, line] of source.split('\n').entries()) {
    const header = HEADER.exec(line);
    const assignment = ASSIGNMENT.exec(line);
    let here: string[];
    if (header !== null) {
      table = wordsOf(header[2] ?? '');
      if (header[1] === '[[') {
        const key = table.join('.');
        const count = counts.get(key) ?? 0;
        counts.set(key, count + 1);
        table = [...table, String(count)];
      }
      here = table;
    } else if (assignment !== null) {
      here = [...table, ...wordsOf(assignment[1] ?? '')];
    } else {
      continue;
    }
    const steps = here.every((word, step) => word === wanted[step]) ? here.length : 0;
    if (steps > best.steps) best = { line: index + 1, column: line.search(/\S/) + 1, steps };
  }
  return { line: best.line, column: best.column };
}

function wordsOf(dotted: string): string[] {
  return [...dotted.matchAll(/[A-Za-z0-9_-]+|"([^"]*)"|'([^']*)'/g)].map(
    ([word, double, single]) => double ?? single ?? word,
  );
}
