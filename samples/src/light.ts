/**
 * The sun of the picture: in the south-east, about 50 degrees high.
 */

/** Direction towards the sun on the map, scaled by 2^8 (x to the east, y to the south). */
export const SUN_X = 195;
export const SUN_Y = 166;

/** Sixteenths of a pixel that a shadow reaches, away from the sun, for ten decimetres of height. */
const SHADOW_X = -33;
const SHADOW_Y = -28;

/** Where the shadow of something `height` decimetres above the surface falls, in sixteenths of a pixel. */
export function shadowOf(height: number): { x: number; y: number } {
  return { x: Math.floor((SHADOW_X * height) / 10), y: Math.floor((SHADOW_Y * height) / 10) };
}

/** Longest reach of a shadow in pixels, for the tallest thing there is (25.5 m). */
export const SHADOW_REACH = 54;
