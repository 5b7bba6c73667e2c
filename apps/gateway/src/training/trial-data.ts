import { crsOfEpsg } from '@cairn/geo';
import { CogWriter } from '@cairn/geo/cog';
import { digestOf, filesetDigest } from '@cairn/receipt';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { MadeData } from './pinned-data.ts';

/** The chip on which a trial predicts, in the dataset's folder. */
export const trialImage = 'chips/trial-1-1.tif';

const chip = 128;
const chips = 3;
// UTM zone 31 north, where its middle meridian crosses 10° north. No place is meant: it is drawn.
const [epsg, west, north] = [32631, 500_000, 1_105_500];
/** Left, top, right, bottom in pixels of a chip; every second chip has them transposed. */
const roofs = [
  [16, 12, 52, 40],
  [72, 24, 112, 60],
  [20, 76, 44, 116],
] as const;

/**
 * A dataset as packages take it, small enough for a trial: nine chips of 128 pixels (GeoTIFF) with three bright rectangles
 * each, which are its labels. The same resolution gives the same bytes.
 * @param gsd metres on the ground a pixel.
 */
export async function trialData(gsd: number): Promise<MadeData> {
  const files = [{ path: 'labels.geojson', bytes: new TextEncoder().encode(labels(gsd)) }];
  for (const [column, row] of cells()) {
    files.push({ path: `chips/trial-${column}-${row}.tif`, bytes: await chipAt(column, row, gsd) });
  }
  return {
    id: 'trial',
    digest: filesetDigest(files.map(({ path, bytes }) => ({ path, digest: digestOf(bytes) }))),
    make: async (folder) => {
      for (const { path, bytes } of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), bytes);
      }
    },
  };
}

function cells(): [column: number, row: number][] {
  return Array.from({ length: chips * chips }, (_, at) => [at % chips, Math.floor(at / chips)]);
}

function roofsOf(column: number, row: number): readonly (readonly [number, number, number, number])[] {
  if ((column + row) % 2 === 0) return roofs;
  return roofs.map(([left, top, right, bottom]) => [top, left, bottom, right]);
}

async function chipAt(column: number, row: number, gsd: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: { position: number; bytes: Uint8Array }[] = [];
  const writer = new CogWriter({
    width: chip,
    height: chip,
    bands: 3,
    bits: 8,
    alpha: false,
    tile: chip,
    overviews: false,
    reference: {
      epsg,
      west: west + column * chip * gsd,
      north: north - row * chip * gsd,
      pixelWidth: gsd,
      pixelHeight: gsd,
    },
    // Stored as they are: what a compressor makes of them depends on its version.
    deflate: (bytes) => deflateSync(bytes, { level: 0 }),
    sink: { write: (position, bytes) => void pieces.push({ position, bytes }) },
  });
  const built = roofsOf(column, row);
  const pixels = new Uint8Array(chip * chip * 3);
  for (let y = 0; y < chip; y++) {
    for (let x = 0; x < chip; x++) {
      const isRoof = built.some(([left, top, right, bottom]) => x >= left && x < right && y >= top && y < bottom);
      // A grain, so that no chip is of one colour.
      const grain = (x * 7 + y * 13 + column * 3 + row * 5) % 23;
      pixels.set(isRoof ? [215, 190, 170] : [70 + grain, 90 + grain, 60 + grain], (y * chip + x) * 3);
    }
  }
  await writer.writeRows(pixels);
  const file = new Uint8Array(await writer.finish());
  for (const { position, bytes } of pieces) file.set(bytes, position);
  return file;
}

function labels(gsd: number): string {
  const crs = crsOfEpsg(epsg);
  const features = cells().flatMap(([column, row]) =>
    roofsOf(column, row).map(([left, top, right, bottom]) => {
      const at = (x: number, y: number): number[] =>
        crs
          .toLonLat(west + (column * chip + x) * gsd, north - (row * chip + y) * gsd)
          .map((value) => Number(value.toFixed(7)));
      const ring = [at(left, top), at(left, bottom), at(right, bottom), at(right, top), at(left, top)];
      return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } };
    }),
  );
  return JSON.stringify({ type: 'FeatureCollection', features });
}
