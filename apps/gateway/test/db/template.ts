import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { PgliteDatabase } from '../../src/db/pglite/database.ts';

/** Folder of the Python tools in this checkout. */
export const tools = fileURLToPath(new URL('../../../../.tools', import.meta.url));

/** A database of a test, in a folder that goes with it. */
export interface TestDatabase extends Database {
  /** The folder, for tests that open it again. */
  readonly folder: string;
}

/**
 * Opens a real, migrated database of its own: a copy of a template that is made once and kept under `.tools/cache`, by a
 * name that tells its content. `close` removes the folder. Call it once a file (`beforeAll`), since opening takes seconds.
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await copyTemplate();
  const database = await PgliteDatabase.open({ folder });
  return {
    folder,
    query: (sql, parameters) => database.query(sql, parameters),
    transaction: (work) => database.transaction(work),
    script: (sql) => database.script(sql),
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Copies the template into a new folder, which the caller removes. */
export async function copyTemplate(): Promise<string> {
  const template = await ensureTemplate();
  const folder = await mkdtemp(join(tmpdir(), 'cairn-db-'));
  await cp(template, folder, { recursive: true });
  return folder;
}

/** A temporary folder that is removed when the running test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function ensureTemplate(): Promise<string> {
  const migrations = await readMigrations(tools);
  const versions = await Promise.all(['@electric-sql/pglite', '@electric-sql/pglite-postgis'].map(versionOf));
  const content = createHash('sha256')
    .update(JSON.stringify([versions, migrations]))
    .digest('hex')
    .slice(0, 16);
  const cache = join(tools, 'cache');
  const template = join(cache, `database-${content}`);
  const claim = `${template}.claim`;
  await mkdir(cache, { recursive: true });
  // Test files start at once and the making takes a minute of a busy machine: one makes, the others wait for it, but not
  // for ever, since the maker may have been killed.
  for (let waited = 0; !existsSync(template); waited++) {
    const mine =
      waited > 300 ||
      (await mkdir(claim).then(
        () => true,
        () => false,
      ));
    if (!mine) {
      await pause(500);
      continue;
    }
    const making = await mkdtemp(`${template}.`);
    try {
      const database = await PgliteDatabase.open({ folder: making });
      await migrate(database, migrations);
      await database.close();
      if (!existsSync(template)) await rename(making, template);
    } finally {
      await rm(making, { recursive: true, force: true });
      await rm(claim, { recursive: true, force: true });
    }
  }
  return template;
}

async function versionOf(name: string): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(name);
  const manifest = JSON.parse(await readFile(join(dirname(entry), '../package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
