import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { diskFull } from '../imagery/fault.ts';

/** Bytes of the head of a log: the name of its series, and a newline. */
export const headLength = 9;

/** About this many bytes of a log are read at once. */
export const pieceSize = 256 * 1024;

/** The name while the series changes: a log that was left in the middle of it belongs to none. */
const nameless = '--------';

/**
 * The buildings of a job in the order in which they were found, a line each, in a file that is read while it grows.
 *
 * A job that was interrupted begins again, and finds the same buildings in the same order: an attempt takes the lines of
 * the one before for its own as long as they are the same, and goes on behind them, so that a place in the file holds over
 * attempts. Where a line differs (the version in production is another by now), the rest is dropped and the series gets
 * another name, which tells readers that their places are void.
 *
 * A reader that finds one name before and after it has read a piece has read lines of that series: the old name is gone
 * before lines are dropped, and the new one is there before others come.
 */
export class FeatureLog {
  readonly #file: FileHandle;
  readonly #path: string;
  /** Where the file ends. */
  #end: number;
  /** Behind the last line of this attempt. */
  #place = headLength;
  /** Lines of an earlier attempt that were read ahead, and where they begin. */
  #ahead: { from: number; bytes: Buffer } = { from: 0, bytes: Buffer.alloc(0) };

  private constructor(file: FileHandle, path: string, end: number) {
    this.#file = file;
    this.#path = path;
    this.#end = end;
  }

  /** Opens the log of a job, new or of an attempt that was interrupted. @throws CairnError `disk-full` */
  static async open(path: string): Promise<FeatureLog> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT);
    try {
      // Nobody has read what was cut off in the middle of a line.
      const log = new FeatureLog(file, path, await endOfLines(file));
      if ((await seriesOf(file)) === undefined) await log.#begin();
      return log;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Adds lines, or finds that they are there; answers where the first begins. @throws CairnError `disk-full` */
  async add(lines: readonly Buffer[]): Promise<number> {
    const begin = this.#place;
    let first = 0;
    while (first < lines.length && this.#place < this.#end && (await this.#holds(lines[first]!))) {
      this.#place += lines[first]!.length + 1;
      first += 1;
    }
    if (first === lines.length) return begin;
    if (this.#place < this.#end) await this.#begin();
    const bytes = Buffer.concat(lines.slice(first).flatMap((line) => [line, newline]));
    await this.#write(bytes, this.#place);
    this.#place += bytes.length;
    this.#end = this.#place;
    return begin;
  }

  /** Drops what only an earlier attempt has found. */
  async finish(): Promise<void> {
    if (this.#place < this.#end) await this.#begin();
  }

  /** Bytes of this attempt's lines. */
  async read(place: number, length: number): Promise<Buffer> {
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, place);
    if (bytesRead !== length) throw new Error(`${this.#path} ends at ${place + bytesRead}.`);
    return buffer;
  }

  /** Closes the file, which stays. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Whether the next line of the earlier attempt is this one. */
  async #holds(line: Buffer): Promise<boolean> {
    const due = line.length + 1;
    let at = this.#place - this.#ahead.from;
    if (at < 0 || at + due > this.#ahead.bytes.length) {
      const length = Math.min(Math.max(pieceSize, due), this.#end - this.#place);
      this.#ahead = { from: this.#place, bytes: await this.read(this.#place, length) };
      at = 0;
    }
    const found = this.#ahead.bytes.subarray(at, at + due);
    return found.length === due && found.at(-1) === 10 && line.equals(found.subarray(0, -1));
  }

  /** Begins another series, of the lines of this attempt so far. */
  async #begin(): Promise<void> {
    await this.#write(Buffer.from(`${nameless}\n`), 0);
    if (this.#place < this.#end) await this.#file.truncate(this.#place);
    this.#end = this.#place;
    await this.#write(Buffer.from(`${randomBytes(4).toString('hex')}\n`), 0);
  }

  async #write(bytes: Buffer, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw diskFull(this.#path, error);
    }
  }
}

const newline = Buffer.from('\n');

/** The place behind the last whole line of a file. */
async function endOfLines(file: FileHandle): Promise<number> {
  for (let end = (await file.stat()).size; end > 0; end -= pieceSize) {
    const from = Math.max(0, end - pieceSize);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(end - from), 0, end - from, from);
    const last = buffer.subarray(0, bytesRead).lastIndexOf(10);
    if (last >= 0) return from + last + 1;
  }
  return 0;
}

/** A place in a log: behind a line of a series. */
export interface FeaturePlace {
  series: string;
  offset: number;
}

/** Whole lines of a log, and the place behind them. */
export interface FeaturePiece {
  lines: string[];
  place: FeaturePlace;
}

/** Whole lines of a series as they are, and the place where the first begins. */
export interface FeatureBytes {
  place: FeaturePlace;
  bytes: Buffer;
}

/** The lines of some bytes, and the place behind them. */
export function pieceOf({ place: { series, offset }, bytes }: FeatureBytes): FeaturePiece {
  return { lines: splitLines(bytes), place: { series, offset: offset + bytes.length } };
}

/**
 * About a piece of the lines behind a place; from the beginning where the place is none of the log's. Null where there is no
 * log, or it changed its series meanwhile.
 */
export async function readFeatures(path: string, after: FeaturePlace | undefined): Promise<FeatureBytes | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const series = await seriesOf(file);
    if (series === undefined) return null;
    const known = after?.series === series && (await beginsLine(file, after.offset));
    const offset = known ? after.offset : headLength;
    const bytes = await wholeLines(file, offset);
    return (await seriesOf(file)) === series ? { place: { series, offset }, bytes } : null;
  } finally {
    await file.close();
  }
}

/** Whole lines of a file from a place on, about a piece of them. */
export async function wholeLines(file: FileHandle, from: number): Promise<Buffer> {
  for (let size = pieceSize; ; size *= 2) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, from);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
    if (end > 0 || bytesRead < size) return buffer.subarray(0, end);
  }
}

/** Lines of text, each of which ended by a newline. */
export function splitLines(bytes: Buffer): string[] {
  return bytes.length === 0 ? [] : bytes.toString('utf8', 0, bytes.length - 1).split('\n');
}

async function seriesOf(file: FileHandle): Promise<string | undefined> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(headLength), 0, headLength, 0);
  return /^([0-9a-f]{8})\n$/.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
}

/** Whether a line begins at a place; also where the file does not reach so far yet. */
async function beginsLine(file: FileHandle, offset: number): Promise<boolean> {
  if (offset < headLength) return false;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, offset - 1);
  return bytesRead === 0 || buffer[0] === 10;
}
