// Sets of characters in Perl's regular expressions, and what they are in JavaScript's.

/** POSIX classes, as the inside of a JavaScript class. */
export const POSIX = new Map([
  ['alpha', 'a-zA-Z'],
  ['digit', '0-9'],
  ['alnum', 'a-zA-Z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['word', '\\w'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['xdigit', '0-9a-fA-F'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['print', '\\x20-\\x7e'],
  ['graph', '\\x21-\\x7e'],
  ['ascii', '\\x00-\\x7f'],
]);
/** Those that can be had the other way round. */
export const NEGATED_POSIX = new Map([
  ['digit', '\\D'],
  ['word', '\\W'],
  ['space', '\\S'],
]);
/** Escapes for sets of characters: inside a class, and outside. */
export const SETS = new Map([
  ['d', { inside: '\\d', outside: '\\d' }],
  ['D', { inside: '\\D', outside: '\\D' }],
  ['w', { inside: '\\w', outside: '\\w' }],
  ['W', { inside: '\\W', outside: '\\W' }],
  ['s', { inside: '\\s', outside: '\\s' }],
  ['S', { inside: '\\S', outside: '\\S' }],
  ['h', { inside: ' \\t', outside: '[ \\t]' }],
  ['v', { inside: '\\n-\\r', outside: '[\\n-\\r]' }],
  ['H', { inside: undefined, outside: '[^ \\t]' }],
  ['V', { inside: undefined, outside: '[^\\n-\\r]' }],
  ['N', { inside: undefined, outside: '[^\\n]' }],
  ['R', { inside: undefined, outside: '(?:\\r\\n|[\\n-\\r])' }],
]);
