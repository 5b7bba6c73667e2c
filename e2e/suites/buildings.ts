import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DemoHome } from '../src/demo-home.ts';
import { match } from '../src/match.ts';

interface Collection {
  type: string;
  bbox: number[];
  features: {
    type: string;
    id: string;
    geometry: { type: 'Polygon'; coordinates: number[][][] };
    properties: { confidence: number; area_m2: number };
  }[];
}

async function read(path: string): Promise<Collection> {
  return JSON.parse(await readFile(path, 'utf8')) as Collection;
}

/** What `make demo` leaves: a file that other programs can use. */
export function describeBuildings(demo: () => DemoHome, scene: () => Promise<string | undefined>): void {
  test('the demo ends by itself with exit code 0 and says what it did', () => {
    const { ended } = demo();
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/\d+ buildings on \d+\.\d+ km² in \d+\.\d s/);
    expect(ended.stdout).toContain('The receipt holds');
    for (const title of [
      'code commit',
      'weights digest',
      'dataset digest',
      'imagery digests',
      'MLflow run',
      'approver',
    ]) {
      expect(ended.stdout).toContain(title);
    }
  });

  test('the file is GeoJSON as RFC 7946 asks, with a confidence, an area and an id for each building', async () => {
    const collection = await read(demo().out);
    expect(collection.type).toBe('FeatureCollection');
    expect(collection.features.length).toBeGreaterThan(10);
    const ids = new Set(collection.features.map(({ id }) => id));
    expect(ids.size).toBe(collection.features.length);
    const [west = 0, south = 0, east = 0, north = 0] = collection.bbox;
    for (const { geometry, properties } of collection.features) {
      expect(properties.confidence).toBeGreaterThan(0);
      expect(properties.confidence).toBeLessThanOrEqual(1);
      expect(properties.area_m2).toBeGreaterThan(0);
      for (const [index, ring] of geometry.coordinates.entries()) {
        expect(ring.length).toBeGreaterThanOrEqual(4);
        expect(ring[0]).toEqual(ring.at(-1));
        // The right-hand rule: outer rings run anticlockwise, holes clockwise.
        expect(Math.sign(signedArea(ring))).toBe(index === 0 ? 1 : -1);
        for (const [lon = NaN, lat = NaN] of ring) {
          expect(lon >= west && lon <= east && lat >= south && lat <= north).toBe(true);
        }
      }
    }
  });

  test('it finds most of the buildings that are there, where the truth is known', async () => {
    const folder = await scene();
    if (folder === undefined) return;
    const truth = await read(join(folder, 'aoi', 'labels.geojson'));
    const { precision, recall } = match((await read(demo().out)).features, truth.features);
    expect(precision).toBeGreaterThan(0.6);
    expect(recall).toBeGreaterThan(0.6);
  });
}

function signedArea(ring: number[][]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    sum += ring[i]![0]! * ring[i + 1]![1]! - ring[i + 1]![0]! * ring[i]![1]!;
  }
  return sum;
}
