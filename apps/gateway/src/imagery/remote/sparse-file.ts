import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { together } from '../../storage/together.ts';
import { diskFull } from '../fault.ts';
import type { ByteSource } from '../tiff/byte-source.ts';
import type { ByteRange } from '../tiff/level.ts';
import type { RemoteFile } from './remote-file.ts';

/** Bytes of a page, the least that is fetched. */
const page = 64 * 1024;
/** Pages that are fetched at once: few enough for a slow line to bring them before a request is given up (0.2 Mbit/s). */
const mostPages = 8;

/**
 * A file on this disk with those pages of a remote one that were read, each in its place; between them are holes. Beside it, a
 * journal tells which pages are there, so that an attempt that follows a killed one goes on from there.
 */
export class SparseFile implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #remote: RemoteFile;
  readonly #file: FileHandle;
  readonly #journal: FileHandle;
  readonly #held: Set<number>;

  private constructor(parts: {
    path: string;
    remote: RemoteFile;
    file: FileHandle;
    journal: FileHandle;
    held: Set<number>;
  }) {
    this.path = parts.path;
    this.size = parts.remote.identity.size;
    this.#remote = parts.remote;
    this.#file = parts.file;
    this.#journal = parts.journal;
    this.#held = parts.held;
  }

  /** Opens the copy of a remote file, or begins one where there is none, or one of another file. */
  static async open(path: string, remote: RemoteFile): Promise<SparseFile> {
    const journalPath = `${path}.pages`;
    const identity = JSON.stringify(remote.identity);
    const lines = (await readFile(journalPath, 'utf8').catch(() => '')).split('\n');
    // The last line may have been cut off.
    const known = lines[0] === identity ? lines.slice(1, -1) : undefined;
    if (known === undefined) await Promise.all([path, journalPath].map((file) => rm(file, { force: true })));
    const file = await open(path, known === undefined ? 'w+' : 'r+');
    const journal = await open(journalPath, 'a');
    if (known === undefined) {
      await file.truncate(remote.identity.size);
      await journal.appendFile(`${identity}\n`);
    }
    const held = new Set((known ?? []).flatMap((line) => pagesOf(line.split(' ').map(Number))));
    return new SparseFile({ path, remote, file, journal, held });
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    await this.fill([{ offset: position, length: wanted }]);
    const bytes = new Uint8Array(wanted);
    await this.#file.read(bytes, 0, wanted, position);
    return bytes;
  }

  /**
   * Fetches what of some ranges is not there yet.
   * @param onBytes told after each piece how many bytes of how many came.
   * @throws CairnError as `RemoteFile.read`, `disk-full`
   */
  async fill(ranges: readonly ByteRange[], onBytes?: (done: number, all: number) => void): Promise<void> {
    const pieces = this.#lacking(ranges);
    const all = pieces.reduce((sum, { length }) => sum + length, 0);
    let done = 0;
    await together(pieces, async ({ offset, length }) => {
      const bytes = await this.#remote.read(offset, length);
      try {
        await this.#file.write(bytes, 0, length, offset);
        await this.#file.datasync();
        const [first, end] = [offset / page, Math.ceil((offset + length) / page)];
        await this.#journal.appendFile(`${first} ${end}\n`);
        for (const one of pagesOf([first, end])) this.#held.add(one);
      } catch (error) {
        throw diskFull(this.path, error);
      }
      onBytes?.((done += length), all);
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
    await this.#journal.close();
  }

  /** What has to be fetched for some ranges: pages side by side together. */
  #lacking(ranges: readonly ByteRange[]): ByteRange[] {
    const pages = new Set<number>();
    for (const { offset, length } of ranges) {
      const end = Math.min(this.size, offset + length);
      for (let at = Math.floor(offset / page); at * page < end; at++) if (!this.#held.has(at)) pages.add(at);
    }
    const runs: { first: number; end: number }[] = [];
    for (const at of [...pages].sort((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last?.end === at && at - last.first < mostPages) last.end = at + 1;
      else runs.push({ first: at, end: at + 1 });
    }
    return runs.map(({ first, end }) => ({
      offset: first * page,
      length: Math.min(this.size, end * page) - first * page,
    }));
  }
}

function pagesOf([first = 0, end = 0]: readonly number[]): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
}
