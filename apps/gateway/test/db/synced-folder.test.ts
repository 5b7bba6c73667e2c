import type * as fs from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { expect, test, vi } from 'vitest';
import { SyncedFolder } from '../../src/db/pglite/synced-folder.ts';
import { copyTemplate } from './template.ts';

const synced = vi.hoisted(() => ({ files: 0 }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    fsyncSync: (file: number) => {
      synced.files++;
      real.fsyncSync(file);
    },
  };
});

test('what PostgreSQL syncs is synced by the machine, at every commit', async () => {
  const folder = await copyTemplate();
  const database = await PGlite.create({
    fs: new SyncedFolder(join(folder, 'data')),
    startParams: [...SyncedFolder.startParameters],
  });
  await database.exec('create table synced (i int)');
  const before = synced.files;
  for (let i = 0; i < 5; i++) await database.query('insert into synced values ($1)', [i]);
  expect(synced.files - before).toBeGreaterThanOrEqual(5);
  await database.close();
  await rm(folder, { recursive: true, force: true });
});
