import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Digest } from '@cairn/receipt';
import { diskFull } from '../imagery/fault.ts';

/** Where a building's text lies. */
export interface BuildingPlace {
  position: number;
  length: number;
}

/** Bytes of an entry: 32 of the building's line in the manifest, 8 of its position, 4 of its length. */
const entrySize = 44;

/**
 * Which buildings there are, by their lines in the manifest, whose first digits are their ids. A buffer of entries is sorted
 * and written to a file when it is full; reading merges what was written. So memory does not grow with their number.
 */
export class BuildingIndex {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #buffer: Buffer;
  readonly #runs: { from: number; to: number }[] = [];
  #held = 0;
  #written = 0;

  private constructor(file: FileHandle, path: string, most: number) {
    this.#file = file;
    this.#path = path;
    this.#buffer = Buffer.alloc(most * entrySize);
  }

  /**
   * Opens a new index; what was in its file is gone.
   * @param most entries that are held in memory
   */
  static async open(path: string, most = 32 * 1024): Promise<BuildingIndex> {
    return new BuildingIndex(await open(path, 'w+'), path, most);
  }

  /** How many buildings there are. */
  get count(): number {
    return this.#written / entrySize + this.#held;
  }

  /**
   * Adds a building.
   * @param line its line in the manifest: 64 hexadecimal digits
   * @throws CairnError `disk-full`
   */
  async add(line: string, { position, length }: BuildingPlace): Promise<void> {
    if ((this.#held + 1) * entrySize > this.#buffer.length) await this.#write();
    const at = this.#held * entrySize;
    this.#buffer.write(line, at, 'hex');
    this.#buffer.writeDoubleBE(position, at + 32);
    this.#buffer.writeUInt32BE(length, at + 40);
    this.#held += 1;
  }

  /** The places by id. */
  async *places(): AsyncGenerator<BuildingPlace> {
    for await (const entry of this.#sorted()) {
      yield { position: entry.readDoubleBE(32), length: entry.readUInt32BE(40) };
    }
  }

  /** The digest of the manifest: of all lines in their order, each ended by a newline. See `Manifest`. */
  async manifest(): Promise<Digest> {
    const hash = createHash('sha256');
    for await (const entry of this.#sorted()) hash.update(`${entry.toString('hex', 0, 32)}\n`);
    return `sha256:${hash.digest('hex')}`;
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(): Promise<void> {
    const run = sortedEntries(this.#buffer.subarray(0, this.#held * entrySize));
    const from = this.#written;
    try {
      for (let done = 0; done < run.length;) {
        done += (await this.#file.write(run, done, run.length - done, from + done)).bytesWritten;
      }
    } catch (error) {
      throw diskFull(this.#path, error);
    }
    this.#written += run.length;
    this.#runs.push({ from, to: this.#written });
    this.#held = 0;
  }

  /** Every entry once, in order: the least of the heads of all runs comes next. */
  async *#sorted(): AsyncGenerator<Buffer> {
    const held = Buffer.from(sortedEntries(this.#buffer.subarray(0, this.#held * entrySize)));
    const runs = [...this.#runs.map(({ from, to }) => new Run(from, to, this.#file)), new Run(0, held.length, held)];
    for (const run of runs) await run.next();
    for (;;) {
      let least: Run | undefined;
      for (const run of runs) {
        if (run.head !== undefined && (least?.head === undefined || run.head.compare(least.head) < 0)) least = run;
      }
      if (least?.head === undefined) return;
      yield least.head;
      await least.next();
    }
  }
}

/** Entries that are held, or lie in a file, read in pieces. */
class Run {
  head: Buffer | undefined;
  readonly #to: number;
  readonly #source: FileHandle | Buffer;
  #from: number;
  #piece: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(from: number, to: number, source: FileHandle | Buffer) {
    this.#from = from;
    this.#to = to;
    this.#source = source;
  }

  /** Brings the next entry to the head; none at the end. */
  async next(): Promise<void> {
    if (this.#at === this.#piece.length) await this.#read();
    this.head = this.#at < this.#piece.length ? this.#piece.subarray(this.#at, this.#at + entrySize) : undefined;
    this.#at += entrySize;
  }

  async #read(): Promise<void> {
    const length = Math.min(256 * entrySize, this.#to - this.#from);
    if (Buffer.isBuffer(this.#source)) {
      this.#piece = this.#source.subarray(this.#from, this.#from + length);
    } else {
      this.#piece = Buffer.alloc(length);
      await this.#source.read(this.#piece, 0, length, this.#from);
    }
    this.#from += length;
    this.#at = 0;
  }
}

function sortedEntries(entries: Buffer): Buffer {
  const list = Array.from({ length: entries.length / entrySize }, (_, i) =>
    entries.subarray(i * entrySize, (i + 1) * entrySize),
  );
  return Buffer.concat(list.sort((a, b) => a.compare(b)));
}
