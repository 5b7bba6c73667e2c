import { lonLatOfPixel, type Georeference } from './georeference.ts';
import type { StraightSide } from './sides.ts';

/**
 * How pixels lie on the ground near a place, but for size and direction: (x, y) of pixels to (a·x + b·y, d·x + e·y), of
 * which the determinant is 1 or −1. Angles are those on the ground, and lengths are still near to pixels.
 */
export interface Metric {
  readonly a: number;
  readonly b: number;
  readonly d: number;
  readonly e: number;
}

/** Square pixels. */
export const SQUARE_PIXELS: Metric = { a: 1, b: 0, d: 0, e: 1 };

/** First eccentricity of WGS 84, squared. */
const E2 = 0.006_694_379_990_141;

/** Entries are rounded to a part in this many (0.001 degree), so that the last bits of a projection change nothing. */
const PARTS = 65_536;

/** The metric of the ground (WGS 84) around a point of a raster. */
export function groundMetric(georeference: Georeference, x: number, y: number): Metric {
  const reach = 8;
  const at = (dx: number, dy: number): [lon: number, lat: number] => lonLatOfPixel(georeference, x + dx, y + dy);
  const across = difference(at(-reach, 0), at(reach, 0));
  const down = difference(at(0, -reach), at(0, reach));
  // A degree eastwards is shorter than one northwards, by the latitude and by how round the ellipsoid is there.
  const sine = Math.sin((at(0, 0)[1] * Math.PI) / 180);
  const east = (Math.sqrt(1 - sine * sine) * (1 - E2 * sine * sine)) / (1 - E2);
  const determinant = east * (across[0] * down[1] - down[0] * across[1]);
  if (!(Math.abs(determinant) > 0)) return SQUARE_PIXELS;
  const size = Math.sqrt(Math.abs(determinant));
  const rounded = (value: number): number => Math.round((value / size) * PARTS) / PARTS;
  return {
    a: rounded(east * across[0]),
    b: rounded(east * down[0]),
    d: rounded(across[1]),
    e: rounded(down[1]),
  };
}

/** A side as it lies on the ground. */
export function onGround(side: StraightSide, metric: Metric): StraightSide {
  const [x, y] = applied(metric, side.line.x, side.line.y);
  const [dx, dy] = applied(metric, side.line.dx, side.line.dy);
  const [fromX, fromY] = applied(metric, side.fromX, side.fromY);
  const [toX, toY] = applied(metric, side.toX, side.toY);
  const length = Math.sqrt(dx * dx + dy * dy);
  return { line: { x, y, dx: dx / length, dy: dy / length }, fromX, fromY, toX, toY };
}

/** The pixels of points on the ground, flat x, y. */
export function pixelsOf(points: readonly number[], { a, b, d, e }: Metric): number[] {
  const determinant = a * e - b * d;
  return points.map((value, i) =>
    i % 2 === 0
      ? (value * e - (points[i + 1] ?? 0) * b) / determinant
      : (value * a - (points[i - 1] ?? 0) * d) / determinant,
  );
}

function applied({ a, b, d, e }: Metric, x: number, y: number): [x: number, y: number] {
  return [a * x + b * y, d * x + e * y];
}

/** Degrees from one point to another, the short way round. */
function difference(from: readonly [number, number], to: readonly [number, number]): [number, number] {
  const lon = to[0] - from[0];
  return [lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon, to[1] - from[1]];
}
