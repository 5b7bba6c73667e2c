import { CairnError } from '@cairn/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { whyFailed } from '../../outbound/why-failed.ts';
import type { Graph } from '../graph.ts';
import { unavailable } from './problem.ts';

/**
 * The pauses of a place that others start anew, a container or a pod: it may be gone as a whole, and be told of as there while
 * it goes, or before it can be reached. They are a minute, without the times that it takes to come up.
 */
export const patientPauses: readonly number[] = [1, 2, 4, 8, 15, 15, 15].map((seconds) => seconds * 1000);

/** Times that a block may take too long: once the machine may have slept; the second time it is the model. */
const mostTimeouts = 2;

/** Wraps why what answers will not come: no further attempt is made, whatever the reason sounds like. */
export class NeverComes extends Error {
  constructor(reason: unknown) {
    super('What answers will not come.', { cause: reason });
  }
}

/** How long one block is tried. Times are in milliseconds. */
export interface AttemptLimits {
  signal: AbortSignal;
  /** The longest that one block may take. */
  requestMs: number;
  /** Before each attempt after the first; when that of the last breaks too, its failure is the answer. */
  pauses: readonly number[];
  /** Told each time that an attempt broke and another one is made. */
  onBroken?: (error: unknown) => void;
}

/** Whether a model server broke or cannot be reached, so that another try may be answered. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof CairnError)) return true;
  return error.code === 'serving-unavailable' || error.code === 'cluster-unavailable';
}

/**
 * Asks until there is an answer, again where the server broke. What an attempt finds broken it has to put right itself.
 * @throws the signal's reason; CairnError `model-timeout`, `serving-unavailable`, and what an attempt says for good: the reason
 * of a NeverComes for one.
 */
export async function untilAnswered<T>(graph: Graph, limits: AttemptLimits, ask: () => Promise<T>): Promise<T> {
  const { signal, requestMs, pauses, onBroken } = limits;
  let timeouts = 0;
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (error instanceof NeverComes) throw error.cause;
      if (!isBroken(error) || signal.aborted) throw error;
      if (isTimeout(error) && ++timeouts === mostTimeouts) throw tooSlow(graph, requestMs, error);
      if (attempt === pauses.length) throw error instanceof CairnError ? error : unavailable(whyFailed(error), error);
      onBroken?.(error);
    }
    const pause = pauses[attempt]!;
    if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** What a graph is called in words. */
export function nameOf({ model, version }: Pick<Graph, 'model' | 'version'>): string {
  return `${model}/${version}`;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function tooSlow(graph: Graph, milliseconds: number, cause: unknown): CairnError {
  const words = `${nameOf(graph)} did not answer a block within ${milliseconds / 1000} s, ${mostTimeouts} times.`;
  return new CairnError('model-timeout', words, {
    where: nameOf(graph),
    action: 'Predict with another version; where every version is so slow, set CAIRN_BLOCK to 512 or less.',
    cause,
  });
}
