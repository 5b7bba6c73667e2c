import { Thread } from '@cairn/threads';
import type { ComparisonService } from './comparisons-worker.ts';

/** The thread that compares what versions found with what was answered or labelled. */
export type ComparisonThread = Thread<ComparisonService>;

/** The thread; it starts with the first call. */
export function comparisonThread(): ComparisonThread {
  return new Thread<ComparisonService>({ module: new URL('./comparisons-worker.ts', import.meta.url) });
}
