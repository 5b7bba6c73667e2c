import type { Verification } from '@cairn/receipt';

/** What the worker is asked: to check a GeoJSON with its signer's public key, PEM. */
export interface Task {
  id: number;
  content: string | Blob;
  key: string | undefined;
}

/** What was found of a file; `keyid` is that of the key that it was checked with, undefined where there was none. */
export type Found = Verification & { keyid: string | undefined };

type Answer = { id: number } & ({ found: Found } | { problem: string });

let worker: Worker | undefined;
let lastId = 0;
const open = new Map<number, { done: (found: Found) => void; fail: (error: Error) => void }>();

/** Starts the program that checks, so that a later check asks for nothing over the line. */
export function startVerifier(): Worker {
  if (worker !== undefined) return worker;
  worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const asked = open.get(data.id);
    open.delete(data.id);
    if ('found' in data) asked?.done(data.found);
    else asked?.fail(new Error(data.problem));
  };
  worker.onerror = () => {
    // It could not be fetched, or it ended: whoever waits is told, and the next one starts it anew.
    for (const { fail } of open.values()) fail(new Error('The program that checks could not be started.'));
    open.clear();
    worker = undefined;
  };
  return worker;
}

/**
 * Checks a GeoJSON as `cairn verify` does, with the same code, beside the page.
 * @param content its text, or the file that holds it
 * @param key the signer's public key, PEM
 */
export function verify(content: string | Blob, key: string | undefined): Promise<Found> {
  const id = ++lastId;
  return new Promise((done, fail) => {
    open.set(id, { done, fail });
    startVerifier().postMessage({ id, content, key } satisfies Task);
  });
}

/** Resolves as soon as the program that checks has answered: nothing has to be fetched from then on. */
export async function verifierReady(): Promise<void> {
  await verify('{}', undefined);
}
