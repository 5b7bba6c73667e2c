import { CairnError } from '@cairn/contracts';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { DvcRemote } from './remote/dvc-remote.ts';
import { type History, SharedBranch } from './shared-branch.ts';
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
 * What always holds: one operation at a time in this folder; the last commit is whole. An operation begins by taking back what
 * a killed one left half done, so nothing but commits and objects of the remote is trusted.
 *
 * Gateways of one database have a folder each and one history: an operation begins where the history ends, and what it commits
 * counts when the history has it. Nothing is locked for that, since what takes long (DVC's work) does not depend on what others
 * commit: whoever is second commits again on top of the first. A folder that was lost comes back from the history.
 */
export class DataRepository {
  readonly #folder: string;
  readonly #remote: DvcRemote;
  readonly #versioning: Versioning;
  readonly #branch: SharedBranch;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: VersioningParts & { remote: DvcRemote; history: History }) {
    this.#folder = options.folder;
    this.#remote = options.remote;
    this.#versioning = new Versioning({ ...options, dvcEnvironment: options.remote.environment });
    this.#branch = new SharedBranch({ ...options, versioning: this.#versioning });
  }

  /**
   * Pins a dataset: lays its files out by `place`, adds and pushes them, commits the pointer. What is answered is in the
   * history that all gateways share. The same again changes nothing.
   * @param meta is written into the pointer, where `git log -p` and other installations find it.
   * @throws CairnError `data-versioning-failed`, `tools-missing`, `disk-full`, `database-unavailable`; the signal's reason.
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
      const ignored = join(this.#folder, 'datasets', id, '.gitignore');
      const ignoring = await readFile(ignored, 'utf8');
      await this.#publish(following, async () => {
        await mkdir(dirname(pointer), { recursive: true });
        await writeFile(pointer, text);
        await writeFile(ignored, ignoring);
        await this.#branch.commit(`datasets/${id}`, `Pin dataset ${id}`);
      });
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

  /**
   * Publishes what was committed in this folder and is in no history: by a Cairn that shared none, or one that was killed in the middle.
   * @throws CairnError as `add`
   */
  async share(following: Following): Promise<void> {
    await this.#alone(async () => {
      if (!(await this.#branch.isPublished())) await this.#repair(following);
    });
  }

  /** The newest committed pointer with that MD5. */
  async #pointerWith(pointer: string, md5: string): Promise<string> {
    const log = await this.#versioning.git('log', '--full-history', '--format=%H', '--', pointer);
    const commits = log.split('\n').filter(Boolean);
    for (const commit of commits) {
      const text = await this.#versioning.git('show', `${commit}:${pointer}`);
      if (md5Of(text) === md5) return text;
    }
    throw new CairnError('not-found', `No commit of the data repository pins ${md5} as ${pointer}.`, {
      where: this.#folder,
      action: 'Add the dataset again.',
    });
  }

  /** Takes back what a killed operation left half done, and brings the folder to where the history ends. */
  async #repair(following: Following): Promise<void> {
    const git = this.#versioning;
    await git.unlock();
    // Until its first commit the repository holds nothing that was acknowledged.
    if ((await this.#branch.head()) === undefined) {
      await rm(this.#folder, { recursive: true, force: true });
      await mkdir(this.#folder, { recursive: true });
      await git.git('init', '--quiet', '--initial-branch', 'main');
    } else {
      await git.git('reset', '--quiet', '--hard', 'HEAD');
      await git.git('clean', '--quiet', '-fd');
    }
    await this.#publish(following, () => Promise.resolve());
  }

  /** Publishes a change, made where DVC knows the remote. */
  async #publish(following: Following, change: () => Promise<void>): Promise<void> {
    await this.#branch.publish(following, async () => {
      await this.#configure(following);
      await change();
    });
  }

  /** Sees to it that DVC is set up and knows where the remote is, which may have changed since. */
  async #configure(following: Following): Promise<void> {
    await this.#remote.prepare();
    const file = join(this.#folder, '.dvc', 'config');
    if (!existsSync(file)) await this.#dvc(['init', '--quiet'], following);
    const settings = Object.entries(this.#remote.settings(this.#folder)).map(
      ([name, value]) => `    ${name} = ${value}\n`,
    );
    const text =
      `[core]\n    remote = storage\n    analytics = false\n[cache]\n    type = "reflink,hardlink,copy"\n` +
      `['remote "storage"']\n${settings.join('')}`;
    if ((await readFile(file, 'utf8')) === text) return;
    await writeFile(file, text);
    await this.#branch.commit('.dvc', 'Tell where the remote is');
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
