import { CairnError } from '@cairn/contracts';
import { access, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { DvcRemote } from './remote/dvc-remote.ts';
import { Versioning, type VersioningParts } from './versioning.ts';

/** How a caller follows and ends an operation. */
export interface Following {
  signal: AbortSignal;
  log(line: string): void;
}

/** By what the data repository knows a content: DVC's MD5 of the folder (32 digits and `.dir`), and the commit. */
export interface Pin {
  dvcMd5: string;
  commit: string;
}

/**
 * The installation's datasets as a real Git + DVC repository: `datasets/ID/data` is what DVC pins, `datasets/ID/data.dvc`
 * the pointer that Git keeps, the remote a folder beside it or a bucket. `dvc` works in it by hand too.
 *
 * What always holds: one operation at a time; the last commit is whole. An operation begins by taking back what a killed
 * one left half done, so nothing but commits and objects of the remote is trusted.
 */
export class DataRepository {
  readonly #folder: string;
  readonly #remote: DvcRemote;
  readonly #versioning: Versioning;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: VersioningParts & { remote: DvcRemote }) {
    this.#folder = options.folder;
    this.#remote = options.remote;
    this.#versioning = new Versioning({ ...options, dvcEnvironment: options.remote.environment });
  }

  /**
   * Pins a dataset: lays its files out by `place`, adds and pushes them, commits the pointer. The same again changes
   * nothing.
   * @param meta is written into the pointer, where `git log -p` and other installations find it.
   * @throws CairnError `data-versioning-failed`, `tools-missing`, `disk-full`; the signal's reason.
   */
  async add(
    id: string,
    place: (folder: string) => Promise<void>,
    following: Following,
    meta: Record<string, string> = {},
  ): Promise<Pin> {
    return this.#alone(async () => {
      await this.#repair(following);
      const data = dataPath(id);
      await rm(join(this.#folder, data), { recursive: true, force: true });
      await place(join(this.#folder, data));
      await this.#dvc(['add', '--quiet', data], following);
      await this.#dvc(['push', '--quiet', `${data}.dvc`], following);
      const pointer = join(this.#folder, `${data}.dvc`);
      const text = stringify({ ...(parse(await readFile(pointer, 'utf8')) as object), meta });
      await writeFile(pointer, text);
      await this.#versioning.git('add', '--', `datasets/${id}`);
      if ((await this.#versioning.git('status', '--porcelain', '--', `datasets/${id}`)) !== '') {
        await this.#versioning.git('commit', '--quiet', '-m', `Pin dataset ${id}`);
      }
      const commit = await this.#versioning.git('log', '-1', '--format=%H', '--', `${data}.dvc`);
      return { dvcMd5: md5Of(text), commit: commit.trim() };
    });
  }

  /**
   * Brings a dataset, as it was when DVC gave it this MD5, from the remote and copies it into a new folder. The caller
   * checks its digest.
   * @throws CairnError `not-found` where no commit pins that content; as `add`.
   */
  async pull(id: string, md5: string, into: string, following: Following): Promise<void> {
    await this.#alone(async () => {
      await this.#repair(following);
      const pointer = `${dataPath(id)}.dvc`;
      const text = await this.#pointerWith(pointer, md5);
      await writeFile(join(this.#folder, pointer), text);
      await this.#dvc(['pull', '--quiet', '--force', pointer], following);
      await cp(join(this.#folder, dataPath(id)), into, { recursive: true });
      await this.#versioning.git('reset', '--quiet', '--hard', 'HEAD');
    });
  }

  /** The newest committed pointer with that MD5. */
  async #pointerWith(pointer: string, md5: string): Promise<string> {
    const commits = (await this.#versioning.git('log', '--format=%H', '--', pointer)).split('\n').filter(Boolean);
    for (const commit of commits) {
      const text = await this.#versioning.git('show', `${commit}:${pointer}`);
      if (md5Of(text) === md5) return text;
    }
    throw new CairnError('not-found', `No commit of the data repository pins ${md5} as ${pointer}.`, {
      where: this.#folder,
      action: 'Add the dataset again.',
    });
  }

  /** Makes the repository where there is none, and takes back what a killed operation left half done. */
  async #repair(following: Following): Promise<void> {
    const git = this.#versioning;
    await git.unlock();
    if (await this.#hasCommit()) {
      await git.git('reset', '--quiet', '--hard', 'HEAD');
      await git.git('clean', '--quiet', '-fd');
    } else {
      await rm(this.#folder, { recursive: true, force: true });
      await mkdir(this.#folder, { recursive: true });
      await git.git('init', '--quiet', '--initial-branch', 'main');
      await this.#dvc(['init', '--quiet'], following);
    }
    await this.#configure();
  }

  /** Writes where the remote is, which may have changed since. */
  async #configure(): Promise<void> {
    await this.#remote.prepare();
    const file = join(this.#folder, '.dvc', 'config');
    const settings = Object.entries(this.#remote.settings(this.#folder)).map(
      ([name, value]) => `    ${name} = ${value}\n`,
    );
    const text =
      `[core]\n    remote = storage\n    analytics = false\n[cache]\n    type = "reflink,hardlink,copy"\n` +
      `['remote "storage"']\n${settings.join('')}`;
    if ((await readFile(file, 'utf8')) === text) return;
    await writeFile(file, text);
    await this.#versioning.git('add', '--', '.');
    await this.#versioning.git('commit', '--quiet', '-m', 'Tell where the remote is');
  }

  /** Until its first commit the repository holds nothing that was acknowledged. */
  async #hasCommit(): Promise<boolean> {
    try {
      await access(join(this.#folder, '.git'));
      await this.#versioning.git('rev-parse', '--quiet', '--verify', 'HEAD');
      return true;
    } catch (error) {
      if (error instanceof CairnError && error.code === 'tools-missing') throw error;
      return false;
    }
  }

  async #dvc(args: readonly string[], following: Following): Promise<void> {
    await this.#versioning.dvc(args, following.signal, (line) => following.log(line));
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

function dataPath(id: string): string {
  return `datasets/${id}/data`;
}

function md5Of(pointer: string): string {
  const { outs } = parse(pointer) as { outs?: { md5?: string }[] };
  const md5 = outs?.[0]?.md5;
  if (md5 === undefined) throw new Error(`The pointer names no MD5: ${pointer.slice(0, 200)}`);
  return md5;
}
