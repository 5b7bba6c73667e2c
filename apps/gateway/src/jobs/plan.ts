/**
 * What a job that runs a package will do, as plain data: a runner executes it here as processes, or renders it for a
 * cluster. Paths are relative to the job's folder, with forward slashes.
 */
export interface Plan {
  /** Folder of the package. */
  package: string;
  steps: readonly PlanStep[];
}

/** One entry point of the package. */
export interface PlanStep {
  /** As people read it, `train`. */
  name: string;
  entryPoint: string;
  /** What the entry point takes; a path is given as where it lies. */
  parameters: Readonly<Record<string, PlanValue>>;
  /** Paths that have to be there before it starts. */
  inputs: readonly string[];
  /** Paths that it leaves. */
  outputs: readonly string[];
  limits: StepLimits;
  retry: StepRetry;
  /** What part of the job's progress it is: from and to, 0..100. */
  share: readonly [from: number, to: number];
}

/** A parameter: a value, or a path of the job's folder. */
export type PlanValue = string | number | boolean | { readonly path: string };

/** After how many seconds a step is ended. */
export interface StepLimits {
  /** Without its first word: until then its environment is built, which may mean a large download. */
  first: number;
  /** Without a word between two. */
  silence: number;
  /** From its start. */
  total: number;
}

/**
 * How often a step is tried again after a failure that is not its own: a network or a server that was away while its
 * environment was fetched or while it logged, a machine or a process that was taken away under it. What the package itself
 * says is wrong, a limit that was passed and an output that is missing end the plan at once.
 */
export interface StepRetry {
  /** Tries after the first; 0: never. */
  limit: number;
  /** Seconds before the first of them; each later one waits twice as long as the one before, at most `longest`. */
  pause: number;
  longest: number;
}

/** Seconds to wait before a try; `again` counts the tries after the first, from 1. */
export function pauseBefore(again: number, { pause, longest }: StepRetry): number {
  return Math.min(longest, pause * 2 ** (again - 1));
}
