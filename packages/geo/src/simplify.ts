import type { Metric } from './metric.ts';
import { overlapWithPixels } from './overlap.ts';
import { fromSmallest, signedArea2, withoutCollinear, type Ring, type Rings } from './ring.ts';
import { cornersOf, straightSides } from './sides.ts';
import { squaredCorners } from './square.ts';
import { polygonFault } from './validity.ts';

/** How far an outline may leave the pixels. */
export interface SimplifyOptions {
  /** Greatest distance of a pixel corner from the straight line drawn in its place, in pixels. */
  readonly tolerance: number;
  /** Holes of fewer pixels than this are filled. */
  readonly minHole: number;
  /** Least intersection over union with the polygon of pixels, 0 … 1. */
  readonly minOverlap: number;
}

/** For roofs at about 0.3 m a pixel: staircases of any slope vanish, offsets of half a metre stay. */
export const SIMPLIFY_DEFAULTS: SimplifyOptions = { tolerance: 1.5, minHole: 16, minOverlap: 0.9 };

/** Corners lie on multiples of 1/256 of a pixel, so that whether rings cross is decided exactly. */
const PARTS = 256;

/**
 * Replaces the staircases of a traced polygon by straight sides, and where a metric is given, makes those corners right
 * angles that mean to be.
 *
 * The result is a valid polygon with the same directions of rings. Where the wanted tolerance would make rings cross or
 * lose too much overlap, a smaller one is taken, at last the polygon as it was; an outline that cannot be squared so is
 * left with its straight sides. It depends on the outline alone: not on where the rings begin, on the place in the raster,
 * or on how the mask was cut into blocks.
 *
 * @param rings whole pixels, as `trace` or `Stitcher` give them
 * @param metric how pixels lie on the ground, where angles are to be right; none: nothing is squared
 * @returns rings in pixels, multiples of 1/256, each begun at its smallest point
 */
export function simplify(rings: Rings, options: SimplifyOptions = SIMPLIFY_DEFAULTS, metric?: Metric): Ring[] {
  const exact = rings.map(fromSmallest);
  const filled = exact.filter((ring, i) => i === 0 || signedArea2(ring) / 2 >= options.minHole);
  for (const share of [1, 1 / 2, 1 / 4]) {
    for (const corners of cornersAt(filled, options.tolerance * share, metric)) {
      const sides = filled.map((ring, i) => placed(corners[i] ?? [], ring));
      if (holds(sides, exact, options.minOverlap)) return sides.map((ring) => ring.map((value) => value / PARTS));
    }
  }
  return overlapWithPixels(filled, exact) >= options.minOverlap ? filled : exact;
}

/** Corners of straight sides in pixels, relative to the first point of each ring: the square ones first. */
function* cornersAt(rings: Rings, tolerance: number, metric: Metric | undefined): Generator<number[][]> {
  const sides = rings.map((ring) => straightSides(moved(ring, ring, -1), tolerance));
  const square = metric && squaredCorners(sides, metric, tolerance);
  if (square !== undefined) yield square;
  yield sides.map((ring) => cornersOf(ring, tolerance));
}

/**
 * Corners that lie relative to the first point of an outline, at their place, in parts of a pixel. They are rounded before they
 * are moved, so that the place has no part in it (and no corner is at -0).
 */
function placed(corners: Ring, outline: Ring): number[] {
  const [x = 0, y = 0] = outline;
  const rounded = corners.map((value) => Math.round(value * PARTS));
  return fromSmallest(withoutCollinear(moved(rounded, [x * PARTS, y * PARTS], 1)));
}

/** A ring moved by the first point of an outline, or back by it. */
function moved(ring: Ring, [x = 0, y = 0]: Ring, sign: 1 | -1): number[] {
  return ring.map((value, i) => value + sign * (i % 2 === 0 ? x : y));
}

function holds(sides: Rings, exact: Rings, minOverlap: number): boolean {
  if (sides.some((ring, i) => signedArea2(ring) * (i === 0 ? -1 : 1) <= 0)) return false;
  if (polygonFault(sides) !== undefined) return false;
  const pixels = sides.map((ring) => ring.map((value) => value / PARTS));
  return overlapWithPixels(pixels, exact) >= minOverlap;
}
