// What Perl source is made of, as far as configuration files need it. What a configuration has no use for (commands,
// substitutions, here-documents, ...) is one `foreign` token, so that it can be skipped as a whole.

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** One token. `start` and `end` are offsets in the source. */
export type PerlToken = Place &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'text'; readonly value: string }
    /** Text in double quotes: `body` is what stands between them, at the offset `bodyStart`. */
    | { readonly kind: 'template'; readonly body: string; readonly bodyStart: number }
    | { readonly kind: 'words'; readonly words: readonly (Place & { readonly value: string })[] }
    | { readonly kind: 'regexp'; readonly source: string; readonly flags: string; readonly interpolated: boolean }
    | { readonly kind: 'variable'; readonly sigil: '$' | '@'; readonly name: string }
    | { readonly kind: 'word'; readonly word: string }
    | { readonly kind: 'sign'; readonly sign: string }
    | { readonly kind: 'foreign'; readonly what: string }
  );

export interface PerlComment {
  readonly start: number;
  /** Without the `#`. */
  readonly text: string;
}

export interface PerlTokens {
  readonly tokens: readonly PerlToken[];
  readonly comments: readonly PerlComment[];
  /** A quote, here-document or the like without an end: everything from there on is lost. */
  readonly unfinished?: { readonly start: number; readonly what: string };
}

/** A name of a variable as a part of a regular expression; names may hold the name of a package. */
export const PERL_NAME = '(?:::)?[A-Za-z_]\\w*(?:::\\w+)*';

/** The name of a variable as its package has it: `::X` is `main::X`. Those of policyd-weight are in no package. */
export function variableName(written: string): string {
  return written.startsWith('::') ? `main${written}` : written;
}
