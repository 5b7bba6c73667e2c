import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A folder on a disk of its own, in memory, whose free space a test takes and gives back. Only root may mount one; elsewhere
 * the folder lies on the disk of temporary files, and `canFill` says so.
 */
export class SmallDisk {
  readonly folder: string;
  readonly canFill: boolean;
  readonly #mebibytes: number;

  private constructor(folder: string, canFill: boolean, mebibytes: number) {
    this.folder = folder;
    this.canFill = canFill;
    this.#mebibytes = mebibytes;
  }

  static async make(mebibytes: number): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-disk-'));
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]).then(
      () => true,
      () => false,
    );
    return new SmallDisk(folder, mounted, mebibytes);
  }

  /** Takes all free space but so many bytes, without writing anything. */
  async fill(left: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { blocks, bfree, bsize } = await statfs(this.folder);
      try {
        await this.#resize(`${(blocks - bfree) * bsize + left}`);
        return;
      } catch (error) {
        // Refused where somebody has written meanwhile and holds more than that.
        if (attempt === 100) throw error;
      }
    }
  }

  /** Gives the space back; or more of it than there was. */
  async free(mebibytes = this.#mebibytes): Promise<void> {
    await this.#resize(`${mebibytes}m`);
  }

  async remove(): Promise<void> {
    if (this.canFill) await run('umount', ['--lazy', this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #resize(size: string): Promise<void> {
    await run('mount', ['-o', `remount,size=${size}`, this.folder]);
  }
}
