import { createReadStream, openSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { type DvcRemote, remotePath } from './dvc-remote.ts';

/** A folder as DVC's remote. */
export class FolderRemote implements DvcRemote {
  readonly environment = {};
  readonly #folder: string;

  constructor(options: { folder: string }) {
    this.#folder = options.folder;
  }

  /** @inheritdoc */
  settings(repository: string): Record<string, string> {
    // Relative, so that the state folder may be moved.
    return { url: relative(join(repository, '.dvc'), this.#folder) };
  }

  /** @inheritdoc */
  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  /** @inheritdoc */
  async has(md5: string): Promise<boolean> {
    return (await stat(join(this.#folder, remotePath(md5))).catch(() => undefined))?.isFile() === true;
  }

  /** @inheritdoc */
  async open(md5: string): Promise<Readable | undefined> {
    if (!(await this.has(md5))) return undefined;
    return createReadStream('', { fd: openSync(join(this.#folder, remotePath(md5)), 'r') });
  }
}
