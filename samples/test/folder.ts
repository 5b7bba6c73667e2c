import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crsOfEpsg } from '@cairn/geo';
import { fromFile } from 'geotiff';

export interface Raster {
  width: number;
  height: number;
  /** RGBA, pixel interleaved. */
  pixels: Uint8Array;
  epsg: unknown;
  /** Easting and northing of the north-west corner, and the pixel's size in metres. */
  west: number;
  north: number;
  step: number;
}

/** A GeoTIFF, read by a library that had no part in writing it. */
export async function readRaster(file: string): Promise<Raster> {
  const tiff = await fromFile(file);
  const image = await tiff.getImage();
  const pixels = (await image.readRasters({ interleave: true })) as unknown as Uint8Array;
  const [west, north] = image.getOrigin() as [number, number];
  const [step] = image.getResolution() as [number];
  const { ProjectedCSTypeGeoKey: epsg } = image.getGeoKeys() as { ProjectedCSTypeGeoKey: unknown };
  await tiff.close();
  return { width: image.getWidth(), height: image.getHeight(), pixels, epsg, west, north, step };
}

export type Ring = [x: number, y: number][];

/** The outer ring of each label, in pixels of a raster. */
export async function readOutlines(file: string, raster: Raster): Promise<Ring[]> {
  const { features } = JSON.parse(await readFile(file, 'utf8')) as {
    features: { geometry: { coordinates: [[number, number][]] } }[];
  };
  const crs = crsOfEpsg(Number(raster.epsg));
  return features.map(({ geometry }) =>
    geometry.coordinates[0].map(([lon, lat]) => {
      const [east, north] = crs.fromLonLat(lon, lat);
      return [(east - raster.west) / raster.step, (raster.north - north) / raster.step];
    }),
  );
}

/** The middle of a ring's corners. */
export function middleOf(ring: Ring): [x: number, y: number] {
  const corners = ring.slice(1);
  let [x, y] = [0, 0];
  for (const corner of corners) {
    x += corner[0] / corners.length;
    y += corner[1] / corners.length;
  }
  return [x, y];
}

/** One digest over all files of a folder: their paths, sorted, with the SHA-256 of each. */
export async function folderDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines: string[] = [];
  for (const file of files.sort()) {
    const sha = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    lines.push(`${file.slice(folder.length + 1)}\t${sha}\n`);
  }
  return createHash('sha256').update(lines.join('')).digest('hex');
}
