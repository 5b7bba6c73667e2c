import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CairnError, type GitProof } from '@cairn/contracts';
import { listFiles } from './folder.ts';

const run = promisify(execFile);

/** The files of a package folder, and the Git objects that prove its commit where it lies in a clean checkout. */
export interface PackageSource {
  paths: string[];
  modes: Map<string, '100644' | '100755'>;
  proof?: GitProof;
  /** Why there is no proof, in words. */
  without?: string;
}

/**
 * Looks at a package folder. In a Git checkout the files are those that Git tracks, and a folder that differs from its
 * commit is refused, since no commit could be named for it.
 * @throws CairnError `package-dirty`, `not-found`
 */
export async function readPackageSource(folder: string, allowDirty: boolean): Promise<PackageSource> {
  if ((await git(folder, ['rev-parse', '--is-inside-work-tree'])) !== 'true') {
    return { paths: await listFiles(folder), modes: new Map(), without: 'the folder lies in no Git repository' };
  }
  const listing = (await git(folder, ['ls-files', '-s', '-z'])) ?? '';
  const entries = listing.split('\0').filter((line) => line !== '');
  const modes = new Map<string, '100644' | '100755'>();
  for (const entry of entries) {
    const [head = '', path = ''] = entry.split('\t');
    modes.set(path, head.startsWith('100755') ? '100755' : '100644');
  }
  if (modes.size === 0) {
    return { paths: await listFiles(folder), modes, without: 'Git tracks none of the files in the folder' };
  }
  const changes = ((await git(folder, ['status', '--porcelain', '--', '.'])) ?? '')
    .split('\n')
    .filter((line) => line !== '');
  if (changes.length > 0 && !allowDirty) {
    throw new CairnError(
      'package-dirty',
      `${changes.length} files differ from the last commit, the first: ${changes[0]?.trim() ?? ''}.`,
      {
        where: folder,
        action: 'Commit or undo the changes, or add --allow-dirty to register without naming a commit.',
      },
    );
  }
  const paths = [...modes.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (changes.length > 0) return { paths, modes, without: 'the folder differs from its commit' };
  const proof = await proveCommit(folder);
  return proof === undefined ? { paths, modes, without: 'the repository has no commit' } : { paths, modes, proof };
}

async function proveCommit(folder: string): Promise<GitProof | undefined> {
  // Asked once: HEAD may move while the objects are read.
  const id = await git(folder, ['rev-parse', '--verify', 'HEAD']);
  const commit = id === undefined ? undefined : await gitBytes(folder, ['cat-file', 'commit', id]);
  if (id === undefined || commit === undefined) return undefined;
  const path = ((await git(folder, ['rev-parse', '--show-prefix'])) ?? '').replace(/\/$/, '');
  const trees: string[] = [];
  const parts = path === '' ? [] : path.split('/');
  for (let depth = 0; depth <= parts.length; depth++) {
    const tree = await gitBytes(folder, ['cat-file', 'tree', `${id}:${parts.slice(0, depth).join('/')}`]);
    if (tree === undefined) return undefined;
    trees.push(tree.toString('base64'));
  }
  const remote = await git(folder, ['remote', 'get-url', 'origin']);
  return {
    commit: commit.toString('base64'),
    trees,
    path,
    ...(remote === undefined ? {} : { repository: withoutSecrets(remote) }),
  };
}

/** A remote's address may hold a password; a receipt must not. */
function withoutSecrets(remote: string): string {
  return remote.replace(/^([a-z+]+:\/\/)[^/]*@/, '$1');
}

async function git(folder: string, words: string[]): Promise<string | undefined> {
  const bytes = await gitBytes(folder, words);
  return bytes?.toString('utf8').replace(/\n$/, '');
}

async function gitBytes(folder: string, words: string[]): Promise<Buffer | undefined> {
  try {
    const { stdout } = await run('git', ['-C', folder, ...words], { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch {
    return undefined;
  }
}
