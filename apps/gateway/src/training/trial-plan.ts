import type { Plan, PlanStep, StepLimits, StepRetry } from '../jobs/plan.ts';
import type { MlProject } from '../registry/package/mlproject.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { parametersOf, places } from './training-plan.ts';
import { trialImage } from './trial-data.ts';

const probability = 'probability.tif';
const buildings = 'buildings.geojson';

// The first step may have to fetch an environment of gigabytes; of the others each is to be over in minutes.
const building: StepLimits = { first: 2 * 3600, silence: 300, total: 3 * 3600 };
const running: StepLimits = { first: 300, silence: 300, total: 1800 };
const retry: StepRetry = { limit: 2, pause: 10, longest: 60 };

/**
 * The plan of a trial: every entry point that a package has to have, on tiny data, each with what the one before left.
 * @throws CairnError `package-invalid` where an entry point does not take the paths it works on.
 */
export function trialPlan(project: MlProject, settings: Hyperparameters, title: string): Plan {
  const { package: folder, dataset, prepared, model, evaluation } = places;
  const step = (
    entryPoint: string,
    paths: Record<string, string>,
    output: string,
    inputs: string[],
    share: PlanStep['share'],
  ): PlanStep => ({
    name: entryPoint,
    entryPoint,
    parameters: parametersOf(project, entryPoint, paths, { ...settings, title }),
    inputs,
    outputs: [output],
    limits: entryPoint === 'preprocess' ? building : running,
    retry,
    share,
  });
  const image = `${dataset}/${trialImage}`;
  return {
    package: folder,
    steps: [
      step('preprocess', { data: dataset, out: prepared }, prepared, [dataset], [8, 30]),
      step('train', { prepared, out: model }, model, [prepared], [30, 60]),
      step('evaluate', { prepared, model, out: evaluation }, evaluation, [prepared, model], [60, 80]),
      step('inference', { model, image, out: probability }, probability, [dataset, model], [80, 90]),
      step('postprocess', { probability, out: buildings }, buildings, [probability], [90, 100]),
    ],
  };
}
