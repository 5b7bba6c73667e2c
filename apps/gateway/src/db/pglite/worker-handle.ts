import { Worker } from 'node:worker_threads';
import { CairnError } from '@cairn/contracts';
import { databaseDiskFull, fromServer } from '../database-error.ts';
import type { Connection } from '../transaction.ts';
import type { Answer, Request, WorkerStart } from './messages.ts';

type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never;
interface Waiting {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** The main thread's end of one worker: numbers requests and hands answers to those who wait. */
export class WorkerHandle implements Connection {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  /** Why the worker is of no more use; undefined while it is. */
  broken: Error | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Starts a worker on a folder and waits until its database is open. */
  static async start(folder: string): Promise<WorkerHandle> {
    const worker = new Worker(new URL('./start-worker.js', import.meta.url), {
      workerData: { folder } satisfies WorkerStart,
      execArgv: [],
    });
    const handle = new WorkerHandle(worker);
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: Answer | 'ready') => {
        if (message === 'ready') resolve();
        else handle.#settle(message);
      });
      const end = (cause: unknown) => {
        reject(handle.#end(cause));
      };
      worker.on('error', end);
      worker.on('exit', (code) => end(`its thread ended with ${code}`));
    });
    return handle;
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const answer = await this.#ask({ kind: 'query', sql, parameters });
    return 'rows' in answer ? (answer.rows as Row[]) : [];
  }

  async execute(sql: string): Promise<string> {
    const answer = await this.#ask({ kind: 'execute', sql });
    return 'command' in answer ? answer.command : '';
  }

  /** Closes the database and ends the thread. */
  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
    await this.#worker.terminate();
  }

  /** Ends the thread of a broken database. */
  async discard(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(request: Unnumbered<Request>): Promise<Answer> {
    if (this.broken !== undefined) throw this.broken;
    const id = this.#next++;
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...request });
    });
    if ('broken' in answer) {
      throw this.#end(answer.broken);
    }
    if ('error' in answer) throw fromServer(answer.error);
    return answer;
  }

  #settle(answer: Answer): void {
    this.#waiting.get(answer.id)?.resolve(answer);
    this.#waiting.delete(answer.id);
  }

  #end(cause: unknown): Error {
    this.broken ??= /no space left|ENOSPC/i.test(String(cause))
      ? databaseDiskFull(cause)
      : new CairnError('internal', `The database ended: ${String(cause)}`, {
          action: 'Nothing acknowledged is lost; try again, and restart Cairn if it stays so.',
          cause,
        });
    for (const waiting of this.#waiting.values()) waiting.reject(this.broken);
    this.#waiting.clear();
    return this.broken;
  }
}
