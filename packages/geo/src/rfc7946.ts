import { compareRings, fromSmallest, reversed, signedArea2, type Ring, type Rings } from './ring.ts';

/**
 * Geographic rings are flat lists of integers: longitude, latitude in units of 1e-7 degree (about 1 cm), the precision of
 * OpenStreetMap. Equal polygons are then equal lists, and no arithmetic on them rounds.
 */
export const UNITS_PER_DEGREE = 1e7;

/** Longitude and latitude in degrees. */
export type Position = [lon: number, lat: number];

/** West, south, east, north in degrees. */
export type Bbox = readonly [west: number, south: number, east: number, north: number];

/** The integer of 1e-7 degree nearest to an angle in degrees (never −0). */
export function unitsOf(degrees: number): number {
  return Math.round(degrees * UNITS_PER_DEGREE) + 0;
}

/** The angle in degrees of an integer of 1e-7 degree. */
export function degreesOf(units: number): number {
  return units / UNITS_PER_DEGREE;
}

/**
 * The rings in the one order and direction that a polygon has (RFC 7946, 3.1.6): the outer ring counterclockwise, holes
 * clockwise and sorted, each begun at its smallest point. For coordinates with y upwards.
 */
export function normalRings(rings: Rings): number[][] {
  const [outer, ...holes] = rings.map((ring, i) => {
    const counterclockwise = signedArea2(ring) > 0;
    return fromSmallest(counterclockwise === (i === 0) ? ring : reversed(ring));
  });
  return outer ? [outer, ...holes.sort(compareRings)] : [];
}

/** The `coordinates` of a GeoJSON Polygon: rings of 1e-7 degree as closed rings of degrees, normalised. */
export function polygonCoordinates(rings: Rings): Position[][] {
  return normalRings(rings).map((ring) => {
    const positions: Position[] = [];
    for (let i = 0; i < ring.length; i += 2) positions.push([degreesOf(ring[i] ?? 0), degreesOf(ring[i + 1] ?? 0)]);
    const [first] = positions;
    if (first) positions.push([...first]);
    return positions;
  });
}

/** Rings of 1e-7 degree from the `coordinates` of a GeoJSON Polygon; the repeated last position is dropped. */
export function ringsOfCoordinates(coordinates: readonly (readonly (readonly number[])[])[]): number[][] {
  return coordinates.map((positions) =>
    withoutRepeats(positions.flatMap((position) => [unitsOf(position[0] ?? NaN), unitsOf(position[1] ?? NaN)])),
  );
}

/** The ring without points equal to the one before; the last is before the first. */
export function withoutRepeats(ring: Ring): number[] {
  const n = ring.length;
  return ring.filter((_, i) => {
    const at = i - (i % 2);
    return ring[at] !== ring[(at + n - 2) % n] || ring[at + 1] !== ring[(at + n - 1) % n];
  });
}
