import { tileBounds } from '@cairn/geo';
import { digestOf } from '@cairn/receipt';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import sharp from 'sharp';
import type { DatasetFile } from '../../src/data/chips.ts';

/** A tile of the web map, on which the tests' chips lie. */
export const tile = { x: 386690, y: 220241, z: 19 };

/** A PNG of one colour. */
export function picture(red: number, size = 64): Promise<Buffer> {
  const background = { r: red, g: 120, b: 90 };
  return sharp({ create: { width: size, height: size, channels: 3, background } })
    .png()
    .toBuffer();
}

/** A square outline inside a tile, from `at` to `at + size` of its width and height (0..1). */
export function square(at: number, size: number, on = tile): number[][][] {
  const [west, south, east, north] = tileBounds(on);
  const x = (part: number): number => west + (east - west) * part;
  const y = (part: number): number => south + (north - south) * part;
  const [a, b] = [at, at + size];
  return [
    [
      [x(a), y(a)],
      [x(b), y(a)],
      [x(b), y(b)],
      [x(a), y(b)],
      [x(a), y(a)],
    ],
  ];
}

/** A FeatureCollection of polygons as text. */
export function labels(polygons: readonly number[][][][]): string {
  const features = polygons.map((coordinates) => ({
    type: 'Feature',
    properties: {},
    geometry: { type: 'Polygon', coordinates },
  }));
  return JSON.stringify({ type: 'FeatureCollection', features });
}

/** A sound dataset: two chips side by side, a quarter of the first one built. */
export async function soundFiles(): Promise<Record<string, string | Buffer>> {
  return {
    'chips/town-386690-220241-19.png': await picture(10),
    'chips/town-386691-220241-19.png': await picture(200),
    'labels.geojson': labels([square(0.25, 0.5)]),
  };
}

/** Writes files below a folder; answers them as a dataset's. */
export async function lay(folder: string, files: Record<string, string | Buffer>): Promise<DatasetFile[]> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return Object.entries(files).map(([path, content]) => ({
    path,
    digest: digestOf(Buffer.from(content)),
    file: join(folder, path),
  }));
}

/** Every file below a folder, by path. */
export async function listed(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
