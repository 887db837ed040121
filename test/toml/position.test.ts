import { expect, test } from 'vitest';
import { positionOf } from '../../src/toml/position.ts';

const FILE = `# decision.reject_level = 0
decision.defer_level = 5

[scores]   # a comment
  helo_score = { hit = 1.5,
                 miss = -2 }
from_anon.hit = 1
"odd name" = 3
'other name' . "sub" = 4

[ dns ]
nameservers = [
  "192.0.2.1",
  "x",
]
dns_tries = 2

[[lists]]
name = "A"
answers = [
  { client = 1 },
  { client = "x" },
]

[[lists]]
name = "B"

  [[lists.answers]]
  client = 1

  [[lists.answers]]
  match = "127.0.0.2"
  client = "y"
`;

test.each([
  [['decision', 'defer_level'], 2, 1],
  [['scores'], 4, 1],
  [['scores', 'helo_score'], 5, 3],
  // Inside an inline value it is the key that holds it.
  [['scores', 'helo_score', 'miss'], 5, 3],
  [['scores', 'from_anon', 'hit'], 7, 1],
  [['scores', 'odd name'], 8, 1],
  [['scores', 'other name', 'sub'], 9, 1],
  [['dns', 'nameservers', 1], 12, 1],
  [['dns', 'dns_tries'], 16, 1],
  [['lists', 0], 18, 1],
  [['lists', 0, 'name'], 19, 1],
  [['lists', 0, 'answers', 1, 'client'], 20, 1],
  [['lists', 1], 25, 1],
  [['lists', 1, 'name'], 26, 1],
  // What is missing is missing from its table.
  [['lists', 1, 'zone'], 25, 1],
  [['lists', 1, 'answers', 0, 'client'], 29, 3],
  [['lists', 1, 'answers', 1], 31, 3],
  [['lists', 1, 'answers', 1, 'client'], 33, 3],
  // Nowhere.
  [['texts', 'reject_text'], 1, 1],
] as const)('%j stands in line %d, column %d', (path, line, column) => {
  expect(positionOf(FILE, path)).toEqual({ line, column });
});

test('a file with the line ends of Windows has the same positions', () => {
  expect(positionOf(FILE.replaceAll('\n', '\r\n'), ['dns', 'dns_tries'])).toEqual({ line: 16, column: 1 });
});
