import type { Crs } from './crs.ts';
import { normalRings, UNITS_PER_DEGREE, unitsOf, withoutRepeats } from './rfc7946.ts';
import { boxOf, divided, type Box, type Rings } from './ring.ts';

/**
 * GDAL's six numbers from pixel corners to ground: X = g0 + g1·x + g2·y, Y = g3 + g4·x + g5·y, x to the right and y
 * down from the raster's top left corner.
 */
export type GeoTransform = readonly [g0: number, g1: number, g2: number, g3: number, g4: number, g5: number];

/** Where a raster lies on the ground. */
export interface Georeference {
  readonly crs: Crs;
  readonly transform: GeoTransform;
}

/** Ground coordinates of a pixel corner. */
export function groundOfPixel([g0, g1, g2, g3, g4, g5]: GeoTransform, x: number, y: number): [x: number, y: number] {
  return [g0 + g1 * x + g2 * y, g3 + g4 * x + g5 * y];
}

/** Pixel coordinates of a point on the ground. Throws a RangeError where the transform has no reverse. */
export function pixelOfGround([g0, g1, g2, g3, g4, g5]: GeoTransform, x: number, y: number): [x: number, y: number] {
  const determinant = g1 * g5 - g2 * g4;
  if (!Number.isFinite(determinant) || determinant === 0) {
    throw new RangeError('the geotransform maps the raster to a line: its pixel size is 0 or not a number');
  }
  const [dx, dy] = [x - g0, y - g3];
  return [(dx * g5 - dy * g2) / determinant, (dy * g1 - dx * g4) / determinant];
}

/** Longitude and latitude in degrees of a point of the raster. */
export function lonLatOfPixel({ crs, transform }: Georeference, x: number, y: number): [lon: number, lat: number] {
  return crs.toLonLat(...groundOfPixel(transform, x, y));
}

/** Point of the raster, in pixels, at a longitude and latitude in degrees. */
export function pixelOfLonLat({ crs, transform }: Georeference, lon: number, lat: number): [x: number, y: number] {
  return pixelOfGround(transform, ...crs.fromLonLat(lon, lat));
}

/**
 * Rings of pixels as rings of 1e-7 degree, normalised (RFC 7946). Points that fall together are dropped, and holes of
 * which fewer than three remain; an empty list where that befalls the outer ring. Across the antimeridian longitudes go
 * on beyond 180, so that a ring stays in one piece. Throws a RangeError where a point has no place on the globe.
 */
export function lonLatRings(rings: Rings, georeference: Georeference): number[][] {
  let near: number | undefined;
  const projected = rings.map((ring) => {
    const points: number[] = [];
    for (let i = 0; i < ring.length; i += 2) {
      const [x = 0, y = 0] = [ring[i], ring[i + 1]];
      const [lon, lat] = lonLatOfPixel(georeference, x, y);
      if (!Number.isFinite(lon) || !Number.isFinite(lat)) {
        throw new RangeError(`pixel ${x}, ${y} has no longitude and latitude in ${georeference.crs.name}`);
      }
      near ??= lon;
      const turns = lon - near > 180 ? -360 : near - lon > 180 ? 360 : 0;
      points.push(unitsOf(lon + turns), unitsOf(lat));
    }
    return withoutRepeats(points);
  });
  const [outer, ...holes] = projected;
  if (!outer || outer.length < 6) return [];
  return normalRings([outer, ...holes.filter((hole) => hole.length >= 6)]);
}

/** The outline of a part of the raster as one ring of 1e-7 degree, each side in `steps` pieces since it may be bent. */
export function footprint(box: Box, georeference: Georeference, steps = 16): number[] {
  const corners = [box.x0, box.y0, box.x0, box.y1, box.x1, box.y1, box.x1, box.y0];
  return lonLatRings([divided(corners, () => steps)], georeference)[0] ?? [];
}

/**
 * The box of pixels that holds a ring of 1e-7 degree, whole pixels with one to spare, cut to the raster; undefined where
 * nothing of it is on the raster. Edges are followed along their course in longitude and latitude, as RFC 7946 has them.
 */
export function pixelWindow(
  ring: readonly number[],
  georeference: Georeference,
  width: number,
  height: number,
): Box | undefined {
  // On pieces of at most 0.005 degree, about 550 m, a projection bends an edge by millimetres.
  const pieces = (dx: number, dy: number): number =>
    Math.min(1024, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / (0.005 * UNITS_PER_DEGREE)));
  const pixels: number[] = [];
  const course = divided(ring, pieces);
  for (let i = 0; i < course.length; i += 2) {
    const [lon, lat] = [(course[i] ?? 0) / UNITS_PER_DEGREE, (course[i + 1] ?? 0) / UNITS_PER_DEGREE];
    const [x, y] = pixelOfLonLat(georeference, lon, lat);
    // Far from its middle a projection may have no value; such a point is not on the raster.
    if (Number.isFinite(x) && Number.isFinite(y)) pixels.push(x, y);
  }
  if (pixels.length === 0) return undefined;
  const box = boxOf([pixels]);
  const x0 = Math.max(0, Math.floor(box.x0) - 1);
  const y0 = Math.max(0, Math.floor(box.y0) - 1);
  const x1 = Math.min(width, Math.ceil(box.x1) + 1);
  const y1 = Math.min(height, Math.ceil(box.y1) + 1);
  return x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : undefined;
}
