// What reads the configuration of another program: it never runs it, and never throws for what it reads.

import type { ListSetting } from '../lists/list.ts';
import type { Settings } from '../settings/table.ts';

export interface Converter {
  /** The file that it reads, for the help. */
  readonly usage: string;
  /** True if a text is such a file. */
  recognises(text: string): boolean;
  /** `faithful`: what the other program does is kept wherever a setting can say it, even if it has gone bad since. */
  convert(text: string, faithful: boolean): Conversion;
}

export interface Conversion {
  /** What the file sets, as our settings. */
  readonly settings: Partial<Settings>;
  readonly remarks: readonly Remark[];
}

/** Something to tell the admin. `decisive`: mails may be decided otherwise because of it. */
export interface Remark {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly decisive: boolean;
  /** A list that was not taken over, with the reason. */
  readonly leftOut?: { readonly list: ListSetting; readonly reason: string };
}
