// Here-documents: announced by <<WORD in a line, their text begins on the next. They are never read, only skipped.

import type { Cursor } from './cursor.ts';
import { Unfinished } from './quotes.ts';

export class HereDocuments {
  #announced: { readonly end: string; readonly indented: boolean }[] = [];

  /** True if one is announced at the cursor. */
  announce(cursor: Cursor): boolean {
    const begin = cursor.take(/<<(~?)(?:"([^"\n]*)"|'([^'\n]*)'|([A-Za-z_]\w*))/y);
    if (begin === undefined) return false;
    this.#announced.push({ end: begin[2] ?? begin[3] ?? begin[4] ?? '', indented: begin[1] === '~' });
    return true;
  }

  /** Skips the texts of those that were announced on the line before the cursor. */
  skip(cursor: Cursor): void {
    for (const { end, indented } of this.#announced.splice(0)) {
      const start = cursor.at;
      for (;;) {
        if (cursor.atEnd) {
          cursor.at = start;
          throw new Unfinished('a here-document');
        }
        const line = cursor.take(/([^\n]*)\n?/y)?.[1] ?? '';
        if ((indented ? line.trimStart() : line) === end) break;
      }
    }
  }

  /** To be called at the end of the file. */
  end(): void {
    if (this.#announced.length > 0) throw new Unfinished('a here-document');
  }
}
