import { normalRings, unitsOf } from '../rfc7946.ts';
import type { Ring } from '../ring.ts';
import { polygonFault } from '../validity.ts';
import { AoiError } from './error.ts';
import type { GivenPolygon, GivenRing } from './read.ts';

/**
 * Checks one polygon and returns its rings in 1e-7 degree, normalised. Either direction of rings is accepted; points
 * that repeat the one before are dropped.
 * Throws an AoiError that names the ring or position at fault.
 */
export function checkedPolygon({ rings }: GivenPolygon): number[][] {
  const read = rings.map(readRing);
  const fault = polygonFault(read.map(({ units }) => units));
  if (!fault) return normalRings(read.map(({ units }) => units));
  const where = read[fault.ring]?.placeOf(fault.point) ?? '';
  const path = rings[fault.ring]?.path ?? '';
  switch (fault.kind) {
    case 'hole-outside':
    case 'rings-cross':
      throw new AoiError(
        'aoi-hole-outside',
        'A hole does not lie inside the outline',
        where,
        'Move or remove the hole',
      );
    case 'holes-overlap':
      throw new AoiError('aoi-hole-outside', 'A hole lies in another hole', where, 'Join the two holes or remove one');
    case 'too-few-points':
      throw zeroArea(path);
    case 'self-crossing':
      throw new AoiError(
        'aoi-self-crossing',
        'The outline crosses or touches itself',
        where,
        'Move this point, or draw the parts as separate polygons',
      );
  }
}

interface ReadRing {
  readonly units: number[];
  /** Place in the input of a point of `units`. */
  placeOf(point: number): string;
}

function readRing(ring: GivenRing): ReadRing {
  const { positions, path } = ring;
  for (const [i, [x, y]] of positions.entries()) refuseOffGlobe(x, y, ring.placeOf(i));
  for (const [i, [x]] of positions.entries()) {
    const previous = positions[i - 1]?.[0] ?? x;
    if (Math.abs(x - previous) > 180)
      throw acrossAntimeridian(`An edge runs from ${previous} to ${x} degrees east`, ring.placeOf(i));
  }
  const first = positions[0];
  const last = positions.at(-1);
  if (!first || !last || positions.length < 3) throw zeroArea(path);
  if (first[0] !== last[0] || first[1] !== last[1]) {
    throw new AoiError(
      'aoi-not-closed',
      `The ring ends at ${last.join(', ')} and not where it began, at ${first.join(', ')}`,
      ring.placeOf(positions.length - 1),
      'Repeat the first position at the end of the ring',
    );
  }
  const units: number[] = [];
  const places: string[] = [];
  for (const [i, [x, y]] of positions.slice(0, -1).entries()) {
    const [unitX, unitY] = [unitsOf(x), unitsOf(y)];
    if (units.at(-2) === unitX && units.at(-1) === unitY) continue;
    units.push(unitX, unitY);
    places.push(ring.placeOf(i));
  }
  while (units.length > 2 && units.at(-2) === units[0] && units.at(-1) === units[1]) units.splice(-2);
  if (isStraight(units)) throw zeroArea(path);
  return { units, placeOf: (point) => places[point] ?? path };
}

function refuseOffGlobe(x: number, y: number, where: string): void {
  const swapped = Math.abs(y) > 90 && Math.abs(x) <= 90 && Math.abs(y) <= 180;
  if (swapped) {
    throw new AoiError(
      'aoi-coordinate-order',
      `${x}, ${y} has a latitude beyond 90 degrees: latitude and longitude are exchanged`,
      where,
      'Write longitude first, then latitude, as GeoJSON has it',
    );
  }
  if (Math.abs(y) > 90 || Math.abs(x) > 360) {
    throw new AoiError(
      'aoi-coordinate-order',
      `${x}, ${y} is no longitude and latitude in degrees`,
      where,
      'If these are metres, export the area again in EPSG:4326 (WGS 84), longitude before latitude',
    );
  }
  if (Math.abs(x) > 180) throw acrossAntimeridian(`The longitude ${x} lies beyond 180 degrees`, where);
}

function acrossAntimeridian(what: string, where: string): AoiError {
  return new AoiError(
    'aoi-antimeridian',
    `${what}: the area crosses the antimeridian`,
    where,
    'Cut it there into two polygons of one MultiPolygon, one to each side (RFC 7946, 3.1.9)',
  );
}

function zeroArea(where: string): AoiError {
  return new AoiError(
    'aoi-zero-area',
    'The area encloses nothing: its points lie on one line',
    where,
    'Draw at least three points that do not lie on one line',
  );
}

function isStraight(ring: Ring): boolean {
  const [x = 0, y = 0] = ring;
  let [dx, dy] = [0, 0];
  for (let i = 2; i < ring.length; i += 2) {
    const [nextX, nextY] = [(ring[i] ?? 0) - x, (ring[i + 1] ?? 0) - y];
    if (dx === 0 && dy === 0) [dx, dy] = [nextX, nextY];
    else if (BigInt(dx) * BigInt(nextY) !== BigInt(dy) * BigInt(nextX)) return false;
  }
  return true;
}
