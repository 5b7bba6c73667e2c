import { CairnError } from '@cairn/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { nameOf } from '../attempts.ts';
import type { Tell } from '../backend.ts';
import type { Graph } from '../../graph.ts';
import { unavailable } from '../problem.ts';
import { renderSeldonDeployment, type SeldonDeployment, type SeldonSettings } from './deployment.ts';
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
  /** The longest that the cluster may not answer meanwhile. */
  awayMs: number;
}

/**
 * Brings a graph up on the cluster: applies its deployment where it is not there, and waits until it answers. Several
 * gateways may do so at once. A cluster that does not answer for a while is waited for: a gateway that has just started may
 * be without its API for some time. A graph that will never come is taken away again, so that the next request tries anew.
 * @param tell told in words what is waited for, whenever that changes.
 * @throws CairnError `image-unavailable`, `quota-exceeded`, `cluster-full`, `cluster-refused`, `cluster-unavailable`,
 * `serving-unavailable`, and what a node ended with, as `weights-digest-mismatch`; the signal's reason.
 */
export async function wake(graph: Graph, parts: WakingParts, signal: AbortSignal, tell: Tell): Promise<void> {
  const { deployments, settings, everyMs, startMs, awayMs } = parts;
  const manifest = renderSeldonDeployment(graph, settings);
  const until = Date.now() + startMs;
  let seen = Date.now();
  let told = '';
  let late = unavailable(`${nameOf(graph)} was not seen on the cluster.`);
  for (;;) {
    signal.throwIfAborted();
    let words: string;
    try {
      const state = await look(graph, manifest, deployments);
      seen = Date.now();
      if (state.is === 'ready') return;
      ({ words, late = late } = state);
    } catch (error) {
      if (!isAway(error) || Date.now() - seen > awayMs) throw error;
      words = 'the cluster does not answer';
    }
    if (Date.now() > until) throw late;
    if (words !== told) tell(`Waking ${nameOf(graph)}: ${words}`);
    told = words;
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What a graph waits for; `late` is what that is called if it lasts too long, where the cluster told anything by then. */
type Sight = { is: 'ready' } | { is: 'coming'; words: string; late?: CairnError };

/** Looks how far a graph is, and does what it needs. @throws CairnError why it will not come. */
async function look(graph: Graph, manifest: SeldonDeployment, deployments: SeldonDeployments): Promise<Sight> {
  const held = await deployments.get(manifest.metadata.name);
  if (held?.metadata.deletionTimestamp !== undefined) {
    return { is: 'coming', words: 'the one before is still ending' };
  }
  await deployments.apply(manifest, held);
  if (held === null) return { is: 'coming', words: 'its deployment is made' };
  const state = graphState(nameOf(graph), await deployments.sight(held));
  if (state.is !== 'failed') return state;
  await deployments.delete(held);
  throw state.error;
}

function isAway(error: unknown): boolean {
  return error instanceof CairnError && error.code === 'cluster-unavailable';
}
