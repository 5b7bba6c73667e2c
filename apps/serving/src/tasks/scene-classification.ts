import { probabilitiesOf } from '../answer.ts';
import { Findings, objectsEdge, objectShapes, packFindings, unpackFindings, type Finding } from './found-objects.ts';
import type { ModelTask } from './model-task.ts';
import { looked, rounded } from './object-detection.ts';

/**
 * A class for each chip: `probability` float32 [1, C]. A chip is the core of a window, and ends where the imagery does; the
 * likeliest class is its answer.
 */
export function sceneClassification(classes: readonly string[]): ModelTask<Finding[]> {
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
    pack: packFindings,
    unpack: unpackFindings,
    shapes: (found, place) => objectShapes(found, place, looked(classes)),
  };
}
