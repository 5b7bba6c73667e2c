import { stat } from 'node:fs/promises';
import type { Lease } from '../jobs/lease.ts';
import { pauseOf } from '../jobs/server-sent.ts';
import { type FeaturePlace, pieceSize, readFeatures } from './feature-log.ts';
import type { FeatureLogTable } from './feature-log-table.ts';

/** How often a mirror looks for lines, and how long it tries at the end what fails, in milliseconds. */
export interface MirrorTiming {
  every: number;
  patience: number;
}

/** What mirrors do where nothing else is told. */
export const usualMirror: MirrorTiming = { every: 500, patience: 10_000 };

/**
 * Brings what an attempt adds to its file into the database, where the readers of every gateway find it: as one who reads the
 * file while it grows, a piece at a time and one write after the other. So whoever finds buildings waits for nothing, and what
 * the database does not take at once waits in the file, not in memory. What fails is tried again. Who has lost the job's
 * lease writes nothing more.
 *
 * What was mirrored of the same series before is not mirrored again; another series takes its place.
 */
export class FeatureMirror {
  readonly #table: FeatureLogTable;
  readonly #lease: Lease;
  readonly #path: string;
  readonly #log: (line: string) => void;
  readonly #timing: MirrorTiming;
  /** Behind what the database has; undefined where that is to be looked up, null where it has nothing of the file. */
  #place: FeaturePlace | null | undefined;
  #mirroring: Promise<void> | undefined;
  #asked: 'on' | 'whole' | 'stop' = 'on';
  readonly #wake = new AbortController();

  constructor(options: {
    table: FeatureLogTable;
    lease: Lease;
    /** The file that grows. */
    path: string;
    /** Told what the job's owner should know. */
    log: (line: string) => void;
    timing: MirrorTiming;
  }) {
    this.#table = options.table;
    this.#lease = options.lease;
    this.#path = options.path;
    this.#log = options.log;
    this.#timing = options.timing;
  }

  /** Begins. */
  begin(): void {
    this.#mirroring ??= this.#mirror();
  }

  /** Waits until the database has the whole file; gives up, and says so in the job's log, where that fails for too long. */
  async whole(): Promise<void> {
    await this.#end('whole');
  }

  /** Ends where it is. */
  async stop(): Promise<void> {
    await this.#end('stop');
  }

  async #end(how: 'whole' | 'stop'): Promise<void> {
    this.#asked = how;
    this.#wake.abort();
    await this.#mirroring;
  }

  async #mirror(): Promise<void> {
    let failing: number | undefined;
    while (this.#asked !== 'stop') {
      // Asked before the file is read: then the file has every line.
      const isLast = this.#asked === 'whole';
      try {
        const written = await this.#step();
        if (written === null) return;
        failing = undefined;
        if (isLast ? written > 0 : written > pieceSize / 2) continue;
        if (isLast) {
          await this.#table.finish(this.#lease);
          return;
        }
      } catch (error) {
        this.#place = undefined;
        if (isLast) failing ??= Date.now();
        if (failing !== undefined && Date.now() - failing > this.#timing.patience) {
          const why = error instanceof Error ? error.message : String(error);
          this.#log(`not every building was told while it was found; the prediction's file tells them all: ${why}`);
          return;
        }
      }
      if (isLast || !this.#wake.signal.aborted) await pauseOf(this.#timing.every, this.#wake.signal);
    }
  }

  /** Writes the next piece of the file; answers its bytes, null where the lease is another's. */
  async #step(): Promise<number | null> {
    this.#place ??= await this.#known();
    const read = await readFeatures(this.#path, this.#place ?? undefined);
    if (read === null) throw new Error(`${this.#path} has no series.`);
    const { place, bytes } = read;
    if (this.#place?.series !== place.series || this.#place.offset !== place.offset) {
      if (!(await this.#table.begin(this.#lease, place.series))) return null;
      this.#place = place;
    }
    if (bytes.length === 0) return 0;
    if (!(await this.#table.add(this.#lease, read))) return null;
    this.#place = { series: place.series, offset: place.offset + bytes.length };
    return bytes.length;
  }

  /** What the database has of the file: nothing where it has more, as of a file that a power cut has shortened. */
  async #known(): Promise<FeaturePlace | null> {
    const end = await this.#table.end(this.#lease.jobId);
    return end !== null && end.offset <= (await stat(this.#path)).size ? end : null;
  }
}
