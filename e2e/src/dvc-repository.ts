import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './cairn.ts';

/** Somebody's Git repository, in which DVC pins a folder and keeps its files in its own cache. */
export interface DvcRepository {
  url: string;
  remove(): Promise<void>;
}

/** Makes one. @param path of the folder, inside the repository. */
export async function dvcRepository(
  path: string,
  content: Record<string, string | Uint8Array>,
): Promise<DvcRepository> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-dvc-'));
  const run = async (program: string, ...words: string[]): Promise<void> => {
    const env = { ...process.env, DVC_NO_ANALYTICS: '1' };
    await promisify(execFile)(program, words, { cwd: folder, env });
  };
  const dvc = join(repository, '.tools/python/bin/dvc');
  await run('git', 'init', '--quiet');
  await run(dvc, 'init', '--quiet');
  for (const [name, bytes] of Object.entries(content)) {
    const file = join(folder, path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  await run(dvc, 'add', '--quiet', path);
  await run('git', 'add', '--all');
  const author = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.org'];
  await run('git', ...author, 'commit', '--quiet', '--message', 'Pin the data');
  return { url: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
