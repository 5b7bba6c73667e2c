import { expect, test } from 'vitest';
import { type DeploymentState, graphState, type GraphSight } from '../../src/inference/backend/seldon/state.ts';

/* What a cluster of Kubernetes 1.34 tells, cut down to what is read. */

const deployment: DeploymentState = {
  metadata: { name: 'cairn-bright-1', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-11-27T16:00:00Z' },
  status: { state: 'Creating' },
};

/** What is told of a graph that has one pod with one node. */
function sight(node: object, { pod = {}, state = 'Creating' } = {}): GraphSight {
  const status = { phase: 'Running', containerStatuses: [{ name: 'graph', image: 'serving', ...node }], ...pod };
  return {
    deployment: { ...deployment, status: { state } },
    workloads: [],
    pods: [{ metadata: { name: 'p' }, status }],
  };
}

const words = (seen: GraphSight): string => {
  const state = graphState('bright/1', seen);
  return state.is === 'coming' ? state.words : state.is;
};
const failure = (seen: GraphSight) => {
  const state = graphState('bright/1', seen);
  return state.is === 'failed' ? state.error : state;
};
const isReady = { conditions: [{ type: 'Ready', status: 'True' }] };

test('a graph is ready when Seldon Core says so and a pod is', () => {
  const node = { started: true, state: { running: {} } };
  expect(words(sight(node, { pod: isReady, state: 'Available' }))).toBe('ready');
  expect(words(sight(node, { pod: isReady }))).toBe('it has its weights');
  // As Seldon Core says for a moment after the pod was killed.
  expect(words(sight(node, { state: 'Available' }))).toBe('it has its weights');
  const going = sight(node, { pod: isReady, state: 'Available' });
  going.pods[0]!.metadata.deletionTimestamp = '2026-11-27T16:00:00Z';
  expect(words(going)).toBe('it is being made');
});

test('what a graph waits for is told in the order in which it comes up', () => {
  expect(words({ deployment, workloads: [], pods: [] })).toBe('it is being made');
  const message = '0/1 nodes are available: 1 Insufficient cpu.';
  const unplaced = { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] };
  const waiting = sight({}, { pod: { ...unplaced, containerStatuses: undefined } });
  expect(words(waiting)).toBe(`waiting for a place: ${message}`);
  expect(graphState('bright/1', waiting)).toMatchObject({ late: { code: 'cluster-full' } });
  expect(words(sight({ state: { waiting: { reason: 'ContainerCreating' } } }))).toBe('pulling the image');
  expect(words(sight({ state: { waiting: { reason: 'ErrImagePull' } } }))).toMatch(/could not be pulled and is tried/);
  expect(words(sight({ started: false, state: { running: {} } }))).toBe('fetching and checking the weights');
});

test('why a graph never comes has a name', () => {
  const pull = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "serving"' };
  expect(failure(sight({ state: { waiting: pull } }))).toMatchObject({ code: 'image-unavailable' });
  const secret = { reason: 'CreateContainerConfigError', message: 'secret "cairn-registry" not found' };
  expect(failure(sight({ state: { waiting: secret } }))).toMatchObject({
    code: 'cluster-refused',
    message: expect.stringContaining('cairn-registry') as string,
  });
  const problem = { code: 'weights-digest-mismatch', detail: 'The weights are others.', where: 'a file' };
  const message = `a warning of Node\n${JSON.stringify(problem)}\n`;
  const ended = { exitCode: 1, reason: 'Error', message };
  expect(failure(sight({ restartCount: 0, state: { terminated: ended } }))).toMatchObject({ code: problem.code });
  const again = { restartCount: 1, state: { running: {} }, started: false, lastState: { terminated: ended } };
  expect(failure(sight(again))).toMatchObject({ code: problem.code, more: { where: 'a file' } });
  const status = {
    conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'pods "p" is forbidden: exceeded quota: small' }],
  };
  expect(failure({ deployment, workloads: [{ status }], pods: [] })).toMatchObject({ code: 'quota-exceeded' });
});

test('a node that was killed without a word comes again; one that is so again and again is given up', () => {
  const killed = { exitCode: 137, reason: 'OOMKilled' };
  const again = (restartCount: number): GraphSight =>
    sight({ restartCount, started: false, state: { running: {} }, lastState: { terminated: killed } });
  expect(words(again(1))).toBe('fetching and checking the weights');
  expect(failure(again(3))).toMatchObject({
    code: 'serving-unavailable',
    message: expect.stringContaining('OOMKilled') as string,
  });
});
