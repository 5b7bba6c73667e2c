import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crsOf, measure, unitsOf } from '@cairn/geo';
import { afterAll, expect, it } from 'vitest';
import { epsgCrs } from '../../src/imagery/crs/epsg-table.ts';
import { ImageryReader } from '../../src/imagery/reader.ts';
import { temporaryFolder } from '../db/template.ts';
import { cogOf, fixture, noise, place } from './geotiff.ts';

const reader = new ImageryReader({ cacheBytes: 1024 * 1024 });
afterAll(() => reader.close());

/** Metres between two places. */
function distance(a: readonly number[], b: readonly number[]): number {
  return measure([[...a.map(unitsOf), ...b.map(unitsOf)]]).perimeter / 2;
}

// Where PROJ 9.5 puts points, without grids of shifts.
it.each([
  ['Kenya and Tanzania, Arc 1960 / UTM 37S', 21037, [257_000, 9_858_000], [36.817077071873484, -1.2864836685473713]],
  ['Brazil, SIRGAS 2000 / UTM 25S', 31985, [290_000, 9_110_000], [-34.90551996032258, -8.047155941977303]],
  ['Philippines, PRS92 zone 3', 3123, [504_000, 1_615_000], [121.03848501027005, 14.602552854836626]],
  ['Bangladesh, Gulshan 303', 3106, [538_000, 2_627_000], [90.37012647981233, 23.75630008606848]],
  ['Thailand, Indian 1975 / UTM 47N', 24047, [665_000, 1_520_000], [100.52133842598589, 13.747792758876011]],
  ['Italy, Monte Mario', 3003, [1_665_000, 5_039_000], [11.110997721518627, 45.48484644844287]],
  ['California in feet', 2228, [6_480_000, 1_840_000], [-119.27565710738496, 35.8812404567145]],
  ['degrees on SIRGAS 2000', 4674, [-34.9, -8.05], [-34.9, -8.05]],
])('a point of %s is where PROJ puts it', (_where, code, [x = 0, y = 0], lonLat) => {
  const { crs, accuracy } = epsgCrs(code)!;
  expect(distance(crs.toLonLat(x, y), lonLat)).toBeLessThan(Math.max(0.2, accuracy));
  const [backX, backY] = crs.fromLonLat(...crs.toLonLat(x, y));
  expect(Math.hypot(backX - x, backY - y)).toBeLessThan(0.02);
  // What crosses to other threads is the name.
  expect(crsOf(crs.name).toLonLat(x, y)).toEqual(crs.toLonLat(x, y));
});

it('an image in a national system lies where PROJ puts it, and says how well that is known', async () => {
  const { footprint, crs, accuracy, gsd } = await reader.describe(fixture('national'));
  const corners = Array.from({ length: footprint.length / 2 }, (_, at) => [footprint[2 * at]!, footprint[2 * at + 1]!]);
  const degrees = corners.map((corner) => corner.map((units) => units / 1e7));
  expect(Math.min(...degrees.map((corner) => distance(corner, [-2.0014331155108924, 52.59779243083379])))).toBeLessThan(
    3,
  );
  expect(crs).toMatch(/^\+proj=tmerc .*\+towgs84=/);
  expect(accuracy).toBe(2);
  expect(gsd).toBeCloseTo(0.3, 2);
});

it('chips in degrees on another datum become an image in degrees on it', async () => {
  const folder = await temporaryFolder();
  const reference = {
    ...place,
    epsg: 4674,
    geographic: true,
    west: -34.9,
    north: -8,
    pixelWidth: 3e-6,
    pixelHeight: 3e-6,
  };
  const chip = join(folder, 'chip.tif');
  await writeFile(chip, await cogOf(40, 30, noise, { reference }));
  const target = join(folder, 'mosaic.tif');
  await reader.mosaic([{ name: 'chip.tif', path: chip }], target);
  const mosaic = await reader.describe(target);
  expect(mosaic).toMatchObject({ epsg: 4674, width: 40, height: 30 });
  expect(mosaic.footprint).toEqual((await reader.describe(chip)).footprint);
});

it('a code that names no known system has none', () => {
  expect([epsgCrs(32_767), epsgCrs(9_001), epsgCrs(32_661)?.crs.name]).toEqual([
    undefined,
    undefined,
    expect.any(String),
  ]);
});
