/**
 * Where the invented place is said to lie: in open sea, so that nobody takes it for a real one.
 */
import { crsOfEpsg } from '@cairn/geo';
import type { Georeference } from '@cairn/geo/cog';
import { GSD, SUB } from './place.ts';
import type { Point } from './streets.ts';

/** WGS 84 / UTM zone 45N. */
export const EPSG = 32645;

/** Easting and northing of world pixel (0, 0), in decimetres: in the Bay of Bengal, far from any coast. */
const EAST = 4_000_000;
const NORTH = 17_000_000;

const UTM = crsOfEpsg(EPSG);

/** The georeference of a raster whose north-west pixel is world pixel (x, y). */
export function referenceAt(x: number, y: number): Georeference {
  return { epsg: EPSG, west: (EAST + 3 * x) / 10, north: (NORTH - 3 * y) / 10, pixelWidth: GSD, pixelHeight: GSD };
}

/** Longitude and latitude in degrees of a point (sixteenths of a world pixel), to 1e-7 degree. */
export function lonLat(point: Point): [longitude: number, latitude: number] {
  const east = (EAST * SUB + 3 * point.x) / (10 * SUB);
  const north = (NORTH * SUB - 3 * point.y) / (10 * SUB);
  const [longitude, latitude] = UTM.toLonLat(east, north);
  return [Math.round(longitude * 1e7) / 1e7, Math.round(latitude * 1e7) / 1e7];
}
