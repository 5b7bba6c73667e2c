import type { ModelTaskName } from '@cairn/contracts';
import { instanceSegmentation } from './instance-segmentation.ts';
import type { TaskMaker } from './model-task.ts';
import { objectDetection } from './object-detection.ts';
import { sceneClassification } from './scene-classification.ts';
import { semanticSegmentation } from './semantic-segmentation.ts';

/** How each task is answered. */
export const tasks = {
  'semantic-segmentation': semanticSegmentation,
  'instance-segmentation': instanceSegmentation,
  'object-detection': objectDetection,
  'scene-classification': sceneClassification,
} as const satisfies Record<ModelTaskName, TaskMaker>;
