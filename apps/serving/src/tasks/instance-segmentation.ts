import { floatsOf, sizesOf, type Answer } from '../answer.ts';
import {
  Findings,
  isSeen,
  objectsEdge,
  objectShapes,
  packFindings,
  unpackFindings,
  type Finding,
} from './found-objects.ts';
import type { ModelTask, SeenWindow } from './model-task.ts';
import { boxesOf, looked } from './object-detection.ts';

/** From here on a pixel is the object's, as with torchvision's Mask R-CNN. */
const isObject = 0.5;

/**
 * Objects with a mask each: what object detection answers, and `masks` float32 [N, 1, H, W] over the whole window, 0..1. The
 * outline is that of the mask's largest part; a box tells only where to look.
 */
export function instanceSegmentation(classes: readonly string[]): ModelTask<Finding[]> {
  return {
    outputs: ['boxes', 'scores', 'labels', 'masks'],
    edge: objectsEdge,
    answersRaw: false,
    isPixelwise: false,
    collector: () => new Findings((seen, answer) => masked(seen, answer, boxesOf(seen, answer, classes.length))),
    pack: packFindings,
    unpack: unpackFindings,
    shapes: (found, place) => objectShapes(found, place, looked(classes)),
  };
}

/** The same objects with their masks; the box is then that of the mask. Those without a pixel are left out. */
function masked(seen: SeenWindow, answer: Answer, findings: readonly Finding[]): Finding[] {
  const { window } = seen;
  const { width, height } = window;
  const [count = 0] = sizesOf(answer, 'boxes');
  const masks = floatsOf(answer, 'masks', [count, 1, height, width]);
  return findings.flatMap((finding, i) => {
    const plane = masks.subarray(i * width * height, (i + 1) * width * height);
    let [x0, y0, x1, y1] = [width, height, 0, 0];
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        if (plane[at]! < isObject) continue;
        [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
      }
    }
    if (x1 <= x0) return [];
    const mask = new Uint8Array((x1 - x0) * (y1 - y0));
    for (let y = y0, to = 0; y < y1; y++) {
      for (let x = x0; x < x1; x++, to++) mask[to] = plane[y * width + x]! < isObject ? 0 : 1;
    }
    const box = { x0: x0 + window.x, y0: y0 + window.y, x1: x1 + window.x, y1: y1 + window.y };
    return isSeen(seen, box) ? [{ ...finding, box, mask }] : [];
  });
}
