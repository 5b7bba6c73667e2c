import { parentPort } from 'node:worker_threads';
import { CairnError, type Problem } from '@cairn/contracts';

/** A call from the main thread, by number. */
export interface Call {
  id: number;
  method: string;
  args: unknown[];
}

/** The answer to a call: its value, or the problem that it ended with. */
export type Answer = { id: number; value: unknown } | { id: number; problem: Problem; stack?: string };

/** What a method answers where its memory is to go over to the main thread, not a copy of it. A `Uint8Array` goes so by itself. */
export class Moved<T> {
  readonly value: T;
  readonly buffers: ArrayBuffer[];

  /** @param buffers all the memory that goes over; it is gone in the thread. */
  constructor(value: T, buffers: ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** What a thread offers: methods that may be called from the main thread. */
export type Service<S> = { [M in keyof S]: (...args: never[]) => Promise<unknown> };

/** Answers the calls of the main thread, in a worker thread. Calls run side by side as far as they wait. */
export function serve<S extends Service<S>>(service: S): void {
  const port = parentPort;
  if (port === null) throw new Error('serve() is called in a worker thread.');
  port.on('message', ({ id, method, args }: Call) => {
    void answer(service, id, method, args).then(({ reply, moved }) => port.postMessage(reply, moved));
  });
}

async function answer<S extends Service<S>>(
  service: S,
  id: number,
  method: string,
  args: unknown[],
): Promise<{ reply: Answer; moved: ArrayBuffer[] }> {
  try {
    const run = service[method as keyof S] as unknown as (...values: unknown[]) => Promise<unknown>;
    const value = await run.apply(service, args);
    if (value instanceof Moved) return { reply: { id, value: value.value }, moved: value.buffers };
    return { reply: { id, value }, moved: value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [] };
  } catch (thrown) {
    const error = thrown instanceof CairnError ? thrown : new CairnError('internal', (thrown as Error).message);
    const stack = (thrown as Error).stack;
    return { reply: { id, problem: error.problem(), ...(stack === undefined ? {} : { stack }) }, moved: [] };
  }
}
