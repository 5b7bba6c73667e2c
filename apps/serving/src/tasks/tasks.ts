import type { ModelTaskName } from '@cairn/contracts';
import { instanceSegmentation } from './instance-segmentation.ts';
import type { ModelTask } from './model-task.ts';
import { objectDetection } from './object-detection.ts';
import { sceneClassification } from './scene-classification.ts';
import { semanticSegmentation } from './semantic-segmentation.ts';

const makers = {
  'semantic-segmentation': semanticSegmentation,
  'instance-segmentation': instanceSegmentation,
  'object-detection': objectDetection,
  'scene-classification': sceneClassification,
} as const;

/**
 * How a task is answered.
 * @param classes names of the network's classes, by number; `backgroundClass` is nothing that is looked for
 */
export function taskFor(name: ModelTaskName, classes: readonly string[]): ModelTask {
  return makers[name](classes);
}
