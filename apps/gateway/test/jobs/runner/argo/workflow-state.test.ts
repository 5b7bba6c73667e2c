import { describe, expect, it } from 'vitest';
import { restFrom, restOf } from '../../../../src/jobs/runner/argo/rest.ts';
import {
  hasBegun,
  type NodeState,
  type PodState,
  podOf,
  triesOf,
  troubleOf,
  whatKeeps,
} from '../../../../src/jobs/runner/argo/workflow-state.ts';
import { step } from '../contract.ts';

// As Argo Workflows 3.7 and Kubernetes 1.34 told them.
function node(more: Partial<NodeState>): NodeState {
  return { id: 'n', type: 'Pod', templateName: 'train', phase: 'Failed', startedAt: '2026-11-27T09:00:00Z', ...more };
}

describe('the tries of a workflow', () => {
  it('are its pods, in the order in which they were started', () => {
    const nodes = [
      node({ id: 'a', startedAt: '2026-11-27T09:00:07Z' }),
      node({ id: 'b', type: 'Retry', startedAt: '2026-11-27T09:00:00Z' }),
      node({ id: 'c', startedAt: '2026-11-27T09:00:01Z' }),
      node({ id: 'd', startedAt: null }),
    ];
    const state = {
      metadata: { uid: 'u' },
      spec: { templates: [] },
      status: { nodes: Object.fromEntries(nodes.map((one) => [one.id, one])) },
    };
    expect(triesOf(state).map(({ id }) => id)).toEqual(['c', 'a', 'd']);
    const pod = (id: string) => ({ metadata: { name: id, annotations: { 'workflows.argoproj.io/node-id': id } } });
    expect(podOf(nodes[2]!, [pod('a'), pod('c')])?.metadata.name).toBe('c');
  });
});

describe('a pod that does not begin', () => {
  const pod = (status: PodState['status']): PodState => ({ metadata: { name: 'p' }, ...(status && { status }) });

  it('says whether no machine takes it or its image cannot be had, and is silent where it takes its time', () => {
    const unplaced = { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 Insufficient cpu.' };
    expect(whatKeeps(pod({ conditions: [unplaced] }))).toBe(
      'no machine takes it: 0/1 nodes are available: 1 Insufficient cpu.',
    );
    const main = (state: object) => [{ name: 'main', state }];
    const waiting = { reason: 'ErrImagePull', message: 'not found' };
    expect(whatKeeps(pod({ containerStatuses: main({ waiting }) }))).toBe('ErrImagePull: not found');
    expect(whatKeeps(pod({ containerStatuses: main({ waiting: { reason: 'PodInitializing' } }) }))).toBeNull();
    expect(hasBegun(pod({ containerStatuses: main({ waiting }) }))).toBe(false);
    expect(hasBegun(pod({ containerStatuses: main({ running: {} }) }))).toBe(true);
    expect(hasBegun(pod({ containerStatuses: main({ terminated: {} }) }))).toBe(true);
  });
});

describe('what went wrong with a try', () => {
  const train = step('train', { outputs: ['model'] });

  it.each([
    [
      "the step's own words",
      node({ message: 'main: Error (exit code 2)', outputs: { exitCode: '2' } }),
      'progress 10 trying\nerror: the chips have no colour',
      [],
      { words: 'ended with 2: the chips have no colour', mayPass: false },
    ],
    [
      'a server that was away',
      node({ message: 'main: Error (exit code 1)', outputs: { exitCode: '1' } }),
      'Traceback\nConnectionRefusedError: [Errno 111] Connection refused',
      [],
      { words: expect.stringContaining('Connection refused') as unknown, mayPass: true },
    ],
    [
      'another hand',
      node({ message: 'main: Error (exit code 143)', outputs: { exitCode: '143' } }),
      'progress 10 trying\nworking',
      [],
      { words: 'ended with 143: working', mayPass: true },
    ],
    [
      'its memory',
      node({ message: 'main: OOMKilled (exit code 137)', outputs: { exitCode: '137' } }),
      'working',
      [],
      { words: 'ended with 137: it used more memory than a step may', mayPass: false },
    ],
    [
      'its time',
      node({ message: 'Pod was active on the node longer than the specified deadline' }),
      '',
      [],
      { words: 'took longer than 300 s', mayPass: false },
    ],
    [
      'an output that is missing',
      node({
        phase: 'Error',
        message: 'wait: Error (exit code 64): open: no such file or directory',
        outputs: { exitCode: '0' },
      }),
      'done',
      ['model'],
      { words: 'left no model', mayPass: false },
    ],
    [
      'no pod',
      node({ phase: 'Error', message: 'pods "a" is forbidden: exceeded quota' }),
      '',
      ['model'],
      { words: 'could not be run: pods "a" is forbidden: exceeded quota', mayPass: false },
    ],
  ])('is told by %s', (_what, failed, tail, missing, trouble) => {
    expect(troubleOf(train, failed, tail, missing)).toEqual(trouble);
  });
});

describe('the rest of a plan', () => {
  const retry = { limit: 3, pause: 1, longest: 1 };
  const plan = {
    package: 'package',
    steps: [step('cut', { retry }), step('train', { retry }), step('judge', { retry })],
  };

  it('begins with the step that failed, which is tried as often as is left', () => {
    const rest = restFrom(plan, 'train', 2);
    expect(rest.plan.steps.map(({ name, retry: { limit } }) => [name, limit])).toEqual([
      ['train', 1],
      ['judge', 3],
    ]);
    expect(restFrom(plan, '', 0)).toEqual({ plan, tried: 0 });
  });

  it('is read from the workflow that runs it', () => {
    const state = {
      metadata: { uid: 'u', labels: { 'cairn.tried': '2' } },
      spec: { templates: [{ steps: [[{ name: 'train' }], [{ name: 'judge' }]] }] },
    };
    expect(restOf(plan, state)).toEqual(restFrom(plan, 'train', 2));
  });
});
