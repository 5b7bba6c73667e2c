import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './cairn.ts';

const run = promisify(execFile);

/** A copy of the Building Detector that a test may spoil; in a repository of its own where `committed`. */
export async function copyPackage(folder: string, name: string, committed = false): Promise<string> {
  const copy = join(folder, name);
  await cp(join(repository, 'models/building-detector'), copy, {
    recursive: true,
    filter: (path) => !/__pycache__|\.pytest_cache/.test(path),
  });
  if (committed) {
    const git = ['-C', copy, '-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    await run('git', [...git, 'init', '--quiet']);
    await run('git', [...git, 'add', '.']);
    await run('git', [...git, 'commit', '--quiet', '-m', 'A package']);
  }
  return copy;
}
