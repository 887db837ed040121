// The comments of a file: before a line, or at its end.

import type { Lines } from './lines.ts';
import type { PerlComment } from './tokens.ts';

/** The comments of a file, by the lines that they belong to. */
export class Comments {
  readonly #own = new Map<number, string>();
  readonly #trailing = new Map<number, string>();

  constructor(source: string, comments: readonly PerlComment[], lines: Lines) {
    // The comment at the end of a line often goes on below itself.
    let goesOn: { readonly line: number; last: number; readonly indent: number; readonly texts: string[] } | undefined;
    const end = (): void => {
      if (goesOn !== undefined) this.#trailing.set(goesOn.line, joined(goesOn.texts));
      goesOn = undefined;
    };
    for (const { start, text } of comments) {
      const { line, column } = lines.placeOf(start);
      const before = source.slice(start - column + 1, start);
      const indent = width(before);
      if (before.trim() !== '') {
        end();
        goesOn = { line, last: line, indent, texts: [text] };
      } else if (goesOn !== undefined && goesOn.last === line - 1 && goesOn.indent === indent) {
        goesOn.last = line;
        goesOn.texts.push(text);
      } else {
        end();
        this.#own.set(line, text);
      }
    }
    end();
  }

  /** The comment lines directly before a line. */
  before(line: number): string | undefined {
    const texts: string[] = [];
    for (let above = line - 1; ; above--) {
      const text = this.#own.get(above);
      if (text === undefined) break;
      texts.push(text);
    }
    return texts.length === 0 ? undefined : joined(texts.reverse());
  }

  /** The comment at the end of a line, with its continuation below. */
  after(line: number): string | undefined {
    return this.#trailing.get(line);
  }
}

// Lines of comment without the further "#"s and the blank after them; empty lines at both ends are left out.
function joined(texts: readonly string[]): string {
  const lines = texts.map((text) => text.replace(/^#* ?/, '').trimEnd());
  return lines.join('\n').replace(/^\n+|\n+$/g, '');
}

// How wide the beginning of a line is on the screen.
function width(text: string): number {
  let columns = 0;
  for (const letter of text) columns = letter === '\t' ? (Math.floor(columns / 8) + 1) * 8 : columns + 1;
  return columns;
}
