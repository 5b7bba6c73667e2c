import { Worker } from 'node:worker_threads';
import { CairnError, isErrorCode, type Problem } from '@cairn/contracts';
import type { Answer, Moved, Service } from './serve.ts';

/** What a call of a method answers here. */
type Told<F extends (...args: never[]) => Promise<unknown>> =
  Awaited<ReturnType<F>> extends Moved<infer T> ? T : Awaited<ReturnType<F>>;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * A worker thread with a service of type `S` (see `serve`): keeps work that computes off the event loop. It starts with
 * the first call, and again with the next call after it broke; calls that were under way then fail.
 */
export class Thread<S extends Service<S>> {
  readonly #module: URL;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 0;

  /** @param options.module the TypeScript file that calls `serve`. */
  constructor(options: { module: URL }) {
    this.#module = options.module;
  }

  /** Calls a method in the thread. Throws what it threw, CairnErrors as such. */
  call<M extends keyof S & string>(method: M, ...args: Parameters<S[M]>): Promise<Told<S[M]>> {
    return this.move([], method, ...args);
  }

  /** The same, with memory of the arguments that goes over to the thread in place of a copy; here it is gone. */
  move<M extends keyof S & string>(buffers: ArrayBuffer[], method: M, ...args: Parameters<S[M]>): Promise<Told<S[M]>> {
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as Told<S[M]>), reject });
      worker.ref();
      worker.postMessage({ id, method, args }, buffers);
    });
  }

  /** Ends the thread; calls under way fail. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#fail(new CairnError('cancelled', 'Cairn is stopping.'));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./start-worker.js', import.meta.url), {
      workerData: { module: this.#module.href },
      execArgv: [],
      env: {},
    });
    const broke = (error: Error): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#fail(error);
    };
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', broke);
    worker.on('exit', (code) => broke(new Error(`The thread of ${this.#module.pathname} ended with code ${code}.`)));
    return worker;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    // A program may end while its threads are idle, not while it waits for them.
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('problem' in answer) waiting?.reject(errorOf(answer.problem, answer.stack));
    else waiting?.resolve(answer.value);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf({ code, detail, action, where }: Problem, stack: string | undefined): CairnError {
  const more = { ...(action === undefined ? {} : { action }), ...(where === undefined ? {} : { where }) };
  return new CairnError(isErrorCode(code) ? code : 'internal', detail, { ...more, cause: stack });
}
