import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StateLock } from '../../src/supervise/state-lock.ts';
import { temporaryFolder } from './folder.ts';

async function holdElsewhere(home: string) {
  const file = fileURLToPath(new URL('./hold-lock.ts', import.meta.url));
  const holder = spawn(process.execPath, ['--import', 'tsx', file, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  return holder;
}

describe('the lock of a state folder', () => {
  test('makes the folder, for its owner only', async () => {
    const home = join(await temporaryFolder(), 'state');
    const lock = await StateLock.take(home);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    await lock.release();
  });

  test('is refused while another process holds it, with its pid and address, by whatever path', async () => {
    const folder = await temporaryFolder();
    const home = join(folder, 'state');
    const holder = await holdElsewhere(home);
    await symlink(home, join(folder, 'link'));
    for (const path of [home, join(folder, 'link')]) {
      await expect(StateLock.take(path)).rejects.toMatchObject({
        code: 'state-locked',
        message: `Another Cairn (process ${holder.pid}) runs on ${path} at http://127.0.0.1:4321.`,
      });
    }
  });

  test('is free at once after its holder was killed', async () => {
    const home = join(await temporaryFolder(), 'state');
    const holder = await holdElsewhere(home);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await StateLock.take(home);
    await lock.release();
  });

  test('is had by one of many that start at once', async () => {
    const home = join(await temporaryFolder(), 'state');
    const takes = await Promise.allSettled(Array.from({ length: 10 }, () => StateLock.take(home)));
    const had = takes.filter((take) => take.status === 'fulfilled');
    expect(had).toHaveLength(1);
    await had[0]?.value.release();
  });

  test('tells the command line where the gateway is, until it is released', async () => {
    const home = await temporaryFolder();
    const lock = await StateLock.take(home);
    await lock.announce('http://127.0.0.1:8080');
    const file = join(home, 'run/gateway.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ pid: process.pid, address: 'http://127.0.0.1:8080' });
    await lock.release();
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await (await StateLock.take(home)).release();
  });
});
