// polw -v: the versions of all that matters.

import { inWords } from '../errors.ts';
import { nativePart } from '../store/native.ts';
import { SCHEMA_VERSION } from '../store/schema.ts';
import { keep } from '../store/statement.ts';

export async function printVersions(version: string): Promise<void> {
  process.stdout.write(
    `polw ${version}\nNode ${process.versions.node}\nSQLite ${await sqliteVersion()}\ncache schema ${SCHEMA_VERSION}\n`,
  );
}

async function sqliteVersion(): Promise<string> {
  try {
    const { default: Database } = await import('better-sqlite3');
    const nativeBinding = nativePart();
    const db = keep(new Database(':memory:', nativeBinding === undefined ? {} : { nativeBinding }));
    return String(keep(db.prepare('SELECT sqlite_version()').pluck()).get());
  } catch (error) {
    return `not usable: ${inWords(error)}`;
  }
}
