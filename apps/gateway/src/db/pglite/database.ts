import { existsSync } from 'node:fs';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Database, Queryable } from '../database.ts';
import { databaseDiskFull } from '../database-error.ts';
import { Transactions } from '../transaction.ts';
import { WorkerHandle } from './worker-handle.ts';

/** PostgreSQL does not open without room for two segments of its log, and takes long to say so. */
const leastFreeBytes = 32 * 1024 * 1024;

/** Where a PGlite database lies and who is told while it is made. */
export interface PgliteOptions {
  /** Folder of its own, made where missing. The caller holds the state folder's lock: two opens would diverge. */
  folder: string;
  /** Told in words what takes long: making the files (about 20 s, once) or opening them (about 4 s). */
  onProgress?: (words: string) => void;
}

/**
 * PostgreSQL in a folder, without a server: PGlite with PostGIS in a worker thread. It has one connection, so statements
 * and transactions wait for each other here. A database that ended (its disk was full in the middle of its log) is
 * opened again by the next caller, and recovers from its log as a server would.
 */
export class PgliteDatabase implements Database {
  readonly #data: string;
  readonly #transactions = new Transactions();
  #worker: WorkerHandle;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(data: string, worker: WorkerHandle) {
    this.#data = data;
    this.#worker = worker;
  }

  /**
   * Opens the database of a folder, and makes it where there is none. Making is done again from the start where it was
   * cut off: the file `made` is written after it.
   * @throws CairnError `disk-full`.
   */
  static async open({ folder, onProgress }: PgliteOptions): Promise<PgliteDatabase> {
    const data = join(folder, 'data');
    const made = join(folder, 'made');
    if (existsSync(made)) {
      onProgress?.('Opening the database');
      return new PgliteDatabase(data, await start(data));
    }
    onProgress?.('Making the database (once, about 20 seconds)');
    await rm(data, { recursive: true, force: true });
    await mkdir(data, { recursive: true });
    const worker = await start(data);
    await worker.execute('checkpoint');
    await writeMark(made);
    return new PgliteDatabase(data, worker);
  }

  query<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.#exclusively((worker) => worker.query<Row>(sql, parameters));
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#exclusively((worker) => this.#transactions.run(worker, work));
  }

  script(sql: string): Promise<void> {
    return this.#exclusively((worker) => this.#transactions.script(worker, sql));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#exclusively((worker) => {
      this.#closed = true;
      return worker.close();
    });
  }

  async #exclusively<T>(work: (worker: WorkerHandle) => Promise<T>): Promise<T> {
    this.#transactions.refuseWithin();
    const turn = this.#queue.then(async () => {
      if (this.#closed) throw new Error('The database is closed.');
      if (this.#worker.broken !== undefined) {
        await this.#worker.discard();
        this.#worker = await start(this.#data);
      }
      return work(this.#worker);
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

async function start(data: string): Promise<WorkerHandle> {
  const { bavail, bsize } = await statfs(dirname(data));
  if (bavail * bsize < leastFreeBytes) throw databaseDiskFull(`${bavail * bsize} bytes are free`);
  return WorkerHandle.start(data);
}

async function writeMark(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile('The database in data/ is whole: it was made to the end.\n');
    await handle.sync();
  } finally {
    await handle.close();
  }
}
