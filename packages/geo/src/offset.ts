import { UNITS_PER_DEGREE } from './rfc7946.ts';
import { signedArea2, type Rings } from './ring.ts';

/** How far one thing lies from another, in m on the ground: to the east and to the north. */
export interface Offset {
  readonly east: number;
  readonly north: number;
}

/** Semi-major axis of WGS 84 in m, and its first eccentricity squared. */
const A = 6_378_137;
const E2 = 0.006_694_379_990_141;

/** The centre of gravity of a polygon, in the units of its coordinates. */
export function centroid(rings: Rings): [x: number, y: number] {
  const [x0, y0] = [rings[0]?.[0] ?? 0, rings[0]?.[1] ?? 0];
  let [x, y, area6] = [0, 0, 0];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      // From the first point, so that large coordinates lose no digits.
      const [ax, ay] = [(ring[i] ?? 0) - x0, (ring[i + 1] ?? 0) - y0];
      const [bx, by] = [(ring[(i + 2) % ring.length] ?? 0) - x0, (ring[(i + 3) % ring.length] ?? 0) - y0];
      const cross = ax * by - bx * ay;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    area6 += 3 * signedArea2(ring);
  }
  return area6 === 0 ? [x0, y0] : [x0 + x / area6, y0 + y / area6];
}

/**
 * How far the centre of a polygon lies from that of another close by, on the ground of WGS 84.
 * @param from and `to`: rings in 1e-7 degree
 */
export function offsetBetween(from: Rings, to: Rings): Offset {
  const [[ax, ay], [bx, by]] = [centroid(from), centroid(to)];
  const latitude = ((ay + by) / 2 / UNITS_PER_DEGREE) * (Math.PI / 180);
  const w = 1 - E2 * Math.sin(latitude) ** 2;
  const radians = Math.PI / 180 / UNITS_PER_DEGREE;
  return {
    east: (bx - ax) * radians * (A / Math.sqrt(w)) * Math.cos(latitude),
    north: (by - ay) * radians * ((A * (1 - E2)) / w ** 1.5),
  };
}
