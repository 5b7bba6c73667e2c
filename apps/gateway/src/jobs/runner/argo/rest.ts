import type { Plan, PlanStep } from '../../plan.ts';
import { triedLabel } from './workflow.ts';
import type { WorkflowState } from './workflow-state.ts';

/** What is left to do of a plan: its steps from one on. What those before it have left is in the artifact store. */
export interface Rest {
  plan: Plan;
  /** How often the first of its steps was tried before. */
  tried: number;
}

/** The plan from a step on, which was tried so often before. */
export function restFrom(plan: Plan, step: string, tried: number): Rest {
  const at = plan.steps.findIndex(({ name }) => name === step);
  const [first, ...others] = plan.steps.slice(Math.max(0, at));
  const retried = (one: PlanStep): PlanStep => ({
    ...one,
    retry: { ...one.retry, limit: Math.max(0, one.retry.limit - tried) },
  });
  return { plan: { ...plan, steps: first === undefined ? [] : [retried(first), ...others] }, tried };
}

/** What a workflow that is there was submitted for. */
export function restOf(plan: Plan, { spec, metadata }: WorkflowState): Rest {
  const first = spec.templates[0]?.steps?.[0]?.[0]?.name ?? '';
  return restFrom(plan, first, Number(metadata.labels?.[triedLabel] ?? 0));
}
