// The tables of the shared file. Each has its version in its name, so that two versions of polw can use one file:
// a table whose meaning changes gets a new name.

const COLUMNS = {
  answer_v2: `(
  question TEXT PRIMARY KEY,
  expires INTEGER NOT NULL,
  answer TEXT NOT NULL
) WITHOUT ROWID`,
  pruned_v1: `(
  one INTEGER PRIMARY KEY,
  question TEXT NOT NULL
)`,
  refused_v2: `(
  who TEXT NOT NULL,
  settings INTEGER NOT NULL,
  rate REAL NOT NULL,
  retries INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  PRIMARY KEY (who, settings)
) WITHOUT ROWID`,
  accepted_v2: `(
  who TEXT NOT NULL,
  settings INTEGER NOT NULL,
  rate REAL NOT NULL,
  uses INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  first INTEGER NOT NULL,
  round INTEGER NOT NULL,
  PRIMARY KEY (who, settings)
) WITHOUT ROWID`,
  list_v1: `(
  zone TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  skips INTEGER NOT NULL,
  off TEXT NOT NULL,
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  answer TEXT NOT NULL,
  questions INTEGER NOT NULL DEFAULT 0,
  hits INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID`,
  count_v1: `(
  hour INTEGER NOT NULL,
  what TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (hour, what)
) WITHOUT ROWID`,
  told_v1: `(
  what TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) WITHOUT ROWID`,
} as const;

/** Tables of earlier versions. In the names of the questions stood the keys of lists. */
export const GONE = ['answer_v1'] as const;

/** All of them. */
export const TABLES: readonly string[] = Object.keys(COLUMNS);

/** Those of earlier versions, which may still be in use by one; else they only take up room. */
export const FORMER_TABLES: readonly string[] = ['refused_v1', 'accepted_v1'];

/** Makes those that are missing. */
export const SCHEMA = Object.entries(COLUMNS)
  .map(([name, columns]) => `CREATE TABLE IF NOT EXISTS ${name} ${columns};`)
  .join('\n');

/** Rises with every table that is added. A file from a later polw has a higher one, and can be used all the same. */
export const SCHEMA_VERSION = TABLES.length + FORMER_TABLES.length + GONE.length;
