// Which words of a setting name a file.

/** What is wrong with the path of a file; undefined if nothing is. Empty: none. */
export function notAnAbsolutePath(value: string): string | undefined {
  if (value !== '' && !value.startsWith('/')) return 'wants a path that begins with "/"';
  // Where a link stands in front of "..", the words lead elsewhere than they say.
  return value.split('/').includes('..') ? 'wants a path without ".."' : undefined;
}
