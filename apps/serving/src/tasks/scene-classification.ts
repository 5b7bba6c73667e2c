import { probabilitiesOf } from '../answer.ts';
import { Findings, objectsEdge, objectShapes } from './found-objects.ts';
import type { ModelTask } from './model-task.ts';
import { looked, rounded } from './object-detection.ts';

/**
 * A class for each chip: `probability` float32 [1, C]. A chip is the core of a window, and ends where the imagery does; the
 * likeliest class is its answer.
 */
export function sceneClassification(classes: readonly string[]): ModelTask {
  return {
    outputs: ['probability'],
    edge: objectsEdge,
    answersRaw: false,
    isPixelwise: false,
    collector: () =>
      new Findings(({ window: { core } }, answer) => {
        const values = [...probabilitiesOf(answer, 'probability', [1, classes.length])];
        const score = Math.max(...values);
        return [{ class: values.indexOf(score), score: rounded(score), box: core }];
      }),
    shapes: (packed, place) => objectShapes(packed, place, looked(classes)),
  };
}
