import { CairnError } from '@cairn/contracts';
import type { Plan, PlanStep, PlanValue, StepLimits, StepRetry } from '../jobs/plan.ts';
import type { MlProject } from '../registry/package/mlproject.ts';
import type { Hyperparameters } from './hyperparameters.ts';

/** Folders of a training, inside the job's. */
export const places = {
  package: 'package',
  dataset: 'dataset',
  prepared: 'prepared',
  model: 'model',
  evaluation: 'evaluation',
} as const;

// An environment may mean gigabytes to be fetched, in which a step is silent; a training may take a night.
const limits: StepLimits = { first: 2 * 3600, silence: 900, total: 24 * 3600 };
const retry: StepRetry = { limit: 3, pause: 10, longest: 300 };

/**
 * The plan of a training: preprocess the data, train, evaluate. Each entry point gets those of the settings that it takes;
 * what it takes besides has a default in the package.
 * @param title names the model in the card that evaluate writes.
 * @throws CairnError `package-invalid` where an entry point does not take the folders it works on.
 */
export function trainingPlan(project: MlProject, settings: Hyperparameters, title: string): Plan {
  const { package: folder, dataset, prepared, model, evaluation } = places;
  const step = (entryPoint: string, folders: Record<string, string>, inputs: string[], output: string): PlanStep => ({
    name: entryPoint,
    entryPoint,
    parameters: parametersOf(project, entryPoint, folders, { ...settings, title }),
    inputs,
    outputs: [output],
    limits,
    retry,
    share: shares[entryPoint]!,
  });
  return {
    package: folder,
    steps: [
      step('preprocess', { data: dataset, out: prepared }, [dataset], prepared),
      step('train', { prepared, out: model }, [prepared], model),
      step('evaluate', { prepared, model, out: evaluation }, [prepared, model], evaluation),
    ],
  };
}

const shares: Record<string, PlanStep['share']> = { preprocess: [8, 15], train: [15, 85], evaluate: [85, 93] };

function parametersOf(
  project: MlProject,
  entryPoint: string,
  folders: Record<string, string>,
  values: Hyperparameters,
): Record<string, PlanValue> {
  const declared = Object.keys(project.entryPoints[entryPoint] ?? {});
  for (const name of Object.keys(folders)) {
    if (declared.includes(name)) continue;
    throw new CairnError('package-invalid', `The entry point ${entryPoint} does not take the folder ${name}.`, {
      where: `MLproject#/entry_points/${entryPoint}/parameters`,
      action: `Let it take ${Object.keys(folders).join(', ')}, as models/building-detector does.`,
    });
  }
  const paths = Object.entries(folders).map(([name, path]) => [name, { path }] as const);
  const settings = Object.entries(values).filter(([name]) => declared.includes(name) && !(name in folders));
  return Object.fromEntries<PlanValue>([...paths, ...settings]);
}
