import { lonLatRings, type Georeference } from './georeference.ts';
import { groundMetric } from './metric.ts';
import { boxOf, type Rings } from './ring.ts';
import { simplify, SIMPLIFY_DEFAULTS, type SimplifyOptions } from './simplify.ts';
import { polygonFault } from './validity.ts';

/** How outlines on the ground are drawn. */
export interface GroundOptions extends SimplifyOptions {
  /** Whether corners that mean to be right angles become right angles on the ground. */
  readonly square: boolean;
}

/** For buildings. */
export const GROUND_DEFAULTS: GroundOptions = { ...SIMPLIFY_DEFAULTS, square: true };

/**
 * A traced polygon as a valid polygon on the ground: straight sides, in 1e-7 degree, normalised (RFC 7946). Where rounding
 * to 1e-7 degree makes rings cross, it is not squared, or the polygon of pixels is taken.
 *
 * @param rings whole pixels, as `trace` or `Stitcher` give them
 * Throws a RangeError where the pixels are so small (some centimetres) that even these cross, or lie off the globe.
 */
export function groundRings(
  rings: Rings,
  georeference: Georeference,
  options: GroundOptions = GROUND_DEFAULTS,
): number[][] {
  for (const candidate of candidates(rings, georeference, options)) {
    const ground = lonLatRings(candidate, georeference);
    if (polygonFault(ground) === undefined) return ground;
  }
  throw new RangeError('an outline is finer than 1e-7 degree (1 cm): resample the imagery to larger pixels');
}

function* candidates(rings: Rings, georeference: Georeference, options: GroundOptions): Generator<Rings> {
  if (options.square) {
    const { x0, y0, x1, y1 } = boxOf(rings);
    yield simplify(rings, options, groundMetric(georeference, (x0 + x1) / 2, (y0 + y1) / 2));
  }
  yield simplify(rings, options);
  yield rings;
}
