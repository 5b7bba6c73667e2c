import { appendFile, mkdir, readFile } from 'node:fs/promises';
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
