import { Thread } from '@cairn/threads';
import type { ImageryReader } from './reader.ts';

/** The methods of {@link ImageryReader}, called in the reader's thread. */
export type ImageryThread = Thread<ImageryReader>;

/** The thread that reads images. It starts with the first call. */
export function imageryThread(): ImageryThread {
  return new Thread<ImageryReader>({ module: new URL('./reader-worker.ts', import.meta.url) });
}
