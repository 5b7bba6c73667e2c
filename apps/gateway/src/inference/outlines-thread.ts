import { Thread } from '@cairn/threads';
import type { OutlineService } from './outlines-worker.ts';

/** The thread that makes buildings of what graphs answer. */
export type OutlineThread = Thread<OutlineService>;

/** The thread; it starts with the first call. */
export function outlineThread(): OutlineThread {
  return new Thread<OutlineService>({ module: new URL('./outlines-worker.ts', import.meta.url) });
}
