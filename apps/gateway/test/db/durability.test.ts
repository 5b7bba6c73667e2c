import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PgliteDatabase } from '../../src/db/pglite/database.ts';
import { copyTemplate, temporaryFolder } from './template.ts';

const writer = fileURLToPath(new URL('./write-until-killed.ts', import.meta.url));

/** Runs the writer, kills it some time after its first acknowledged row, and answers the last one it acknowledged. */
async function killWhileWriting(folder: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let last = -1;
  const lines = createInterface({ input: child.stdout }).on('line', (line) => (last = Number(line)));
  await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => Promise.reject(new Error('writer ended')))]);
  await pause(afterMs);
  child.kill('SIGKILL');
  await once(lines, 'close');
  return last;
}

describe('a database in a folder', () => {
  test('loses no acknowledged row to kill -9, however often', async () => {
    const folder = await copyTemplate();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    let last = -1;
    for (const afterMs of [0, 150, 700]) last = Math.max(last, await killWhileWriting(folder, afterMs));
    const database = await PgliteDatabase.open({ folder });
    const [row] = await database.query<{ n: number; rows: number }>(
      'select max(n) as n, count(*) as rows from public.kept',
    );
    await database.close();
    expect(row?.n).toBeGreaterThanOrEqual(last);
    expect(row?.n).toBeLessThanOrEqual(last + 1);
    expect(row?.rows).toBe((row?.n ?? 0) + 1);
  });

  test('is made from the start where its making was cut off, and tells what takes so long', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'data/base'), { recursive: true });
    await writeFile(join(folder, 'data/PG_VERSION'), '18\n');
    const told: string[] = [];
    const database = await PgliteDatabase.open({ folder, onProgress: (words) => told.push(words) });
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    await database.close();
    expect(told).toEqual([expect.stringContaining('once')]);
    expect(await readdir(folder)).toEqual(['data', 'made']);
  });

  test('refuses work after it was closed', async () => {
    const folder = await copyTemplate();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const database = await PgliteDatabase.open({ folder });
    await database.close();
    await database.close();
    await expect(database.query('select 1')).rejects.toThrow('closed');
  });
});
