// The entries of master.cf, as `postconf -M` prints them: one line each, arguments with blanks in braces (master(5)).
// Pure.

export interface MasterEntry {
  readonly name: string;
  /** inet, unix, unix-dgram, fifo or pass. */
  readonly type: string;
  readonly isPrivate: boolean;
  readonly unpriv: string;
  readonly chroot: string;
  readonly maxproc: string;
  /** The program of Postfix, such as smtpd or spawn. */
  readonly command: string;
  readonly words: readonly string[];
}

/** Reads what `postconf -M` prints. */
export function readMasterEntries(printed: string): readonly MasterEntry[] {
  return printed.split('\n').flatMap((line) => {
    const [name, type, secret, unpriv = '', chroot = '', , maxproc = '', command = '', ...words] = wordsOf(line);
    if (name === undefined || type === undefined) return [];
    const isPrivate = secret !== 'n' && type !== 'inet';
    return [{ name, type, isPrivate, unpriv, chroot, maxproc, command: command.replace(/^.*\//, ''), words }];
  });
}

/** What `-o NAME=VALUE` sets for a service alone; the last one of a name counts. */
export function overridesOf({ words }: MasterEntry): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const setting = word === '-o' ? words[index + 1] : /^-o./.test(word) ? word.slice(2) : undefined;
    const middle = setting?.indexOf('=') ?? -1;
    if (setting !== undefined && middle > 0)
      settings.set(setting.slice(0, middle).trim(), setting.slice(middle + 1).trim());
  }
  return settings;
}

/** Words that are parted by blanks. One in braces may hold blanks, and loses the braces. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let rest = line.trim();
  while (rest !== '') {
    const end = rest.startsWith('{') ? endOfBraces(rest) : rest.search(/\s|$/);
    const word = rest.slice(0, end);
    words.push(word.startsWith('{') && word.endsWith('}') ? word.slice(1, -1).trim() : word);
    rest = rest.slice(end).trimStart();
  }
  return words;
}

/** Where the braces end that a text begins with; its length if they don't. */
export function endOfBraces(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}') depth--;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
