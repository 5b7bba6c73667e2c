import type { Bbox } from '../gateway.ts';
import { boxAround } from '../map/box.ts';

/** An area that buildings are looked for on, in EPSG:4326. */
export type AreaGeometry =
  { type: 'Polygon'; coordinates: number[][][] } | { type: 'MultiPolygon'; coordinates: number[][][][] };

/**
 * Longest area that an address carries, in characters: some thousand corners. What stands behind `#` is sent to no server, and
 * every browser takes that much; a longer area is gone when the page is loaded again.
 */
export const longestInAddress = 20_000;

/**
 * Reads an area from text: GeoJSON (a geometry, a feature, or a collection, whose polygons are taken together) or
 * `west,south,east,north`. Undefined where it holds none. Whether the gateway takes it is for the gateway to say.
 */
export function readArea(text: string): AreaGeometry | undefined {
  const box = readBox(text);
  if (box !== undefined) return boxArea(box);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parts = polygonsOf(value);
  const [first] = parts;
  if (first === undefined) return undefined;
  return parts.length === 1 ? { type: 'Polygon', coordinates: first } : { type: 'MultiPolygon', coordinates: parts };
}

/** Reads `west,south,east,north`, also with spaces between. */
export function readBox(text: string): Bbox | undefined {
  const numbers = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .split(/[\s,;]+/)
    .map(Number);
  const [west, south, east, north] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return undefined;
  if (west === undefined || south === undefined || east === undefined || north === undefined) return undefined;
  const onEarth = west >= -180 && east <= 180 && south >= -90 && north <= 90;
  return onEarth && west < east && south < north ? [west, south, east, north] : undefined;
}

/** The area of a box, to 1e-7 degree. */
export function boxArea(box: Bbox): AreaGeometry {
  const [west, south, east, north] = box.map(rounded) as Bbox;
  return {
    type: 'Polygon',
    coordinates: [
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ],
    ],
  };
}

/** The box around an area. */
export function boxOf({ type, coordinates }: AreaGeometry): Bbox {
  return boxAround(type === 'Polygon' ? coordinates : coordinates.flat());
}

/** What of two boxes is common to both; undefined where that is nothing. */
export function commonBox(a: Bbox, b: Bbox): Bbox | undefined {
  const box: Bbox = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  return box[0] < box[2] && box[1] < box[3] ? box : undefined;
}

function polygonsOf(value: unknown): number[][][][] {
  if (typeof value !== 'object' || value === null || !('type' in value)) return [];
  const { type, coordinates, geometry, geometries, features } = value as Record<string, unknown>;
  if (type === 'Polygon' && isPositions(coordinates, 3)) return [coordinates as number[][][]];
  if (type === 'MultiPolygon' && isPositions(coordinates, 4)) return coordinates as number[][][][];
  if (type === 'Feature') return polygonsOf(geometry);
  const parts = type === 'FeatureCollection' ? features : type === 'GeometryCollection' ? geometries : [];
  return Array.isArray(parts) ? parts.flatMap(polygonsOf) : [];
}

/** Whether a value is lists within lists to a depth, the innermost of numbers. */
function isPositions(value: unknown, depth: number): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  if (depth === 1) return value.length >= 2 && value.every((one) => typeof one === 'number' && Number.isFinite(one));
  return value.every((one) => isPositions(one, depth - 1));
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}
