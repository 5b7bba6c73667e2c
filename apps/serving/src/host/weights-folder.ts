import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CairnError, type Digest } from '@cairn/contracts';

/** How many files stay that no server was started from for longest: what is sent again is a matter of seconds. */
const kept = 16;

/** The weights that were sent to a host, as files that are named by their digest. Of what is not used for longest it keeps but some. */
export class WeightsFolder {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens a folder, and clears away what was not sent to its end. */
  static async open(folder: string): Promise<WeightsFolder> {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) if (name.endsWith('.part')) await rm(join(folder, name), { force: true });
    return new WeightsFolder(folder);
  }

  /** The file of weights, which counts as used; null where they were not sent. */
  async use(digest: Digest): Promise<string | null> {
    const file = this.#file(digest);
    try {
      const now = new Date();
      await utimes(file, now, now);
      return file;
    } catch {
      return null;
    }
  }

  /**
   * Keeps weights.
   * @throws CairnError `digest-mismatch` where they are other bytes; what the stream and the disk throw.
   */
  async put(digest: Digest, bytes: Readable): Promise<void> {
    const part = join(this.#folder, `${randomUUID()}.part`);
    const hash = createHash('sha256');
    bytes.on('data', (chunk: Buffer) => hash.update(chunk));
    try {
      await pipeline(bytes, createWriteStream(part));
      const found = `sha256:${hash.digest('hex')}`;
      if (found !== digest) {
        throw new CairnError('digest-mismatch', `The weights are ${found}, and not ${digest}.`, {
          action: 'Send them again.',
        });
      }
      await rename(part, this.#file(digest));
    } finally {
      await rm(part, { force: true });
    }
    await this.#tidy();
  }

  /** Takes weights away that were found to be others. */
  async drop(digest: Digest): Promise<void> {
    await rm(this.#file(digest), { force: true });
  }

  async #tidy(): Promise<void> {
    const files = (await readdir(this.#folder)).filter((name) => !name.endsWith('.part'));
    const used = await Promise.all(
      files.map(async (name) => ({ name, at: (await stat(join(this.#folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
    );
    used.sort((a, b) => b.at - a.at || (a.name < b.name ? -1 : 1));
    // A server reads its file whole when it starts, so that of one that runs may go.
    for (const { name } of used.slice(kept)) await rm(join(this.#folder, name), { force: true });
  }

  #file(digest: Digest): string {
    return join(this.#folder, digest.replace(':', '-'));
  }
}
