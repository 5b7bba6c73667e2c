import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './cairn.ts';
import { installed } from './installed.ts';

/** Somebody's Git repository, in which DVC pins a folder and keeps its files in its own cache. */
export interface DvcRepository {
  url: string;
  remove(): Promise<void>;
}

/** In the container of a gateway: a folder that deploy/compose/test.yaml lets it fetch from. */
const inContainer = '/var/lib/cairn/of-a-test';

/** Makes one, where the gateway reads it. @param path of the folder, inside the repository. */
export async function dvcRepository(
  path: string,
  content: Record<string, string | Uint8Array>,
): Promise<DvcRepository> {
  const there = installed();
  const folder = there === undefined ? await mkdtemp(join(tmpdir(), 'cairn-dvc-')) : inContainer;
  const run = async (...words: string[]): Promise<void> => {
    if (there === undefined) await promisify(execFile)(words[0]!, words.slice(1));
    else await there.inside('gateway', ...words);
  };
  /** In the folder; `$0` and `$1` are the words. */
  const shell = (script: string, ...words: string[]) => {
    const settings = 'export DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$PWD/.dvc/tmp/site"';
    return run('sh', '-ec', `cd '${folder}'; ${settings}; ${script}`, ...words);
  };
  const dvc = there === undefined ? join(repository, '.tools/python/bin/dvc') : '/cairn/.tools/python/bin/dvc';
  if (there !== undefined) await run('mkdir', '-p', folder);
  await shell('git init --quiet; "$0" init --quiet', dvc);
  for (const [name, bytes] of Object.entries(content)) {
    const file = join(path, name);
    const text = Buffer.from(bytes).toString('base64');
    await shell(`mkdir -p '${dirname(file)}'; echo "$0" | base64 -d >'${file}'`, text);
  }
  const author = '-c user.name=Somebody -c user.email=somebody@example.org';
  await shell(`"$0" add --quiet "$1"; git add --all; git ${author} commit --quiet --message 'Pin the data'`, dvc, path);
  return {
    url: folder,
    remove: () => (there === undefined ? rm(folder, { recursive: true, force: true }) : run('rm', '-rf', folder)),
  };
}
