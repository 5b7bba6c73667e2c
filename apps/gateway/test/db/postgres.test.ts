import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { PostgresDatabase } from '../../src/db/postgres/database.ts';
import { freePort } from '../../src/supervise/free-port.ts';
import { describeDatabase } from './contract.ts';
import { newDatabase, startServer, type TestServer, whyNoServer } from './postgres-server.ts';
import { tools } from './template.ts';

const reason = whyNoServer();

describe.skipIf(reason !== undefined)(`PostgreSQL${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  async function openNew(): Promise<{ database: PostgresDatabase; url: string }> {
    const url = await newDatabase(server);
    return { database: await PostgresDatabase.open({ url }), url };
  }

  describeDatabase('a PostgreSQL server', async () => {
    const { database } = await openNew();
    await migrate(database, await readMigrations(tools));
    return database;
  });

  test('is made whole by gateways that start at once on an empty database', async () => {
    const { database, url } = await openNew();
    const others = await Promise.all([PostgresDatabase.open({ url }), PostgresDatabase.open({ url })]);
    const migrations = await readMigrations(tools);
    await Promise.all([database, ...others].map((gateway) => migrate(gateway, migrations)));
    expect(await database.query('select get_version() as version')).toEqual([{ version: '0.9.11' }]);
    await Promise.all([database, ...others].map((gateway) => gateway.close()));
  });

  test('goes on after its connection was cut', async () => {
    const { database, url } = await openNew();
    const other = await PostgresDatabase.open({ url });
    const cut = database.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await other.query('select pg_terminate_backend($1)', [row?.pid]);
      await tx.query('select 1');
    });
    await expect(cut).rejects.toThrow();
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    await Promise.all([database.close(), other.close()]);
  });

  test('says which server lets nobody in, and no password', async () => {
    const url = new URL(server.url);
    url.pathname = 'nowhere';
    url.password = 'of-a-test';
    const refused: unknown = await PostgresDatabase.open({ url: url.href }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'database-unavailable', more: { where: `${url.host}/nowhere` } });
    expect(JSON.stringify(refused)).not.toContain('of-a-test');
    url.port = String(await freePort());
    await expect(PostgresDatabase.open({ url: url.href })).rejects.toMatchObject({ code: 'database-unavailable' });
  });
});
