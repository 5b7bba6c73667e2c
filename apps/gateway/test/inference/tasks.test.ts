import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Expression } from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NetworkOutput } from '../../src/registry/network-output.ts';
import { cogOf, type Picture } from '../imagery/geotiff.ts';
import { type Building, openWorld, type World } from './world.ts';

const [width, height] = [1100, 700];
const tent = 21;

/** Middles of tents, in pixels: some beside each other, some on the border of blocks of 512, one that is hardly seen, a car. */
const marks = [
  { x: 100, y: 100, sure: 1 },
  { x: 100 + tent, y: 100, sure: 0.8 },
  { x: 512, y: 300, sure: 0.9 },
  { x: 505, y: 515, sure: 0.7 },
  { x: 900, y: 600, sure: 1, car: true },
  { x: 300, y: 600, sure: 0.3 },
];

/** Tents with a blue middle on dark ground; a red place that meets a green lake at the border of two blocks; no image in the east. */
const picture: Picture = (x, y) => {
  if (x >= 1050) return [0, 0, 0, 0];
  const mark = marks.find((one) => one.x === x && one.y === y);
  if (mark !== undefined) return [0, mark.car ? 255 : 0, Math.round(255 * mark.sure), 255];
  if (marks.some((one) => Math.abs(one.x - x) <= 10 && Math.abs(one.y - y) <= 10)) return [200, 200, 200, 255];
  if (y >= 500 && y < 540 && x >= 600 && x < 640) return [250, 0, 0, 255];
  if (y >= 500 && y < 540 && x >= 640 && x < 700) return [0, 250, 0, 255];
  return [10, 10, 10, 255];
};

/** The package's own post-processing: half of each score. */
const half: Expression = {
  process_graph: { half: { process_id: 'multiply', arguments: { x: { from_parameter: 'x' }, y: 0.5 }, result: true } },
};

let world: World;
let aoi: object;

beforeAll(async () => {
  world = await openWorld();
  await world.add('camp', await cogOf(width, height, picture, { tile: 256 }));
  aoi = (await world.catalog.get('imagery', 'camp')).geometry as object;
  const models: [string, string, NetworkOutput][] = [
    ['lakes', 'classes', { task: 'semantic-segmentation', classes: ['background', 'square', 'lake'] }],
    ['tents', 'boxes', { task: 'object-detection', classes: ['background', 'tent', 'car'] }],
    ['outlines', 'masks', { task: 'instance-segmentation', classes: ['background', 'tent', 'car'] }],
    [
      'doubted',
      'boxes',
      { task: 'object-detection', classes: ['background', 'tent', 'car'], expressions: { scores: half } },
    ],
    ['chips', 'chips', { task: 'scene-classification', classes: ['red', 'green', 'blue'] }],
  ];
  for (const [model, network, output] of models) {
    const file = fileURLToPath(new URL(`../../../serving/test/fixture/${network}.onnx`, import.meta.url));
    await world.bring(model, await readFile(file), output);
  }
});
afterAll(() => world.close());

/** Predictions are stored by what they ask for: another size of block has to come with another request. */
async function found(model: string, block: number, asked: object = {}): Promise<Building[]> {
  const inputs = { model, imagery: 'camp', aoi, simplify: 0.001 * (block / 512), minArea: 0.1, ...asked };
  return (await world.predict(inputs, block)).features;
}

/** What of a feature has to be the same however the imagery was cut. */
function facts(features: Building[]): unknown[] {
  return features.map(({ geometry, properties }) => ({ geometry, properties }));
}

function areaOf(pixels: number): unknown {
  // 0.3 m a pixel, within the distortion of its map projection.
  return expect.closeTo(pixels * 0.09, -Math.log10(pixels * 0.09 * 0.02 * 2)) as unknown;
}

test('each class of a segmentation has outlines of its own, which meet and do not merge, also across blocks', async () => {
  const features = await found('lakes', 512);
  const sizes = Object.fromEntries(features.map(({ properties }) => [properties.class, properties.area_m2]));
  expect(features).toHaveLength(2);
  expect(sizes).toEqual({ square: areaOf(40 * 40), lake: areaOf(60 * 40) });
  expect(facts(await found('lakes', 1024))).toEqual(facts(features));
});

test('boxes of objects are found once each, with class and confidence, whatever the blocks', async () => {
  const features = await found('tents', 512);
  const told = features.map(({ properties }) => [properties.class, properties.confidence]).sort();
  expect(told).toEqual([
    ['car', 1],
    ['tent', 0.702],
    ['tent', 0.8],
    ['tent', 0.902],
    ['tent', 1],
  ]);
  for (const { geometry, properties } of features) {
    expect(geometry.coordinates[0]).toHaveLength(5);
    expect(properties.area_m2).toEqual(areaOf(tent * tent));
  }
  expect(facts(await found('tents', 1024))).toEqual(facts(features));
  expect(await found('tents', 512, { threshold: 0.25 })).toHaveLength(6);
});

test("a package's own post-processing is done to what its network answers", async () => {
  const features = await found('doubted', 512, { threshold: 0.4 });
  expect(features.map(({ properties }) => properties.confidence).sort()).toEqual([0.4, 0.451, 0.5, 0.5]);
});

test('things that touch stay two where the network tells them apart', async () => {
  const features = await found('outlines', 512);
  expect(features).toHaveLength(5);
  for (const { properties } of features) expect(properties.area_m2).toEqual(areaOf(tent * tent));
  expect(facts(await found('outlines', 1024))).toEqual(facts(features));
});

test('each chip has the class that is likeliest for it', async () => {
  const features = await found('chips', 512, { threshold: 0.1 });
  // 1100 × 700 pixels are six chips of 512: one is whole, the others end with the image. Tents have blue middles.
  const told = features.map(({ properties }) => properties.class).sort();
  expect(told).toEqual(['blue', 'blue', 'green', 'green', 'red', 'red']);
  const areas = features.map(({ properties }) => properties.area_m2);
  expect(Math.max(...areas)).toEqual(areaOf(512 * 512));
  expect(areas.reduce((sum, area) => sum + area, 0)).toEqual(areaOf(width * height));
  expect(facts(await found('chips', 1024, { threshold: 0.1 }))).toEqual(facts(features));
});
