import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { isUniqueViolation } from '../../src/db/database-error.ts';
import { storableJson } from '../../src/db/storable.ts';
import { migrate, readMigrations } from '../../src/db/migrate.ts';
import { tools } from './template.ts';

/** What every adapter of the database port holds. `open` answers a migrated database that nothing else uses. */
export function describeDatabase(name: string, open: () => Promise<Database>): void {
  describe(`the database port: ${name}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
      await database.script('create table public.thing (key text constraint thing_key primary key, data jsonb)');
    });
    afterAll(() => database.close());

    const count = async (key: string) =>
      (await database.query<{ n: number }>('select count(*) as n from public.thing where key = $1', [key]))[0]?.n;

    test('reads every type back as the port tells', async () => {
      const [row] = await database.query(
        `select 1::int4 as int4, 9007199254740991::int8 as int8, 9007199254740993::int8 as big, 1.50::numeric as decimal,
          0.12345678901234567890::numeric as long, 0.5::float8 as float8, true as bool, 'x'::text as text, null as nothing,
          '{"a":[1]}'::jsonb as json, '2026-01-02T03:04:05.678Z'::timestamptz as at, '2026-01-02'::date as day,
          array['a','b,c'] as texts, array[1.5,-2]::float8[] as numbers, array[]::text[] as none, '\\x00ff'::bytea as bytes`,
      );
      expect({ ...row, bytes: [...(row?.['bytes'] as Uint8Array)] }).toEqual({
        int4: 1,
        int8: 9007199254740991,
        big: '9007199254740993',
        decimal: 1.5,
        long: '0.12345678901234567890',
        float8: 0.5,
        bool: true,
        text: 'x',
        nothing: null,
        json: { a: [1] },
        at: new Date('2026-01-02T03:04:05.678Z'),
        day: '2026-01-02',
        texts: ['a', 'b,c'],
        numbers: [1.5, -2],
        none: [],
        bytes: [0, 255],
      });
    });

    test('takes every type as a parameter', async () => {
      const at = new Date('2026-01-02T03:04:05.678Z');
      const [row] = await database.query(
        `select $1::jsonb as object, $2::jsonb as list, $3::text[] as texts, $4::float8[] as numbers, $5::timestamptz as at,
          $6::bytea as bytes, $7::int8 as int8, $8::bool as bool, $9::text as nothing, $10::float8 as float8`,
        [{ a: "it's" }, [{ b: 1 }, 'c'], ['x"y', 'z'], [1.5, -2], at, new Uint8Array([0, 255]), 12, false, null, 0.1],
      );
      expect({ ...row, bytes: [...(row?.['bytes'] as Uint8Array)] }).toEqual({
        object: { a: "it's" },
        list: [{ b: 1 }, 'c'],
        texts: ['x"y', 'z'],
        numbers: [1.5, -2],
        at,
        bytes: [0, 255],
        int8: 12,
        bool: false,
        nothing: null,
        float8: 0.1,
      });
    });

    test('answers the rows of an insert that returns them', async () => {
      const key = randomUUID();
      const rows = await database.query('insert into public.thing values ($1, $2) returning key, data', [
        key,
        { a: 1 },
      ]);
      expect(rows).toEqual([{ key, data: { a: 1 } }]);
    });

    test('keeps all of a transaction, or nothing of it', async () => {
      const [kept, lost] = [randomUUID(), randomUUID()];
      const answer = await database.transaction(async (tx) => {
        await tx.query('insert into public.thing values ($1)', [kept]);
        return 'done';
      });
      expect(answer).toBe('done');
      const failing = database.transaction(async (tx) => {
        await tx.query('insert into public.thing values ($1)', [lost]);
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect([await count(kept), await count(lost)]).toEqual([1, 0]);
    });

    test('fails a transaction whose failed statement was swallowed, instead of losing it silently', async () => {
      const key = randomUUID();
      const swallowing = database.transaction(async (tx) => {
        await tx.query('insert into public.thing values ($1)', [key]);
        await tx.query('insert into public.thing values ($1)', [key]).catch(() => undefined);
      });
      await expect(swallowing).rejects.toSatisfy((error) => isUniqueViolation(error, 'thing_key'));
      expect(await count(key)).toBe(0);
    });

    test('keeps a transaction that went back to its savepoint after a failed statement', async () => {
      const key = randomUUID();
      await database.transaction(async (tx) => {
        await tx.query('insert into public.thing values ($1)', [key]);
        await tx.query('savepoint before');
        await tx.query('insert into public.thing values ($1)', [key]).catch(() => undefined);
        await tx.query('rollback to before');
      });
      expect(await count(key)).toBe(1);
    });

    test('refuses to be asked inside its own transaction, where it would wait for itself', async () => {
      const within = database.transaction(() => database.query('select 1'));
      await expect(within).rejects.toThrow('ask the transaction');
    });

    test('can be asked by work that a transaction started and that outlived it', async () => {
      let outlived: Promise<unknown> = Promise.resolve();
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (end = resolve));
      await database.transaction(async (tx) => {
        await tx.query('select 1');
        outlived = ended.then(() => database.query('select 2 as two'));
      });
      end();
      await expect(outlived).resolves.toEqual([{ two: 2 }]);
    });

    test('refuses a transaction after its end', async () => {
      const leaked = await database.transaction((tx) => Promise.resolve(tx));
      await expect(leaked.query('select 1')).rejects.toThrow('has ended');
    });

    test('lets transactions that start at once not lose each other’s changes', async () => {
      const key = randomUUID();
      await database.query('insert into public.thing values ($1, $2)', [key, { n: 0 }]);
      const raise = () =>
        database.transaction(async (tx) => {
          const [row] = await tx.query<{ n: number }>(
            `select (data->>'n')::int as n from public.thing where key = $1 for update`,
            [key],
          );
          await tx.query('update public.thing set data = $2 where key = $1', [key, { n: (row?.n ?? 0) + 1 }]);
        });
      await Promise.all(Array.from({ length: 8 }, raise));
      expect(await database.query('select data from public.thing where key = $1', [key])).toEqual([{ data: { n: 8 } }]);
    });

    test('is usable after an error, which names its SQLSTATE', async () => {
      await expect(database.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
      await expect(database.query('selekt')).rejects.toMatchObject({ code: '42601' });
      expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    });

    test('refuses characters that it cannot keep, in texts and in JSON, and keeps them storable', async () => {
      await expect(database.query('select $1::text', ['a\0b'])).rejects.toMatchObject({ code: '22021' });
      for (const text of ['a\0b', '\uD800']) {
        const refused = database.query('select $1::jsonb', [{ text }]);
        await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^22/) as string });
        const [kept] = await database.query<{ kept: unknown }>('select $1::jsonb as kept', [storableJson({ text })]);
        expect(kept!.kept).toEqual({ text: text.replace(/[\0\uD800]/, '\uFFFD') });
      }
      expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    });

    test('runs a script whole or not at all, and keeps no role or setting of it', async () => {
      await expect(database.script('create table public.half (i int); select * from nowhere')).rejects.toThrow();
      expect(await database.query(`select to_regclass('public.half') as half`)).toEqual([{ half: null }]);
      const before = await database.query(`select current_user, current_setting('search_path') as path`);
      await database.script(`set search_path to public; set role pgstac_read; select 1`);
      expect(await database.query(`select current_user, current_setting('search_path') as path`)).toEqual(before);
    });

    test('holds pgSTAC and PostGIS, found without naming their schemas', async () => {
      const [row] = await database.query(
        `select get_version() as pgstac, st_area(st_makeenvelope(0, 0, 2, 3, 4326)) as area`,
      );
      expect(row).toEqual({ pgstac: '0.9.11', area: 6 });
    });

    test('is left as it is by a second migration, also by two at once', async () => {
      const migrations = await readMigrations(tools);
      await Promise.all([migrate(database, migrations), migrate(database, migrations)]);
      const rows = await database.query<{ number: number }>(
        'select number from public.cairn_migration order by number',
      );
      expect(rows.map(({ number }) => number)).toEqual(migrations.map(({ number }) => number));
    });

    test('runs a new migration once, though two gateways start at once', async () => {
      const next = { number: 9001, name: '9001-test', sql: 'create table public.once (i int)' };
      const migrations = [...(await readMigrations(tools)), next];
      await Promise.all([migrate(database, migrations), migrate(database, migrations), migrate(database, migrations)]);
      expect(await database.query('select * from public.once')).toEqual([]);
      await database.script('drop table public.once; delete from public.cairn_migration where number = 9001');
    });

    test('refuses a database that a newer Cairn has written', async () => {
      await database.query(`insert into public.cairn_migration (number, name) values (9002, '9002-future')`);
      await expect(migrate(database, await readMigrations(tools))).rejects.toMatchObject({
        code: 'state-too-new',
        more: { where: 'migration 9002-future' },
      });
      await database.query('delete from public.cairn_migration where number = 9002');
    });
  });
}
