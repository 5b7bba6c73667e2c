import { CairnError, type Digest, type FileEntry, type FileSet } from '@cairn/contracts';
import { filesetDigest } from '@cairn/receipt';
import type { ObjectStore } from '../../storage/objects.ts';
import { checkPaths } from '../../storage/paths.ts';
import { receiptDigest } from '../receipt-facts.ts';

/** Where shipped versions lie in a package. */
export const versionsFolder = 'versions';
const longestText = 4 * 1024 * 1024;

/** The files of a package, by path: their bytes lie in the object store. */
export class PackageFiles {
  readonly #objects: ObjectStore;
  readonly #files: ReadonlyMap<string, FileEntry>;

  /** @throws CairnError `input-invalid` for a path that leaves the package or comes twice. */
  constructor(files: FileSet, objects: ObjectStore) {
    checkPaths(files);
    this.#objects = objects;
    this.#files = new Map([...files].sort((a, b) => (a.path < b.path ? -1 : 1)).map((file) => [file.path, file]));
  }

  /** Every file, sorted by path. */
  get all(): FileSet {
    return [...this.#files.values()];
  }

  /** What makes the package: its files without what a training leaves in it, `versions/` and `card.md`. */
  get own(): FileSet {
    return this.all.filter(({ path }) => path !== 'card.md' && !path.startsWith(`${versionsFolder}/`));
  }

  /** The digest that names the package's revision: that of its own files. */
  get digest(): Digest {
    return filesetDigest(this.own.map(({ path, digest }) => ({ path, digest: receiptDigest(digest) })));
  }

  /** The files below a folder, with their paths inside it. */
  below(folder: string): { path: string; digest: Digest }[] {
    return this.all
      .filter(({ path }) => path.startsWith(`${folder}/`))
      .map(({ path, digest }) => ({ path: path.slice(folder.length + 1), digest }));
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The digest of a file. @throws CairnError `package-file-missing`. */
  digestOf(path: string): Digest {
    return this.#entry(path).digest;
  }

  /** Size of a file in bytes. */
  async size(path: string): Promise<number> {
    return this.#objects.size(this.#entry(path).digest);
  }

  /** The bytes of a file. @throws CairnError `package-file-missing`. */
  async bytes(path: string): Promise<Uint8Array> {
    return this.#objects.readAll(this.#entry(path).digest);
  }

  /** A file as text. @throws CairnError `package-file-missing`, `package-invalid` where it is no UTF-8 text. */
  async text(path: string): Promise<string> {
    if ((await this.size(path)) > longestText) throw notText(path, 'is too large to be read as text', undefined);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(await this.bytes(path));
    } catch (cause) {
      throw notText(path, 'is not text in UTF-8', cause);
    }
  }

  /** A file as JSON. @throws CairnError `package-file-missing`, `package-invalid`. */
  async json(path: string): Promise<unknown> {
    const text = await this.text(path);
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new CairnError('package-invalid', `${path} is not JSON: ${(cause as Error).message}.`, {
        where: path,
        action: `Correct ${path}.`,
        cause,
      });
    }
  }

  /**
   * Hashes every file's stored bytes again.
   * @throws CairnError `package-file-missing` for bytes that were never uploaded, `digest-mismatch` for others.
   */
  async verify(): Promise<void> {
    for (const { path, digest } of this.all) {
      if (await this.#objects.verify(digest)) continue;
      if (!(await this.#objects.has(digest))) {
        throw new CairnError('package-file-missing', `The bytes of ${path} (${digest}) have not been uploaded.`, {
          where: path,
          action: 'Upload the file, then register the package.',
        });
      }
      throw new CairnError('digest-mismatch', `The stored bytes of ${path} are not those of ${digest}.`, {
        where: path,
        action: 'Upload the file again, then register the package.',
      });
    }
  }

  #entry(path: string): FileEntry {
    const entry = this.#files.get(path);
    if (entry !== undefined) return entry;
    throw new CairnError('package-file-missing', `The package has no file ${path}.`, {
      where: path,
      action: `Add ${path}; models/building-detector shows what a package holds.`,
    });
  }
}

function notText(path: string, problem: string, cause: unknown): CairnError {
  return new CairnError('package-invalid', `${path} ${problem}.`, { where: path, action: `Correct ${path}.`, cause });
}
