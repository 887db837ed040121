// What is to be told about a file, in the order in which it was found.

import type { Remark } from '../converter.ts';
import type { Spot } from './perl/lines.ts';

export class Remarks {
  readonly #remarks: Remark[] = [];

  get all(): readonly Remark[] {
    return this.#remarks;
  }

  /** Something to know. */
  note({ line, column }: Spot, message: string): void {
    this.#remarks.push({ line, column, message, decisive: false });
  }

  /** Something because of which mails may be decided otherwise. */
  decisive({ line, column }: Spot, message: string): void {
    this.#remarks.push({ line, column, message, decisive: true });
  }

  leftOut({ line, column }: Spot, message: string, leftOut: Remark['leftOut']): void {
    this.#remarks.push({ line, column, message, decisive: false, ...(leftOut === undefined ? {} : { leftOut }) });
  }
}
