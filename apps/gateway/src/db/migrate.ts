import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CairnError } from '@cairn/contracts';
import type { Database } from './database.ts';
import { isUniqueViolation } from './database-error.ts';

/** The version of pgSTAC that this Cairn speaks; its SQL comes with the Python package of the same version. */
export const pgstacVersion = '0.9.11';

const migrationsFolder = fileURLToPath(new URL('./migrations/', import.meta.url));

/** A step forward of the database's schema. Number 0 is pgSTAC, unchanged; the others are ours. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
}

/**
 * Reads every migration in its order.
 * @param tools folder of the Python tools, which hold pgSTAC's SQL.
 * @throws CairnError `tools-missing` where they are not there.
 */
export async function readMigrations(tools: string): Promise<Migration[]> {
  const pgstac = join(tools, `python/lib/python3.11/site-packages/pypgstac/migrations/pgstac.${pgstacVersion}.sql`);
  const sql = await readFile(pgstac, 'utf8').catch((cause: unknown) => {
    throw new CairnError('tools-missing', `The catalogue's SQL (pgSTAC ${pgstacVersion}) was not found.`, {
      where: pgstac,
      action: 'Install the Python tools with "sh tools/setup.sh", or name their folder in CAIRN_TOOLS.',
      cause,
    });
  });
  const names = (await readdir(migrationsFolder)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort();
  const own = names.map(async (name) => ({
    number: Number(name.slice(0, 4)),
    name: name.slice(0, -'.sql'.length),
    sql: await readFile(join(migrationsFolder, name), 'utf8'),
  }));
  return [{ number: 0, name: `pgstac-${pgstacVersion}`, sql }, ...(await Promise.all(own))];
}

/**
 * Brings a database forward to this Cairn. Each migration is one transaction that first writes its own row into the
 * ledger, so that of two gateways that start at once one waits for the other, and finds the work done.
 * @throws CairnError `state-too-new` where the database knows a migration that this Cairn does not.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  onProgress?: (words: string) => void,
): Promise<void> {
  await makeLedger(database);
  const done = new Map(
    (await database.query<{ number: number; name: string }>('select number, name from public.cairn_migration')).map(
      ({ number, name }) => [number, name],
    ),
  );
  const newest = Math.max(...migrations.map(({ number }) => number));
  for (const [number, name] of done) {
    if (number > newest) throw tooNew(`migration ${name}`);
  }
  if (done.has(0)) await checkPgstac(database);
  for (const { number, name, sql } of migrations) {
    if (done.has(number)) continue;
    onProgress?.(`Preparing the database: ${name}`);
    // Numbers and names are those of files: digits, letters, dots and hyphens.
    const entry = `insert into public.cairn_migration (number, name) values (${number}, '${name}');`;
    await database.script(`${entry}\n${sql}`).catch((error: unknown) => {
      if (!isUniqueViolation(error, 'cairn_migration_pkey')) throw error;
    });
  }
}

async function makeLedger(database: Database): Promise<void> {
  if (await hasLedger(database)) return;
  try {
    await database.script(
      `create table public.cairn_migration (
        number integer constraint cairn_migration_pkey primary key,
        name text not null,
        at timestamptz not null default clock_timestamp()
      )`,
    );
  } catch (error) {
    // Another gateway that starts at once has made it: PostgreSQL tells that in several ways.
    if (!(await hasLedger(database))) throw error;
  }
}

async function hasLedger(database: Database): Promise<boolean> {
  const found = await database.query(
    `select from pg_tables where schemaname = 'public' and tablename = 'cairn_migration'`,
  );
  return found.length > 0;
}

async function checkPgstac(database: Database): Promise<void> {
  const [row] = await database.query<{ version: string }>('select pgstac.get_version() as version');
  const version = row?.version ?? '';
  const newer = version.localeCompare(pgstacVersion, 'en', { numeric: true }) > 0;
  if (newer) throw tooNew(`pgSTAC ${version}`);
}

function tooNew(what: string): CairnError {
  return new CairnError('state-too-new', `The database was written by a newer Cairn: it holds ${what}.`, {
    where: what,
    action: 'Start the newer Cairn, or name another state folder in CAIRN_HOME.',
  });
}
