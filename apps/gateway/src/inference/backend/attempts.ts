import { CairnError } from '@cairn/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Graph } from '../graph.ts';
import { unavailable } from './problem.ts';

/** Times that a block is sent before its failure is the answer: a server may be killed, and be killed again. */
const mostAttempts = 4;

/** Times that a block may take too long: once the machine may have slept; the second time it is the model. */
const mostTimeouts = 2;

/** How long one block is tried. Times are in milliseconds. */
export interface AttemptLimits {
  signal: AbortSignal;
  /** The longest that one block may take. */
  requestMs: number;
  /** Before the second attempt; before each further one twice as long. */
  pauseMs: number;
}

/** Whether a model server broke or cannot be reached, so that another try may be answered. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof CairnError)) return true;
  return error.code === 'serving-unavailable' || error.code === 'cluster-unavailable';
}

/**
 * Asks until there is an answer, again where the server broke. What an attempt finds broken it has to put right itself.
 * @throws the signal's reason; CairnError `model-timeout`, `serving-unavailable`, and what an attempt says for good.
 */
export async function untilAnswered<T>(graph: Graph, limits: AttemptLimits, ask: () => Promise<T>): Promise<T> {
  const { signal, requestMs, pauseMs } = limits;
  let timeouts = 0;
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!isBroken(error) || signal.aborted) throw error;
      if (isTimeout(error) && ++timeouts === mostTimeouts) throw tooSlow(graph, requestMs, error);
      if (attempt === mostAttempts) throw error instanceof CairnError ? error : unavailable(String(error), error);
    }
    if (pauseMs > 0) await sleep(pauseMs * 2 ** (attempt - 1), undefined, { signal }).catch(() => undefined);
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
