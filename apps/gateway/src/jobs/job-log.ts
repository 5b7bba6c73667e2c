import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const sizeLimit = 8 * 1024 * 1024;

/** The log of one job: lines with their time, in a file of limited size. */
export class JobLog {
  readonly #file: string;
  #size = 0;
  #last: Promise<void>;

  constructor(file: string) {
    this.#file = file;
    this.#last = quietly(mkdir(dirname(file), { recursive: true }));
  }

  /** Adds a line. Lines past the limit are dropped; the last one kept says so. */
  add(line: string): void {
    if (this.#size > sizeLimit) return;
    const text = `${new Date().toISOString()} ${line}\n`;
    this.#size += text.length;
    const cut =
      this.#size > sizeLimit ? `${new Date().toISOString()} (the log is full: what follows is left out)\n` : '';
    this.#last = this.#last.then(() => quietly(appendFile(this.#file, text + cut)));
  }

  /** Waits until every line is written. */
  async flush(): Promise<void> {
    await this.#last;
  }
}

/** A log that cannot be written (a full disk) does not stop its job. */
async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}

/** The text of a job's log so far; empty where it has none. */
export async function readJobLog(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** A line of a log, and the place in the file behind it. */
export interface LogLine {
  line: string;
  end: number;
}

const pieceSize = 256 * 1024;

/** Whole lines of a log from a place on, as many as a piece holds; none where nothing new is there. */
export async function readLogLines(file: string, from: number): Promise<LogLine[]> {
  const piece = await readPiece(file, from);
  const lines: LogLine[] = [];
  let start = 0;
  for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
    lines.push({ line: piece.toString('utf8', start, end), end: from + end + 1 });
    start = end + 1;
  }
  // A line longer than a piece is told in pieces, or nothing after it would ever be told.
  if (lines.length === 0 && piece.length === pieceSize) {
    return [{ line: piece.toString('utf8'), end: from + pieceSize }];
  }
  return lines;
}

async function readPiece(file: string, from: number): Promise<Buffer> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(pieceSize), 0, pieceSize, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
