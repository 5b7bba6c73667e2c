import { errorCodes, CairnError, type StatusInfo } from '@cairn/contracts';

/** Where a command writes: results to stdout, progress and errors to stderr, so that `--json` can be piped. */
export class Output {
  readonly json: boolean;
  readonly #live: boolean;
  #open = '';
  #told = '';
  #toldAt = 0;

  constructor(json: boolean) {
    this.json = json;
    this.#live = process.stderr.isTTY;
  }

  /** A line for a person; nothing where JSON was asked for. */
  line(text = ''): void {
    this.#clear();
    if (!this.json) process.stdout.write(`${text}\n`);
  }

  /** The result: as one JSON value, or told by `words`. */
  result(value: unknown, words: () => void): void {
    this.#clear();
    if (this.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    else words();
  }

  /** Progress: one line that is written over on a terminal; elsewhere a line at most every two seconds. */
  progress(text: string): void {
    if (text === this.#told) return;
    if (this.#live) {
      this.#clear();
      this.#open = text.slice(0, (process.stderr.columns || 80) - 1);
      process.stderr.write(this.#open);
    } else {
      if (Date.now() - this.#toldAt < 2000) return;
      this.#toldAt = Date.now();
      process.stderr.write(`  ${text}\n`);
    }
    this.#told = text;
  }

  /** Tells a job's progress under a title. */
  job(title: string): (job: StatusInfo) => void {
    return (job) => this.progress(`${title}: ${job.progress} % ${job.message}`);
  }

  /** An error, in words or as problem details, with the exit code of the table. */
  error(error: unknown): number {
    this.#clear();
    const known =
      error instanceof CairnError
        ? error
        : new CairnError('internal', error instanceof Error ? error.message : String(error), { cause: error });
    if (this.json) {
      process.stderr.write(`${JSON.stringify(known.problem())}\n`);
    } else {
      process.stderr.write(`error: ${known.code}: ${errorCodes[known.code].title}\n  ${known.message}\n`);
      if (known.more.where !== undefined) process.stderr.write(`  Where: ${known.more.where}\n`);
      if (known.more.action !== undefined) process.stderr.write(`  To do: ${known.more.action}\n`);
    }
    return errorCodes[known.code].exit;
  }

  #clear(): void {
    if (this.#open === '') return;
    process.stderr.write(`\r${' '.repeat(this.#open.length)}\r`);
    this.#open = '';
  }
}
