import { CairnError, type FileSet, type GitProof, type GitSource } from '@cairn/contracts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobContext } from '../../jobs/process.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import type { Children } from '../../supervise/child.ts';
import type { GitHosts } from './git-hosts.ts';
import { GitRepository, type TreeFile } from './git-repository.ts';

const lfsPointer = 'version https://git-lfs.github.com/spec/';
const mostFiles = 20_000;

/** A package that was fetched: its files in the object store, and Git's own objects from the commit down to its folder. */
export interface FetchedPackage {
  files: FileSet;
  proof: GitProof;
}

/** Fetches packages from Git repositories: a commit and a folder in it become files in the object store. */
export class GitPackages {
  readonly #objects: ObjectStore;
  readonly #children: Children;
  readonly #environment: Record<string, string>;
  readonly #hosts: GitHosts;
  readonly #workFolder: string;
  readonly #limit: number;

  constructor(options: {
    objects: ObjectStore;
    children: Children;
    /** What child processes inherit. */
    environment: Record<string, string>;
    hosts: GitHosts;
    /** Folder of work folders, one a job. */
    workFolder: string;
    /** Bytes that a fetch may bring, and a package may have. */
    limit: number;
  }) {
    this.#objects = options.objects;
    this.#children = options.children;
    this.#environment = options.environment;
    this.#hosts = options.hosts;
    this.#workFolder = options.workFolder;
    this.#limit = options.limit;
  }

  /**
   * Fetches a commit and takes its folder in. Nothing is checked out: the files are read from Git's objects.
   * @throws CairnError `input-invalid` for a host that may not be asked, `git-unreachable`, `not-found` for the commit or
   * the folder, `too-large`, `package-invalid` for what no package may hold, `disk-full`, `tools-missing`.
   */
  async fetch({ url: address, commit, path = '' }: GitSource, context: JobContext): Promise<FetchedPackage> {
    const url = new URL(address);
    const { signal } = context;
    const settings = await this.#hosts.settings(url);
    const folder = join(this.#workFolder, context.jobId, 'repository.git');
    const repository = new GitRepository({ folder, children: this.#children, environment: this.#environment });
    await rm(folder, { recursive: true, force: true });
    try {
      const onLine = (line: string): void => context.log(`git: ${line}`);
      await repository.fetch(url, commit, { settings, limit: this.#limit, signal, onLine });
      const proof = await proofOf(repository, { address, commit, path }, signal);
      return { files: await this.#takeIn(repository, commit, path, signal), proof };
    } finally {
      await rm(join(this.#workFolder, context.jobId), { recursive: true, force: true });
    }
  }

  async #takeIn(repository: GitRepository, commit: string, path: string, signal: AbortSignal): Promise<FileSet> {
    const listed = await repository.files(commit, path, signal);
    const bytes = listed.reduce((sum, { size }) => sum + size, 0);
    if (bytes > this.#limit || listed.length > mostFiles) {
      throw new CairnError('too-large', `The folder has ${listed.length} files of ${bytes} bytes.`, {
        where: '/inputs/git/path',
        action: `A package has at most ${mostFiles} files of ${this.#limit} bytes; name the folder that is the package.`,
      });
    }
    const files: FileSet = [];
    for (const file of listed) {
      signal.throwIfAborted();
      const mode = modeOf(file);
      const { digest } = await this.#objects.put(repository.blob(file.id, signal));
      if (file.size < 1024) refusePointer(file.path, await this.#objects.readAll(digest));
      files.push({ path: file.path, digest, mode });
    }
    return files;
  }
}

async function proofOf(
  repository: GitRepository,
  { address, commit, path }: { address: string; commit: string; path: string },
  signal: AbortSignal,
): Promise<GitProof> {
  if ((await repository.find(['cat-file', '-t', commit], signal)) !== 'commit') {
    throw missing(`${commit} is no commit of this repository`, '/inputs/git/commit');
  }
  const parts = path === '' ? [] : path.split('/');
  const trees: string[] = [];
  for (let depth = 0; depth <= parts.length; depth++) {
    const at = parts.slice(0, depth).join('/');
    if ((await repository.find(['cat-file', '-t', `${commit}:${at}`], signal)) !== 'tree') {
      throw missing(`The commit ${commit} has no folder ${at}`, '/inputs/git/path');
    }
    trees.push((await repository.bytes(['cat-file', 'tree', `${commit}:${at}`], signal)).toString('base64'));
  }
  const raw = await repository.bytes(['cat-file', 'commit', commit], signal);
  return { commit: raw.toString('base64'), trees, path, repository: address };
}

function modeOf({ path, mode, kind }: TreeFile): '100644' | '100755' {
  if (kind === 'blob' && (mode === '100644' || mode === '100755')) return mode;
  const what = kind === 'commit' ? 'a submodule' : mode === '120000' ? 'a symbolic link' : `of the mode ${mode}`;
  throw new CairnError('package-invalid', `${path} is ${what}; a package holds plain files only.`, {
    where: path,
    action: 'Put the files themselves into the package.',
  });
}

function refusePointer(path: string, bytes: Uint8Array): void {
  if (!new TextDecoder().decode(bytes.subarray(0, lfsPointer.length)).startsWith(lfsPointer)) return;
  throw new CairnError('package-invalid', `${path} is a pointer of Git LFS, not the file itself.`, {
    where: path,
    action: 'Register from a checkout that has the file ("git lfs pull", then cairn model register DIR).',
  });
}

function missing(words: string, where: string): CairnError {
  return new CairnError('not-found', `${words}.`, {
    where,
    action: 'Give the whole id of a commit and a folder in it.',
  });
}
