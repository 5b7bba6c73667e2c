import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { storableText } from '../db/storable.ts';
import type { Lease } from './lease.ts';
import type { LogStore } from './log-store.ts';

/** How long the log of a job may become over all its attempts, in bytes, before it says that it is full. */
const sizeLimit = 8 * 1024 * 1024;

// In UTF-16 units: what one row takes, what is written without waiting, and what is kept while nothing can be written.
const pieceLength = 64 * 1024;
const plenty = 256 * 1024;
const keptLength = 1024 * 1024;

const flushTries = 3;

/**
 * What one attempt adds to the log of its job: lines with their time. They are gathered and written some at a time, one write
 * after the other, so `kill -9` costs the lines of the last moment and no more. Who has lost the job's lease adds nothing. A log
 * that cannot be written (a full disk, a database that is away) does not stop its job: what fits is kept and tried again,
 * and a line says how many others are missing.
 */
export class JobLog {
  readonly #store: Pick<LogStore, 'end' | 'add'>;
  readonly #lease: Lease;
  readonly #every: number;
  /** Whoever says a line may be in a transaction, which is no business of the write. */
  readonly #outside = AsyncLocalStorage.snapshot();
  /** Where the log ends; not known before the first write. */
  #end: number | undefined;
  /** What is being written: it stays as it is until it is, since a try that seemed to fail may have come through. */
  #writing = '';
  #waiting = '';
  #missing = 0;
  #isFailing = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #write: Promise<void> | undefined;
  #next = 0;

  /** @param every the least time between two writes, in milliseconds. */
  constructor(store: Pick<LogStore, 'end' | 'add'>, lease: Lease, every: number) {
    this.#store = store;
    this.#lease = lease;
    this.#every = every;
  }

  /** Adds a line. Lines past the limit are dropped; the last one kept says so. */
  add(line: string): void {
    if (this.#isClosed) return;
    const kept = this.#isFailing ? keptLength : sizeLimit;
    if (this.#writing.length + this.#waiting.length > kept) {
      this.#missing++;
      return;
    }
    this.#tellMissing();
    this.#waiting += timed(storableText(line));
    this.#schedule();
  }

  /** Waits until every line is written; gives up after some tries. */
  async flush(): Promise<void> {
    await this.#write;
    for (let failed = 0; this.#isBehind && failed < flushTries;) {
      if (failed > 0) await pause(this.#every);
      await this.#writeNow();
      if (this.#isFailing) failed++;
    }
  }

  /** Writes what is left. Nothing is added afterwards. */
  async close(): Promise<void> {
    await this.flush();
    this.#drop();
  }

  get #isBehind(): boolean {
    return this.#writing !== '' || this.#waiting !== '' || this.#missing > 0;
  }

  #schedule(): void {
    if (this.#waiting.length >= plenty && !this.#isFailing) void this.#writeNow();
    else this.#timer ??= setTimeout(() => void this.#writeNow(), Math.max(0, this.#next - Date.now()));
  }

  #writeNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write ??= this.#outside(() => this.#drain()).finally(() => {
      this.#write = undefined;
      this.#next = Date.now() + this.#every;
      if (this.#isBehind) this.#schedule();
    });
    return this.#write;
  }

  async #drain(): Promise<void> {
    try {
      this.#end ??= await this.#store.end(this.#lease.jobId);
      if (this.#writing === '') {
        this.#tellMissing();
        this.#writing = this.#waiting;
        this.#waiting = '';
      }
      while (this.#writing !== '') this.#end = await this.#writePiece(this.#end);
    } catch {
      this.#isFailing = true;
    }
  }

  /** Writes the first piece of what is being written at a place, and answers the place behind it. */
  async #writePiece(place: number): Promise<number> {
    if (place > sizeLimit) {
      this.#drop();
      return place;
    }
    const piece = this.#writing.slice(0, pieceEnd(this.#writing));
    const text = place + Buffer.byteLength(piece) > sizeLimit ? lastOf(piece) : piece;
    const isHeld = await this.#store.add(this.#lease, place, text);
    this.#isFailing = false;
    if (isHeld) this.#writing = this.#writing.slice(piece.length);
    else this.#drop();
    return place + Buffer.byteLength(text);
  }

  #tellMissing(): void {
    if (this.#missing === 0) return;
    this.#waiting += timed(`(${this.#missing} lines are missing here: the log could not be written)`);
    this.#missing = 0;
  }

  #drop(): void {
    this.#isClosed = true;
    this.#writing = '';
    this.#waiting = '';
    this.#missing = 0;
    clearTimeout(this.#timer);
  }
}

function timed(line: string): string {
  return `${new Date().toISOString()} ${line}\n`;
}

/** Where the first piece of a text ends: never within a character. */
function pieceEnd(text: string): number {
  return /[\uD800-\uDBFF]/.test(text.charAt(pieceLength - 1)) ? pieceLength - 1 : pieceLength;
}

/** The last piece of a log that is full. */
function lastOf(piece: string): string {
  return `${piece}${piece.endsWith('\n') ? '' : '\n'}${timed('(the log is full: what follows is left out)')}`;
}
