// A place in a text that is read from left to right.

/** `start` is where the text itself begins in the file. Patterns are sticky ones. */
export class Cursor {
  readonly text: string;
  readonly #start: number;
  at = 0;

  constructor(text: string, start = 0) {
    this.text = text;
    this.#start = start;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Where it stands in the file. */
  get offset(): number {
    return this.#start + this.at;
  }

  /** The character here, or one further on; empty at the end. */
  peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? '';
  }

  sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }
}
