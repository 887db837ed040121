// The types of bundles.mjs, for the tests.

export interface Bundle {
  readonly name: string;
  readonly sources: readonly string[];
  readonly compiled: boolean;
  readonly texts: boolean;
}

export const FIRST: Bundle;
export const LATE: readonly Bundle[];
export function filesOfBundles(): readonly string[];
