import geographiclib from 'geographiclib-geodesic';
import { degreesOf, UNITS_PER_DEGREE } from './rfc7946.ts';
import { divided, signedArea2, type Rings } from './ring.ts';

/** Size of a polygon on the WGS 84 ellipsoid. */
export interface Measure {
  /** Area in m², holes left out. */
  readonly area: number;
  /** Length in m of all its rings. */
  readonly perimeter: number;
}

/**
 * Geodesic area and perimeter on WGS 84 (Karney 2013, by GeographicLib). Edges of more than 0.01 degree are followed in
 * pieces along their straight course in longitude and latitude, as RFC 7946 has them; shorter ones as geodesics.
 *
 * @param rings outer ring and holes in 1e-7 degree, of any direction
 */
export function measure(rings: Rings): Measure {
  let [area, perimeter] = [0, 0];
  for (const [i, ring] of rings.entries()) {
    const polygon = geographiclib.Geodesic.WGS84.Polygon(false);
    const course = divided(ring, piecesOf);
    for (let at = 0; at < course.length; at += 2) {
      polygon.AddPoint(degreesOf(course[at + 1] ?? 0), degreesOf(course[at] ?? 0));
    }
    // By its direction, so that of a ring around half the globe or more the larger part counts.
    const size = polygon.Compute(signedArea2(ring) < 0, false);
    area += (size.area ?? 0) * (i === 0 ? 1 : -1);
    perimeter += size.perimeter;
  }
  return { area, perimeter };
}

function piecesOf(dx: number, dy: number): number {
  return Math.min(1024, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / (0.01 * UNITS_PER_DEGREE)));
}
