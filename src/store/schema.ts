// The tables of the shared file. Each has its version in its name, so that two versions of polw can use one file:
// a table whose meaning changes gets a new name.

import type BetterSqlite3 from 'better-sqlite3';
import { hasCode } from '../errors.ts';
import { keep, pragma } from './statement.ts';

/** All of them; their columns are in make.ts. */
export const TABLES = [
  'answer_v2',
  'pruned_v1',
  'refused_v2',
  'accepted_v2',
  'list_v1',
  'count_v1',
  'told_v1',
] as const;

/** Tables of earlier versions. In the names of the questions stood the keys of lists. */
export const GONE = ['answer_v1'] as const;

/** Those of earlier versions, which may still be in use by one; else they only take up room. */
export const FORMER_TABLES: readonly string[] = ['refused_v1', 'accepted_v1'];

/** Rises with every table that is added. A file from a later polw has a higher one, and can be used all the same. */
export const SCHEMA_VERSION = TABLES.length + FORMER_TABLES.length + GONE.length;

/** True if the file is as this version makes it. */
export function isOfThisVersion(db: BetterSqlite3.Database): boolean {
  return Number(pragma(db, 'user_version')) === SCHEMA_VERSION && isReadable(db);
}

/** Reads the schema, which is where damage shows first. False if somebody dropped our tables. */
function isReadable(db: BetterSqlite3.Database): boolean {
  try {
    keep(db.prepare('SELECT 0 FROM answer_v2'));
    return true;
  } catch (error) {
    if (hasCode(error, 'SQLITE_ERROR')) return false;
    throw error;
  }
}
