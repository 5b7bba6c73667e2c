import type { Plan } from '../plan.ts';

/** The run of a plan, for a runner. */
export interface PlanRun {
  /** Id of the job. */
  job: string;
  /** Folder of the job, in which the plan's paths lie. */
  folder: string;
  /** The package's container image, `REGISTRY/NAME@sha256:…`; null where none was built. */
  image: string | null;
  /** Where the steps log to, as which run, and by which token: it is worth this job alone. */
  tracking: { uri: string; token: string; experimentId: string; runId: string };
  /** Added to what the steps see of the environment. */
  environment: Readonly<Record<string, string>>;
  /** Where its reason is `HandedOver`, what runs outside of the gateway is left running. */
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
 * `tools-missing`, `uv-missing`, `image-missing`, `cluster-unavailable`; the signal's reason where the run was interrupted,
 * when nothing of it runs any more.
 */
export interface Runner {
  /** Where the steps run and go on without the gateway; null where they end with it. */
  readonly outside: Outside | null;
  run(plan: Plan, run: PlanRun): Promise<void>;
}

/** What jobs have outside of the gateway. */
export interface Outside {
  /**
   * The name of what a job will have there, known before it has it.
   * @throws CairnError `image-missing` where it could not be run there.
   */
  nameOf(job: string, image: string | null): string;
  /** What a gateway before this one left there of a job, for `run` to take up; null where there is nothing. */
  left(job: string): Promise<Left | null>;
  /** Ends what runs there of a job, and clears it away. It is content where nothing is left. */
  end(job: string): Promise<void>;
}

/** What runs outside, or has ended there while no gateway looked. */
export interface Left {
  /** The MLflow run to which its steps log. */
  runId: string;
  /** The token that they were given. */
  token: string;
}
