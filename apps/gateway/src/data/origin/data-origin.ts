import { CairnError, type DvcSource, type FileSet } from '@cairn/contracts';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { ObjectStore } from '../../storage/objects.ts';
import { together } from '../../storage/together.ts';
import { withDeadline } from '../../supervise/deadline.ts';
import { chipsFolder } from '../chips.ts';
import { noticeFile } from '../dataset.ts';
import { labelsFile } from '../labels.ts';
import { osmFile } from '../osm/read-osm.ts';
import type { Following } from '../repository.ts';
import { readTold, type SourceTold } from '../told.ts';
import { Versioning, type VersioningParts } from '../versioning.ts';
import type { Address, DataAddresses } from './addresses.ts';
import { readPointer, readRemote, unreachable } from './pointer.ts';

/** Data that were fetched: the files in the object store, and where exactly they are from. */
export interface Fetched {
  files: FileSet;
  origin: Origin;
  /** What the repository tells of them: in their pointer, else in their notice. */
  told: SourceTold;
}

/** Where a dataset is from: a path in a DVC repository at a commit, with the MD5 by which DVC knows it. */
export interface Origin {
  url: string;
  commit: string;
  path: string;
  dvcMd5: string;
}

/** How long git may take, and dvc, in milliseconds. */
const patience = { git: 10 * 60_000, dvc: 2 * 3600_000 };
const mostFiles = 200_000;

/**
 * Fetches data from somebody's Git + DVC repository. The revision is resolved to a commit, of which alone git brings the
 * files; `dvc get` then brings the data from the remote that the repository names.
 *
 * Of that repository's settings nothing is taken but its remote's address, held against the same rules as its own: it could
 * otherwise send dvc into the gateway's network or folders.
 */
export class DataOrigin {
  readonly #parts: Omit<VersioningParts, 'folder'>;
  readonly #addresses: DataAddresses;
  readonly #objects: ObjectStore;
  readonly #mostBytes: number;

  constructor(
    options: Omit<VersioningParts, 'folder'> & { addresses: DataAddresses; objects: ObjectStore; mostBytes: number },
  ) {
    this.#parts = options;
    this.#addresses = options.addresses;
    this.#objects = options.objects;
    this.#mostBytes = options.mostBytes;
  }

  /**
   * @param folder is made for the work, and removed.
   * @throws CairnError `input-invalid` for an address that may not be asked, `data-unreachable`, `too-large`,
   * `tools-missing`, `disk-full`; the signal's reason.
   */
  async fetch({ url, rev, path }: DvcSource, folder: string, following: Following): Promise<Fetched> {
    const address = await this.#addresses.check(url, '/inputs/dvc/url');
    const checkout = join(folder, 'checkout');
    const target = join(folder, 'files');
    await rm(folder, { recursive: true, force: true });
    await mkdir(checkout, { recursive: true });
    try {
      const versioning = new Versioning({ ...this.#parts, folder: checkout });
      const commit = await this.#checkOut(versioning, address, rev, following);
      const pointer = await readPointer(checkout, path);
      if (pointer.size > this.#mostBytes || pointer.files > mostFiles) {
        throw new CairnError('too-large', `${path} has ${pointer.files} files of ${pointer.size} bytes together.`, {
          where: path,
          action: 'Split the dataset, or raise CAIRN_MAX_UPLOAD_MIB.',
        });
      }
      await this.#configure(checkout, address);
      following.log(`fetching ${path} (${pointer.md5}) at ${commit} by dvc get`);
      await limited(following.signal, patience.dvc, (signal) =>
        versioning.dvc(['get', '--quiet', checkout, path, '--out', target], signal, (line) => following.log(line)),
      );
      const files = await this.#keep(target);
      const told = { ...(await noticeOf(target)), ...readTold(pointer.meta) };
      return { files, origin: { url: shown(address), commit, path, dvcMd5: pointer.md5 }, told };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Brings the files of the one commit; answers its id. */
  async #checkOut(versioning: Versioning, address: Address, rev: string, following: Following): Promise<string> {
    await versioning.git('init', '--quiet');
    const from = address.kind === 'folder' ? `file://${address.path}` : address.url.href;
    const fetch = [
      ...rules(address),
      'fetch',
      '--quiet',
      '--depth=1',
      '--no-tags',
      '--no-recurse-submodules',
      from,
      rev,
    ];
    await limited(following.signal, patience.git, (signal) =>
      versioning.followGit(fetch, signal, (line) => following.log(line)),
    );
    const commit = (await versioning.git('rev-parse', '--verify', 'FETCH_HEAD^{commit}')).trim();
    // A link of theirs could point anywhere on this machine.
    await versioning.git('-c', 'core.symlinks=false', 'checkout', '--quiet', '--detach', commit);
    return commit;
  }

  /** Replaces the repository's settings by the address of its remote. */
  async #configure(checkout: string, address: Address): Promise<void> {
    const remote = await readRemote(checkout);
    const lines = await this.#remoteLines(remote, address);
    const config = ['[core]', '    remote = origin', '    analytics = false', `['remote "origin"']`, ...lines, ''];
    await rm(join(checkout, '.dvc', 'config.local'), { force: true });
    await writeFile(join(checkout, '.dvc', 'config'), config.join('\n'));
  }

  async #remoteLines(remote: Awaited<ReturnType<typeof readRemote>>, address: Address): Promise<string[]> {
    const where = '.dvc/config';
    if (remote === undefined) {
      if (address.kind === 'folder') return [`    url = ${join(address.path, '.dvc', 'cache')}`];
      throw unreachable('The repository names no DVC remote.', where, 'Set one there: dvc remote add -d NAME URL.');
    }
    if (/^s3:\/\//.test(remote.url)) {
      if (remote.endpointUrl !== undefined) await this.#addresses.check(remote.endpointUrl, where);
      return [
        `    url = ${plain(remote.url)}`,
        '    allow_anonymous_login = true',
        ...(remote.endpointUrl === undefined ? [] : [`    endpointurl = ${plain(remote.endpointUrl)}`]),
        ...(remote.region === undefined ? [] : [`    region = ${plain(remote.region)}`]),
      ];
    }
    const isPath = !/^[a-z0-9]+:/i.test(remote.url);
    const url = isPath && address.kind === 'folder' ? resolve(address.path, '.dvc', remote.url) : remote.url;
    if (isPath && address.kind === 'host') {
      throw unreachable('The repository keeps its data in a folder.', where, 'Give it a DVC remote with https or S3.');
    }
    const checked = await this.#addresses.check(url, where);
    return [`    url = ${plain(checked.kind === 'folder' ? checked.path : checked.url.href)}`];
  }

  /** Takes what belongs to a dataset into the object store. */
  async #keep(folder: string): Promise<FileSet> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const found = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter(belongs)
      .sort((a, b) => (a < b ? -1 : 1));
    let size = 0;
    return together(found, async (path) => {
      const file = join(folder, path);
      size += (await stat(file)).size;
      if (size > this.#mostBytes) {
        throw new CairnError('too-large', `The data have more than ${this.#mostBytes} bytes.`, {
          where: path,
          action: 'Split the dataset, or raise CAIRN_MAX_UPLOAD_MIB.',
        });
      }
      return { path, digest: (await this.#objects.put(createReadStream(file))).digest };
    });
  }
}

/** What the data's own notice tells of them. Whether it can be read is told when they are checked. */
async function noticeOf(folder: string): Promise<SourceTold> {
  const text = await readFile(join(folder, noticeFile), 'utf8').catch(() => '');
  try {
    return readTold(JSON.parse(text));
  } catch {
    return {};
  }
}

function belongs(path: string): boolean {
  return path.startsWith(chipsFolder) || [labelsFile, osmFile, noticeFile].includes(path);
}

/** What git may do: one protocol, no redirects, and the very address that was checked. */
function rules(address: Address): string[] {
  const protocol = address.kind === 'folder' ? 'file' : address.url.protocol.slice(0, -1);
  const settings = ['protocol.allow=never', `protocol.${protocol}.allow=always`, 'http.followRedirects=false'];
  if (address.kind === 'host') settings.push(...address.settings);
  return settings.flatMap((setting) => ['-c', setting]);
}

function shown(address: Address): string {
  return address.kind === 'folder' ? `file://${address.path}` : address.url.href;
}

/** A value for DVC's configuration file; one that would begin a line of its own is refused. */
function plain(value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw unreachable('The DVC remote of the repository is no address.', '.dvc/config', 'Correct it there.');
}

/** Work with a time limit; what git or dvc say becomes trouble with the source and not with this installation. */
async function limited(
  signal: AbortSignal,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    await withDeadline(signal, milliseconds, work);
  } catch (error) {
    signal.throwIfAborted();
    const isOurs = error instanceof CairnError && error.code !== 'data-versioning-failed';
    if (isOurs || !(error instanceof Error)) throw error;
    const what = error.name === 'TimeoutError' ? 'The repository takes too long.' : error.message;
    throw unreachable(what, '/inputs/dvc', 'Look whether the address, the revision and the path are right.', error);
  }
}
