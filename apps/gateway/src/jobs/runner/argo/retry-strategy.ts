import type { StepRetry } from '../../plan.ts';

// Argo tells a step's own failure as "main: … (exit code N)", a passed limit by the word deadline, a missing output by the
// system's words, and a pod that the rules of the cluster refuse by Kubernetes' own. What else ends a pod came from outside:
// it was deleted, preempted or evicted, its node went down, its image or its artifacts could not be fetched.
const own = ['main:', 'deadline', 'no such file or directory', 'is forbidden'];
const notItsOwn = `none([${own.map((words) => `'${words}'`).join(', ')}], lastRetry.message contains #)`;

/** Whether a step is not tried again after it failed with this message. Argo sees that only after the pause before a try. */
export function isItsOwn(message: string): boolean {
  return own.some((words) => message.includes(words));
}

/** How Argo is to try a step again; nothing where it is not to. */
export function retryStrategy({ limit, pause, longest }: StepRetry): { retryStrategy?: unknown } {
  if (limit === 0) return {};
  return {
    retryStrategy: {
      limit: String(limit),
      retryPolicy: 'Always',
      expression: notItsOwn,
      backoff: { duration: `${pause}s`, factor: '2', cap: `${longest}s` },
    },
  };
}
