import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCollection } from '../src/file/open.ts';
import type { Feature } from '../src/index.ts';
import { building, prediction } from './prediction.ts';
import { houses } from './random.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-open-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function opened(text: string): Promise<{ features: Feature[]; receipt: unknown }> {
  const path = join(folder, 'buildings.geojson');
  await writeFile(path, text);
  const collection = await openCollection(path);
  const features: Feature[] = [];
  for await (const feature of collection.features()) features.push(feature);
  return { features, receipt: collection.receipt };
}

const tricky = building(houses[0]!.geometry, { class: '],\n]' });
const lines = (features: readonly Feature[], members: object, bbox = ''): string =>
  `{"type":"FeatureCollection",${bbox}"features":[${features.map((one) => `\n${JSON.stringify(one)}`).join(',')}\n],${JSON.stringify(members).slice(1)}\n`;

test('a file is the same collection in the layout of predictions, pretty-printed, and on one line', async () => {
  const features = [...houses, tricky];
  const { receipt } = prediction(features);
  const members = { attribution: 'Nobody', 'cairn:receipt': receipt };
  const whole = { type: 'FeatureCollection', ...members, features };
  const layouts = [
    lines(features, members, '"bbox":[86.1,-27.6e1,86.2,27.7],'),
    JSON.stringify(whole),
    JSON.stringify(whole, null, 2),
  ];
  for (const text of layouts) expect(await opened(text)).toEqual({ features, receipt });
  const none = prediction([]).receipt;
  expect(await opened(lines([], { 'cairn:receipt': none }))).toEqual({ features: [], receipt: none });
});

test('a file without a receipt, or with another shape than polygons, is refused', async () => {
  await expect(opened(lines(houses, { attribution: '' }))).rejects.toThrow('carries no receipt');
  await expect(opened('{"type":"FeatureCollection"}')).rejects.toThrow('not a GeoJSON FeatureCollection');
  await expect(opened('null')).rejects.toThrow('not a GeoJSON FeatureCollection');
  const { receipt } = prediction(houses);
  const point = { type: 'Feature', id: 'a', geometry: { type: 'Point', coordinates: [86, 27] }, properties: {} };
  await expect(opened(lines([point as unknown as Feature], { 'cairn:receipt': receipt }))).rejects.toThrow('polygon');
});
