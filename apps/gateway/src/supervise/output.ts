import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const longestLine = 16 * 1024;
const fullLog = 8 * 1024 * 1024;
const tailLines = 20;

/** Cuts what a process writes into lines; `\r` ends a line too, as progress bars use it. Overlong lines are cut. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #each: (line: string) => void;
  #rest = '';

  constructor(each: (line: string) => void) {
    this.#each = each;
  }

  push(bytes: Buffer): void {
    const pieces = (this.#rest + this.#decoder.write(bytes)).split(/\r\n|\n|\r/);
    this.#rest = pieces.pop() ?? '';
    if (this.#rest.length > longestLine) {
      pieces.push(this.#rest);
      this.#rest = '';
    }
    for (const piece of pieces) {
      if (piece !== '') this.#each(piece.slice(0, longestLine));
    }
  }

  end(): void {
    this.push(Buffer.from('\n'));
  }
}

/** A log file that keeps at most its newest 8 to 16 MiB: a full one becomes `NAME.1`, in the place of the one before. */
export class CappedLog {
  readonly #file: string;
  #stream: WriteStream | undefined;
  #size = 0;
  #tail: string[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  write(line: string): void {
    this.#tail = [...this.#tail.slice(1 - tailLines), line];
    if (this.#size > fullLog) this.#turn();
    this.#stream ??= this.#open();
    this.#size += Buffer.byteLength(line) + 1;
    this.#stream.write(`${line}\n`);
  }

  /** The last lines, for an error that tells why a process ended. */
  tail(): string {
    return this.#tail.join('\n');
  }

  end(): void {
    this.#stream?.end();
  }

  #open(): WriteStream {
    mkdirSync(dirname(this.#file), { recursive: true });
    this.#size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    // A log that cannot be written, as on a full disk, ends no process.
    return createWriteStream(this.#file, { flags: 'a' }).on('error', () => undefined);
  }

  #turn(): void {
    this.#stream?.end();
    this.#stream = undefined;
    renameSync(this.#file, `${this.#file}.1`);
  }
}
