// polw -v: the versions of all that matters.

import path from 'node:path';
import { SCHEMA_VERSION } from '../store/schema.ts';

export async function printVersions(version: string): Promise<void> {
  process.stdout.write(
    `polw ${version}\nNode ${process.versions.node}\nSQLite ${await sqliteVersion()}\ncache schema ${SCHEMA_VERSION}\n`,
  );
}

async function sqliteVersion(): Promise<string> {
  try {
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(':memory:', { nativeBinding: path.join(__dirname, 'better_sqlite3.node') });
    return String(db.prepare('SELECT sqlite_version()').pluck().get());
  } catch (error) {
    return `not usable: ${error instanceof Error ? error.message : String(error)}`;
  }
}
