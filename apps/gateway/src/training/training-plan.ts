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
  const step = stepsOf(project, { ...settings, title });
  return {
    package: folder,
    steps: [
      step('preprocess', { data: dataset, out: prepared }, [8, 15]),
      step('train', { prepared, out: model }, [15, 85]),
      step('evaluate', { prepared, model, out: evaluation }, [85, 93]),
    ],
  };
}

/**
 * The plan of an evaluation: preprocess the data, evaluate. What the version keeps is laid into the folder `model` before:
 * model/ and record.json.
 * @param settings those that the version was trained with.
 * @param title names version and data in what evaluate writes.
 * @throws as `trainingPlan`.
 */
export function evaluationPlan(project: MlProject, settings: Hyperparameters, title: string): Plan {
  const { package: folder, dataset, prepared, model, evaluation } = places;
  const step = stepsOf(project, { ...settings, title });
  return {
    package: folder,
    steps: [
      step('preprocess', { data: dataset, out: prepared }, [8, 40]),
      step('evaluate', { prepared, model, out: evaluation }, [40, 93]),
    ],
  };
}

/** Makes steps of entry points. Each works on folders, of which it leaves the one that it calls `out`. */
function stepsOf(project: MlProject, values: Hyperparameters) {
  return (
    entryPoint: string,
    folders: Record<string, string> & { out: string },
    share: PlanStep['share'],
  ): PlanStep => {
    const { out, ...inputs } = folders;
    return {
      name: entryPoint,
      entryPoint,
      parameters: parametersOf(project, entryPoint, folders, values),
      inputs: Object.values(inputs),
      outputs: [out],
      limits,
      retry,
      share,
    };
  };
}

/**
 * What an entry point is given: the folders that it works on, and those of the values that it takes.
 * @throws CairnError `package-invalid` where it does not take one of the folders.
 */
export function parametersOf(
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
