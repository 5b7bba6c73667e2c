import type { Plan } from '../plan.ts';

/** The run of a plan, for a runner. */
export interface PlanRun {
  /** Folder of the job, in which the plan's paths lie. */
  folder: string;
  /** Where the steps log to, as which run, and by which token: it is worth this job alone. */
  tracking: { uri: string; token: string; experimentId: string; runId: string };
  /** Added to what the steps see of the environment. */
  environment: Readonly<Record<string, string>>;
  signal: AbortSignal;
  progress(percent: number, message: string): void;
  /** Begins a step of the plan, by its name; told again for a further try. */
  step(name: string): void;
  /** Adds a line to the job's log. The token is masked in it. */
  log(line: string): void;
}

/**
 * Executes plans. Local processes do it on a laptop; a cluster's workflow engine does it from the same plan. `run` resolves
 * when every step has left its outputs. A plan that was interrupted may be asked for again on the same folder: no two of its
 * steps run at once, and it comes to its end as if nothing had happened.
 * @throws CairnError `training-failed` for the step that ended badly, was silent for too long or left an output out;
 * `tools-missing`, `uv-missing`; the signal's reason where the run was interrupted, when nothing of it runs any more.
 */
export interface Runner {
  run(plan: Plan, run: PlanRun): Promise<void>;
}
