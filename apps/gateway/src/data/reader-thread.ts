import { Thread } from '@cairn/threads';
import type { DatasetReader } from './reader-worker.ts';

/** The methods of {@link DatasetReader}, called in the reader's thread. */
export type DatasetThread = Thread<DatasetReader>;

/** The thread that reads and checks datasets. It starts with the first call. */
export function datasetThread(): DatasetThread {
  return new Thread<DatasetReader>({ module: new URL('./reader-worker.ts', import.meta.url) });
}
