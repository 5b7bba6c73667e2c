import type { BlockParameters, ModelTaskName } from '@cairn/contracts';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../src/answer.ts';
import type { SeenWindow } from '../src/tasks/model-task.ts';
import { taskFor } from '../src/tasks/tasks.ts';

const place: BlockParameters = { originX: -2, originY: -2, coreX0: 0, coreY0: 0, coreX1: 8, coreY1: 8, threshold: 0.5 };
const edge = 12;

/** The one window of the place's block; its right half has no data. */
const seen: SeenWindow = {
  window: { x: -2, y: -2, width: edge, height: edge, core: { x0: 0, y0: 0, x1: 8, y1: 8 } },
  halo: 2,
  rgba: new Uint8Array(edge * edge * 4).map((_, i) => ((i >> 2) % edge < edge / 2 ? 255 : 0)),
  width: edge,
  left: 0,
  top: 0,
};

const floats = (dims: number[], ...values: number[]): Tensor => {
  const size = dims.reduce((product, one) => product * one, 1);
  return new Tensor(
    'float32',
    Float32Array.from({ length: size }, (_, i) => values[i % values.length] ?? 0),
    dims,
  );
};
const labels = (...values: number[]): Tensor =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);

/** Polygons and objects of a block whose one window the network answered so. */
async function shapesOf(task: ModelTaskName, classes: string[], answer: Answer) {
  const made = taskFor(task, classes);
  const collector = made.collector(place);
  collector.take(seen, answer);
  // As from node to node.
  const [shapes] = made.shapes(await made.unpack(await made.pack(collector.found()), place), place);
  return shapes!;
}

describe('semantic segmentation', () => {
  const classes = ['background', 'roof', 'road'];
  const plane = edge * edge;
  const told = (roof: number, road: number): Answer => ({
    probability: new Tensor(
      'float32',
      Float32Array.from({ length: 3 * plane }, (_, i) => [1 - roof - road, roof, road][Math.floor(i / plane)]!),
      [1, 3, edge, edge],
    ),
  });

  it('gives each pixel with data to its likeliest class, from the threshold on', async () => {
    const { polygons } = await shapesOf('semantic-segmentation', classes, told(0.6, 0.3));
    expect(polygons).toMatchObject([{ class: 'roof', pixels: 32, confidenceSum: 32 * 153 }]);
    expect((await shapesOf('semantic-segmentation', classes, told(0.3, 0.65))).polygons).toMatchObject([
      { class: 'road' },
    ]);
    expect((await shapesOf('semantic-segmentation', classes, told(0.45, 0.3))).polygons).toEqual([]);
  });

  it('takes two channels of one class as it takes one', async () => {
    const two = { probability: floats([1, 2, edge, edge], 0.8) };
    const one = { probability: floats([1, 1, edge, edge], 0.8) };
    const shapes = await shapesOf('semantic-segmentation', ['background', 'building'], one);
    expect(shapes.polygons).toMatchObject([{ class: 'building', pixels: 32 }]);
    expect(await shapesOf('semantic-segmentation', ['background', 'building'], two)).toEqual(shapes);
  });
});

describe('objects', () => {
  const boxes = floats([3, 4], 3, 3, 5, 6, 4, 4, 5.4, 5.6, 9, 9, 12, 12);
  const found = { boxes, scores: floats([3], 0.9, 0.4, 0.9), labels: labels(1, 1, 1) };

  it('count where the middle of their box lies, has data and is sure enough', async () => {
    const { objects } = await shapesOf('object-detection', ['background', 'tent'], found);
    const box = { x0: 1, y0: 1, x1: 3, y1: 4 };
    expect(objects).toEqual([{ class: 'tent', score: 0.9, box, rings: [[1, 1, 1, 4, 3, 4, 3, 1]] }]);
  });

  it('of the class that is not looked for are none', async () => {
    const answer = { ...found, labels: labels(0, 0, 0) };
    expect((await shapesOf('object-detection', ['background', 'tent'], answer)).objects).toEqual([]);
  });

  it('have the outline of the largest part of their mask', async () => {
    const masks = floats([3, 1, edge, edge]);
    for (const [x, y] of [
      [4, 4],
      [4, 5],
      [5, 5],
      [2, 9],
    ] as const)
      masks.data[y * edge + x] = 0.7;
    const { objects } = await shapesOf('instance-segmentation', ['tent', 'car'], { ...found, masks });
    expect(objects).toMatchObject([{ class: 'car', rings: [[2, 2, 2, 4, 4, 4, 4, 3, 3, 3, 3, 2]] }]);
  });
});

describe('scene classification', () => {
  it('gives a chip its likeliest class, and says nothing where that is none that is looked for or not sure', async () => {
    const classes = ['background', 'dense', 'sparse'];
    const told = (...values: number[]) =>
      shapesOf('scene-classification', classes, { probability: floats([1, 3], ...values) });
    const box = { x0: 0, y0: 0, x1: 8, y1: 8 };
    expect((await told(0.1, 0.2, 0.7)).objects).toMatchObject([{ class: 'sparse', score: 0.7, box }]);
    expect((await told(0.6, 0.2, 0.2)).objects).toEqual([]);
    expect((await told(0.3, 0.36, 0.34)).objects).toEqual([]);
  });
});

describe('an answer that does not fit', () => {
  const classes = ['background', 'tent'];
  const boxes = floats([1, 4], 1, 1, 5, 5);
  const scores = floats([1], 0.9);
  it.each([
    ['semantic-segmentation', 'another number of channels', { probability: floats([1, 3, edge, edge], 0.5) }],
    ['semantic-segmentation', 'another size', { probability: floats([1, 1, edge, 4], 0.5) }],
    ['semantic-segmentation', 'no probability', { probability: floats([1, 1, edge, edge], NaN) }],
    ['semantic-segmentation', 'nothing', {}],
    ['object-detection', 'fewer scores than boxes', { boxes, scores: floats([0]), labels: labels(1) }],
    ['object-detection', 'a class that there is not', { boxes, scores, labels: labels(2) }],
    ['object-detection', 'boxes without end', { boxes: floats([1, 4], Infinity), scores, labels: labels(1) }],
    ['object-detection', 'labels that are no whole numbers', { boxes, scores, labels: floats([1], 1) }],
    [
      'instance-segmentation',
      'masks of another size',
      { boxes, scores, labels: labels(1), masks: floats([1, 1, 4, 4]) },
    ],
    ['scene-classification', 'a class too few', { probability: floats([1, 1], 1) }],
  ] as const)('to %s is told by name: %s', async (task, _, answer) => {
    await expect(shapesOf(task, [...classes], answer)).rejects.toMatchObject({ code: 'model-output-invalid' });
  });

  it('between the nodes is refused', async () => {
    const task = taskFor('object-detection', classes);
    for (const packed of ['', 'null', '{"objects":[]}', '{"masks":4,"objects":[]}\nAA==']) {
      await expect(task.unpack(packed, place)).rejects.toMatchObject({ code: 'input-invalid' });
    }
  });
});
