import { CairnError, type Problem, readJsonLine } from '@cairn/contracts';
import { problemOf, unavailable } from '../problem.ts';

/** A `SeldonDeployment` as the API server tells it, as far as Cairn reads it. */
export interface DeploymentState {
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  status?: { state?: string; description?: string };
}

/** What Seldon Core makes of it: a Deployment of Kubernetes. */
export interface WorkloadState {
  status?: { conditions?: Condition[] };
}

/** A pod of a graph. */
export interface PodState {
  metadata: { name: string; deletionTimestamp?: string };
  status?: { phase?: string; conditions?: Condition[]; containerStatuses?: ContainerState[] };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

interface ContainerState {
  name: string;
  image?: string;
  started?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: Ended };
  lastState?: { terminated?: Ended };
}

interface Ended {
  reason?: string;
  exitCode?: number;
  message?: string;
}

/** Everything of one graph that the cluster tells. */
export interface GraphSight {
  deployment: DeploymentState;
  workloads: readonly WorkloadState[];
  pods: readonly PodState[];
}

/** How a graph is: what it waits for in words and what that is called if it lasts too long, or why it never comes. */
export type GraphState =
  { is: 'ready' } | { is: 'coming'; words: string; late: CairnError } | { is: 'failed'; error: CairnError };

/** Times that a node may end without a word before it is given up. */
const mostRestarts = 3;

const quotaAction = 'Raise the quota of the namespace, or wait until other graphs have ended, and try again.';
const roomAction = 'Give the cluster more CPU or memory, or wait until other graphs have ended, and try again.';

/** Tells how a graph is from what the cluster says of its deployment and its pods. */
export function graphState(graph: string, { deployment, workloads, pods }: GraphSight): GraphState {
  const living = pods.filter(
    ({ metadata, status }) => metadata.deletionTimestamp === undefined && !hasEnded(status?.phase),
  );
  const { state, description } = deployment.status ?? {};
  const isReady = living.some((pod) => conditionOf(pod.status?.conditions, 'Ready')?.status === 'True');
  if (isReady && state === 'Available') return { is: 'ready' };
  for (const pod of living) {
    for (const one of pod.status?.containerStatuses ?? []) {
      const error = failureOf(graph, one);
      if (error !== null) return { is: 'failed', error };
    }
  }
  const refused = workloads.flatMap(({ status }) => conditionOf(status?.conditions, 'ReplicaFailure') ?? [])[0];
  if (living.length === 0 && refused?.status === 'True') return { is: 'failed', error: refusal(graph, refused) };
  const [pod] = living;
  if (pod === undefined) return coming(graph, 'it is being made', description);
  const placed = conditionOf(pod.status?.conditions, 'PodScheduled');
  if (placed?.reason === 'Unschedulable') {
    const words = placed.message ?? 'no node takes it';
    const late = new CairnError('cluster-full', `No node of the cluster takes ${graph}: ${words}`, {
      where: graph,
      action: roomAction,
    });
    return { is: 'coming', words: `waiting for a place: ${words}`, late };
  }
  const nodes = pod.status?.containerStatuses ?? [];
  if (nodes.length === 0) return coming(graph, 'a place is sought', description);
  if (nodes.some((one) => one.state?.waiting?.reason === 'ErrImagePull')) {
    return coming(graph, 'the image could not be pulled and is tried again', description);
  }
  if (nodes.some((one) => one.state?.waiting !== undefined)) return coming(graph, 'pulling the image', description);
  if (nodes.some((one) => one.started !== true)) {
    return coming(graph, 'fetching and checking the weights', description);
  }
  return coming(graph, 'it has its weights', description);
}

function coming(graph: string, words: string, description = ''): GraphState {
  const told = description === '' ? '' : ` Seldon Core says: ${description}`;
  return { is: 'coming', words, late: unavailable(`${graph} is still not ready (${words}).${told}`) };
}

/** Why a node will not come; null where it may. */
function failureOf(
  graph: string,
  { image, state, lastState, started, restartCount = 0 }: ContainerState,
): CairnError | null {
  const { reason = '', message = '' } = state?.waiting ?? {};
  if (['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'].includes(reason)) {
    return new CairnError('image-unavailable', `The image of ${graph} cannot be pulled: ${message || (image ?? '')}`, {
      where: 'CAIRN_SERVING_IMAGE',
      action: 'See that the registry holds the image by this digest, and that the nodes may pull from it.',
    });
  }
  if (reason === 'CreateContainerConfigError') {
    return new CairnError('cluster-refused', `The cluster cannot make the pod of ${graph}: ${message}`, {
      where: graph,
      action: 'Make the Secret that deploy/seldon/namespace.yaml names, and try again.',
    });
  }
  // What ended it before it started well is over.
  const ended = state?.terminated ?? (started === true ? undefined : lastState?.terminated);
  if (ended === undefined) return null;
  const error = problemOf(problemIn(ended.message));
  if (error.code !== 'serving-unavailable') return error;
  if (restartCount < mostRestarts) return null;
  const words = ended.message?.trim().split('\n').at(-1) ?? '';
  return unavailable(
    `${graph} ended ${restartCount} times (${ended.reason ?? `code ${ended.exitCode ?? '?'}`}). ${words}`,
  );
}

function refusal(graph: string, { message = '' }: Condition): CairnError {
  if (/exceeded quota/.test(message)) {
    return new CairnError('quota-exceeded', `A quota of the cluster has no room for ${graph}: ${message}`, {
      where: graph,
      action: quotaAction,
    });
  }
  return new CairnError('cluster-refused', `The cluster makes no pod for ${graph}: ${message}`, { where: graph });
}

/** The problem that a node ended with: a line of JSON among its last words. */
function problemIn(words = ''): Partial<Problem> {
  for (const line of words.split('\n').toReversed()) {
    const json = readJsonLine(line);
    if ('code' in json) return json;
  }
  return {};
}

function hasEnded(phase: string | undefined): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
