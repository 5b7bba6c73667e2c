import { measure } from '../measure.ts';
import { degreesOf, polygonCoordinates, unitsOf, type Bbox, type Position } from '../rfc7946.ts';
import { boxOf, compareRings, type Box, type Ring, type Rings } from '../ring.ts';
import { insideRing } from '../predicates.ts';
import { checkedPolygon } from './check.ts';
import { AoiError } from './error.ts';
import { polygonMeetsRing, polygonsOverlap } from './meet.ts';
import { readPolygons } from './read.ts';

/** An area of interest that was checked. */
export interface Aoi {
  /** Its polygons in 1e-7 degree, normalised and sorted: areas drawn differently but equal are equal here. */
  readonly polygons: readonly Rings[];
  /** Degrees. */
  readonly bbox: Bbox;
  /** Geodesic area in m², holes left out. */
  readonly area: number;
}

/** What an area is held against. */
export interface AoiLimits {
  /** Largest geodesic area in km². */
  readonly maxKm2?: number;
  /** Largest count of points. */
  readonly maxPoints?: number;
  /** Outline of the imagery, a ring of 1e-7 degree as `footprint` gives it. */
  readonly imagery?: Ring;
}

/** Areas of more points than this are refused where no other limit is given. */
export const AOI_MAX_POINTS = 20_000;

/**
 * Reads and checks an area of interest: GeoJSON (Polygon, MultiPolygon, Feature, FeatureCollection) or a bbox
 * (west, south, east, north), as text or parsed. Holes are part of it: nothing inside a hole belongs to the area. Rings
 * may run in either direction. Coordinates are taken to the nearest 1e-7 degree (1 cm).
 * Throws an AoiError that says what is wrong, where, and what to do.
 */
export function parseAoi(input: unknown, limits: AoiLimits = {}): Aoi {
  const given = readPolygons(input);
  const { maxKm2 = Infinity, maxPoints = AOI_MAX_POINTS, imagery } = limits;
  const points = given.reduce(
    (sum, { rings }) => sum + rings.reduce((count, ring) => count + ring.positions.length, 0),
    0,
  );
  if (points > maxPoints) {
    throw new AoiError(
      'aoi-too-many-points',
      `The area has ${points} points, more than ${maxPoints}`,
      '',
      'Simplify its outline or cut it into several areas',
    );
  }
  const checked = given.map((polygon) => ({ polygon: checkedPolygon(polygon), path: polygon.rings[0]?.path ?? '' }));
  checked.forEach(({ polygon, path }, i) => {
    const other = checked.slice(0, i).find((earlier) => polygonsOverlap(earlier.polygon, polygon));
    if (other) {
      throw new AoiError(
        'aoi-overlapping',
        `The polygon overlaps the one at ${other.path}`,
        path,
        'Join the two or remove one, so that no ground is counted twice',
      );
    }
  });
  const polygons = checked.map(({ polygon }) => polygon).sort((a, b) => compareRings(a[0] ?? [], b[0] ?? []));
  const aoi: Aoi = {
    polygons,
    bbox: bboxOf(polygons),
    area: polygons.reduce((sum, rings) => sum + measure(rings).area, 0),
  };
  if (imagery) refuseOffImagery(aoi, imagery);
  if (aoi.area > maxKm2 * 1e6) {
    throw new AoiError(
      'aoi-too-large',
      `The area has ${kilometres(aoi.area)} km², more than the ${maxKm2} km² allowed at once`,
      '',
      'Draw a smaller area, or cut it into several',
    );
  }
  return aoi;
}

/**
 * True where a point in degrees lies in the area and in none of its holes. A point on a border belongs to exactly one of
 * the areas that meet there.
 */
export function pointInAoi(aoi: Aoi, lon: number, lat: number): boolean {
  const [x, y] = [unitsOf(lon), unitsOf(lat)];
  return aoi.polygons.some((rings) => rings.reduce((inside, ring) => inside !== insideRing(ring, x, y), false));
}

/** True where the area and the inside of a ring of 1e-7 degree (of a block, of imagery) share at least a point. */
export function aoiMeets(aoi: Aoi, ring: Ring): boolean {
  return aoi.polygons.some((polygon) => polygonMeetsRing(polygon, ring));
}

/** The area as a GeoJSON geometry, normalised: always the same for the same area. */
export function aoiGeometry(
  aoi: Aoi,
): { type: 'Polygon'; coordinates: Position[][] } | { type: 'MultiPolygon'; coordinates: Position[][][] } {
  const coordinates = aoi.polygons.map(polygonCoordinates);
  const [only] = coordinates;
  return only && coordinates.length === 1
    ? { type: 'Polygon', coordinates: only }
    : { type: 'MultiPolygon', coordinates };
}

function refuseOffImagery(aoi: Aoi, imagery: Ring): void {
  if (aoiMeets(aoi, imagery)) return;
  const extent = boxOf([imagery]);
  const [west, south, east, north] = aoi.bbox;
  if (within(extent, (south + north) / 2, (west + east) / 2)) {
    throw new AoiError(
      'aoi-coordinate-order',
      'The area lies outside the imagery, but would lie on it with longitude and latitude exchanged',
      '',
      'Write longitude first, then latitude, as GeoJSON has it',
    );
  }
  throw new AoiError(
    'aoi-outside-imagery',
    `The area (${words(west, south, east, north)}) lies outside the imagery (${words(...degrees(extent))})`,
    '',
    'Move the area onto the imagery, or choose other imagery',
  );
}

function within(box: Box, lon: number, lat: number): boolean {
  const [x, y] = [unitsOf(lon), unitsOf(lat)];
  return x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
}

function bboxOf(polygons: readonly Rings[]): Bbox {
  return degrees(boxOf(polygons.flatMap((rings) => rings.slice(0, 1))));
}

function degrees({ x0, y0, x1, y1 }: Box): [number, number, number, number] {
  return [degreesOf(x0), degreesOf(y0), degreesOf(x1), degreesOf(y1)];
}

function words(west: number, south: number, east: number, north: number): string {
  const [w, s, e, n] = [west, south, east, north].map((value) => value.toFixed(4));
  return `${w} to ${e} east, ${s} to ${n} north`;
}

function kilometres(area: number): string {
  return (area / 1e6).toFixed(area < 1e7 ? 2 : 0);
}
