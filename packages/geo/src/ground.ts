import { lonLatRings, type Georeference } from './georeference.ts';
import type { Rings } from './ring.ts';
import { simplify, SIMPLIFY_DEFAULTS, type SimplifyOptions } from './simplify.ts';
import { polygonFault } from './validity.ts';

/**
 * A traced polygon as a valid polygon on the ground: straight sides, in 1e-7 degree, normalised (RFC 7946). Where rounding
 * to 1e-7 degree makes rings cross, the polygon of pixels is taken.
 *
 * @param rings whole pixels, as `trace` or `Stitcher` give them
 * Throws a RangeError where the pixels are so small (some centimetres) that even these cross, or lie off the globe.
 */
export function groundRings(
  rings: Rings,
  georeference: Georeference,
  options: SimplifyOptions = SIMPLIFY_DEFAULTS,
): number[][] {
  for (const candidate of [simplify(rings, options), rings]) {
    const ground = lonLatRings(candidate, georeference);
    if (polygonFault(ground) === undefined) return ground;
  }
  throw new RangeError('an outline is finer than 1e-7 degree (1 cm): resample the imagery to larger pixels');
}
