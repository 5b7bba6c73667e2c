import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream, openSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CairnError, type Digest, type FileSet, type Uploaded } from '@cairn/contracts';
import type { ObjectBucket } from './object-bucket.ts';
import { checkPaths } from './paths.ts';
import { together } from './together.ts';

const digestPattern = /^sha256:[0-9a-f]{64}$/;
/** Files of so many bytes are copied whole: a stream would cost more than they do. */
const small = 1024 * 1024;

/**
 * Bytes by their SHA-256, in a folder: `sha256/ab/cdef…`, written once, read-only, never changed. What `put` has answered
 * is on the disk (file and folder entry synced), so it survives a power cut.
 *
 * Where a bucket stands behind it, `put` answers when the bucket has the bytes too, and what the folder lacks is fetched from
 * there, hashed on its way: the folder may be emptied, and gateways with folders of their own share the bucket.
 */
export class ObjectStore {
  readonly #root: string;
  readonly #behind: ObjectBucket | undefined;
  readonly #coming = new Map<Digest, Promise<void>>();

  constructor(options: { root: string; behind?: ObjectBucket }) {
    this.#root = options.root;
    this.#behind = options.behind;
  }

  /** Where bytes lie while they come in. */
  get uploadFolder(): string {
    return join(this.#root, 'tmp');
  }

  /**
   * Takes bytes in. The same bytes again change nothing.
   * @param expected the digest that the bytes must have.
   * @param limit the most bytes that are taken.
   * @throws CairnError `digest-mismatch`, `too-large`, `disk-full`; nothing is left of the bytes then.
   */
  async put(source: AsyncIterable<Uint8Array> | Uint8Array, expected?: Digest, limit = Infinity): Promise<Uploaded> {
    const temporary = join(this.uploadFolder, randomUUID());
    try {
      await mkdir(dirname(temporary), { recursive: true });
      const written = await writeSynced(source instanceof Uint8Array ? [source] : source, temporary, limit);
      if (expected !== undefined && written.digest !== expected) {
        throw new CairnError('digest-mismatch', `The bytes have the digest ${written.digest}, not ${expected}.`, {
          where: expected,
          action: 'Send the file again; if it stays so, the file changed after its digest was taken.',
        });
      }
      await this.#behind?.put(written.digest, temporary);
      await this.#place(temporary, written.digest);
      return written;
    } catch (error) {
      throw asStorageError(error, this.#root);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Whether bytes of this digest are held. */
  async has(digest: Digest): Promise<boolean> {
    return (await this.#sizeHere(digest)) !== undefined || (await this.#behind?.has(digest)) === true;
  }

  /**
   * Size in bytes.
   * @throws CairnError `not-found`.
   */
  async size(digest: Digest): Promise<number> {
    const found = (await this.#sizeHere(digest)) ?? (await this.#behind?.size(digest));
    if (found === undefined) throw missing(digest);
    return found;
  }

  /**
   * The file with the bytes of this digest, fetched where only the bucket has them; where nobody has them there is no such
   * file, as whoever reads it is told. It is not to be written.
   * @throws CairnError `input-invalid` where the text is no digest; `digest-mismatch`, `disk-full`.
   */
  async file(digest: Digest): Promise<string> {
    const path = this.path(digest);
    await this.#bring(digest);
    return path;
  }

  /** As `file`, for several; in their order. */
  async files(digests: readonly Digest[]): Promise<string[]> {
    await together(digests, (digest) => this.#bring(digest));
    return digests.map((digest) => this.path(digest));
  }

  /**
   * Where the bytes of this digest lie in the folder, or would lie. The file is not to be written.
   * @throws CairnError `input-invalid` where the text is no digest.
   */
  path(digest: Digest): string {
    if (!digestPattern.test(digest)) {
      throw new CairnError('input-invalid', `${JSON.stringify(digest)} is no digest.`, {
        where: digest,
        action: 'A digest is "sha256:" and 64 hexadecimal digits.',
      });
    }
    return join(this.#root, 'sha256', digest.slice(7, 9), digest.slice(9));
  }

  /**
   * Streams the bytes.
   * @throws CairnError `not-found`, before anything is read.
   */
  async read(digest: Digest): Promise<Readable> {
    await this.#bring(digest);
    try {
      return createReadStream('', { fd: openSync(this.path(digest), 'r') });
    } catch (error) {
      throw isMissing(error) ? missing(digest) : error;
    }
  }

  /**
   * Reads the bytes.
   * @throws CairnError `not-found`.
   */
  async readAll(digest: Digest): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await readFile(await this.file(digest)).catch(ignoreMissing);
    if (bytes === undefined) throw missing(digest);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Hashes the bytes again: false where they are gone or no longer those of the digest. Where a bucket stands behind, it must
   * have them too; what the folder holds is not fetched from there again.
   */
  async verify(digest: Digest): Promise<boolean> {
    if (this.#behind !== undefined && !(await this.#behind.has(digest))) return false;
    try {
      await this.#bring(digest);
    } catch (error) {
      if (error instanceof CairnError && error.code === 'digest-mismatch') return false;
      throw error;
    }
    if ((await this.#sizeHere(digest)) === undefined) return false;
    const hash = createHash('sha256');
    await pipeline(createReadStream(this.path(digest)), hash);
    return `sha256:${hash.digest('hex')}` === digest;
  }

  /**
   * Lays files out below a folder as copies that their reader may change, each hashed on its way.
   * @throws CairnError `input-invalid` for a path that leaves the folder, `not-found` for bytes that are not held,
   * `digest-mismatch` for bytes that changed in the store, `disk-full`; `where` is the path.
   */
  async materialise(files: FileSet, folder: string): Promise<void> {
    checkPaths(files);
    const sizes = await this.sizes(files.map(({ digest }) => digest));
    for (const { path, digest } of files) if (!sizes.has(digest)) throw missing(digest, path);
    try {
      for (const below of new Set(files.map(({ path }) => dirname(path)))) {
        await mkdir(join(folder, below), { recursive: true });
      }
      await together(files, async ({ path, digest, mode }) => {
        const target = join(folder, path);
        await rm(target, { force: true });
        const options = { flag: 'wx', mode: mode === '100755' ? 0o755 : 0o644 };
        const isSmall = (sizes.get(digest) ?? Infinity) <= small;
        const found = await (isSmall ? copyWhole : copyStreamed)(await this.file(digest), target, options);
        if (found !== digest) throw damaged(digest, path);
      });
    } catch (error) {
      throw asStorageError(error, folder);
    }
  }

  /** Sizes of those of some bytes that are held. */
  async sizes(digests: readonly Digest[]): Promise<Map<Digest, number>> {
    const sizes = new Map<Digest, number>();
    await together([...new Set(digests)], async (digest) => {
      const found = (await this.#sizeHere(digest)) ?? (await this.#behind?.size(digest));
      if (found !== undefined) sizes.set(digest, found);
    });
    return sizes;
  }

  /** Removes what a killed gateway left half written. Called at start, by the holder of the state folder's lock. */
  async sweep(): Promise<void> {
    await rm(this.uploadFolder, { recursive: true, force: true });
  }

  async #sizeHere(digest: Digest): Promise<number | undefined> {
    return (await stat(this.path(digest)).catch(ignoreMissing))?.size;
  }

  /** Fetches bytes that only the bucket has, once for all who ask at the same time. */
  async #bring(digest: Digest): Promise<void> {
    const behind = this.#behind;
    if (behind === undefined || (await this.#sizeHere(digest)) !== undefined) return;
    const coming = this.#coming.get(digest) ?? this.#fetch(digest, behind).finally(() => this.#coming.delete(digest));
    this.#coming.set(digest, coming);
    await coming;
  }

  async #fetch(digest: Digest, behind: ObjectBucket): Promise<void> {
    const source = await behind.open(digest);
    if (source === undefined) return;
    const temporary = join(this.uploadFolder, randomUUID());
    try {
      await mkdir(dirname(temporary), { recursive: true });
      const written = await writeSynced(source, temporary, Infinity);
      if (written.digest !== digest) throw damaged(digest, digest);
      await this.#place(temporary, digest);
    } catch (error) {
      throw asStorageError(error, this.#root);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  // Bytes that are there already are replaced by the same ones: should the disk have changed them, that mends them.
  async #place(temporary: string, digest: Digest): Promise<void> {
    const target = this.path(digest);
    const folder = dirname(target);
    if ((await mkdir(folder, { recursive: true })) !== undefined) await syncFolder(dirname(folder));
    await rename(temporary, target);
    await syncFolder(folder);
  }
}

/** Copies a file that fits into memory; answers the digest of what was copied. */
async function copyWhole(source: string, target: string, options: { flag: string; mode: number }): Promise<Digest> {
  const bytes = await readFile(source);
  await writeFile(target, bytes, options);
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** As `copyWhole`, for a file of any size. */
async function copyStreamed(
  source: string,
  target: string,
  { flag, mode }: { flag: string; mode: number },
): Promise<Digest> {
  const hash = createHash('sha256');
  await pipeline(
    createReadStream(source),
    async function* (bytes: AsyncIterable<Uint8Array>) {
      for await (const chunk of bytes) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(target, { flags: flag, mode }),
  );
  return `sha256:${hash.digest('hex')}`;
}

async function writeSynced(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  file: string,
  limit: number,
): Promise<Uploaded> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'wx', 0o444);
  try {
    for await (const chunk of source) {
      size += chunk.byteLength;
      if (size > limit) {
        throw new CairnError('too-large', `The upload has more than ${limit} bytes.`, {
          action: 'Send a smaller file, or raise CAIRN_MAX_UPLOAD_MIB.',
        });
      }
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function missing(digest: Digest, where: string = digest): CairnError {
  return new CairnError('not-found', `The bytes of ${where} (${digest}) have not been uploaded.`, {
    where,
    action: 'Upload the file first.',
  });
}

function damaged(digest: Digest, where: string): CairnError {
  return new CairnError('digest-mismatch', `The stored bytes of ${where} are no longer those of ${digest}.`, {
    where,
    action: 'The disk or someone changed the object store: restore it from a backup, or upload the file again.',
  });
}

function asStorageError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new CairnError('disk-full', `There is no space left where ${folder} lies.`, {
    where: folder,
    action: 'Free some space, or move the state folder with CAIRN_HOME, and try again.',
    cause: error,
  });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null | undefined)?.code === 'ENOENT';
}

function ignoreMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
