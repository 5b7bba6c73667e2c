import { overlapWithPixels } from './overlap.ts';
import { fromSmallest, signedArea2, withoutCollinear, type Ring, type Rings } from './ring.ts';
import { straightSides } from './sides.ts';
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
 * Replaces the staircases of a traced polygon by straight sides.
 *
 * The result is a valid polygon with the same directions of rings. Where the wanted tolerance would make rings cross or
 * lose too much overlap, a smaller one is taken, at last the polygon as it was. It depends on the outline alone: not on
 * where the rings begin, on the place in the raster, or on how the mask was cut into blocks.
 *
 * @param rings whole pixels, as `trace` or `Stitcher` give them
 * @returns rings in pixels, multiples of 1/256, each begun at its smallest point
 */
export function simplify(rings: Rings, options: SimplifyOptions = SIMPLIFY_DEFAULTS): Ring[] {
  const exact = rings.map(fromSmallest);
  const filled = exact.filter((ring, i) => i === 0 || signedArea2(ring) / 2 >= options.minHole);
  for (const share of [1, 1 / 2, 1 / 4]) {
    const sides = filled.map((ring) => straight(ring, options.tolerance * share));
    if (holds(sides, exact, options.minOverlap)) return sides.map((ring) => ring.map((value) => value / PARTS));
  }
  return overlapWithPixels(filled, exact) >= options.minOverlap ? filled : exact;
}

/** Straight sides, in parts of a pixel. */
function straight(ring: Ring, tolerance: number): number[] {
  return fromSmallest(withoutCollinear(straightSides(ring, tolerance).map((value) => Math.round(value * PARTS))));
}

function holds(sides: Rings, exact: Rings, minOverlap: number): boolean {
  if (sides.some((ring, i) => signedArea2(ring) * (i === 0 ? -1 : 1) <= 0)) return false;
  if (polygonFault(sides) !== undefined) return false;
  const pixels = sides.map((ring) => ring.map((value) => value / PARTS));
  return overlapWithPixels(pixels, exact) >= minOverlap;
}
