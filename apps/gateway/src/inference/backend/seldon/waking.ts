import { setTimeout as pause } from 'node:timers/promises';
import { nameOf } from '../attempts.ts';
import type { Tell } from '../backend.ts';
import type { Graph } from '../../graph.ts';
import { unavailable } from '../problem.ts';
import { renderSeldonDeployment, type SeldonSettings } from './deployment.ts';
import type { SeldonDeployments } from './deployments.ts';
import { graphState } from './state.ts';

/** How a graph is brought up. Times are in milliseconds. */
export interface WakingParts {
  deployments: SeldonDeployments;
  settings: SeldonSettings;
  /** Between two looks. */
  everyMs: number;
  /** The longest that it may take. */
  startMs: number;
}

/**
 * Brings a graph up on the cluster: applies its deployment where it is not there, and waits until it answers. Several
 * gateways may do so at once. One that will never come is taken away again, so that the next request tries anew.
 * @param tell told in words what is waited for, whenever that changes.
 * @throws CairnError `image-unavailable`, `quota-exceeded`, `cluster-full`, `cluster-refused`, `cluster-unavailable`,
 * `serving-unavailable`, and what a node ended with, as `weights-digest-mismatch`; the signal's reason.
 */
export async function wake(graph: Graph, parts: WakingParts, signal: AbortSignal, tell: Tell): Promise<void> {
  const { deployments, settings, everyMs, startMs } = parts;
  const manifest = renderSeldonDeployment(graph, settings);
  const { name } = manifest.metadata;
  const until = Date.now() + startMs;
  let told = '';
  let late = unavailable(`${nameOf(graph)} was not seen on the cluster.`);
  for (;;) {
    signal.throwIfAborted();
    const held = await deployments.get(name);
    let words = 'its deployment is made';
    if (held?.metadata.deletionTimestamp !== undefined) words = 'the one before is still ending';
    else {
      await deployments.apply(manifest, held);
      if (held !== null) {
        const state = graphState(nameOf(graph), await deployments.sight(held));
        if (state.is === 'ready') return;
        if (state.is === 'failed') {
          await deployments.delete(held);
          throw state.error;
        }
        ({ words, late } = state);
      }
    }
    if (Date.now() > until) throw late;
    if (words !== told) tell(`Waking ${nameOf(graph)}: ${words}`);
    told = words;
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
