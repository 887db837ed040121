// Why a statement is not read. It is thrown within a statement, and becomes a problem of the file at its end.

export class NotRead extends Error {
  /** Where it stands in the file. */
  readonly start: number;

  constructor(start: number, message: string) {
    super(message);
    this.start = start;
  }
}

/** Nothing after it is read, either. */
export class Exhausted extends NotRead {}
