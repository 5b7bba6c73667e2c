import { backgroundClass } from '@cairn/contracts';
import { floatsOf, labelsOf, probabilitiesOf, sizesOf, type Answer } from '../answer.ts';
import {
  Findings,
  isSeen,
  objectsEdge,
  objectShapes,
  packFindings,
  unpackFindings,
  type Finding,
} from './found-objects.ts';
import { type ModelTask, type SeenWindow } from './model-task.ts';

/**
 * Boxes around objects, as torchvision's detectors name them: `boxes` float32 [N, 4] (x0, y0, x1, y1 in pixels of the window),
 * `scores` float32 [N], `labels` int64 [N]. Boxes are rounded to whole pixels and end where the window does.
 */
export function objectDetection(classes: readonly string[]): ModelTask<Finding[]> {
  return {
    outputs: ['boxes', 'scores', 'labels'],
    edge: objectsEdge,
    answersRaw: false,
    isPixelwise: false,
    collector: () =>
      new Findings((seen, answer) => boxesOf(seen, answer, classes.length).filter(({ box }) => isSeen(seen, box))),
    pack: packFindings,
    unpack: unpackFindings,
    shapes: (found, place) => objectShapes(found, place, looked(classes)),
  };
}

/** The boxes of a window with class and score. @throws CairnError `model-output-invalid`. */
export function boxesOf({ window }: SeenWindow, answer: Answer, classes: number): Finding[] {
  const [count = 0] = sizesOf(answer, 'boxes');
  const boxes = floatsOf(answer, 'boxes', [count, 4]);
  const scores = probabilitiesOf(answer, 'scores', [count]);
  const labels = labelsOf(answer, 'labels', [count], classes);
  const sizes = [window.width, window.height];
  const inside = (at: number): number => Math.max(0, Math.min(sizes[at % 2]!, Math.round(boxes[at]!)));
  return labels.map((label, i) => {
    const [x0, y0, x1, y1] = [0, 1, 2, 3].map((side) => inside(i * 4 + side)) as [number, number, number, number];
    const box = { x0: x0 + window.x, y0: y0 + window.y, x1: x1 + window.x, y1: y1 + window.y };
    return { class: label, score: rounded(scores[i]!), box };
  });
}

/** The name of a class by its number; null for one that is not looked for. */
export function looked(classes: readonly string[]): (label: number) => string | null {
  return (label) => {
    const name = classes[label];
    return name === undefined || name === backgroundClass ? null : name;
  };
}

/** A probability with as many digits as it is told with. */
export function rounded(score: number): number {
  return Math.min(1, Math.max(0, Math.round(score * 1e4) / 1e4));
}
