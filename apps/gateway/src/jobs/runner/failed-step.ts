import { CairnError } from '@cairn/contracts';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanStep } from '../plan.ts';

/** Why a try of a step did not end well, and whether another may. */
export interface Trouble {
  words: string;
  mayPass: boolean;
}

/** The end of a step that did not do its part. */
export function failedStep(step: PlanStep, what: string, cause?: unknown): CairnError {
  return new CairnError('training-failed', `The step ${step.name} ${what}.`, {
    where: step.name,
    action:
      'Look at the log of the job, which holds all that the step said; mend the package or the data, and try again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Demands that paths are there. @throws CairnError `training-failed`, in the words of the verb. */
export async function demandPaths(
  step: PlanStep,
  paths: readonly string[],
  folder: string,
  verb: 'needs' | 'left no',
): Promise<void> {
  for (const path of paths) {
    await access(join(folder, path)).catch((cause: unknown) => {
      throw failedStep(step, `${verb} ${path}`, cause);
    });
  }
}
