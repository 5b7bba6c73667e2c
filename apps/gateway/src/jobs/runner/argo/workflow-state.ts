import type { PlanStep } from '../../plan.ts';
import type { Trouble } from '../failed-step.ts';
import { mayPass, reasonOf } from '../step-output.ts';

/** A workflow as the API server tells it, as far as Cairn reads it. */
export interface WorkflowState {
  metadata: { uid: string; labels?: Record<string, string>; deletionTimestamp?: string };
  spec: { templates: { steps?: { name: string }[][] }[] };
  status?: { phase?: string; message?: string; nodes?: Record<string, NodeState> };
}

/** A node of a workflow's status. Those of type `Pod` are tries of steps. */
export interface NodeState {
  id: string;
  type: string;
  /** The step's name. */
  templateName?: string;
  phase?: string;
  message?: string;
  startedAt?: string | null;
  outputs?: { exitCode?: string };
}

/** A pod of a workflow. */
export interface PodState {
  metadata: { name: string; annotations?: Record<string, string> };
  status?: {
    /** When a machine took it. */
    startTime?: string;
    conditions?: { type: string; status: string; message?: string }[];
    initContainerStatuses?: ContainerState[];
    containerStatuses?: ContainerState[];
  };
}

interface ContainerState {
  name: string;
  state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: object };
}

/** Whether a workflow or a node has come to its end. */
export function hasEnded(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}

/** The tries of a workflow's steps, in their order. */
export function triesOf({ status }: WorkflowState): NodeState[] {
  const pods = Object.values(status?.nodes ?? {}).filter(({ type }) => type === 'Pod');
  const start = ({ startedAt }: NodeState): string => startedAt ?? '~';
  return pods.sort((a, b) => (start(a) < start(b) ? -1 : start(a) > start(b) ? 1 : 0));
}

/** The pod of a try. */
export function podOf(node: NodeState, pods: readonly PodState[]): PodState | undefined {
  return pods.find(({ metadata }) => metadata.annotations?.['workflows.argoproj.io/node-id'] === node.id);
}

/** Whether the package's container has begun, so that it has a log. */
export function hasBegun(pod: PodState): boolean {
  const main = pod.status?.containerStatuses?.find(({ name }) => name === 'main')?.state;
  return main?.running !== undefined || main?.terminated !== undefined;
}

/** Why a pod does not begin, in words; null where it only takes its time. */
export function whatKeeps({ status }: PodState): string | null {
  const unplaced = status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unplaced !== undefined) return `no machine takes it: ${unplaced.message ?? ''}`;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = containers
    .map(({ state }) => state?.waiting)
    .find((state) => /Err|BackOff/.test(state?.reason ?? ''));
  return waiting === undefined ? null : `${waiting.reason}: ${waiting.message ?? ''}`;
}

// The shell's way to tell the signal that ended a program.
const bySignal = 128;

/**
 * What went wrong with a try that failed.
 * @param tail the last lines that it wrote.
 * @param missing those of its outputs that are not in the store.
 */
export function troubleOf(step: PlanStep, node: NodeState, tail: string, missing: readonly string[]): Trouble {
  const message = node.message ?? 'nobody said why';
  if (/deadline/i.test(message)) return { words: `took longer than ${step.limits.total} s`, mayPass: false };
  const code = Number(node.outputs?.exitCode ?? /^main: .*\(exit code (\d+)\)/.exec(message)?.[1]);
  if (Number.isNaN(code)) return { words: `could not be run: ${message}`, mayPass: false };
  if (code === 0) {
    const [output] = missing;
    const isMissing = output !== undefined && /no such file or directory|does not exist/.test(message);
    return { words: isMissing ? `left no ${output}` : `could not hand on what it left: ${message}`, mayPass: false };
  }
  const isTooLarge = message.includes('OOMKilled');
  const signal = code > bySignal && !isTooLarge ? 'SIGKILL' : null;
  const reason = isTooLarge ? 'it used more memory than a step may' : reasonOf(tail);
  return { words: `ended with ${code}: ${reason}`, mayPass: mayPass({ code, signal }, tail) };
}
