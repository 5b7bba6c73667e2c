/** How far a job is: 0..100, and what it does now in words. */
export type WriteProgress = (percent: number, message: string) => Promise<void>;

/** Writes a job's progress at most every so often, one write at a time, and the last word always. */
export class ProgressWriter {
  readonly #every: number;
  readonly #write: WriteProgress;
  #percent = 0;
  #told: { percent: number; message: string } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #next = 0;

  /** @param every the least time between two writes, in milliseconds. */
  constructor(every: number, write: WriteProgress) {
    this.#every = every;
    this.#write = write;
  }

  /** Takes a word; it is written soon, or replaced by the next one before. */
  tell(percent: number, message: string): void {
    this.#percent = Math.max(0, Math.min(100, Math.floor(percent)));
    this.#told = { percent: this.#percent, message: message.slice(0, 500) };
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#next - Date.now()));
  }

  /** Takes a word about work that is as far as it was. */
  say(message: string): void {
    this.tell(this.#percent, message);
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    this.#timer = undefined;
    this.#next = Date.now() + this.#every;
    const told = this.#told;
    this.#told = undefined;
    if (told === undefined) return;
    // What cannot be written now is told again with the next word.
    this.#writing = this.#writing.then(() => this.#write(told.percent, told.message).catch(() => undefined));
  }
}
